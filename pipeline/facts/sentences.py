"""What the finders of facts read: one sentence with its actors, dates and tense, and what is known of the article.

Apart because events and agreements are found in the same sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from perilune.dates import PartialDate
from pipeline.facts.dates import DateContext, StatedDate, resolved, stated_dates
from pipeline.summaries.sentences import sentences_of
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.lexicon import folded
from pipeline.values import Actor, Document, Span

MAX_CHARS = 60_000
MAX_SENTENCES = 800
MAX_SENTENCE_CHARS = 700

CountriesIn = Callable[[str, str | None], Sequence[str]]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FUTURE = re.compile(
    r"\b(?:will|to be (?:held|signed|launched)|is (?:set|scheduled|due|planned|expected|slated"
    r"|foreseen)|are (?:set|scheduled|due|planned"
    r"|expected)|plans? to|aims? to|upcoming|forthcoming|takes? place|tentative)\b"
    r"|将[于在举召发由]|将[要会]|拟|计划|预计|定于|即将"
    r"|\b(?:состоится|состоятся|пройдет|пройдут|будет|будут"
    r"|планируется|намечен\w*|запланирован\w*|предстоящ\w*)\b"
    r"|\b(?:aura lieu|auront lieu|se tiendra|se tiendront|sera|seront|prevue?s?|devrait|doit|prochaine?)\b"
    r"|\b(?:se celebrara|tendra lugar|sera|seran|se realizara|previst[oa]s?)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|held|signed|launched|attended|met|took place|gathered|opened|concluded"
    r"|has been|have been)\b"
    r"|[了过]|已|日前|成功|圆满|\b\w+(?:ла|ло|ли|лся|лась|лось|лись)\b|\b(?:a ete"
    r"|ont ete|s'est|se sont|a eu lieu|ont signe|a signe)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """An actor's name in a sentence."""

    actor: Actor
    start: int
    end: int


@dataclass(frozen=True)
class Statement:
    """A sentence: as written, and `shape`, the same folded; places in it are counted from its own start.

    Countries are looked for when a finder first asks: most sentences state no fact.
    """

    text: str
    shape: str
    span: Span
    document: Document
    dates: tuple[StatedDate, ...]
    named: tuple[Named, ...]
    countries_in: CountriesIn

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The codes of the countries named, in reading order."""
        return tuple(self.countries_in(self.text, self.document.language))

    @property
    def leads_to_future(self) -> bool:
        """Tell whether what follows a heading speaks of what is still to come."""
        following = self.document.text[self.span.end : self.span.end + MAX_SENTENCE_CHARS]
        return bool(_FUTURE.search(folded(following)))

    @property
    def is_future(self) -> bool | None:
        """Tell whether the sentence speaks of what is still to come; None when it does not say."""
        future, past = _FUTURE.search(self.shape), _PAST.search(self.shape)
        if future and past:
            return future.start() < past.start()
        return bool(future) if future or past else None

    def date_at(
        self, stated: StatedDate | None, *, name: str = "", is_future: bool | None = None
    ) -> tuple[PartialDate | None, PartialDate | None]:
        """Resolve a date of this sentence; `name` may hold the year that it leaves out."""
        if stated is None:
            return None, None
        future = self.is_future if is_future is None else is_future
        years = {int(year) for year in _YEAR.findall(name)} or _lone_year(self.document)
        year = next(iter(years)) if len(years) == 1 else None
        return resolved(stated, DateContext(self.document.published, year, future))

    def nearest_date(self, place: int) -> StatedDate | None:
        """Find the date nearest to a place; those with a day or a month go before bare years and weekdays."""
        return min(
            self.dates,
            key=lambda date: (
                date.month is None,
                date.weekday is not None and date.day is None,
                abs(date.start - place),
            ),
            default=None,
        )


def statements_of(document: Document, gazetteer: Gazetteer, countries_in: CountriesIn) -> list[Statement]:
    """Cut an article into sentences; the title is not one of them.

    Actors are looked for in the whole text, whose other words tell whose an ambiguous name is.
    """
    text = document.text[:MAX_CHARS]
    actors = gazetteer.spans(text)
    starts = [start for _, start, _ in actors]
    statements = []
    for span in islice(sentences_of(text, document.language), MAX_SENTENCES):
        end = min(span.end, span.start + MAX_SENTENCE_CHARS)
        shape = folded(text[span.start : end])
        named = tuple(
            Named(gazetteer.actors[slug], start - span.start, stop - span.start)
            for slug, start, stop in actors[bisect_left(starts, span.start) : bisect_left(starts, end)]
        )
        dates = tuple(stated_dates(shape))
        place = Span(span.start, end)
        statements.append(Statement(text[span.start : end], shape, place, document, dates, named, countries_in))
    return statements


def _lone_year(document: Document) -> set[int]:
    """Find the year of an undated article's title, when it states just one."""
    if document.published is not None:
        return set()
    years = {int(year) for year in _YEAR.findall(document.title)}
    return years if len(years) == 1 else set()
