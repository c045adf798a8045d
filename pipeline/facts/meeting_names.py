"""What a meeting is called: the words around its noun, cut where the sentence goes on, as `meeting_names.toml` says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from pipeline.facts.cues import Cue, lowered, name_words
from pipeline.facts.date_shapes import StatedDate

MAX_WORDS_LEFT = 12
MAX_WORDS_RIGHT = 14
MAX_CHARS_LEFT = 130
MAX_CHARS_RIGHT = 160
MAX_ZH_CHARS_LEFT = 40

_TOKEN = re.compile(r"[«»“”\"(]?[\w'№/&.+-]*\w[»”\")]?|[&-]")
_ORDINAL = re.compile(
    r"(?:\d{1,3}(?:st|nd|rd|th|e|eme|er|ere|-?[а-я]{1,3})|[ivxl]{1,6}e?|\d{4}|(?:twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty)-\w+|"
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|\w+tieth"
    r"|annual|inaugural|international|joint"
    r"|premier\w*|deuxieme|troisieme|\w+ieme|second[e]?|annuel\w*|перв\w+|втор\w+|трет\w+|четверт\w+|пят\w+"
    r"|шест\w+|седьм\w+|восьм\w+|девят\w+|десят\w+|ежегодн\w+)$"
)
_ADJECTIVE_RU = re.compile(r"[а-я-]+(?:ая|яя|ый|ий|ой|ое|ее|ые|ие|ого|его|ому|ему|ую|юю|ым|им|ом|ем|ых|их|ыми|ими|ей)$")
_JOINS = name_words("join")
_STOPS_RIGHT = name_words("ends_name")
_STOPS_LEFT = name_words("before_name")
_ZH_END = re.compile(r"[\s,。;:、!?《》\"“”()「」]")
_ZH_CUT = re.compile(
    r".*(?:出席|参加|举行|举办|召开|主办|承办|举行的|举办的|召开的|开幕的|宣布|主持|日晚|日上午|日下午"
    r"|(?:\d日|月)(?:在|于)[^在于]{1,12}?(?=第|20\d\d)|当天|今天|昨天|期间|其间|来到|随后|本次|此次|这次"
    r"|将于|在京|列席)"
)
_ZH_LEADING = re.compile(
    r"(?:在|于|和|与|及|是|从|自|对|为|以|将|由|并|的|了|\d{1,2}[日月时分年]|[\d-]+日?至?|年|有关|就)+"
)


def name_around(text: str, shape: str, noun: Cue, dates: Sequence[StatedDate], stops: Sequence[Cue]) -> str:
    """Cut the name of a meeting out of a sentence; `dates` and `stops` (verbs) end it."""
    lower = lowered(shape)
    if "\u3400" <= lower[noun.end - 1] <= "\u9fff":
        return _chinese_name(text, shape, noun, dates)
    start = _left_end(text, lower, noun, dates)
    end = _right_end(text, lower, noun, [*(date.start for date in dates), *(stop.start for stop in stops)])
    return " ".join(text[start:end].split()).strip(' ,.;:-«“"(')


def _chinese_name(text: str, shape: str, noun: Cue, dates: Sequence[StatedDate]) -> str:
    begin = max([0, noun.start - MAX_ZH_CHARS_LEFT, *(date.end for date in dates if date.end <= noun.start)])
    start = max([begin, *(match.end() for match in _ZH_END.finditer(shape, begin, noun.start))])
    cut = _ZH_CUT.match(shape, start, noun.start)
    start = cut.end() if cut else start
    leading = _ZH_LEADING.match(shape, start, noun.start)
    return text[leading.end() if leading else start : noun.end]


def _left_end(text: str, lower: str, noun: Cue, dates: Sequence[StatedDate]) -> int:
    """Walk back over capitals, ordinals, adjectives and the words that join them."""
    floor = max([0, noun.start - MAX_CHARS_LEFT, *(date.end for date in dates if date.end <= noun.start)])
    tokens = list(_TOKEN.finditer(text, floor, noun.start))[-MAX_WORDS_LEFT:]
    start = edge = noun.start
    for token in reversed(tokens):
        if text[token.end() : edge].strip(" \u00a0\n'"):
            break
        word = lower[token.start() : token.end()].strip('«»“”"()')
        edge = token.start()
        if _belongs_left(text[token.start() : token.end()].strip('«»“”"()'), word):
            start = token.start()
        elif word not in _JOINS or word in _STOPS_LEFT:
            break
    return start


def _belongs_left(written: str, word: str) -> bool:
    if word in _STOPS_LEFT:
        return False
    is_name = written[:1].isupper() and word not in _JOINS and not word.isdecimal()
    return is_name or bool(_ORDINAL.match(word)) or bool(_ADJECTIVE_RU.match(word))


def _right_end(text: str, lower: str, noun: Cue, ends: Sequence[int]) -> int:
    """Walk on until a mark, a verb, a date, or a preposition of place or time; a theme in quotation marks belongs."""
    ceiling = min([len(text), noun.end + MAX_CHARS_RIGHT, *(end for end in ends if end > noun.start)])
    end = edge = noun.end
    for count, token in enumerate(_TOKEN.finditer(text, noun.end, max(noun.end, ceiling))):
        gap = text[edge : token.start()]
        word = lower[token.start() : token.end()].strip('«»“”"()')
        if gap.strip(" \u00a0\n'’") or word in _STOPS_RIGHT or count >= MAX_WORDS_RIGHT or token[0].startswith("("):
            break
        edge = token.end()
        if word not in _JOINS:
            end = edge
        if token[0].endswith(")"):
            break
    return end


def name_after(text: str, lower: str, place: int) -> str:
    """Read the capitalised name that follows a verb: `opens the UK's Space Weather Operations Centre`."""
    end = edge = start = place
    for token in islice(_TOKEN.finditer(text, place, place + MAX_CHARS_RIGHT), MAX_WORDS_RIGHT):
        word = lower[token.start() : token.end()].strip('«»“”"()')
        if text[edge : token.start()].strip():
            break
        edge = token.end()
        if token[0].strip('«“"')[:1].isupper():
            start, end = (token.start() if end == place else start), token.end()
        elif word not in _JOINS and not (end == place and word in {"the", "its", "an"}):
            break
    return text[start:end]
