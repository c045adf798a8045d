"""What the finders of facts read: a sentence with its actors, dates, cues and tense, and what is known of the article.

Apart because events and agreements are found in the same sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from perilune.dates import PartialDate
from pipeline.facts.cues import Cue, cues_in, lowered
from pipeline.facts.date_shapes import CALENDAR_GROUPS, StatedDate, dates_among
from pipeline.facts.dates import DateContext, resolved
from pipeline.summaries.sentences import sentences_of
from pipeline.understanding.gazetteer import Gazetteer, folded
from pipeline.values import Actor, Document, Span

MAX_CHARS = 60_000
MAX_SENTENCES = 800
MAX_SENTENCE_CHARS = 700
MAX_TITLE_CHARS = 400
MAX_DATELINE_PLACE = 90
MAX_FORMERLY_GAP = 16
DATELINE_NUMBER = 4

Spans = Sequence[tuple[str, int, int]]
CountriesIn = Callable[[str, str | None], Sequence[str]]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PAST_RU = re.compile(r"[а-я]{2,}(?:л|ла|ло|ли|лся|лась|лось|лись|ан|ана|ено|ена|ены|аны)\b")
# What follows the date of a dateline: `MOSCOW, 27 June. `, `WASHINGTON, Jan 14 (AP) --`, `北京10月25日电`.
_AFTER_DATELINE = re.compile(r"\s*(?:/[^/]{2,20}/|\([^)]{2,40}\))?\s*(?:[.:](?:\s|$)|--|[-/—]\s|电|訊|讯|消息)")
_DATELINE_PLACE = re.compile(
    r"^\W*(?:(?:[A-ZА-ЯÀ-Ý][\w'.-]*[\s/,-]*){1,4}(?:\([^)]{1,30}\)[\s,-]*)?|[\u3400-\u9fff“(【「/]{0,16})$"
)
_STAMP = re.compile(
    r"\b(?:published|posted|updated|last modified|last updated|date de publication|publie le|mis a jour|опубликовано"
    r"|обновлено|modified|release date|issued)\b|来源|发布时间|更新时间|发布日期|浏览|点击|编辑:|责任编辑|字号"
    r"|\b\d{1,2}:\d\d(?::\d\d)?\s*(?:\||来源)|^\s*(?:source|источник)\b",
    re.IGNORECASE,
)
_TIME_OF_DAY = re.compile(r"\b\d{1,2}(?:[:.h]| h )\d\d\b|\d{1,2}[时点]\d{1,2}分|\b\d{1,2}\s*[ap]\.?m\b")


@dataclass(frozen=True)
class Named:
    """An actor's name in a sentence."""

    actor: Actor
    start: int
    end: int


@dataclass(frozen=True)
class Heading:
    """The title of an article: as written, folded and lower-case, and its cues."""

    text: str
    shape: str
    lower: str
    cues: tuple[Cue, ...]
    named: tuple[Named, ...]

    def has(self, *groups: str) -> bool:
        """Tell whether the title holds a word of one of the groups."""
        return any(cue.group in groups for cue in self.cues)


@dataclass(frozen=True)
class Setting:
    """What the sentences before tell of a date: the day of the dateline, and the year last stated with a day."""

    dateline: PartialDate | None = None
    year: int | None = None


@dataclass(frozen=True)
class Statement:
    """A sentence: as written, and `shape`, the same folded; places in it are counted from its own start.

    Countries are looked for when a finder first asks: most sentences state no fact.
    """

    text: str
    shape: str
    lower: str
    span: Span
    document: Document
    heading: Heading
    number: int
    dates: tuple[StatedDate, ...]
    named: tuple[Named, ...]
    cues: Mapping[str, Sequence[Cue]]
    countries_in: CountriesIn
    setting: Setting = field(default_factory=Setting)

    def has(self, *groups: str) -> bool:
        """Tell whether the sentence holds a word of one of the groups."""
        return any(group in self.cues for group in groups)

    def places(self, *groups: str) -> list[Cue]:
        """List the words of the groups, in reading order."""
        found = [self.cues[group] for group in groups if group in self.cues]
        if len(found) <= 1:
            return list(found[0]) if found else []
        return sorted((cue for cues in found for cue in cues), key=lambda cue: cue.start)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The codes of the countries named, in reading order."""
        return tuple(self.countries_in(self.text, self.document.language))

    @property
    def language(self) -> str:
        """The two letters of the article's language, empty when unknown."""
        return (self.document.language or "")[:2]

    @property
    def leads_to_future(self) -> bool:
        """Tell whether what follows a heading speaks of what is still to come."""
        following = self.document.text[self.span.end : self.span.end + MAX_SENTENCE_CHARS]
        return any(cue.group == "future" for cue in cues_in(lowered(folded(following)), self.document.language))

    @cached_property
    def is_future(self) -> bool | None:
        """Tell whether the sentence speaks of what is still to come; None when it does not say."""
        future = min((cue.start for cue in self.cues.get("future", ()) if not self._is_month(cue)), default=None)
        past = min((cue.start for cue in self.cues.get("past", ())), default=None)
        if self.language == "ru" and (match := _PAST_RU.search(self.lower)):
            past = min(past, match.start()) if past is not None else match.start()
        if future is not None and past is not None:
            return future < past
        return future is not None if future is not None or past is not None else None

    def _is_month(self, cue: Cue) -> bool:
        """Tell whether a word of the future is a month: `May`."""
        return self.text[cue.start].isupper() and any(month.start == cue.start for month in self.cues.get("month", ()))

    @cached_property
    def tells_time(self) -> bool:
        """Tell whether it states a time of day."""
        return _TIME_OF_DAY.search(self.lower) is not None

    def date_at(
        self, stated: StatedDate | None, *, name: str = "", is_future: bool | None = None
    ) -> tuple[PartialDate | None, PartialDate | None]:
        """Resolve a date of this sentence; `name` may hold the year that it leaves out."""
        if stated is None:
            return None, None
        future = self.is_future if is_future is None else is_future
        years = {int(year) for year in _YEAR.findall(name)} or _lone_year(self.document)
        year = next(iter(years)) if len(years) == 1 else self._year_before(stated)
        published = self.document.published or (PartialDate(self.setting.year) if self.setting.year else None)
        return resolved(stated, DateContext(published, year, future))

    def _year_before(self, stated: StatedDate) -> int | None:
        """Take the year of the date just before: `on 3 May 2019 ..., on 7 May ...` and 2016年1月3日……2月9日."""
        if self.document.published is not None and self.language != "zh":
            return None
        before = [date.year for date in self.dates if date.year and date.month and date.end <= stated.start]
        return before[-1] if before else None

    def nearest_date(self, place: int) -> StatedDate | None:
        """Find the date nearest to a place; those with a day or a month go before bare years and weekdays."""
        return min(
            self.dates,
            key=lambda date: (
                date.month is None and date.day is None,
                date.weekday is not None and date.day is None,
                abs(date.start - place),
            ),
            default=None,
        )


def statements_of(
    document: Document, gazetteer: Gazetteer, countries_in: CountriesIn, *, spans: Spans | None = None
) -> list[Statement]:
    """Cut an article into sentences; the title is not one of them.

    Actors are looked for in the whole text, whose other words tell whose an ambiguous name is.
    """
    text = document.text[:MAX_CHARS]
    shape = folded(text)
    lower = lowered(shape)
    cues = sorted(cues_in(lower, document.language), key=lambda cue: cue.start)
    actors = gazetteer.spans(text) if spans is None else spans
    cutting = _Cutting(document, heading_of(document, gazetteer), shape, lower, countries_in)
    starts, cue_starts = [start for _, start, _ in actors], [cue.start for cue in cues]
    statements = []
    setting = Setting()
    for number, span in enumerate(islice(sentences_of(text, document.language), MAX_SENTENCES)):
        end = min(span.end, span.start + MAX_SENTENCE_CHARS)
        place = Span(span.start, end)
        # A sentence without an end is cut, perhaps within a word.
        within = cues[bisect_left(cue_starts, span.start) : bisect_left(cue_starts, end)]
        here = [cue for cue in within if cue.end <= end]
        named = tuple(
            Named(gazetteer.actors[slug], start - span.start, stop - span.start)
            for slug, start, stop in actors[bisect_left(starts, span.start) : bisect_left(starts, end)]
            if stop <= end
        )
        statement = cutting.statement(number, place, here, named, setting)
        setting = _setting_after(statement, setting)
        statements.append(statement)
    return statements


def _setting_after(statement: Statement, setting: Setting) -> Setting:
    """Carry on the dateline, and the year of the last date that states one with its day."""
    years = [date.year for date in statement.dates if date.year and date.day]
    year = years[-1] if years else setting.year
    return statement.setting if year == statement.setting.year else Setting(statement.setting.dateline, year)


def heading_of(document: Document, gazetteer: Gazetteer) -> Heading:
    """Read the title."""
    title = document.title[:MAX_TITLE_CHARS]
    shape = folded(title)
    lower = lowered(shape)
    named = tuple(Named(gazetteer.actors[slug], start, end) for slug, start, end in gazetteer.spans(title))
    return Heading(title, shape, lower, tuple(cues_in(lower, document.language)), named)


@dataclass(frozen=True)
class _Cutting:
    """Makes the statements of one article."""

    document: Document
    heading: Heading
    shape: str
    lower: str
    countries_in: CountriesIn

    def statement(
        self, number: int, span: Span, cues: Iterable[Cue], named: tuple[Named, ...], setting: Setting
    ) -> Statement:
        here = [Cue(cue.group, cue.start - span.start, cue.end - span.start, cue.value) for cue in cues]
        shape, lower = self.shape[span.start : span.end], self.lower[span.start : span.end]
        by_group: dict[str, list[Cue]] = {}
        for cue in here:
            by_group.setdefault(cue.group, []).append(cue)
        dates = dates_among(lower, [cue for cue in here if cue.group in CALENDAR_GROUPS], shape=shape)
        return Statement(
            self.document.text[span.start : span.end],
            shape,
            lower,
            span,
            self.document,
            self.heading,
            number,
            _told(dates, shape, lower, by_group.get("formerly", ())),
            named,
            by_group,
            self.countries_in,
            self._with_dateline(setting, dates, shape, lower) if number <= DATELINE_NUMBER else setting,
        )

    def _with_dateline(self, setting: Setting, dates: Sequence[StatedDate], shape: str, lower: str) -> Setting:
        """Note the day of a dateline, which is that of `today` for what follows."""
        stated = next((date for date in dates if date.day and _is_dateline(date, shape, lower)), None)
        if stated is None:
            return setting
        return replace(setting, dateline=resolved(stated, DateContext(self.document.published))[0])


def statement_of_title(first: Statement) -> Statement:
    """Read the title as a sentence, said where the text begins."""
    heading = first.heading
    by_group: dict[str, list[Cue]] = {}
    for cue in heading.cues:
        by_group.setdefault(cue.group, []).append(cue)
    calendar = [cue for cue in heading.cues if cue.group in CALENDAR_GROUPS]
    return replace(
        first,
        text=heading.text,
        shape=heading.shape,
        lower=heading.lower,
        dates=dates_among(heading.lower, calendar, shape=heading.shape),
        named=heading.named,
        cues=by_group,
    )


def _told(dates: tuple[StatedDate, ...], shape: str, lower: str, formerly: Sequence[Cue]) -> tuple[StatedDate, ...]:
    """Leave out the dates of datelines, of the page itself and of plans given up, which date no event."""
    if not dates:
        return dates
    if _STAMP.search(lower):
        return ()
    return tuple(
        date
        for date in dates
        if not _is_dateline(date, shape, lower)
        and not (len(dates) > 1 and any(0 <= date.start - cue.end <= MAX_FORMERLY_GAP for cue in formerly))
    )


def _is_dateline(date: StatedDate, shape: str, lower: str) -> bool:
    if date.start > MAX_DATELINE_PLACE or date.day is None:
        return False
    before = shape[: date.start]
    return _AFTER_DATELINE.match(lower, date.end) is not None and _DATELINE_PLACE.search(before) is not None


def _lone_year(document: Document) -> set[int]:
    """Find the year of an undated article's title, when it states just one."""
    if document.published is not None:
        return set()
    years = {int(year) for year in _YEAR.findall(document.title)}
    return years if len(years) == 1 else set()
