"""Numbers as figures, whatever a text writes them with: words, Chinese numerals, thousands and millions, separators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from math import prod

from pipeline.stories.numbers import ordinal_from_word

_COUNTED = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf",
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
    "ru, of": "ноля одного двух трех четырех пяти шести семи восьми девяти десяти одиннадцати двенадцати тринадцати "
    "четырнадцати пятнадцати шестнадцати семнадцати восемнадцати девятнадцати",
    "ru, by": "нулем одним двумя тремя четырьмя пятью шестью",
    "other forms": "- une две",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "vingt trente quarante cinquante soixante - quatre-vingt",
    "fr, many": "- - - - - - quatre-vingts",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    "ru, of": "двадцати тридцати сорока пятидесяти шестидесяти семидесяти восьмидесяти девяноста",
}
_HUNDREDS = {
    "ru": "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот",
    "ru, of": "ста двухсот трехсот четырехсот пятисот шестисот семисот восьмисот девятисот",
}


def _numbered(listed: dict[str, str], *, first: int, step: int) -> dict[str, int]:
    return {
        word: step * number
        for words in listed.values()
        for number, word in enumerate(words.split(), first)
        if word != "-"
    }


_TENS_OF = _numbered(_TENS, first=2, step=10)
_VALUES = _numbered(_COUNTED, first=0, step=1) | {"одна": 1, "одно": 1, "одной": 1} | _TENS_OF
_VALUES |= _numbered(_HUNDREDS, first=1, step=100)
_TIMES_HUNDRED = frozenset({"hundred", "cent", "cents"})
_SCALES = {"thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES |= {"mille": 1000, "milliard": 10**9, "тысяч": 1000, "тыс": 1000, "миллион": 10**6, "млн": 10**6}
_SCALES |= {"миллиард": 10**9, "млрд": 10**9, "mln": 10**6, "bn": 10**9}
_ENDINGS = "(?:s|а|и|ов|ам|ами)?"
_SCALE_WORD = re.compile(rf"({'|'.join(sorted(_SCALES, key=len, reverse=True))}){_ENDINGS}")
# In English a cent is money.
_BEFORE_CENT = frozenset({"", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"})
_JOINTS = frozenset({"and", "et"})
MOST_HUNDREDS = 100
MOST_SCALED = 10**15
"""What is larger is not one number but a list of words: `hundred and one hundred and one hundred`."""

_WORD = "|".join(sorted(map(re.escape, _VALUES), key=len, reverse=True))
_MORE = "|".join([_WORD, *sorted(_TIMES_HUNDRED, reverse=True), _SCALE_WORD.pattern])
_FRENCH_START = r"mille|(?<!pour )(?<!per )(?<!\d )cent(?=[ -][^\W\d_])"
_NUMBER_WORDS = re.compile(
    rf"(?<![\w-])(?:{_WORD}|{_FRENCH_START})(?:(?:[ -](?:(?:and|et)[ -])?)(?:{_MORE})(?![^\W\d_]))*(?![\w-])",
    re.IGNORECASE,
)
_PART = re.compile(rf"(?:{_MORE}|and|et)(?![^\W\d_])", re.IGNORECASE)
_COMPOSED_ORDINAL = re.compile(rf"(?<![\w-])({'|'.join(_TENS_OF)})(?: et |-et-|[ -])([^\W\d_]{{3,14}})", re.IGNORECASE)
_SCALE = re.compile(
    rf"(?<![\w.])(\d+(?:\.\d+)?)[ -]?({'|'.join(['hundred', *sorted(_SCALES, key=len, reverse=True)])}){_ENDINGS}\b"
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
_CHINESE_SIGN = "(?:[〇零一二三四五六七八九十百两]|千(?![米克瓦]))"
_CHINESE = re.compile(f"{_CHINESE_SIGN}+(?:[万亿]+{_CHINESE_SIGN}*)*")
_CHINESE_SCALED = re.compile(r"(\d+(?:\.\d+)?)\s?((?:千(?![米克瓦])|万|亿){1,4})")
_CHINESE_SCALE = re.compile(rf"(?<![\d.])(?:{_CHINESE_SCALED.pattern})+")
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
    text = _COMPOSED_ORDINAL.sub(_ordinal_from_words, text)
    text = _NUMBER_WORDS.sub(lambda match: " ".join(_figures_from(match[0].lower())), text)
    text = _SCALE.sub(lambda match: _scaled(match[1], _SCALES.get(match[2].lower(), 100)), text)
    if not _HAN.search(text):
        return text
    for unit, same in _CHINESE_UNITS:
        text = text.replace(unit, same)
    return _CHINESE.sub(lambda match: f" {_figure_from_chinese(match[0])} ", _with_chinese_scales(text))


def _ordinal_from_words(match: re.Match[str]) -> str:
    last = ordinal_from_word(match[2].lower())
    is_composed = last is not None and last < 10  # noqa: PLR2004 - the ordinals that follow tens
    return f"{_VALUES[match[1].lower()] + last}th" if is_composed else match[0]  # type: ignore[operator]


def _figures_from(words: str) -> Iterator[str]:
    """Put number words together as far as they are one number: `two hundred and five` is, `two and five` is not."""
    whole, part = 0, -1
    parts = [match[0] for match in _PART.finditer(words)]
    for before, word in pairwise(["", *parts]):
        scale = _SCALE_WORD.fullmatch(word)
        is_joint = word in _JOINTS
        if word in _TIMES_HUNDRED and part < MOST_HUNDREDS and _may_be_hundred(word, before):
            part = 100 * max(part, 1)
        elif scale is not None and whole < MOST_SCALED:
            whole, part = (whole + abs(part) * _SCALES[scale[1]], 0) if part else (whole * _SCALES[scale[1]], 0)
        elif is_joint and part % 10 == 0:
            continue
        elif word in _VALUES and (part < 0 or _may_follow(part, _VALUES[word], before)):
            part = max(part, 0) + _VALUES[word]
        else:
            if part >= 0:
                yield str(whole + part)
            whole, part = 0, _VALUES.get(word, -1)
            if word not in _VALUES:
                yield word
    if part >= 0:
        yield str(whole + part)


def _may_be_hundred(word: str, before: str) -> bool:
    return word == "hundred" or before in _BEFORE_CENT or _SCALE_WORD.fullmatch(before) is not None


def _may_follow(part: int, value: int, before: str) -> bool:
    if part % 100 == 0:
        return value < (100 if part else 1000)
    is_french = part % 100 in {60, 80} and 10 <= value < 20  # noqa: PLR2004 - soixante-dix, quatre-vingt-douze
    return (part % 10 == 0 and before != "and" and 0 < value < 10) or is_french  # noqa: PLR2004 - twenty-five


def _scaled(figure: str, scale: int) -> str:
    return f"{(Decimal(figure) * scale).normalize():f}"


def _with_chinese_scales(text: str) -> str:
    return _CHINESE_SCALE.sub(lambda match: f" {_summed(match[0])} ", text)


def _summed(scaled: str) -> str:
    parts = (
        Decimal(match[1]) * prod(_CHINESE_SCALES[sign] for sign in match[2])
        for match in _CHINESE_SCALED.finditer(scaled)
    )
    return f"{sum(parts, Decimal()).normalize():f}"


def _figure_from_chinese(signs: str) -> str:
    if all(sign in _CHINESE_DIGITS for sign in signs):
        return "".join(str(_CHINESE_DIGITS[sign]) for sign in signs)
    total, myriads, part, digit = 0, 0, 0, 0
    for sign in signs:
        if sign in _CHINESE_PLACES:
            part, digit = part + max(digit, 1) * _CHINESE_PLACES[sign], 0
        elif sign == "万":
            myriads, part, digit = myriads + 10_000 * (part + digit), 0, 0
        elif sign == "亿":
            total, myriads, part, digit = total + 10**8 * (myriads + part + digit), 0, 0, 0
        else:
            digit = _CHINESE_DIGITS[sign]
    return str(total + myriads + part + digit)
