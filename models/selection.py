"""Which articles an export takes: those of a search, a collection, somebody's stars, a story, or some keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Version
from models.export_rows import Wanted, ids_of_keys, records
from models.kept import items_of, starred_by
from models.notebook import Collection
from models.search import Query, matching_ids
from models.search.columns import columns_of
from models.story import Evidence, Story, SummarySentence
from perilune.exports.record import Cited, Record, Sentence


@dataclass(frozen=True)
class Selection:
    """Articles to export, by their row ids in their order; `count` may be larger than what was read of them."""

    title: str
    ids: Sequence[int]
    count: int
    remarks: Mapping[int, str] = field(default_factory=dict)
    story_id: int | None = None
    """The story whose summary stands at the head of a brief."""


def selected_by_query(session: Session, query: Query, *, most: int) -> Selection:
    """Select what a search finds, the newest first."""
    matching = matching_ids(session, query)
    count = session.scalar(sa.select(sa.func.count()).select_from(matching.subquery())) or 0
    ids = [] if count > most else session.scalars(matching.order_by(*columns_of(session).newest_first)).all()
    return Selection(query.line or "all articles", ids, count)


def selected_by_keys(session: Session, keys: Sequence[str], title: str = "articles") -> Selection:
    """Select articles by their keys, in the order given; what cannot be seen is left out."""
    found = ids_of_keys(session, keys)
    ids = [found[key] for key in dict.fromkeys(keys) if key in found]
    return Selection(title, ids, len(ids))


def selected_by_stars(session: Session, account_id: int) -> Selection:
    """Select what somebody starred, the latest first."""
    return selected_by_keys(session, starred_by(session, account_id), "starred articles")


def selected_by_collection(session: Session, collection: Collection) -> Selection:
    """Select what a collection holds, in its order, with the remarks."""
    items = items_of(session, collection.id)
    found = ids_of_keys(session, [item.article_key for item in items])
    held = [item for item in items if item.article_key in found]
    ids = [found[item.article_key] for item in held]
    return Selection(collection.name, ids, len(ids), {found[item.article_key]: item.remark for item in held})


def selected_by_story(session: Session, story: Story) -> Selection:
    """Select the articles of a story, without copies, the oldest first."""
    members = (
        sa.select(Article.id)
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.story_id == story.id, Article.repeats_id.is_(None))
        .order_by(Version.published_first_on.asc().nulls_last(), Article.key)
    )
    ids = session.scalars(members).all()
    return Selection(story.headline, ids, len(ids), story_id=story.id)


def summary_in(sessions: sessionmaker[Session], story_id: int | None) -> tuple[Sentence, ...]:
    """Read the summary of a story with the articles that each sentence cites; nothing without a story."""
    if story_id is None:
        return ()
    cited = (
        sa.select(Evidence.sentence_ordinal, Version.article_id, Evidence.page_number)
        .join(Version, Version.id == Evidence.version_id)
        .where(Evidence.story_id == story_id)
        .order_by(Evidence.sentence_ordinal, Evidence.ordinal)
    )
    with sessions() as session:
        told = session.scalars(
            sa.select(SummarySentence).where(SummarySentence.story_id == story_id).order_by(SummarySentence.ordinal)
        ).all()
        places = session.execute(cited).all()
    by_id = _records_by_id(sessions, list(dict.fromkeys(article_id for _, article_id, _ in places)))
    return tuple(
        Sentence(
            each.text,
            each.language,
            tuple(
                dict.fromkeys(
                    Cited(by_id[one], page_number)
                    for ordinal, one, page_number in places
                    if ordinal == each.ordinal and one in by_id
                )
            ),
        )
        for each in told
    )


def _records_by_id(sessions: sessionmaker[Session], ids: Sequence[int]) -> Mapping[int, Record]:
    found = {record.key: record for record in records(sessions, Wanted(ids, {}))}
    with sessions() as session:
        rows = session.execute(sa.select(Article.id, Article.key).where(Article.key.in_(list(found))))
        return {article_id: found[key] for article_id, key in rows}
