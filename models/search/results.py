"""Results: one page of hits with what a list shows of each; ids are ranked first, rows are read for the page only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.article import Article, Passage, TopicAssignment, Version, VersionCountry
from models.search.filters import By
from models.search.patterns import Alternatives, clauses_of
from models.search.query import Query
from models.search.ranked import ranked_ids
from models.search.snippets import PassageText, Snippet, SnippetPart, snippet_of
from models.source import Source
from models.story import Story
from models.takedown import withdrawn_keys
from models.vocabulary import DocType, Relevance
from perilune.dates import PartialDate

IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
"""The ids that a statement is about, which is written once, for writing it takes longer than reading a page's rows."""
T = TypeVar("T")


@dataclass(frozen=True)
class Hit:
    """An article found, as a list shows it; `page_number` is the PDF page of the snippet."""

    article_id: int
    key: str
    title: str
    url: str
    source_name: str
    source_slug: str
    language: str | None
    published: PartialDate | None
    relevance: Relevance | None
    doc_type: DocType | None
    topics: tuple[str, ...]
    countries: tuple[str, ...]
    story_key: str | None
    copy_count: int
    snippet: tuple[SnippetPart, ...]
    page_number: int | None


@dataclass(frozen=True)
class Results:
    """How many articles were found, and one page of them; by what, and which of them by meaning alone.

    The number and the order may be approximate in a large archive.
    """

    total: int
    hits: tuple[Hit, ...]
    is_approximate: bool = False
    by: By = By.WORDS
    alone: tuple[int, ...] = ()
    """The ids of those that were found by meaning and have not all the words."""

    @property
    def by_meaning_alone(self) -> int:
        """How many were found by meaning alone."""
        return len(self.alone)


def search(session: Session, query: Query, *, limit: int = 20, offset: int = 0) -> Results:
    """Find articles, best or newest first; equals follow by date (newest first, undated last), then by id, falling."""
    found = ranked_ids(session, query, limit=limit, offset=offset)
    hits = _hits_of(session, found.ids, clauses_of(query.expression))
    return Results(found.total, hits, is_approximate=found.is_approximate)


def _passage_at(text: str, span: tuple[int, int], passages: Sequence[PassageText]) -> PassageText:
    """Cut a span out of a text, with the page of the passage that it begins in."""
    start, end = span
    pages = [each.page_number for each in passages if each.start <= start]
    return PassageText(text[start:end], pages[-1] if pages else None, start)


class _Row(NamedTuple):
    """What one statement reads of an article."""

    article_id: int
    key: str
    url: str
    version_id: int
    title: str
    language: str | None
    published: PartialDate | None
    relevance: Relevance | None
    doc_type: DocType | None
    source_name: str
    source_slug: str
    story_key: str | None
    copy_count: int


@cache
def _select_rows() -> sa.Select[*tuple[Any, ...]]:
    """Read columns, not objects, whose texts and notes on what was understood would be most of the work."""
    copy = aliased(Article)
    copies = sa.select(sa.func.count()).select_from(copy).where(copy.copy_of_id == Article.id).scalar_subquery()
    select: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            *(Article.id, Article.key, Article.url, Version.id, Version.title, Version.language, Version.published),
            *(Version.relevance, Version.doc_type, Source.name, Source.slug, Story.key, copies),
        )
        .join(Version, Version.id == Article.current_version_id)
        .join(Source, Source.id == Article.source_id)
        .outerjoin(Story, Story.id == Article.story_id)
        .where(Article.id.in_(IDS), Article.key.not_in(withdrawn_keys()))
    )
    return select


def _rows_of(session: Session, ids: Sequence[int]) -> Mapping[int, _Row]:
    rows = session.execute(_select_rows(), {"ids": ids})
    return {row.article_id: row for row in (_Row(*columns) for columns in rows)}


def _hits_of(
    session: Session,
    ids: Sequence[int],
    clauses: Sequence[Alternatives],
    spans: Mapping[int, tuple[int, int]] | None = None,
) -> tuple[Hit, ...]:
    by_id = _rows_of(session, ids)
    rows = [by_id[each] for each in ids if each in by_id]
    topics, countries = _topics_and_countries(session, [row.version_id for row in rows])
    snippets = _snippets_of(session, rows, clauses, spans or {})
    return tuple(
        Hit(
            article_id=row.article_id,
            key=row.key,
            title=row.title,
            url=row.url,
            source_name=row.source_name,
            source_slug=row.source_slug,
            language=row.language,
            published=row.published,
            relevance=row.relevance,
            doc_type=row.doc_type,
            topics=topics.get(row.version_id, ()),
            countries=countries.get(row.version_id, ()),
            story_key=row.story_key,
            copy_count=row.copy_count,
            snippet=snippet.parts,
            page_number=snippet.page_number,
        )
        for row, snippet in zip(rows, snippets, strict=True)
    )


def _snippets_of(
    session: Session,
    rows: Sequence[_Row],
    clauses: Sequence[Alternatives],
    spans: Mapping[int, tuple[int, int]],
) -> list[Snippet]:
    """Cut a snippet of each article; whole texts are read only where no passage has what is to be shown."""
    passages = _passages_of(session, [row.version_id for row in rows])
    snippets = [snippet_of(passages.get(row.version_id, ()), clauses, row.language) for row in rows]
    without = {
        place: row.version_id
        for place, (row, snippet) in enumerate(zip(rows, snippets, strict=True))
        if row.version_id not in passages
        or (row.article_id in spans and not any(part.is_hit for part in snippet.parts))
    }
    texts = dict(
        session.execute(sa.select(Version.id, Version.text).where(Version.id.in_(without.values()))).all()
        if without
        else ()
    )
    for place, version_id in without.items():
        row, text = rows[place], texts[version_id]
        if version_id not in passages:
            snippets[place] = snippet_of([PassageText(text, None)], clauses, row.language)
        if row.article_id in spans and not any(part.is_hit for part in snippets[place].parts):
            cut = _passage_at(text, spans[row.article_id], passages.get(version_id, ()))
            snippets[place] = snippet_of([cut], (), row.language)
    return snippets


@cache
def _select_passages() -> sa.Select[int, str, int | None, int]:
    passage = Passage
    return (
        sa.select(passage.version_id, passage.text, passage.page_number, passage.start)
        .where(passage.version_id.in_(IDS))
        .order_by(passage.version_id, passage.ordinal)
    )


def _passages_of(session: Session, version_ids: Sequence[int]) -> dict[int, tuple[PassageText, ...]]:
    rows = session.execute(_select_passages(), {"ids": version_ids})
    return _grouped((version_id, PassageText(text, page, start)) for version_id, text, page, start in rows)


@cache
def _select_topics_and_countries() -> sa.CompoundSelect[int, int, str, float]:
    """Read both in one statement: the surest topics first, the countries by their rank."""
    topic, country = TopicAssignment, VersionCountry
    is_topic, place = sa.literal_column("1", sa.Integer), (-topic.score).label("place")
    topics = sa.select(topic.version_id, is_topic.label("is_topic"), topic.topic_slug, place)
    is_country, rank = sa.literal_column("0", sa.Integer), sa.cast(country.rank, sa.Float)
    countries = sa.select(country.version_id, is_country, country.country, rank)
    of_these = (topics.where(topic.version_id.in_(IDS)), countries.where(country.version_id.in_(IDS)))
    return sa.union_all(*of_these).order_by(sa.text("4, 3"))


def _topics_and_countries(
    session: Session, version_ids: Sequence[int]
) -> tuple[dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]:
    rows = session.execute(_select_topics_and_countries(), {"ids": version_ids}).all()
    return (
        _grouped((version_id, value) for version_id, is_topic, value, _ in rows if is_topic),
        _grouped((version_id, value) for version_id, is_topic, value, _ in rows if not is_topic),
    )


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, tuple[T, ...]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def hits_of(
    session: Session, query: Query, ids: Sequence[int], *, spans: Mapping[int, tuple[int, int]] | None = None
) -> tuple[Hit, ...]:
    """Show articles as a query's results, in the order of their ids as given, whether they match or not.

    `spans` of their texts are the snippets where no passage has the words.
    """
    return _hits_of(session, ids, clauses_of(query.expression), spans)
