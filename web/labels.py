"""Words for values: dates at their precision, moments, countries, languages; templates use them as filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from babel import Locale

from models.search.filters import country_names, language_names
from perilune.dates import PartialDate

NO_DATE = "date not stated"
MONTHS = Locale("en").months["format"]["wide"]
KILOBYTE = 1000
RELEVANCE_LABELS = {"core": "International cooperation", "space": "National space activity", "off": "Not about space"}
SPECIAL_LABELS = {"mou": "MoU"}


def date_in_words(date: PartialDate | dt.date | None) -> str:
    """Write a date in English, as exactly as it is known: `2022`, `March 2022`, `10 March 2022`."""
    if date is None:
        return NO_DATE
    parts = [str(date.day)] if date.day else []
    parts += [MONTHS[date.month]] if date.month else []
    return " ".join([*parts, str(date.year)])


def period_in_words(start: PartialDate | dt.date | None, end: PartialDate | dt.date | None) -> str:
    """Write a period, shortened where both ends share month or year: `25–29 April 2022`."""
    if start is None or end is None or str(start) == str(end):
        return date_in_words(start or end)
    last = date_in_words(end)
    if start.year == end.year and start.day and end.day and start.month:
        return f"{start.day}{'' if start.month == end.month else f' {MONTHS[start.month]}'}–{last}"
    return f"{date_in_words(start)} – {last}"


def moment_in_words(moment: dt.datetime | None) -> str:
    """Write a time to the minute in UTC."""
    if moment is None:
        return "never"
    at = moment.astimezone(dt.UTC)
    return f"{date_in_words(at.date())}, {at:%H:%M} UTC"


def country_name(code: str) -> str:
    """Name a country by its code; an unknown code is its own name."""
    return country_names().get(code, code)


def language_name(code: str | None) -> str:
    """Name a language by its code."""
    return "unknown language" if code is None else language_names().get(code, code)


def words_of(value: str) -> str:
    """Write a stored value such as `press-release` as words."""
    return SPECIAL_LABELS.get(value.lower(), value.replace("-", " "))


def kind_of_actor(kind: str) -> str:
    """Name an actor's kind as readers do."""
    return "UN body" if kind == "un" else kind


def relevance_label(value: str | None) -> str:
    """Say what a relevance means."""
    return RELEVANCE_LABELS.get(str(value), "Not yet judged")


def size_in_words(byte_count: int) -> str:
    """Write a number of bytes in kB or MB."""
    if byte_count < KILOBYTE:
        return f"{byte_count} bytes"
    kilobytes = byte_count / KILOBYTE
    return f"{kilobytes:.0f} kB" if kilobytes < KILOBYTE else f"{kilobytes / KILOBYTE:.1f} MB"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Write a number with its noun: `1 article`, `2 articles`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def bars_of(counts: Sequence[int], height: int = 24) -> list[int]:
    """Scale counts to the heights of a sparkline's bars; what is not zero can be seen."""
    most = max(counts, default=0)
    return [max(2, round(height * count / most)) if count else 0 for count in counts]


def share_in_words(share: float | None) -> str:
    """Write a share of 0 to 1 in percent."""
    return "unknown" if share is None else f"{share:.0%}"
