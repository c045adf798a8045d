"""Numbers that tell one event from the next: ordinals, editions, mission numbers; shared by duplicates and stories."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from pipeline.understanding.gazetteer import folded

_LANGUAGES = ("en", "fr", "ru", "es", "de")
_YEARS = range(1950, 2101)
WEEKDAY_NUMBERS = range(21, 28)
_CASE_ENDING = re.compile("(?<=[а-я]{2})[аяуюеиоыьй]{1,2}$")
_SHORT_NAME_CHARS = 3

# Babel spells no ordinals, so the twenty that occur in the names of meetings stand here. All patterns are folded as
# the texts are that they meet.
_ENGLISH_ORDINALS = (  # noqa: SIM905 - quoted one by one they would fill a page
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_FRENCH_ORDINALS = folded(
    "premi[eè]re?|deuxième|troisième|quatrième|cinquième|sixième|septième|huitième|neuvième|dixième|onzième|"
    "douzième|treizième|quatorzième|quinzième|seizième|dix-septième|dix-huitième|dix-neuvième|vingtième"
).split("|")
_RUSSIAN_ORDINALS = folded(
    "перв|втор|трет|четв[её]рт|пят|шест|седьм|восьм|девят|десят|одиннадцат|двенадцат|тринадцат|четырнадцат|"
    "пятнадцат|шестнадцат|семнадцат|восемнадцат|девятнадцат|двадцат"
).split("|")
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

# A meeting, or a turn of a programme: the nouns whose ordinal names the edition.
_EDITION_NOUN = folded(
    r"(?:workshop|session|conference|meeting|round|forum|congress|symposium|council|edition|call|summit|assembly|"
    r"seminar|colloquium|dialogue|atelier|conf[ée]rence|r[ée]union|congr[eè]s|colloque|cycle|[ée]dition|appel|sommet|"
    r"assembl[ée]e|s[ée]minaire|taller|reuni[óo]n|sesi[óo]n|foro|"
    r"сесси|конференци|заседани|семинар|форум|раунд|конгресс|совещани|саммит|симпозиум|встреч|съезд|этап)\w*"
)
_DIGIT_ORDINAL = folded(
    r"(?P<digits>\d{1,3})(?:\s?(?:st|nd|rd|th|e|ème|eme|ère|er|re|-?(?:й|я|е|го|ое|ая|ый|ий|ой|м|ом))\b|\.(?=\s))"
)
_ENGLISH_WORD = rf"(?:(?P<tens>{'|'.join(_TENS)})-)?(?P<english>{'|'.join(_ENGLISH_ORDINALS)})\b"
_FRENCH_WORD = "(?:" + "|".join(f"(?P<fr{n}>{word})" for n, word in enumerate(_FRENCH_ORDINALS, 1)) + r")\b"
_RUSSIAN_WORD = (
    "(?:"
    + "|".join(f"(?P<ru{n}>{stem})" for n, stem in enumerate(_RUSSIAN_ORDINALS, 1))
    + r")(?:ый|ий|ой|ая|ья|ое|ье|ого|ьего|ом|ем|ей|ую)\b"
)
_ORDINAL_WORD = re.compile(rf"{_ENGLISH_WORD}|{_FRENCH_WORD}|{_RUSSIAN_WORD}")
_ORDINAL_BEFORE_NOUN = re.compile(
    rf"(?<![\w.-])(?:{_DIGIT_ORDINAL}|{_ENGLISH_WORD}|{_FRENCH_WORD}|{_RUSSIAN_WORD})"
    rf"(?P<between>(?:[\s-]+[^\s.;:!?]+){{0,6}}?)[\s-]+{_EDITION_NOUN}",
    re.IGNORECASE,
)
_NOUN_BEFORE_NUMBER = re.compile(
    rf"(?<!\w){_EDITION_NOUN}\s+(?:no\.?\s*|№\s*|#\s*)?(?P<digits>\d{{1,3}})\b(?![.,:]\d)", re.IGNORECASE
)
_CHINESE_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_CHINESE_NUMBER = r"(?:\d{1,3}|[零〇一二两三四五六七八九十百]{1,5})"
_CHINESE_EDITION = re.compile(
    rf"第?\s?({_CHINESE_NUMBER})\s?[届轮]|第\s?({_CHINESE_NUMBER})\s?(?:次|期)(?=\S{{0,8}}(?:会|坛|班|议))"
)
_CHINESE_CRAFT = re.compile(
    rf"(?P<head>[\u4e00-\u9fff]{{2}})[-\s]?(?P<number>{_CHINESE_NUMBER})\s?号\s?(?P<unit>(?:\d{{1,2}}|[A-Z])(?=星|组|/|卫))?"
)
_LATIN_CRAFT = re.compile(
    r"(?<![\w-])(?P<head>[A-ZА-ЯЁ][\w'’]*[^\W\d])(?:\s?-\s?|\s)(?P<number>\d{1,4}[A-ZА-Я]{0,2}|[IVX]{1,4})(?![\w%])"
    r"(?:[-\s](?P<unit>\d{1,2})(?![\w%.,:]))?"
)
_ROMAN = {"I": 1, "V": 5, "X": 10}
_NOT_A_NAME = re.compile(
    folded(
        "the|an?|in|on|at|of|to|from|by|for|about|some|over|under|nearly|almost|only|all|and|or|but|with|within|after|"
        "before|since|until|than|as|around|between|more|less|just|last|next|another|other|these|those|its|their|his|her|"
        "we|they|he|she|it|there|"
        "pages?|chapter|section|article|figure|table|part|item|no|number|vol|version|hall|room|building|agenda|protocol|"
        "boeing|airbus|covid|utc|gmt|msk|local|beijing|tel|fax|day|years?|group|top|"
        "le|la|les|une?|des|dans|sur|en|aux?|de|du|par|pour|avec|après|avant|depuis|environ|près|plus|"
        "с|в|на|от|до|по|из|за|к|о|при|для|после|перед|около|более|менее|свыше|через|и|или|но|а|не|"
        "el|los|las|uno|una|por|para|con|desde|hasta"
    )
)


@dataclass(frozen=True)
class EventNumbers:
    """The numbers in a text that name an event.

    `editions` are ordinals of meetings and rounds, `crafts` pairs of a name and its number (`yaogan`, `42-02`),
    `years` four-digit years.
    """

    editions: frozenset[int] = frozenset()
    crafts: frozenset[tuple[str, str]] = frozenset()
    years: frozenset[int] = frozenset()


def event_numbers_of(text: str) -> EventNumbers:
    """Read editions, craft numbers and years out of a title or a lead, in English, French, Russian or Chinese."""
    plain = folded(text)
    return EventNumbers(
        editions=frozenset(_editions_in(plain)),
        crafts=frozenset(_crafts_in(plain)),
        years=frozenset(int(year) for year in re.findall(r"(?<!\d)(?:19[5-9]|20\d)\d(?!\d)", plain)),
    )


def number_from_chinese(digits: str) -> int:
    """Read a Chinese or Arabic numeral below a thousand: `四十二`, `一百零三` and `42`."""
    if digits.isdecimal():
        return int(digits)
    total, current = 0, 0
    for sign in digits:
        if sign in "十百":
            total += max(current, 1) * (10 if sign == "十" else 100)
            current = 0
        else:
            current = current * 10 + _CHINESE_DIGITS[sign] if current and "十" not in digits else _CHINESE_DIGITS[sign]
    return total + current


def is_ordinal_word(word: str) -> bool:
    """Tell whether a lower-case word is a spelled-out ordinal (`fifth`, `cinquième`, `пятого`)."""
    return _ORDINAL_WORD.fullmatch(folded(word)) is not None


@cache
def ordinal_from_word(word: str) -> int | None:
    """Return the value of a lower-case word that is an ordinal in letters or figures (`fifth`, `пятого`, `5th`)."""
    plain = folded(word)
    match = _ORDINAL_WORD.fullmatch(plain)
    if match is not None:
        return _ordinal_value(match)
    return int(plain[:-2]) if re.fullmatch(r"\d{1,3}th", plain) else None


def calendar_number(word: str) -> int | None:
    """Return the number of a month (1 to 12) or weekday (`WEEKDAY_NUMBERS`) in an alphabetic language."""
    plain = _calendar_word(word)
    return _calendar_numbers().get(plain, _calendar_numbers().get(_CASE_ENDING.sub("", plain)))


@cache
def _calendar_numbers() -> dict[str, int]:
    from babel import Locale

    numbers = {}
    for language, usage, width in product(_LANGUAGES, ("format", "stand-alone"), ("wide", "abbreviated")):
        locale = Locale(language)
        for number, name in locale.months[usage][width].items():
            numbers[_calendar_word(name)] = number
        for number, name in locale.days[usage][width].items():
            numbers[_calendar_word(name)] = WEEKDAY_NUMBERS[number]
    # Babel knows two cases of a Russian name; the bare stem finds the others.
    stems = {_CASE_ENDING.sub("", name): number for name, number in numbers.items() if len(name) > _SHORT_NAME_CHARS}
    return stems | numbers


def _calendar_word(name: str) -> str:
    return folded(name).lower().rstrip(".")


def _editions_in(text: str) -> Iterator[int]:
    for match in _ORDINAL_BEFORE_NOUN.finditer(text):
        yield _ordinal_value(match)
    for match in _NOUN_BEFORE_NUMBER.finditer(text):
        yield int(match["digits"])
    for match in _CHINESE_EDITION.finditer(text):
        yield number_from_chinese(match[1] or match[2])


def _ordinal_value(match: re.Match[str]) -> int:
    groups = {name: value for name, value in match.groupdict().items() if value}
    if "digits" in groups:
        return int(groups["digits"])
    if "english" in groups:
        tens = _TENS.get(groups.get("tens", "").lower(), 0)
        return tens + _ENGLISH_ORDINALS.index(groups["english"].lower()) + 1
    return next(int(name[2:]) for name in groups if name[2:].isdecimal())


def _crafts_in(text: str) -> Iterator[tuple[str, str]]:
    for match in _CHINESE_CRAFT.finditer(text):
        unit = match["unit"]
        number = str(number_from_chinese(match["number"]))
        yield match["head"], f"{number}-{_unit_of(unit)}" if unit else number
    for match in _LATIN_CRAFT.finditer(text):
        head, number, unit = match["head"].lower(), match["number"].upper(), match["unit"]
        value = _latin_number(number)
        if (
            value is None
            or _NOT_A_NAME.fullmatch(head)
            or _is_calendar_word(head)
            or _is_day_of_month(text, match.end())
        ):
            continue
        yield head.replace("'", ""), f"{value}-{_unit_of(unit)}" if unit else value


def _is_calendar_word(word: str) -> bool:
    return calendar_number(word) is not None


def _is_day_of_month(text: str, end: int) -> bool:
    following = re.match(r"\s+([^\W\d_]+)", text[end : end + 24])
    return following is not None and _is_calendar_word(following[1])


def _unit_of(unit: str) -> str:
    return str(int(unit)) if unit.isdecimal() else unit


def _latin_number(number: str) -> str | None:
    if number.isdecimal():
        return None if int(number) in _YEARS else str(int(number))
    if set(number) <= set(_ROMAN):
        values = [_ROMAN[sign] for sign in number]
        pairs = zip(values, [*values[1:], 0], strict=True)
        return str(sum(-value if value < following else value for value, following in pairs))
    return number.lstrip("0")


def years_near(years: frozenset[int], published: dt.date | None) -> frozenset[int]:
    """Keep the years that can be an event's own: at most one off the year of publication, if that is known."""
    if published is None:
        return years
    return frozenset(year for year in years if abs(year - published.year) <= 1)
