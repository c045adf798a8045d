"""Results: one page of hits with what a list shows of each; ids are ranked first, rows are read for the page only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Passage, TopicAssignment, Version, VersionCountry
from models.search.filters import By
from models.search.patterns import Alternatives, clauses_of
from models.search.query import Query
from models.search.ranked import ranked_ids
from models.search.snippets import PassageText, SnippetPart, snippet_of
from models.source import Source
from models.story import Story
from models.takedown import withdrawn_keys
from models.vocabulary import DocType, Relevance
from perilune.dates import PartialDate

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
    """How many articles were found, and one page of them; by what, and how many of them by meaning alone.

    The number and the order may be approximate in a large archive.
    """

    total: int
    hits: tuple[Hit, ...]
    is_approximate: bool = False
    by: By = By.WORDS
    by_meaning_alone: int = 0


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


@dataclass(frozen=True)
class _Beside:
    """What stands in other tables, by version id or article id."""

    topics: Mapping[int, tuple[str, ...]]
    countries: Mapping[int, tuple[str, ...]]
    passages: Mapping[int, tuple[PassageText, ...]]
    copy_counts: Mapping[int, int]


def _hits_of(
    session: Session,
    ids: Sequence[int],
    clauses: Sequence[Alternatives],
    spans: Mapping[int, tuple[int, int]] | None = None,
) -> tuple[Hit, ...]:
    rows = session.execute(
        sa.select(Article, Version, Source, Story.key)
        .join(Version, Version.id == Article.current_version_id)
        .join(Source, Source.id == Article.source_id)
        .outerjoin(Story, Story.id == Article.story_id)
        .where(Article.id.in_(ids), Article.key.not_in(withdrawn_keys()))
    )
    by_id = {article.id: (article, version, source, story_key) for article, version, source, story_key in rows}
    beside = _beside(session, ids, [version.id for _, version, _, _ in by_id.values()])
    hits = []
    for article, version, source, story_key in (by_id[each] for each in ids if each in by_id):
        passages = beside.passages.get(version.id) or (PassageText(version.text, None),)
        snippet = snippet_of(passages, clauses, version.language)
        if spans and article.id in spans and not any(part.is_hit for part in snippet.parts):
            snippet = snippet_of([_passage_at(version.text, spans[article.id], passages)], (), version.language)
        hits.append(
            Hit(
                article_id=article.id,
                key=article.key,
                title=version.title,
                url=article.url,
                source_name=source.name,
                source_slug=source.slug,
                language=version.language,
                published=version.published,
                relevance=version.relevance,
                doc_type=version.doc_type,
                topics=beside.topics.get(version.id, ()),
                countries=beside.countries.get(version.id, ()),
                story_key=story_key,
                copy_count=beside.copy_counts.get(article.id, 0),
                snippet=snippet.parts,
                page_number=snippet.page_number,
            )
        )
    return tuple(hits)


def _beside(session: Session, ids: Sequence[int], version_ids: Sequence[int]) -> _Beside:
    topic, country, passage = TopicAssignment, VersionCountry, Passage
    topics = sa.select(topic.version_id, topic.topic_slug).order_by(topic.score.desc(), topic.topic_slug)
    countries = sa.select(country.version_id, country.country).order_by(country.rank)
    passages = sa.select(passage.version_id, passage.text, passage.page_number, passage.start).order_by(passage.ordinal)
    copies = sa.select(Article.copy_of_id, sa.func.count()).group_by(Article.copy_of_id)
    texts = session.execute(passages.where(passage.version_id.in_(version_ids)))
    return _Beside(
        _grouped(session.execute(topics.where(topic.version_id.in_(version_ids)))),
        _grouped(session.execute(countries.where(country.version_id.in_(version_ids)))),
        _grouped((version_id, PassageText(text, page, start)) for version_id, text, page, start in texts),
        {
            article_id: count
            for article_id, count in session.execute(copies.where(Article.copy_of_id.in_(ids)))
            if article_id is not None
        },
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
