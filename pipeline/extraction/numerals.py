"""Numbers as lists print them: digits, letters, Roman and Chinese numerals; for slides and text documents alike."""

from __future__ import annotations

from collections.abc import Callable

MAX_NUMBER = 999
ROMAN = ((900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"))
ROMAN_BELOW_NINE = ((5, "v"), (4, "iv"), (1, "i"))
CHINESE_DIGITS = "零一二三四五六七八九"
RUSSIAN_LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"
HEAVENLY_STEMS = "甲乙丙丁戊己庚辛壬癸"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def numeral(number: int, form: str) -> str | None:
    """Write `number` in a numbering form of WordprocessingML (`lowerRoman`); None where it cannot be told."""
    if not 0 < number <= MAX_NUMBER or form not in FORMS:
        return None
    return FORMS[form](number) or None


def _roman(number: int) -> str:
    written = ""
    for value, letters in (*ROMAN, *ROMAN_BELOW_NINE):
        while number >= value:
            written, number = written + letters, number - value
    return written


def _chinese(number: int) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    written = f"{CHINESE_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        written += "十" if tens == 1 and not hundreds else f"{CHINESE_DIGITS[tens]}十"
    elif hundreds and ones:
        written += CHINESE_DIGITS[0]
    return written + (CHINESE_DIGITS[ones] if ones else "")


def _letters(alphabet: str) -> Callable[[int], str]:
    """Count a to z, then aa to zz, as office programs do."""
    return lambda number: alphabet[(number - 1) % len(alphabet)] * ((number - 1) // len(alphabet) + 1)


def _signs(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if number <= len(signs) else ""


FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": str,
    "decimalHalfWidth": str,
    "lowerLetter": _letters(LATIN_LETTERS),
    "upperLetter": lambda number: _letters(LATIN_LETTERS)(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "russianLower": _letters(RUSSIAN_LETTERS),
    "russianUpper": lambda number: _letters(RUSSIAN_LETTERS)(number).upper(),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "ideographTraditional": _signs(HEAVENLY_STEMS),
    "decimalEnclosedCircle": _signs(CIRCLED),
    "decimalEnclosedCircleChinese": _signs(CIRCLED),
}
