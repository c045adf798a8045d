"""Where sentences begin and end; its own file because summaries, facts and grounding must cut them alike.

English, Chinese, Russian and French are known. Rules, not a model: a mark may end a sentence, and the word before and
the letter after it decide. Every look back is bounded, so a line of millions of characters takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale

from pipeline.values import Span

LOOK_BACK_CHARS = 24
MIN_GLUED_CHARS = 3
SHORT_OPENING_CHARS = 32  # "В июле 2021 г." opens a sentence; after more text "г." closes one

_CLOSERS = "\"'”’»›)\\]」』）】》〉"
_OPENERS = "\"'“‘«‹([「『（【《〈*_`"
_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_BULLET = re.compile(r"[\s\u3000]*(?:[•‣▪●◦■◆►▶·*–—-](?=[\s\u3000])[\s\u3000]*)+")
_NUMBERED = re.compile(r"\s*(?:\(?\d{1,3}[.)、]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)")
_MARK = re.compile(
    rf"(?P<wide>[。！？｡।॥؟]+[！？。…]*)[{_CLOSERS}]*"
    rf"|(?P<semicolon>；)[{_CLOSERS}]*"
    rf"|(?P<narrow>[.!?…]+)[{_CLOSERS}]*(?:[ \u00a0\u202f]»)?(?:\[\d{{1,3}}\])*"
    r"|(?P<open>[“「『（【《])|(?P<close>[”」』）】》])"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*['’]?")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_ENDS_OPEN = re.compile(r"(?:[,;:(（—–、，]|-)$")
_ROMAN = re.compile(r"[IVXLC]+\b")
_INITIAL = re.compile(r"[^\W\d_]\.")
_OPENING_WORD = re.compile(r"[\"“«(]?[A-ZÀ-ÝА-ЯЁ](?:[a-zà-ÿа-яё]|\s)")
_FIGURE_ENDS = tuple("0123456789%)")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Never the end of a sentence, whatever follows.
_TITLES: dict[str, frozenset[str]] = {
    "en": _set(
        "mr mrs ms dr prof gen col lt sgt capt sen rep gov rev hon st messrs amb adm cmdr maj pres supt const det insp"
        " cpl cllr e.g i.e vs cf approx"
    ),
    "fr": _set("m mm mme mlle mmes dr pr me mgr cf env p.ex c.-à-d st ste tél"),
    "ru": _set(
        "т.е т.к т.н им ул акад проф см ср напр пр-т просп чл чл.-корр канд докт ген адм св пл пос обл mr mrs dr"
    ),
}
# Not the end before a number: "No. 3", "art. 5", "рис. 2".
_BEFORE_NUMBERS: dict[str, frozenset[str]] = {
    "en": _set("no nos art arts fig figs vol sec sect ch p pp par para eq ref app v ca c"),
    "fr": _set("no n nos art p pp chap fig vol al éd t ch v"),
    "ru": _set("ст п пп рис гл с стр т тт д кв табл № вып разд ч тел доб"),
}
# The end only when the next word often begins a sentence: "in the U.K. The workshop".
_AMBIGUOUS: dict[str, frozenset[str]] = {
    "en": _set("inc ltd co corp etc al jr sr bros dept univ assn est u.s u.k u.n e.u a.m p.m ph.d llc"),
    "fr": _set("etc av apr s.a boul bd"),
    "ru": _set("т.д т.п др пр тыс млн млрд руб коп н.э долл экз чел мин сек проч"),
}
_STARTERS: dict[str, frozenset[str]] = {
    "en": _set(
        "the it in on he she they we this these that those at but and a an for as by if when after however its his her"
        " their there from since with while during under last according meanwhile both our you i"
    ),
    "fr": _set(
        "le la les il elle ils elles un une ce cette ces dans en au aux l on nous depuis après avant selon pour mais et"
        " son sa ses leur leurs d par"
    ),
    "ru": _set(
        "в на по он она они оно это как для при с к и а но также о об из от до после кроме однако согласно ранее во со"
        " мы я этот эта эти его её их за что"
    ),
}


@cache
def _months(language: str) -> frozenset[str]:
    """Hold the abbreviated month names of CLDR, without their full stops; `mai` and `мая` are whole words."""
    locale = Locale(language)
    names = [name for form in ("format", "stand-alone") for name in locale.months[form]["abbreviated"].values()]
    if language == "en":  # whose names CLDR gives without full stops
        return frozenset(name.lower() for name in [*names, "Sept"] if name != "May")
    return frozenset(name.rstrip(".").lower() for name in names if name.endswith("."))


def _join(table: dict[str, frozenset[str]], language: str | None) -> frozenset[str]:
    chosen = [table[language]] if language in table else list(table.values())
    return frozenset().union(*chosen)


class _Abbreviations:
    """The word lists of one language, or of all where the language is unknown."""

    def __init__(self, language: str | None) -> None:
        self.titles = _join(_TITLES, language)
        self.before_numbers = _join(_BEFORE_NUMBERS, language)
        self.starters = _join(_STARTERS, language)
        months = {code: _months(code) for code in _TITLES}
        self.months = _join(months, language)
        self.ambiguous = _join(_AMBIGUOUS, language)


@cache
def _abbreviations(language: str | None) -> _Abbreviations:
    return _Abbreviations(language if language in _TITLES else None)


def sentences_of(text: str, language: str | None) -> list[Span]:
    """Cut a text into sentences: code points, in order, without the white space and list bullets around them.

    A blank line always ends a sentence; a single line break does unless the line plainly runs on. `language` chooses
    the abbreviations; None or an unlisted language takes all of them.
    """
    words = _abbreviations(language)
    spans: list[Span] = []
    for start, end in _segments(text):
        spans.extend(_sentences_in(text, start, end, words))
    return spans


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Yield runs of lines that read on from one to the next, without leading bullets."""
    start = end = -1
    for line in _LINE.finditer(text):
        stop = _right_edge(text, line.start(), line.end())
        bullet = _BULLET.match(text, line.start(), stop)
        begin = _left_edge(text, bullet.end() if bullet else line.start(), stop)
        if begin >= stop:
            continue
        itemised = bullet is not None or _NUMBERED.match(text, begin, stop) is not None
        if start >= 0 and not itemised and _runs_on(text, end, begin):
            end = stop
            continue
        if start >= 0:
            yield start, end
        start, end = begin, stop
    if start >= 0:
        yield start, end


def _runs_on(text: str, end: int, begin: int) -> bool:
    """Tell whether the line that begins at `begin` continues the one that ended at `end`."""
    gap = text[end:begin]
    if gap.count("\n") + gap.replace("\r\n", "").count("\r") > 1 or "\u2029" in gap:
        return False
    if text[end - 1] in ".!?…。！？；":
        return False
    return text[begin].islower() or _ENDS_OPEN.search(text[max(0, end - 1) : end]) is not None


def _sentences_in(text: str, start: int, end: int, words: _Abbreviations) -> Iterator[Span]:
    depth = 0
    begin = start
    for mark in _MARK.finditer(text, start, end):
        depth = _depth_after(mark, depth)
        if mark["open"] or mark["close"] or not _is_end(mark, begin, end, words, depth):
            continue
        yield Span(begin, mark.end())
        begin = _left_edge(text, mark.end(), end)
        depth = 0
    if begin < end:
        yield Span(begin, end)


def _depth_after(mark: re.Match[str], depth: int) -> int:
    if mark["open"]:
        return depth + 1
    if mark["close"]:
        return max(0, depth - 1)
    if mark.end() - mark.start() == 1:
        return depth
    closed = sum(mark.string.count(sign, mark.start(), mark.end()) for sign in "”」』）】》")
    return max(0, depth - closed)


def _is_end(mark: re.Match[str], begin: int, end: int, words: _Abbreviations, depth: int) -> bool:
    if mark["wide"]:
        return not _is_followed_by_comma(mark, end)
    if mark["semicolon"]:
        return depth == 0
    return _is_narrow_end(mark, begin, end, words)


def _is_followed_by_comma(mark: re.Match[str], end: int) -> bool:
    """See `“好！”，他说`: the quotation is inside a sentence."""
    return mark.end() < end and mark.string[mark.end()] in "，、,"


def _is_narrow_end(mark: re.Match[str], begin: int, end: int, words: _Abbreviations) -> bool:
    text, place = mark.string, mark.end()
    if place >= end:
        return True
    after = _left_edge(text, place, end)
    if after == place:
        return _is_glued_end(mark, begin)
    letter = text[_past_openers(text, after, end)]
    if letter.islower() or letter in ":;,":
        return False
    if mark["narrow"] != ".":
        return True
    return not _is_abbreviated(mark, begin, after, words)


def _is_glued_end(mark: re.Match[str], begin: int) -> bool:
    """See the end of a sentence that no space follows: in Chinese typed with ASCII marks, or where one was lost."""
    text, before, after = mark.string, mark.start() - 1, mark.end()
    if before < 0 or mark["narrow"].startswith("…"):
        return False
    if _CJK.match(text[after]):
        return _CJK.match(text[before]) is not None or mark["narrow"][0] in "!?"
    return _ends_word(_token_before(text, begin, mark.start())) and _OPENING_WORD.match(text, after) is not None


def _ends_word(token: str) -> bool:
    """See a plain word, a figure or a bracket; a name may be one with what follows it: `Яндекс.Дзен`."""
    return token[-1:] in _FIGURE_ENDS or (len(token) >= MIN_GLUED_CHARS and token.isalpha() and token[0].islower())


def _is_abbreviated(mark: re.Match[str], begin: int, after: int, words: _Abbreviations) -> bool:
    text, dot = mark.string, mark.start()
    token = _token_before(text, begin, dot)
    lowered = token.lower()
    if token.isdigit() or not token:
        return bool(token) and dot - len(token) == begin
    if lowered in {"г", "гг", "в", "вв"}:
        return _is_year_inside(text, begin, dot, lowered)
    if lowered in words.titles:
        return True
    if lowered in words.months and text[after].isdigit():
        return True
    if lowered in words.before_numbers and (text[after] in "+(" or text[after].isdigit() or _ROMAN.match(text, after)):
        return True
    return _is_ambiguous(token, words) and not _begins_sentence(text, after, words)


def _is_ambiguous(token: str, words: _Abbreviations) -> bool:
    """See initials, dotted abbreviations and the like, which may or may not close a sentence."""
    lowered = token.lower()
    if lowered in words.ambiguous or lowered in words.months:
        return len(token) < LOOK_BACK_CHARS
    if _DOTTED.fullmatch(token):
        return True
    return len(token) == 1 and token.isupper() and _CJK.match(token) is None


def _is_year_inside(text: str, begin: int, dot: int, token: str) -> bool:
    """Tell whether `г.` belongs to what follows: a town's name, or a year in the opening words of a sentence."""
    counted = text[max(begin, dot - len(token) - 2) : dot - len(token)].strip()
    if not counted or not (counted[-1].isdigit() or counted[-1] in "IVX"):
        return True
    return dot - begin < SHORT_OPENING_CHARS


def _begins_sentence(text: str, after: int, words: _Abbreviations) -> bool:
    place = _past_openers(text, after, len(text))
    word = _WORD.match(text, place, place + LOOK_BACK_CHARS)
    if _INITIAL.match(text, place, place + 2):
        return False
    return word is not None and re.split(r"['’]", word[0].lower())[0] in words.starters


def _token_before(text: str, begin: int, dot: int) -> str:
    """Return the word that a full stop follows, without brackets before it; at most `LOOK_BACK_CHARS` long."""
    window = text[max(begin, dot - LOOK_BACK_CHARS) : dot]
    tokens = window.split()
    if not tokens or window[-1].isspace():
        return ""
    return tokens[-1].lstrip(_OPENERS + "-–—/").split("’")[-1].split("'")[-1]


def _past_openers(text: str, place: int, end: int) -> int:
    last = min(end, place + LOOK_BACK_CHARS) - 1
    while place < last and (text[place] in _OPENERS or text[place].isspace()):
        place += 1
    return place


def _left_edge(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _right_edge(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
