"""The JSON API: the same questions as the pages ask, answered for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from models.search import parse_query, search, vocabulary_of
from models.search.words import MAX_LINE_CHARS
from web.access import SeesHeld, SessionHere
from web.api_models import (
    ArticleAnswer,
    HitAnswer,
    IssueAnswer,
    IssueCardAnswer,
    Problem,
    SearchAnswer,
    SourceAnswer,
    StatusAnswer,
)
from web.api_story_models import StoriesAnswer, StoryAnswer, StoryCardAnswer
from web.api_topic_models import TaxonomyLineAnswer, TaxonomyTopicAnswer
from web.archive_view import issue_cards, issue_of, status_of, story_cards
from web.article_view import article_view
from web.clock import Today
from web.reading_language import ReaderLanguage
from web.rights import reads
from web.source_view import source_lines
from web.story_view import story_view
from web.topic_view import topic_lines, topic_view

PROBLEM_TYPE = "application/problem+json"
MAX_LIMIT = 100
MAX_OFFSET = 100_000


def problem_answer(description: str) -> dict[str, object]:
    """Describe an answer that tells a problem."""
    return {"description": description, "content": {PROBLEM_TYPE: {"schema": Problem.model_json_schema()}}}


UNKNOWN = problem_answer("There is no such thing in the archive.")
NOT_UNDERSTOOD = problem_answer("The search line is not understood.")
WRONG_PARAMETER = problem_answer("A parameter has an impossible value.")

Line = Annotated[str, Query(max_length=MAX_LINE_CHARS, description="A search line, as on the search page.")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at the most.")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many to pass over.")]
VersionNumber = Annotated[int | None, Query(ge=1, le=MAX_OFFSET, description="A version; default: the current one.")]

api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@api.get("/search", responses={400: NOT_UNDERSTOOD}, dependencies=[reads()])
def api_search(session: SessionHere, q: Line = "", limit: Limit = 20, offset: Offset = 0) -> SearchAnswer:
    """Search the archive; an empty line finds everything, the newest first."""
    query = parse_query(q, vocabulary_of(session))
    results = search(session, query, limit=limit, offset=offset)
    hits = tuple(HitAnswer.model_validate(hit) for hit in results.hits)
    return SearchAnswer(query=query.line, total=results.total, limit=limit, offset=offset, hits=hits)


@api.get("/articles/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_article(
    session: SessionHere, language: ReaderLanguage, key: str, version: VersionNumber = None
) -> ArticleAnswer:
    """Read an article: text in passages, topics, countries, actors, facts, versions and copies."""
    return ArticleAnswer.model_validate(article_view(session, key, version, reader_language=language))


@api.get("/stories", dependencies=[reads()])
def api_stories(session: SessionHere, language: ReaderLanguage, limit: Limit = 20, offset: Offset = 0) -> StoriesAnswer:
    """List the stories: pinned ones first, then those of international cooperation, then the newest."""
    total, cards = story_cards(session, limit=limit, offset=offset, reader_language=language)
    stories = tuple(StoryCardAnswer.model_validate(card) for card in cards)
    return StoriesAnswer(total=total, limit=limit, offset=offset, stories=stories)


@api.get("/stories/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_story(session: SessionHere, key: str, today: Today, language: ReaderLanguage) -> StoryAnswer:
    """Read a story: its summary with evidence, its timeline, articles, history, topics and countries."""
    return StoryAnswer.model_validate(story_view(session, key, today=today, reader_language=language))


@api.get("/sources", dependencies=[reads()])
def api_sources(session: SessionHere) -> list[SourceAnswer]:
    """List the sources with how they fare."""
    return [SourceAnswer.model_validate(line) for line in source_lines(session)]


@api.get("/topics", dependencies=[reads()])
def api_topics(session: SessionHere) -> list[TaxonomyLineAnswer]:
    """List the topics: those that are on first, then by name."""
    return [TaxonomyLineAnswer.model_validate(line) for line in topic_lines(session)]


@api.get("/topics/{slug}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_topic(session: SessionHere, slug: str) -> TaxonomyTopicAnswer:
    """Read a topic: its description, its examples, and its words by language."""
    return TaxonomyTopicAnswer.model_validate(topic_view(session, slug))


@api.get("/issues", dependencies=[reads()])
def api_issues(session: SessionHere, held: SeesHeld) -> list[IssueCardAnswer]:
    """List the issues of all digests, the newest first."""
    return [IssueCardAnswer.model_validate(card) for card in issue_cards(session, with_held=held)]


@api.get("/issues/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_issue(session: SessionHere, held: SeesHeld, key: str) -> IssueAnswer:
    """Read an issue with its content as it was frozen."""
    card, content = issue_of(session, key, with_held=held)
    return IssueAnswer.model_validate(asdict(card) | {"content": content})


@api.get("/status", dependencies=[reads()])
def api_status(session: SessionHere) -> StatusAnswer:
    """Count what the archive holds, and what became of everything at every stage."""
    return StatusAnswer.model_validate(status_of(session))
