"""What a client may ask an archive, by subject; each method is named like the operation of the API that it asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict, TypeVar, Unpack

from perilune.client.transport import Transport, Window, at
from web.api_actor_models import ActorAnswer, ActorsAnswer, ProposedNamesAnswer
from web.api_correction_models import CorrectionAnswer, CorrectionsAnswer
from web.api_desk_models import DeskAnswer, IssueReaderAnswer, ListedAnswer, MailedAnswer, RecordAnswer
from web.api_fact_models import CellContentsAnswer, FactsAnswer, MatrixAnswer, WholeFactAnswer
from web.api_issue_models import EditionAnswer, EditionsAnswer, IssueAnswer, IssuesAnswer, ReadersAnswer
from web.api_models import ArticleAnswer, ChangesAnswer, PageAnswer, RecentAnswer, SearchAnswer
from web.api_search_models import SuggestionsAnswer
from web.api_source_models import SourcesAnswer, WholeSourceAnswer
from web.api_status_models import StatusAnswer
from web.api_story_models import StoriesAnswer, StoryAnswer
from web.api_takedown_models import TakedownAnswer
from web.api_topic_models import TaxonomyTopicAnswer, TopicsAnswer

Paged = TypeVar("Paged", bound=PageAnswer)


class FactFilters(Window, total=False):
    """What calendar and agreements may be narrowed to."""

    topic: str
    country: str
    party: str
    kind: str
    year: int
    status: str


class CalendarFilters(FactFilters, total=False):
    """Of the calendar: `past` for what is over."""

    past: bool


class AgreementFilters(FactFilters, total=False):
    """Of the agreements: `sort` by newest, oldest, name or witnesses."""

    sort: str


class MatrixFilters(TypedDict, total=False):
    """What the matrix counts: `by` countries or actors."""

    topic: str
    by: str
    since: int
    until: int
    top: int


class CellFilters(MatrixFilters, Window, total=False):
    """Which page of a cell."""


class ActorFilters(Window, total=False):
    """What actors may be narrowed to."""

    q: str
    kind: str
    country: str


class Selected(TypedDict, total=False):
    """What to export: a search line, keys of articles, a collection, a story, or "yes" for one's stars."""

    q: str
    key: Sequence[str]
    collection: str
    story: str
    stars: str


class Reading:
    """Asks."""

    _transport: Transport

    def pages(self, first: Paged) -> Iterator[Paged]:
        """Yield a page of a list and all that follow: `for page in client.pages(client.stories()):`."""
        page = first
        yield page
        while page.next is not None:
            page = self._transport.read(type(first), page.next)
            yield page

    def search(
        self, q: str = "", *, facets: bool = False, exact: bool = False, **window: Unpack[Window]
    ) -> SearchAnswer:
        """Search the archive; an empty line finds everything, the newest first. `exact` counts facets to the last."""
        asked = {"q": q, "facets": facets or None, "exact": exact or None, **window}
        return self._transport.read(SearchAnswer, at("search"), asked)

    def suggest(self, q: str, cursor: int | None = None) -> SuggestionsAnswer:
        """Suggest filters and their values for the word of a search line at the cursor, or at its end."""
        return self._transport.read(SuggestionsAnswer, at("suggest"), {"q": q, "at": cursor})

    def recent(self, q: str = "") -> RecentAnswer:
        """Count what matches a line and came in the last 7 and 30 days."""
        return self._transport.read(RecentAnswer, at("search", "recent"), {"q": q})

    def article(self, key: str, *, version: int | None = None) -> ArticleAnswer:
        """Read an article."""
        return self._transport.read(ArticleAnswer, at("articles", key), {"version": version})

    def changes(self, key: str, number: int) -> ChangesAnswer:
        """Say what a version changed of the one before it."""
        return self._transport.read(ChangesAnswer, at("articles", key, "versions", number, "changes"))

    def archived_page(self, key: str, number: int) -> bytes:
        """Fetch the bytes that a version was read from."""
        return self._transport.bytes_at(at("articles", key, "versions", number, "page"))

    def stories(self, **window: Unpack[Window]) -> StoriesAnswer:
        """List the stories."""
        return self._transport.read(StoriesAnswer, at("stories"), window)

    def story(self, key: str) -> StoryAnswer:
        """Read a story."""
        return self._transport.read(StoryAnswer, at("stories", key))

    def calendar(self, **filters: Unpack[CalendarFilters]) -> FactsAnswer:
        """List events."""
        return self._transport.read(FactsAnswer, at("calendar"), filters)

    def agreements(self, **filters: Unpack[AgreementFilters]) -> FactsAnswer:
        """List agreements."""
        return self._transport.read(FactsAnswer, at("agreements"), filters)

    def fact(self, key: str) -> WholeFactAnswer:
        """Read one fact with all its witnesses."""
        return self._transport.read(WholeFactAnswer, at("facts", key))

    def matrix(self, **filters: Unpack[MatrixFilters]) -> MatrixAnswer:
        """Count who cooperates with whom."""
        return self._transport.read(MatrixAnswer, at("matrix"), filters)

    def cell(self, one: str, other: str, **filters: Unpack[CellFilters]) -> CellContentsAnswer:
        """List what two of the matrix do together."""
        return self._transport.read(CellContentsAnswer, at("matrix", "cell"), {"one": one, "other": other, **filters})

    def topics(self, **window: Unpack[Window]) -> TopicsAnswer:
        """List the topics."""
        return self._transport.read(TopicsAnswer, at("topics"), window)

    def topic(self, slug: str) -> TaxonomyTopicAnswer:
        """Read a topic."""
        return self._transport.read(TaxonomyTopicAnswer, at("topics", slug))

    def actors(self, **filters: Unpack[ActorFilters]) -> ActorsAnswer:
        """List the actors."""
        return self._transport.read(ActorsAnswer, at("actors"), filters)

    def actor(self, slug: str) -> ActorAnswer:
        """Read an actor."""
        return self._transport.read(ActorAnswer, at("actors", slug))

    def names(self, **window: Unpack[Window]) -> ProposedNamesAnswer:
        """List the names that are proposed as actors."""
        return self._transport.read(ProposedNamesAnswer, at("names"), window)

    def corrections(self, article: str | None = None, **window: Unpack[Window]) -> CorrectionsAnswer:
        """List corrections, of one article or of all."""
        return self._transport.read(CorrectionsAnswer, at("corrections"), {"article": article, **window})

    def correction(self, number: int) -> CorrectionAnswer:
        """Read one correction."""
        return self._transport.read(CorrectionAnswer, at("corrections", number))

    def sources(self, **window: Unpack[Window]) -> SourcesAnswer:
        """List the sources with how they fare."""
        return self._transport.read(SourcesAnswer, at("sources"), window)

    def source(self, slug: str) -> WholeSourceAnswer:
        """Read a source."""
        return self._transport.read(WholeSourceAnswer, at("sources", slug))

    def issues(self, **window: Unpack[Window]) -> IssuesAnswer:
        """List the issues of all digests."""
        return self._transport.read(IssuesAnswer, at("issues"), window)

    def issue(self, key: str) -> IssueAnswer:
        """Read an issue."""
        return self._transport.read(IssueAnswer, at("issues", key))

    def issue_file(self, key: str, ending: str) -> bytes:
        """Fetch an issue as a file: html, txt, pdf, md, json or eml."""
        return self._transport.bytes_at(at("issues", key, "files", ending))

    def issue_events(self, key: str) -> bytes:
        """Fetch an issue's events as iCalendar."""
        return self._transport.bytes_at(at("issues", key, "events"))

    def editions(self, **window: Unpack[Window]) -> EditionsAnswer:
        """List the editions."""
        return self._transport.read(EditionsAnswer, at("editions"), window)

    def edition(self, slug: str) -> EditionAnswer:
        """Read an edition."""
        return self._transport.read(EditionAnswer, at("editions", slug))

    def readers(self, edition: str | None = None, **window: Unpack[Window]) -> ReadersAnswer:
        """List who gets mail."""
        return self._transport.read(ReadersAnswer, at("readers"), {"edition": edition, **window})

    def desk(self, key: str) -> DeskAnswer:
        """Read an issue as its editor sees it."""
        return self._transport.read(DeskAnswer, at("desk", key))

    def desk_found(self, key: str, q: str) -> list[ListedAnswer]:
        """Find what may be added to an issue."""
        return self._transport.read(list[ListedAnswer], at("desk", key, "found"), {"q": q})

    def desk_mail(self, key: str, reader: str | None = None) -> MailedAnswer:
        """Read the mail of an issue, as one reader gets it or as everybody does."""
        return self._transport.read(MailedAnswer, at("desk", key, "mail"), {"reader": reader})

    def desk_readers(self, key: str) -> list[IssueReaderAnswer]:
        """List who gets an issue."""
        return self._transport.read(list[IssueReaderAnswer], at("desk", key, "readers"))

    def desk_record(self, key: str) -> RecordAnswer:
        """Read what editors changed of an issue."""
        return self._transport.read(RecordAnswer, at("desk", key, "record"))

    def export(self, form: str, **selected: Unpack[Selected]) -> bytes:
        """Fetch a selection as a file: csv, jsonl, md, docx, csl, ris, bib or warc."""
        return self._transport.bytes_at(at("export"), {"format": form, **selected})

    def takedowns(self, *, lifted: bool = False) -> list[TakedownAnswer]:
        """List the articles that are withdrawn, and those that were put back where they are wanted."""
        return self._transport.read(list[TakedownAnswer], at("takedowns"), {"lifted": lifted or None})

    def status(self) -> StatusAnswer:
        """Count what the archive holds."""
        return self._transport.read(StatusAnswer, at("status"))
