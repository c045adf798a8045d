"""Reads articles as records to export, a few at a time, so that a large selection never stands in memory whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Passage, TopicAssignment, Version, VersionActor, VersionCountry
from models.knowledge import Actor
from models.source import Page, Source
from models.story import Story
from models.takedown import withdrawn_keys
from models.vocabulary import APART, PassageKind
from perilune.exports.record import ArchivedPage, Record

AT_ONCE = 200
LEAD_CHARS = 600
SILENT = frozenset({*APART, PassageKind.HEADING, PassageKind.TABLE})

Row = tuple[Article, Version, Page, Source, str | None]


@dataclass(frozen=True)
class Wanted:
    """Which articles to read, by their row ids in their order, and what of them."""

    ids: Sequence[int]
    remarks: Mapping[int, str]
    has_text: bool = False
    has_pages: bool = False


def ids_of_keys(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Find the articles of some keys that can be seen."""
    found: dict[str, int] = {}
    listed = list(keys)
    for start in range(0, len(listed), AT_ONCE):
        some = listed[start : start + AT_ONCE]
        rows = sa.select(Article.key, Article.id).where(Article.key.in_(some), *_is_seen())
        found |= dict(session.execute(rows).all())
    return found


def _is_seen() -> tuple[sa.ColumnElement[bool], ...]:
    return Article.current_version_id.is_not(None), Article.key.not_in(withdrawn_keys())


def records(sessions: sessionmaker[Session], wanted: Wanted) -> Iterator[Record]:
    """Read articles in their order, each few in a session of their own; one that went meanwhile is left out."""
    for start in range(0, len(wanted.ids), AT_ONCE):
        with sessions() as session:
            found = _records(session, wanted.ids[start : start + AT_ONCE], wanted)
        yield from found


def _records(session: Session, ids: Sequence[int], wanted: Wanted) -> list[Record]:
    rows = {
        article.id: (article, version, page, source, story_key)
        for article, version, page, source, story_key in session.execute(
            sa.select(Article, Version, Page, Source, Story.key)
            .join(Version, Version.id == Article.current_version_id)
            .join(Page, Page.id == Version.page_id)
            .join(Source, Source.id == Article.source_id)
            .outerjoin(Story, Story.id == Article.story_id)
            .where(Article.id.in_(ids), *_is_seen())
            .options(*([] if wanted.has_text else [sa.orm.defer(Version.text)]))
        )
    }
    beside = _Beside(session, [version.id for _, version, *_ in rows.values()])
    pages = _pages(session, list(rows)) if wanted.has_pages else {}
    return [_record(rows[each], beside, wanted, tuple(pages.get(each, ()))) for each in ids if each in rows]


class _Beside:
    """What stands in other tables, by version id."""

    def __init__(self, session: Session, version_ids: Sequence[int]) -> None:
        topic, country, actor = TopicAssignment, VersionCountry, VersionActor
        topics = sa.select(topic.version_id, topic.topic_slug).order_by(topic.score.desc(), topic.topic_slug)
        self.topics = _grouped(session, topics.where(topic.version_id.in_(version_ids)))
        countries = sa.select(country.version_id, country.country).order_by(country.rank)
        self.countries = _grouped(session, countries.where(country.version_id.in_(version_ids)))
        actors = sa.select(actor.version_id, Actor.name).join(Actor, Actor.slug == actor.actor_slug)
        ordered = actors.order_by(actor.mention_count.desc(), actor.actor_slug)
        self.actors = _grouped(session, ordered.where(actor.version_id.in_(version_ids)))
        passages = sa.select(Passage.version_id, Passage.text).where(
            Passage.kind.not_in(SILENT), Passage.start < LEAD_CHARS
        )
        self.leads = _grouped(session, passages.where(Passage.version_id.in_(version_ids)).order_by(Passage.ordinal))


def _grouped(session: Session, pairs: sa.Select[int, str]) -> Mapping[int, tuple[str, ...]]:
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for version_id, value in session.execute(pairs):
        groups[version_id].append(value)
    return {version_id: tuple(values) for version_id, values in groups.items()}


def _pages(session: Session, article_ids: Sequence[int]) -> Mapping[int, list[ArchivedPage]]:
    """Read the pages of all versions, the oldest first."""
    rows = session.execute(
        sa.select(Version.article_id, Page)
        .join(Page, Page.id == Version.page_id)
        .where(Version.article_id.in_(article_ids))
        .order_by(Version.number)
    )
    found: defaultdict[int, list[ArchivedPage]] = defaultdict(list)
    for article_id, page in rows:
        headers = tuple((name, str(value)) for name, value in page.headers.items())
        kept = ArchivedPage(page.url, page.status, headers, page.content_type, page.content_hash, page.fetched_at)
        found[article_id].append(kept)
    return found


def _record(
    row: tuple[Article, Version, Page, Source, str | None],
    beside: _Beside,
    wanted: Wanted,
    pages: tuple[ArchivedPage, ...],
) -> Record:
    article, version, page, source, story_key = row
    return Record(
        key=article.key,
        version=version.number,
        title=version.title,
        url=article.url,
        source=source.slug,
        source_name=source.name,
        site_name=version.site_name,
        issuer=version.issuer,
        authors=tuple(version.authors),
        published=version.published,
        language=version.language,
        doc_type=version.doc_type,
        relevance=version.relevance,
        topics=beside.topics.get(version.id, ()),
        countries=beside.countries.get(version.id, ()),
        actors=beside.actors.get(version.id, ()),
        story=story_key,
        first_seen_at=article.first_seen_at,
        fetched_at=version.fetched_at,
        content_hash=page.content_hash,
        lead=lead_of(beside.leads.get(version.id, ())),
        text=version.text if wanted.has_text else "",
        remark=wanted.remarks.get(article.id, ""),
        pages=pages,
    )


def lead_of(paragraphs: Sequence[str]) -> str:
    """Take the first paragraphs of a text, cut at a word where they are too long."""
    text = " ".join(" ".join(paragraphs).split())
    if len(text) <= LEAD_CHARS:
        return text
    cut = text[: LEAD_CHARS - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[LEAD_CHARS // 2 :] else cut).rstrip(" ,;:-–—") + "…"
