"""A text as the comparison of copies reads it: words in one spelling, numbers as figures, sentences and what they are.

Apart from the comparison, because signatures, coverage and contradictions must see the same words.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.stories.number_words import with_numbers_as_figures
from pipeline.stories.numbers import ordinal_from_word
from pipeline.understanding.gazetteer import folded

WORD_SHINGLE = 3
CJK_SHINGLE = 5
# A shorter line is a heading or a menu's entry, whatever it ends with.
MIN_PROSE_WORDS = 6
MIN_PROSE_CJK = 12
# A line that breaks off without a full stop is prose only when no heading is that long.
MIN_UNENDED_WORDS = 25
MIN_UNENDED_CJK = 40
KEPT_READINGS = 512
# A book's beginning tells whose copy it is.
MAX_READ_CHARS = 200_000
MAX_BARE_DATE_WORDS = 6
MAX_ABOUT_PAGE_WORDS = 16

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]|\d+\.\d+(?![^\W\u3040-\u30ff\u3400-\u9fff])|[^\W_\u3040-\u30ff\u3400-\u9fff]+"
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SENTENCE_END = re.compile(r"(?<=[.!?][\"'”’»)])\s+|(?<=[.!?])\s+|(?<=[。！？])|\n+")
_IS_ENDED = re.compile(r"[.!?。！？…:：;；][\s\"'”’»)）]*$")
# Where a newswire says from where and when: up to the dash, the agency's name or 电 that ends it.
MAX_DATELINE_CHARS = 90
MAX_DATELINE_WORDS = 14
_DATELINE_END = re.compile(
    r"\s(?:--?|[–—])\s|/[^/\n]{2,20}/[\s.–—-]+|(?<=[日月\d])\S{0,4}(?:电|讯)(?:\s?[(（][^)）\n]{1,40}[)）])?"
)
_DATED_PLACE = re.compile(r"\s*\d{1,2} [^\W\d_]{2,12} \d{4}(?: г\.)?\.? [^\W\d_]{3,20}\.\s")
# Lines of a page about itself: when it was put there, by whom, how often it was read, whom to call.
_ABOUT_PAGE = re.compile(
    r"^\W*(?:published|posted|updated|last (?:updated|modified|reviewed)|date|time|source|author|"
    r"reporting by|editing by|"
    r"by [^\W\d_]+ [^\W\d_]+|written by|tel|phone|fax|e-?mail|views?|visits?|release(?: date| no)?|issued|"
    r"发布时间|发布日期|更新时间|日期|时间|来源|作者|编辑|责任编辑|记者|浏览次数|点击|阅读|访问|电话|邮箱|字号|您是第|"
    r"опубликовано|обновлено|дата|источник|автор|просмотр\w*|телефон|тел|"
    r"publie|mis a jour|mise a jour|date|source|auteur|par [^\W\d_]+ [^\W\d_]+|propos recueillis|vues|tel)\b"
    r"|©|all rights reserved|版权所有|ICP备|все права защищены|tous droits reserves",
    re.IGNORECASE,
)
_JUNK = re.compile(
    r"\bcookies?\b|privacy policy|terms of use|subscribe|newsletter|advertis|share this|follow us|sign up|log ?in|"
    r"隐私|cookie|用户协议|订阅|扫码|关注我们|"
    r"конфиденциальност|подпис(?:ывайтесь|аться|ка)|персональн\w+ данн|обработку|"
    r"politique de confidentialite|abonnez|traceurs|partager|"
    r"^\W*(?:about (?:the|us)\b|"
    r"关于我们|机构简介|справка об?\b|об институте|a propos)|media contact|press contact|contact presse|"
    r"for more information|please contact|联系人|контакты для",
    re.IGNORECASE,
)
_PUNCTUATION_TO_SPACE = str.maketrans(dict.fromkeys("[]{}|·•", " "))
_AMERICAN = (
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|ation|ations|ational)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})ys(?=(?:e|es|ed|er|ers|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{2})our(?=(?:s|ed|ing|al|able|ite|ites|ful|ing|er|ers|hood|ly)?$)"), "or"),
    (re.compile(r"(?<=[a-z])tre(?=s?$)"), "ter"),
    (re.compile(r"(?<=[a-z])mme(?=s?$)"), "m"),
    (re.compile(r"(?<=[a-z])ence(?=s?$)"), "ense"),
    (re.compile(r"(?<=[a-z])ogue(?=s?$)"), "og"),
    (re.compile(r"(?<=[a-z])ll(?=(?:ed|ing|er|ers)$)"), "l"),
    (re.compile("oeuvre"), "euver"),
)
_VARIANTS = {"grey": "gray", "sceptic": "skeptic", "aluminium": "aluminum", "km": "kilometer", "kms": "kilometer"} | {
    "kilometers": "kilometer",
    "kilometre": "kilometer",
    "percent": "per cent",
}


@dataclass(frozen=True)
class Sentence:
    """A sentence or line: its words' places (end exclusive) and what it is.

    `is_prose`: it tells something. `is_about_page`: it says when or by whom the page was made.
    """

    start: int
    end: int
    is_prose: bool
    is_about_page: bool


@dataclass(frozen=True)
class Reading:
    """A text's words in one spelling and case; `capitals` are the places of names, `size` is that of its shingles."""

    words: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    capitals: frozenset[int]
    size: int

    @property
    def shingles(self) -> list[str]:
        """Its runs of neighbouring words, in order."""
        return list(shingles_of(self.words, self.size))

    def is_about_page(self, places: range) -> bool:
        """Tell whether a line about the page itself, such as a dateline, has some of these places."""
        number = max(0, bisect_right(self.sentences, places.start, key=lambda sentence: sentence.start) - 1)
        for sentence in self.sentences[number:]:
            if sentence.start >= max(places.stop, places.start + 1):
                return False
            if sentence.is_about_page and places.start < sentence.end:
                return True
        return False


@lru_cache(maxsize=KEPT_READINGS)
def reading_of(text: str) -> Reading:
    """Read a text; markup, entities, case, spelling, script and the form of numbers change nothing."""
    words: list[str] = []
    sentences: list[Sentence] = []
    capitals: set[int] = set()
    for line in _lines(text[:MAX_READ_CHARS]):
        opening = _dateline_chars(line)
        _read(line[:opening], words, sentences, capitals, is_about_page=True)
        for part in _SENTENCE_END.split(line[opening:]):
            is_short = len(part.split()) <= MAX_ABOUT_PAGE_WORDS
            _read(part, words, sentences, capitals, is_about_page=is_short and bool(_ABOUT_PAGE.search(part)))
    return Reading(tuple(words), tuple(sentences), frozenset(capitals), _shingle_size(words))


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a text in one spelling and case, numbers as figures."""
    return reading_of(text).words


def shingles_of(words: Sequence[str], size: int | None = None) -> Iterator[str]:
    """Yield the runs of three neighbouring words; of five characters where most are Chinese."""
    size = size or _shingle_size(words)
    if words:
        yield from (" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1)))


def _shingle_size(words: Sequence[str]) -> int:
    # A Chinese word has some two characters: five of them say about as much as three words.
    return CJK_SHINGLE if 2 * sum(1 for word in words if CJK.match(word)) > len(words) else WORD_SHINGLE


def _lines(text: str) -> Iterator[str]:
    if "&" in text or "<" in text:
        text = html.unescape(_TAG.sub("\n", html.unescape(text)))
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_PUNCTUATION_TO_SPACE)
    for line in filter(str.strip, plain.splitlines()):
        yield with_numbers_as_figures(folded(line))


def _dateline_chars(line: str) -> int:
    head = line[:MAX_DATELINE_CHARS]
    match = _DATED_PLACE.match(head) or _DATELINE_END.search(head)
    if match is None:
        return 0
    before = head[: match.start()] or match[0]
    is_one = any(sign.isdigit() for sign in before + match[0]) and len(before.split()) <= MAX_DATELINE_WORDS
    return match.end() if is_one and not re.search(r"[!?。，]|[^\W\d]{4,}\.\s", before) else 0


def _read(part: str, words: list[str], sentences: list[Sentence], capitals: set[int], *, is_about_page: bool) -> None:
    start = len(words)
    raw = _TOKEN.findall(part)
    for place, word in enumerate(raw):
        if place and word[0].isupper():
            capitals.add(len(words))
        words.extend(_spelled(word.casefold()))
    if len(words) > start:
        is_prose = not is_about_page and _is_prose(part, words[start:])
        is_bare_date = len(words) - start <= MAX_BARE_DATE_WORDS and sum(w[0].isdigit() for w in words[start:]) > 1
        sentences.append(Sentence(start, len(words), is_prose, is_about_page or is_bare_date))


def _is_prose(part: str, words: Sequence[str]) -> bool:
    is_cjk = 2 * len(CJK.findall(part)) > len(words)
    least = MIN_PROSE_CJK if is_cjk else MIN_PROSE_WORDS
    unended = MIN_UNENDED_CJK if is_cjk else MIN_UNENDED_WORDS
    if len(words) < (least if _IS_ENDED.search(part) else unended):
        return False
    return _JUNK.search(part) is None


@lru_cache(maxsize=100_000)
def _spelled(word: str) -> tuple[str, ...]:
    if word[0].isdecimal():
        return (word.lstrip("0") or "0",) if word.isdecimal() else (word,)
    ordinal = ordinal_from_word(word)
    if ordinal is not None:
        return (f"{ordinal}th",)
    if not word.isascii():
        return (word,)
    for pattern, american in _AMERICAN:
        word = pattern.sub(american, word)
    return tuple(_VARIANTS.get(word, word).split())
