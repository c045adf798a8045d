"""Number words of English, French and Russian, ordinals included, and Chinese numerals: apart, being lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

MAX_NUMERAL_WORDS = 8

_SIMPLE: dict[str, float] = {}
for _number, _forms in enumerate(
    (
        "two second deux deuxième second twice pair couple paire double doubled",
        "three third trois troisième thrice triple tripled",
        "four fourth quatre quatrième",
        "five fifth cinq cinquième",
        "six sixth sixième",
        "seven seventh sept septième",
        "eight eighth huit huitième",
        "nine ninth neuf neuvième",
        "ten tenth dix dixième",
        "eleven eleventh onze onzième",
        "twelve twelfth douze douzième dozen douzaine",
        "thirteen thirteenth treize treizième",
        "fourteen fourteenth quatorze quatorzième",
        "fifteen fifteenth quinze quinzième",
        "sixteen sixteenth seize seizième",
        "seventeen seventeenth",
        "eighteen eighteenth",
        "nineteen nineteenth",
    ),
    start=2,
):
    _SIMPLE |= dict.fromkeys(_forms.split(), float(_number))
for _number, _forms in {
    20: "twenty twentieth vingt vingts vingtième vingtaine",
    30: "thirty thirtieth trente trentième trentaine",
    40: "forty fortieth quarante quarantième quarantaine",
    50: "fifty fiftieth cinquante cinquantième cinquantaine",
    60: "sixty sixtieth soixante soixantième soixantaine",
    70: "seventy seventieth septante",
    80: "eighty eightieth huitante octante",
    90: "ninety ninetieth nonante",
    10: "dizaine dizaines",
}.items():
    _SIMPLE |= dict.fromkeys(_forms.split(), float(_number))
_ONES = {"one": 1.0, "un": 1.0, "une": 1.0, "unième": 1.0, "первый": 1.0, "один": 1.0, "first": 1.0}
_MULTIPLIERS = {
    "hundred": 100.0,
    "hundreds": 100.0,
    "hundredth": 100.0,
    "cent": 100.0,
    "cents": 100.0,
    "centième": 100.0,
    "centaine": 100.0,
    "thousand": 1e3,
    "mille": 1e3,
    "millier": 1e3,
    "million": 1e6,
    "millions": 1e6,
    "billion": 1e9,
    "milliard": 1e9,
    "milliards": 1e9,
}
_RUSSIAN = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"дв[ае]|вдвое|дважды|пар[аыу]|двух|двум|двумя|двое|двоих|втор(?:ой|ая|ое|ые|ого|ому|ую|ым|ых|ом|ыми)", 2),
        (r"три|втрое|трижды|тр[её]х|тр[её]м|тремя|трое|троих|трет(?:ий|ья|ье|ьи|ьего|ьему|ью|ьим|ьих|ьей|ьем)", 3),
        (r"вчетверо|четыр(?:е|[её]х|[её]м|ьмя)|четверо|четверых|четв[её]рт(?:ый|ая|ое|ые|ого|ому|ую|ым|ых|ом|ой)", 4),
        (r"пят(?:ь|и|ью|ый|ая|ое|ые|ого|ому|ую|ым|ых|ом|ой|еро|ером|ерых)", 5),
        (r"шест(?:ь|и|ью|ой|ая|ое|ые|ого|ому|ую|ым|ых|ом|еро|ерых)", 6),
        (r"сем(?:ь|и|ью|еро|ёрка|ёрки)|седьм(?:ой|ая|ое|ые|ого|ому|ую|ым|ых|ом)", 7),
        (r"восем(?:ь|ью)|восьми|восьм(?:ой|ая|ое|ые|ого|ому|ую|ым|ых|ом)", 8),
        (r"девят(?:ь|и|ью|ый|ая|ое|ые|ого|ому|ую|ым|ых|ом|ой)", 9),
        (r"десят(?:ь|и|ью|ый|ая|ое|ые|ого|ому|ую|ым|ых|ом|ой|ок|ка|ков|ки)", 10),
        (r"одиннадцат\w{1,3}", 11),
        (r"двенадцат\w{1,3}|дюжин\w?", 12),
        (r"тринадцат\w{1,3}", 13),
        (r"четырнадцат\w{1,3}", 14),
        (r"пятнадцат\w{1,3}", 15),
        (r"шестнадцат\w{1,3}", 16),
        (r"семнадцат\w{1,3}", 17),
        (r"восемнадцат\w{1,3}", 18),
        (r"девятнадцат\w{1,3}", 19),
        (r"двадцат\w{1,3}", 20),
        (r"тридцат\w{1,3}", 30),
        (r"сорок(?:а|ов\w{2,3})?", 40),
        (r"пят(?:ь|и)десят\w{0,3}", 50),
        (r"шест(?:ь|и)десят\w{0,3}", 60),
        (r"сем(?:ь|и)десят\w{0,3}", 70),
        (r"восем(?:ь|ью)десят|восьмидесят\w{0,3}", 80),
        (r"девяност\w{1,3}", 90),
        (r"сто|ста|сот\w{1,3}|сотн[яиюей]{1,2}", 100),
        (r"двести|двухсот", 200),
        (r"триста|тр[её]хсот", 300),
        (r"четыреста|четыр[её]хсот", 400),
        (r"пятьсот|пятисот", 500),
    )
)
_RUSSIAN_MULTIPLIERS = (
    (re.compile(r"тысяч\w{0,3}"), 1e3),
    (re.compile(r"миллион\w{0,3}"), 1e6),
    (re.compile(r"миллиард\w{0,3}"), 1e9),
)
_JOINING = frozenset({"and", "et"})
_VAGUE = frozenset({"hundreds", "cents", "millions", "milliards", "миллионы", "миллионов", "тысячи", "тысяч"})
_WORD = re.compile(r"[^\W\d_]+")
_JOINT = re.compile(r"[ -]|(?: and | et |-et-)")
_CJK_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_CJK_TENS = {"十": 10, "百": 100, "千": 1000}
_CJK_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}


@lru_cache(maxsize=20_000)
def _value(word: str) -> float | None:
    if word in _SIMPLE:
        return _SIMPLE[word]
    if word[0] < "а":
        return None
    return next((float(value) for pattern, value in _RUSSIAN if pattern.fullmatch(word)), None)


@lru_cache(maxsize=20_000)
def _multiplier(word: str) -> float | None:
    if word in _MULTIPLIERS:
        return _MULTIPLIERS[word]
    return next((value for pattern, value in _RUSSIAN_MULTIPLIERS if pattern.fullmatch(word)), None)


def is_number_word(word: str) -> bool:
    """Tell whether a word is a number or part of one."""
    lowered = word.lower()
    return _value(lowered) is not None or _multiplier(lowered) is not None


def spelled_numbers(text: str) -> Iterator[tuple[int, int, float]]:
    """Yield start, end and value of each number written in words: `thirty-second`, `deux cents`, `сорок три`."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        lowered = word[0].lower()
        if run and lowered in _JOINING:
            continue
        is_number = _value(lowered) is not None or _multiplier(lowered) is not None or lowered in _ONES
        joins = run and _JOINT.fullmatch(text, run[-1].end(), word.start()) is not None
        if is_number and (joins or not run) and len(run) < MAX_NUMERAL_WORDS:
            run.append(word)
            continue
        yield from _read(run)
        run = [word] if is_number else []
    yield from _read(run)


def _read(run: list[re.Match[str]]) -> Iterator[tuple[int, int, float]]:
    # `one` and `un` are no amounts by themselves, nor is `millions of`.
    words = [word[0].lower() for word in run]
    if (
        not words
        or _is_percent(run)
        or all(word in _ONES for word in words)
        or (len(words) == 1 and words[0] in _VAGUE)
    ):
        return
    yield run[0].start(), run[-1].end(), _composed(words)


def _is_percent(run: list[re.Match[str]]) -> bool:
    """See `98 per cent`."""
    return len(run) == 1 and run[0][0].lower() == "cent" and run[0].string[: run[0].start()].endswith(("per ", "pour "))


def _composed(words: list[str]) -> float:
    total = part = 0.0
    for word in words:
        multiplier = _multiplier(word)
        if multiplier is None:
            part = _added(part, _value(word) or _ONES.get(word, 0.0))
        elif multiplier == _MULTIPLIERS["hundred"]:
            part = (part or 1.0) * multiplier
        else:
            total, part = total + (part or 1.0) * multiplier, 0.0
    return total + part


def _added(part: float, value: float) -> float:
    """Add the next word; French counts `quatre-vingt` as four times twenty."""
    if part == 4 and value == 20:  # noqa: PLR2004
        return 80.0
    return part + value


def cjk_value(numeral: str) -> int:
    """Read a Chinese numeral: `三十二` is 32, `二〇二一` is 2021, `一百二十万` is 1,200,000."""
    if all(sign in _CJK_DIGITS for sign in numeral):
        return int("".join(str(_CJK_DIGITS[sign]) for sign in numeral))
    total = section = digit = 0
    for sign in numeral:
        if sign in _CJK_DIGITS:
            digit = _CJK_DIGITS[sign]
        elif sign in _CJK_TENS:
            section, digit = section + (digit or 1) * _CJK_TENS[sign], 0
        else:
            total, section, digit = total + (section + digit or 1) * _CJK_MYRIADS[sign], 0, 0
    return total + section + digit
