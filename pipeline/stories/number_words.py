"""Numbers as figures, whatever a text writes them with: words, Chinese numerals, thousands and millions, separators."""

from __future__ import annotations

import re
from decimal import Decimal
from math import prod

_UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf",
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
}
_INFLECTED = {"одна": 1, "одно": 1, "одного": 1, "одной": 1, "две": 2, "двух": 2, "двумя": 2, "трех": 3, "тремя": 3}
_INFLECTED |= {"четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9, "десяти": 10, "une": 1}
_WORDS = (
    {word: number for listed in _UNITS.values() for number, word in enumerate(listed.split())}
    | {word: 10 * number for listed in _TENS.values() for number, word in enumerate(listed.split(), 2)}
    | _INFLECTED
)
_SMALL = "|".join(word for listed in _UNITS.values() for word in listed.split()[1:10])
_WORD = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_NUMBER_WORD = re.compile(rf"(?<![\w-])(?:(?P<first>{_WORD})(?:[- ](?P<second>{_SMALL}))?)(?![\w-])", re.IGNORECASE)
_TENS_VALUES = frozenset(range(20, 100, 10))

_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES |= {"mille": 1000, "milliard": 10**9, "тысяч": 1000, "тыс": 1000, "миллион": 10**6, "млн": 10**6}
_SCALES |= {"миллиард": 10**9, "млрд": 10**9, "mln": 10**6, "bn": 10**9}
_SCALE = re.compile(
    rf"(?<![\w.])(\d+(?:\.\d+)?)[ -]?({'|'.join(sorted(_SCALES, key=len, reverse=True))})(?:s|а|и|ов|ам|ами)?\b"
    r"\.?(?=\s|\W|$)",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:,\d{3})+|(?:[ ']\d{3})+)(?![\d])")
_DECIMAL_COMMA = re.compile(r"(?<![\d,.])(\d+),(\d{1,2})(?![\d,])")
_DOTTED_DATE = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{2,4})(?!\d)")
_DIGIT_ORDINAL = re.compile(
    r"(?<![\w.])(\d{1,3})(?:(?:st|nd|rd|th|eme|ere|er|re|e)|-?(?:й|я|е|го|му|м|ом|ое|ая|ый|ий|ой))(?!\w)", re.IGNORECASE
)
_HAN = re.compile("[\u4e00-\u9fff]")
_CHINESE = re.compile(r"(?!千[米克瓦])[〇零一二三四五六七八九十百千两]+")
_CHINESE_SCALE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s?((?:千(?![米克瓦])|万|亿)+)")
_CHINESE_SCALES = {"千": 1000, "万": 10_000, "亿": 10**8}
_CHINESE_UNITS = (("公里", "千米"), ("公斤", "千克"))
_CHINESE_PLACES = {"十": 10, "百": 100, "千": 1000}
_CHINESE_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def with_numbers_as_figures(text: str) -> str:
    """Write the numbers of a folded text as plain figures: 1,200, 1.2 thousand and 一千二百 all become 1200."""
    text = _DOTTED_DATE.sub(r"\1 \2 \3", text)
    text = _GROUPED.sub(lambda match: re.sub(r"[ ,']", "", match[0]), text)
    text = _DECIMAL_COMMA.sub(r"\1.\2", text)
    text = _DIGIT_ORDINAL.sub(r"\1th", text)
    text = _NUMBER_WORD.sub(_figure_from_words, text)
    text = _SCALE.sub(lambda match: _scaled(match[1], _SCALES[match[2].lower()]), text)
    if not _HAN.search(text):
        return text
    for unit, same in _CHINESE_UNITS:
        text = text.replace(unit, same)
    text = _with_chinese_scales(text)
    text = _CHINESE.sub(lambda match: f" {_figure_from_chinese(match[0])} ", text)
    return _with_chinese_scales(text)


def _with_chinese_scales(text: str) -> str:
    return _CHINESE_SCALE.sub(
        lambda match: f" {_scaled(match[1], prod(_CHINESE_SCALES[sign] for sign in match[2]))} ", text
    )


def _figure_from_words(match: re.Match[str]) -> str:
    first = _WORDS[match["first"].lower()]
    if match["second"] is None:
        return str(first)
    second = _WORDS[match["second"].lower()]
    return str(first + second) if first in _TENS_VALUES else f"{first} {second}"


def _scaled(figure: str, scale: int) -> str:
    return f"{(Decimal(figure) * scale).normalize():f}"


def _figure_from_chinese(signs: str) -> str:
    if not any(sign in _CHINESE_PLACES for sign in signs):
        return "".join(str(_CHINESE_DIGITS[sign]) for sign in signs)
    total, current = 0, 0
    for sign in signs:
        if sign in _CHINESE_PLACES:
            total += max(current, 1) * _CHINESE_PLACES[sign]
            current = 0
        else:
            current = _CHINESE_DIGITS[sign]
    return str(total + current)
