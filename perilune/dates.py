"""Dates as sources state them: partly known, witnessed, never guessed; shared by crawler, pipeline and digest."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from babel import Locale, UnknownLocaleError


class Precision(StrEnum):
    """How exactly a date is known."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, order=True)
class PartialDate:
    """A calendar date known to the year, the month or the day; `first` and `last` bound it."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Refuse impossible dates: ValueError says which."""
        if self.day is not None and self.month is None:
            raise ValueError(f"a day without a month: {self.year}-?-{self.day}")
        dt.date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read `2022`, `2022-02` or `2022-02-17`, ignoring what follows a `T` or a space; ValueError otherwise."""
        parts = text.strip().replace(" ", "T").split("T")[0].split("-")[:3]
        if not all(re.fullmatch("[0-9]{1,4}", part) for part in parts):
            raise ValueError(f"{text[:40]!r} is no date")
        return cls(*map(int, parts))

    @classmethod
    def of(cls, day: dt.date, precision: Precision = Precision.DAY) -> PartialDate:
        """Keep as much of `day` as `precision` allows."""
        return cls(
            day.year,
            None if precision is Precision.YEAR else day.month,
            day.day if precision is Precision.DAY else None,
        )

    @property
    def precision(self) -> Precision:
        """How exactly this date is known."""
        return Precision.YEAR if self.month is None else Precision.MONTH if self.day is None else Precision.DAY

    @property
    def first(self) -> dt.date:
        """The earliest day that it may be."""
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> dt.date:
        """The latest day that it may be."""
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        """Write the ISO 8601 form, as short as the precision."""
        return "-".join([f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)])


class WitnessKind(StrEnum):
    """Where a publication date was read, in falling order of trust."""

    SELECTED = "selected"  # where a person said that the page states it
    STRUCTURED = "structured"  # JSON-LD datePublished, meta article:published_time and their kin
    VISIBLE = "visible"  # the date line beside the title
    FEED = "feed"  # the feed's or the news sitemap's own date
    LISTING = "listing"  # the date beside the link on the listing page
    ADDRESS = "address"  # digits in the address
    COVER = "cover"  # the first page of a document
    METADATA = "metadata"  # the PDF's or office file's own fields
    HTTP = "http"  # the answer's Last-Modified: supports another witness, decides nothing alone


@dataclass(frozen=True)
class Witness:
    """One place that states a publication date, and what it says there.

    `is_labelled` says that the page's own words call this day the one of publication.
    """

    kind: WitnessKind
    date: PartialDate
    quote: str
    is_labelled: bool = False


@dataclass(frozen=True)
class PublicationDate:
    """The decision over all witnesses: `date` is None when nothing trustworthy states one."""

    date: PartialDate | None
    decided_by: WitnessKind | None
    confidence: float
    witnesses: tuple[Witness, ...] = ()


UPDATE_NAMES = {"updated", "modified", "date-modified", "lastmod"}
PUBLISHED_NAMES = {"published", "entry-date", "pubdate", "posted-on"}
UNKNOWN_DATE = PublicationDate(date=None, decided_by=None, confidence=0.0)

OUR_LANGUAGES = ("en", "fr", "ru", "zh")
# British and American English shorten September differently; CLDR has each form under its own region.
REGIONAL_FORMS = {"en": ("en", "en_GB"), "fr": ("fr", "fr_CA"), "pt": ("pt", "pt_PT")}
CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
MONTHS_COUNT = 12

YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)"
ANY_YEAR = re.compile(r"(?:19|20)\d\d|[〇零○一二三四五六七八九]{4}\s*年")
REACH_CHARS = 60
YEAR_WORD = r"(?:\s*(?:г\.|год(?:а|у|ом)?\b))?"
DAY = r"(?<!\d)(?P<{}>[0-3]?\d)(?:st|nd|rd|th|er|e|º|°|-?го|-?е)?(?![^\W_])"
TO = r"\s*(?:-|–|—|−|~|～|\bto\b|\band\b|\bthrough\b|\buntil\b|\bпо\b|\bдо\b|\bи\b|\bau\b|\bet\b)\s*(?:le\s+)?"
OF = r"[\s.,-]*(?:\b(?:of|de|d')\s*)?"
CJK_MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
CJK_DAY = r"[0-3]?\d|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
NUMERIC_FORMS = (
    (
        rf"(?P<year>(?:19|20)\d\d)\s*年\s*(?P<first_month>{CJK_MONTH})\s*月\s*(?P<first_day>{CJK_DAY})\s*[日号號]?\s*"
        rf"(?:至|到|-|–|—|－|~|～)+\s*(?:(?P<month>{CJK_MONTH})\s*月\s*)?(?P<day>{CJK_DAY})\s*[日号號]"
    ),
    (
        r"(?P<year>(?<!\d)(?:19|20)\d\d|[〇零○一二三四五六七八九]{4})\s*年"
        rf"(?:\s*(?P<month>{CJK_MONTH})\s*月(?:\s*(?P<day>{CJK_DAY})\s*[日号號])?)?"
    ),
    r"(?<![\d./-])(?P<year>(?:19|20)\d\d)(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?![\d/])",
    (
        r"(?<![\d./-])(?P<left>\d{1,2})(?P<mark>[-/.])(?P<right>\d{1,2})(?P=mark)(?P<year>(?:19"
        r"|20)\d\d)(?![\d/-]|\.\d)"
    ),
    r"(?<![\d./-])(?P<year>(?:19|20)\d\d)[-/](?P<iso_month>\d\d)(?![\d/-])",
)
BARE_YEARS = (
    (
        r"\b(?:in|since|by|until|during|from|before|after|early|late|mid|en|depuis|dès|avant|après|vers|jusqu'en"
        rf"|в|с|к|до|по|от|после|около)[\s-]+{YEAR}(?!\s*(?:[%°€$]|[-–—/]\d)){YEAR_WORD}"
    ),
    rf"{YEAR}\s*(?:г\.|год(?:а|у|ом)?\b)",
    rf"\(\s*{YEAR}\s*\)",
)
PLANET = ("Mars", "MARS")


def is_name_of_update(names: str) -> bool:
    """Tell whether an element's class names mark the time of an update, as hAtom's `updated`, and not of publishing."""
    words = set(names.lower().split())
    return bool(words & UPDATE_NAMES) and not words & PUBLISHED_NAMES


def dates_in(text: str, language: str | None = None) -> list[tuple[PartialDate, int, int]]:
    """Find the dates that state at least their year, in reading order, as (date, start, end) with end exclusive.

    A range such as `25-29 April 2022` gives both of its ends; the first one's span covers only its own words (`25`).
    `language` settles what `04/05/2022` means: day first, except in English, where only the year is taken.
    """
    languages = OUR_LANGUAGES if language is None else tuple(dict.fromkeys((language, "en")))
    is_day_first = language not in (None, "en")
    names = _month_numbers(languages)
    found: list[tuple[PartialDate, int, int]] = []
    taken = bytearray(len(text))
    windows = _windows_around_years(text)
    for form in _forms(languages):
        for match in (match for window in windows for match in form.finditer(text, *window)):
            start, end = match.span()
            if not any(taken[start:end]) and (dates := _dates_of(match, names, is_day_first=is_day_first)):
                taken[start:end] = b"\1" * (end - start)
                found.extend(dates)
    return sorted(found, key=lambda item: item[1])


def _windows_around_years(text: str) -> list[tuple[int, int]]:
    """Bound the places where a date can stand: most of a text is far from any year and need not be read."""
    windows: list[tuple[int, int]] = []
    for match in ANY_YEAR.finditer(text):
        start, end = max(0, match.start() - REACH_CHARS), match.end() + REACH_CHARS
        if windows and start <= windows[-1][1]:
            start = windows.pop()[0]
        windows.append((start, end))
    return windows


@lru_cache(maxsize=64)
def _forms(languages: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Compile the written forms, the longest first, so that a range is not read as its last day."""
    names = sorted(_month_numbers(languages), key=len, reverse=True)
    month = rf"(?<![^\W\d_])(?P<{{}}>{'|'.join(map(re.escape, names))})(?![^\W\d_])\.?"
    day, first_day = DAY.format("day"), DAY.format("first_day")
    name, first_name = month.format("name"), month.format("first_name")
    written = (
        rf"{first_day}{OF}{first_name}{TO}{day}{OF}{name}{OF}{YEAR}{YEAR_WORD}",
        rf"{first_day}{TO}{day}{OF}{name}{OF}{YEAR}{YEAR_WORD}",
        rf"{first_name}\s*{first_day}{TO}{name}\s*{day}[,.]?\s*{YEAR}",
        rf"{name}\s*{first_day}{TO}{day}[,.]?\s*{YEAR}",
        rf"{day}{OF}{name}{OF}{YEAR}{YEAR_WORD}",
        rf"{name}\s*{day}[,.]?\s*{YEAR}",
        rf"{name}{OF}{YEAR}{YEAR_WORD}",
    )
    return tuple(re.compile(form, re.IGNORECASE) for form in (*written, *NUMERIC_FORMS, *BARE_YEARS))


@lru_cache(maxsize=64)
def _month_numbers(languages: tuple[str, ...]) -> dict[str, int]:
    """Map the lower-case names of months (full, inflected, shortened, without accents) to 1..12."""
    merged: dict[str, int] = {}
    for language in languages:
        names = {name: number for name, number in _listed_months(language) if not re.search(r"\d|月", name)}
        names |= _unique_prefixes(names) | _prepositional_forms(names)
        merged |= names | {_without_accents(name): number for name, number in names.items()}
    return merged


def _listed_months(language: str) -> Iterator[tuple[str, int]]:
    for locale in REGIONAL_FORMS.get(language, (language,)):
        try:
            contexts = Locale.parse(locale).months
        except (UnknownLocaleError, ValueError):
            continue
        for context in contexts.values():
            for width in ("wide", "abbreviated"):
                yield from ((name.lower().rstrip("."), number) for number, name in context[width].items())


def _unique_prefixes(names: dict[str, int]) -> dict[str, int]:
    """Shorten names to three or four letters where only one month begins so: `sept`, `сен`."""
    prefixes = {name[:length] for name in names for length in (3, 4) if len(name) > length}
    months = {prefix: {names[name] for name in names if name.startswith(prefix)} for prefix in prefixes}
    return {prefix: numbers.pop() for prefix, numbers in months.items() if len(numbers) == 1}


def _prepositional_forms(names: dict[str, int]) -> dict[str, int]:
    """Add the Russian `в марте`, which CLDR does not list: the genitive with another last letter."""
    return {f"{name[:-1]}е": number for name, number in names.items() if re.fullmatch(r"[а-я]{2,}[ая]", name)}


def _without_accents(text: str) -> str:
    # Only Latin accents are optional in practice: й is a letter of its own.
    letters = unicodedata.normalize("NFD", text)
    return text if re.search("[а-я]", text) else "".join(x for x in letters if not unicodedata.combining(x))


def _dates_of(match: re.Match[str], names: dict[str, int], *, is_day_first: bool) -> list[tuple[PartialDate, int, int]]:
    """Read one date, or both ends of a range; nothing when the calendar has no such day."""
    parts = match.groupdict()
    if not _is_a_month(parts):
        return []
    year = _number(parts["year"])
    month, day = _month_and_day(parts, names, is_day_first=is_day_first)
    first_day = _number(parts.get("first_day"))
    try:
        last = PartialDate(year or 0, month, day)
        if first_day is None:
            return [(last, *_place_of(match, last))]
        first_name = (parts.get("first_name") or "").lower()
        first_month = names.get(first_name) or _number(parts.get("first_month")) or month
        first = PartialDate(last.year, first_month, first_day)
    except ValueError:
        return []
    stop, resume = _places_of_range(match)
    return [(first, match.start(), stop), (last, resume, match.end())]


def _place_of(match: re.Match[str], date: PartialDate) -> tuple[int, int]:
    """Leave out the preposition or bracket that made a bare year a date."""
    if date.month is not None or match["year"] not in match[0] or "left" in match.groupdict():
        return match.span()
    return match.start("year"), match.end() - match[0].endswith(")")


def _places_of_range(match: re.Match[str]) -> tuple[int, int]:
    """Tell where the first end of a range stops and where the second begins."""
    parts = match.groupdict()
    stop = max(match.end(group) for group in ("first_day", "first_name") if parts.get(group))
    resume = min(
        match.start(group) for group in ("day", "name", "month") if parts.get(group) and match.start(group) >= stop
    )
    return stop, resume


def _is_a_month(parts: dict[str, str | None]) -> bool:
    if parts.get("iso_month"):
        # 2010-12 may be two years; 2022-02 cannot.
        return 0 < int(parts["iso_month"] or 0) <= int((parts["year"] or "0")[2:])
    # "Mars 2020" is a rover.
    return not (parts.get("name") in PLANET and parts.get("day") is None)


def _month_and_day(
    parts: dict[str, str | None], names: dict[str, int], *, is_day_first: bool
) -> tuple[int | None, int | None]:
    left, right = _number(parts.get("left")), _number(parts.get("right"))
    if left is not None and right is not None:
        if left > MONTHS_COUNT or left == right or is_day_first or parts["mark"] == ".":
            return right, left
        return (left, right) if right > MONTHS_COUNT else (None, None)
    digits = parts.get("month") or parts.get("iso_month") or parts.get("first_month")
    month = names.get((parts.get("name") or "").lower()) or _number(digits)
    return month, _number(parts.get("day"))


def _number(digits: str | None) -> int | None:
    """Read ASCII or Chinese digits: `29`, `二〇二一`, `二十九`."""
    if not digits:
        return None
    if "十" in digits:
        tens, _, ones = digits.partition("十")
        return 10 * (_number(tens) or 1) + (_number(ones) or 0)
    return int(digits.translate(CHINESE_DIGITS))


TRUST = {
    WitnessKind.SELECTED: 0.98,
    WitnessKind.STRUCTURED: 0.9,
    WitnessKind.VISIBLE: 0.85,
    WitnessKind.FEED: 0.8,
    WitnessKind.LISTING: 0.75,
    WitnessKind.ADDRESS: 0.7,
    WitnessKind.COVER: 0.7,
    WitnessKind.METADATA: 0.4,
    WitnessKind.HTTP: 0.2,
}
EPOCH = PartialDate(1970, 1, 1)
FIRST_WEB_YEAR, OUTVOTED_BY = 1991, 2


def decide_date(witnesses: Sequence[Witness], *, not_after: dt.date) -> PublicationDate:
    """Decide the publication date: the most trusted witness, unless two other kinds agree against it.

    Witnesses agree when their dates overlap or lie a day apart (time zones). Agreement raises the confidence,
    contradiction lowers it. Among agreeing witnesses the most precise date that most kinds name is taken, the visible
    one before a machine's. Witnesses after `not_after`, from before the web or at the epoch are not believed; HTTP's
    supports others and decides nothing.
    """
    believed = [witness for witness in witnesses if _is_believable(witness, not_after)]
    leaders = sorted((one for one in believed if one.kind is not WitnessKind.HTTP), key=lambda one: -TRUST[one.kind])
    if not leaders:
        return PublicationDate(None, None, 0.0, tuple(witnesses))
    camp = _camp_of_most_trust(leaders)
    # A machine's date may be that of another time zone: the day that more kinds of witness name is the local one.
    support = {witness.date: len(_kinds(other for other in camp if other.date == witness.date)) for witness in camp}
    decider = max(camp, key=lambda one: (_parts_known(one.date), support[one.date], one.kind is WitnessKind.VISIBLE))
    dissent = len(_kinds([witness for witness in leaders if witness not in camp]) - _kinds(camp))
    backing = [*camp, *(one for one in believed if one.kind is WitnessKind.HTTP and _agree(one, decider))]
    return PublicationDate(decider.date, decider.kind, _confidence(backing, dissent), tuple(witnesses))


def _camp_of_most_trust(leaders: Sequence[Witness]) -> list[Witness]:
    """Gather who agrees with the most trusted witness, or with those who outvote it."""
    camps = [[other for other in leaders if _agree(leader, other)] for leader in leaders]
    camp = camps[0]
    rivals = max(camps, key=lambda other: len(_kinds(other) - _kinds(camp)))
    if len(_kinds(camp)) == 1 and len(_kinds(rivals) - _kinds(camp)) >= OUTVOTED_BY:
        return rivals
    # A site's move resets the machines' dates; what the page's words say of its publication stays.
    labelled = next((other for other in camps if other[0].date.last < camp[0].date.first and _is_labelled(other)), None)
    return labelled or camp


def _is_labelled(camp: Sequence[Witness]) -> bool:
    return any(witness.is_labelled for witness in camp)


def _confidence(camp: Sequence[Witness], dissenting_kinds: int) -> float:
    doubt = 1.0
    for kind in _kinds(camp):
        doubt *= 1 - TRUST[kind]
    return round((1 - doubt) * 0.8**dissenting_kinds, 3)


def _is_believable(witness: Witness, not_after: dt.date) -> bool:
    is_old = witness.date.year < FIRST_WEB_YEAR and witness.kind is not WitnessKind.COVER
    return witness.date.first <= not_after and witness.date != EPOCH and not is_old


def _agree(one: Witness, other: Witness) -> bool:
    a_day = dt.timedelta(days=1)
    return one.date.first <= other.date.last + a_day and other.date.first <= one.date.last + a_day


def _kinds(witnesses: Iterable[Witness]) -> set[WitnessKind]:
    return {witness.kind for witness in witnesses}


def _parts_known(date: PartialDate) -> int:
    return 1 + (date.month is not None) + (date.day is not None)
