"""Names of months and weekdays, and words for days beside the publication, with their numbers; from CLDR where it has them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from babel import Locale

from pipeline.understanding.lexicon import folded

LANGUAGES = ("en", "fr", "es", "ru")
MIN_NAME_CHARS = 3
# Latin month names that are words of their own too: they count only beside a number.
DOUBTFUL_MONTHS = frozenset({"mar", "may", "mai", "set", "oct", "jan", "dec", "ene", "ago", "abr", "avr", "march"})

_RELATIVE_DAYS = {
    0: "today tonight сегодня aujourd'hui 今天 今日 今早 今晨 今晚 当天 当日 hoy this\u00a0morning this\u00a0afternoon this\u00a0evening ce\u00a0matin ce\u00a0soir",
    -1: "yesterday вчера hier 昨天 昨日 昨晚 昨夜 ayer last\u00a0night",
    1: "tomorrow завтра demain 明天 明日 mañana",
}
_RELATIVE_WEEKS = {
    0: "this\u00a0week 本周 на\u00a0этой\u00a0неделе cette\u00a0semaine",
    -1: "last\u00a0week 上周 на\u00a0прошлой\u00a0неделе la\u00a0semaine\u00a0derniere",
    1: "next\u00a0week 下周 на\u00a0следующей\u00a0неделе la\u00a0semaine\u00a0prochaine",
}
_RELATIVE_MONTHS = {
    0: "this\u00a0month 本月 在\u00a0этом\u00a0месяце в\u00a0этом\u00a0месяце ce\u00a0mois-ci",
    -1: "last\u00a0month 上月 上个月 в\u00a0прошлом\u00a0месяце le\u00a0mois\u00a0dernier",
    1: "next\u00a0month 下月 下个月 в\u00a0следующем\u00a0месяце le\u00a0mois\u00a0prochain",
}
_RELATIVE_YEARS = {
    0: "this\u00a0year 今年 本年 в\u00a0этом\u00a0году этого\u00a0года нынешнего\u00a0года текущего\u00a0года cette\u00a0annee de\u00a0cette\u00a0annee",
    -1: "last\u00a0year 去年 в\u00a0прошлом\u00a0году прошлого\u00a0года минувшего\u00a0года l'an\u00a0dernier l'annee\u00a0derniere",
    1: "next\u00a0year 明年 в\u00a0следующем\u00a0году следующего\u00a0года l'an\u00a0prochain l'annee\u00a0prochaine",
}


def calendar_words() -> Iterator[tuple[str, str, int]]:
    """Give group, word (folded, lower case) and value of each word of the calendar."""
    yield from (("month", name, number) for name, number in months().items())
    yield from (("weekday", name, number) for name, number in weekdays().items())
    for group, table in (
        ("relative_day", _RELATIVE_DAYS),
        ("relative_week", _RELATIVE_WEEKS),
        ("relative_month", _RELATIVE_MONTHS),
        ("relative_year", _RELATIVE_YEARS),
    ):
        for value, words in table.items():
            yield from ((group, folded(word).lower(), value) for word in words.split(" "))


@cache
def months() -> dict[str, int]:
    """Map month names without accents, inflected and shortened, to 1..12."""
    names: dict[str, int] = {"sept": 9}
    for language in LANGUAGES:
        found = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in found[context][width].items():
                    word = folded(name).lower().rstrip(".")
                    if len(word) >= MIN_NAME_CHARS:
                        names.setdefault(word, number)
                    if language == "ru" and word.endswith(("я", "ь", "т")) and width == "wide":
                        names.setdefault(word.rstrip("яь") + "е", number)
    return names


@cache
def weekdays() -> dict[str, int]:
    """Map weekday names to Monday = 0."""
    names = {f"{prefix}{day}": number for prefix in ("星期", "周") for number, day in enumerate("一二三四五六日")}
    names |= {"星期天": 6, "среду": 2, "пятницу": 4, "субботу": 5}
    for language in LANGUAGES:
        for number, name in Locale(language).days["format"]["wide"].items():
            names[folded(name).lower()] = number
    return names
