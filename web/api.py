"""The JSON API: the same questions as the pages ask, answered for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session

from models.search import (
    By,
    Results,
    begin_facets,
    facets_of_results,
    parse_query,
    search_by,
    vocabulary_of,
    way_of,
    words_on_search,
)
from models.search import Query as SearchQuery
from models.search.facets import Facets
from models.search.words import MAX_LINE_CHARS
from web.access import AccessHere, SeesHeld, SessionHere
from web.api_issue_models import IssueAnswer, IssuesAnswer
from web.api_models import ArticleAnswer, FacetValueAnswer, HitAnswer, RecentAnswer, SearchAnswer
from web.api_paging import MAX_OFFSET, WindowHere
from web.api_problems import NOT_UNDERSTOOD, UNKNOWN, WRONG_PARAMETER
from web.api_source_models import SourceAnswer, SourcesAnswer
from web.api_status_models import StatusAnswer
from web.api_story_models import StoriesAnswer, StoryAnswer, StoryCardAnswer
from web.api_topic_models import TaxonomyLineAnswer, TaxonomyTopicAnswer, TopicsAnswer
from web.archive_view import issue_cards, issue_of, status_of, story_cards
from web.article_view import article_view
from web.clock import Now, Today
from web.edition_view import counts_of
from web.mail_view import mail_of
from web.reading_language import ReaderLanguage
from web.rights import reads
from web.scans_view import scans_of
from web.source_view import source_lines
from web.story_view import story_view
from web.topic_view import topic_lines, topic_view

Line = Annotated[str, Query(max_length=MAX_LINE_CHARS, description="A search line, as on the search page.")]
COUNTS = "Whether to count by topic, country, year and more."
EXACT = "Whether to count all matches, where a large archive would count the newest of them only."
VersionNumber = Annotated[int | None, Query(ge=1, le=MAX_OFFSET, description="A version; default: the current one.")]

api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@dataclass(frozen=True)
class Counting:
    """Whether a request wants counts by facet, and of all matches."""

    with_facets: Annotated[bool, Query(alias="facets", description=COUNTS)] = False
    is_exact: Annotated[bool, Query(alias="exact", description=EXACT)] = False

    def begin(self, session: Session, query: SearchQuery) -> None:
        """Begin to count, before the rows are read."""
        if self.with_facets:
            begin_facets(session, query)

    def of(self, session: Session, query: SearchQuery, found: Results) -> Facets | None:
        """Count what was found."""
        return facets_of_results(session, query, found, is_exact=self.is_exact) if self.with_facets else None


CountingHere = Annotated[Counting, Depends()]


@api.get("/search", responses={400: NOT_UNDERSTOOD}, dependencies=[reads()])
def api_search(
    session: SessionHere, access: AccessHere, window: WindowHere, counting: CountingHere, q: Line = ""
) -> SearchAnswer:
    """Search the archive; an empty line finds everything, the newest first.

    Plain words are searched by meaning too where the encoder is loaded; `by:words`, `by:meaning` or `by:both` in the
    line chooses, and `by` in the answer says what made the results. Meaning finds the nearest 200 at the most.
    """
    query = parse_query(q, vocabulary_of(session))
    counting.begin(session, query)
    meaning = access.powers.meaning() if way_of(query) != By.WORDS else None
    results = search_by(session, query, meaning, limit=window.limit, offset=window.offset)
    counted = counting.of(session, query, results)
    return SearchAnswer.model_validate(
        {
            "query": query.line,
            "by": results.by,
            "by_meaning_alone": results.by_meaning_alone,
            "is_approximate": results.is_approximate,
            "hits": [HitAnswer.model_validate(hit) for hit in results.hits],
            "facets": counted
            and {facet: [FacetValueAnswer.model_validate(each) for each in found] for facet, found in counted.items()},
            "facets_are_approximate": counted is not None and counted.is_approximate,
            **window.of(results.total),
        }
    )


@api.get("/search/recent", responses={400: NOT_UNDERSTOOD}, dependencies=[reads()])
def api_recent(session: SessionHere, now: Now, q: Line = "") -> RecentAnswer:
    """Count the articles that came in the last 7 and 30 days and match a search line, as an edition would."""
    counts = counts_of(session, q, now)
    return RecentAnswer(query=q, last_7_days=counts[7], last_30_days=counts[30])


@api.get("/articles/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_article(
    session: SessionHere, language: ReaderLanguage, key: str, version: VersionNumber = None
) -> ArticleAnswer:
    """Read an article: text in passages, topics, countries, actors, facts, versions and copies."""
    return ArticleAnswer.model_validate(article_view(session, key, version, reader_language=language))


@api.get("/stories", dependencies=[reads()])
def api_stories(session: SessionHere, language: ReaderLanguage, window: WindowHere) -> StoriesAnswer:
    """List the stories: pinned ones first, then those of international cooperation, then the newest."""
    total, cards = story_cards(session, limit=window.limit, offset=window.offset, reader_language=language)
    stories = [StoryCardAnswer.model_validate(card) for card in cards]
    return StoriesAnswer.model_validate({"stories": stories, **window.of(total)})


@api.get("/stories/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_story(session: SessionHere, key: str, today: Today, language: ReaderLanguage) -> StoryAnswer:
    """Read a story: its summary with evidence, its timeline, articles, history, topics and countries."""
    return StoryAnswer.model_validate(story_view(session, key, today=today, reader_language=language))


@api.get("/sources", dependencies=[reads()])
def api_sources(session: SessionHere, window: WindowHere) -> SourcesAnswer:
    """List the sources with how they fare: those that are not well first, then by name, the retired last."""
    lines = source_lines(session)
    sources = [SourceAnswer.model_validate(line) for line in window.cut(lines)]
    return SourcesAnswer.model_validate({"sources": sources, **window.of(len(lines))})


@api.get("/topics", dependencies=[reads()])
def api_topics(session: SessionHere, window: WindowHere) -> TopicsAnswer:
    """List the topics: those that are on first, then by name."""
    lines = topic_lines(session)
    topics = [TaxonomyLineAnswer.model_validate(line) for line in window.cut(lines)]
    return TopicsAnswer.model_validate({"topics": topics, **window.of(len(lines))})


@api.get("/topics/{slug}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_topic(session: SessionHere, slug: str) -> TaxonomyTopicAnswer:
    """Read a topic: its description, its examples, and its words by language."""
    return TaxonomyTopicAnswer.model_validate(topic_view(session, slug))


@api.get("/issues", dependencies=[reads()])
def api_issues(session: SessionHere, held: SeesHeld, window: WindowHere) -> IssuesAnswer:
    """List the issues of all digests, the newest first."""
    cards = issue_cards(session, with_held=held)
    return IssuesAnswer.model_validate({"issues": window.cut(cards), **window.of(len(cards))})


@api.get("/issues/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_issue(session: SessionHere, held: SeesHeld, key: str) -> IssueAnswer:
    """Read an issue with its content as it was frozen."""
    card, content = issue_of(session, key, with_held=held)
    return IssueAnswer.model_validate(card.model_dump() | {"content": content})


@api.get("/status", dependencies=[reads()])
def api_status(session: SessionHere, now: Now) -> StatusAnswer:
    """Count what the archive holds, what waits, and what became of everything at every stage."""
    work = status_of(session, now=now)
    said = {name: getattr(work, name) for name in ("totals", "newest_page_at", "fates", "queues")}
    return StatusAnswer.model_validate(
        said | {"mail": mail_of(session), "scans": scans_of(session), "search": words_on_search(session)}
    )
