"""Where an article stands: its current version, its group of copies, its story; apart because four stages move it.

Whoever takes an article out of a place leaves that place right behind it: copies get another lead, a story without
articles goes.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, CopyBand, Version, other_copies_of
from models.base import key_of
from models.corrections import keys_of, standing_corrections
from models.fate import await_stage
from models.search import unindex_article
from models.story import Evidence, Story, SummarySentence
from models.takedown import takedown_of
from models.vocabulary import Stage
from pipeline.runners.document import document_of
from pipeline.runners.facts import leave_facts
from pipeline.runners.story_names import name_story
from pipeline.stories.duplicates import Copy, lead_of
from pipeline.summaries.summarise import HEADLINE_CHARS
from pipeline.values import Document


def show_latest_version(session: Session, article: Article, *, now: dt.datetime) -> None:
    """Make the latest version current; one that comes to the front is identified, an article without any leaves.

    So does an article that an administrator withdrew, whatever versions it has.
    """
    latest = session.scalar(
        sa.select(Version.id)
        .where(Version.article_id == article.id, Version.withdrawn.is_(None))
        .order_by(Version.fetched_at.desc(), Version.id.desc())
        .limit(1)
    )
    if latest is not None and takedown_of(session, article.key) is not None:
        latest = None
    if latest == article.current_version_id:
        return
    article.current_version_id = latest
    if latest is not None:
        await_stage(session, Stage.IDENTIFY, [latest], due_at=now)
        return
    unindex_article(session, article.id)
    leave_facts(session, article)
    session.execute(sa.delete(CopyBand).where(CopyBand.article_id == article.id))
    leave_copies(session, article, now=now)
    leave_story(session, article, now=now)


def leave_copies(session: Session, article: Article, *, now: dt.datetime) -> None:
    """Take an article out of its group of copies; those that stay get a lead, and are compared once more."""
    others, keys = other_copies_of(session, article), keys_of(session, article)
    article.copy_of_id = None
    if others:
        let_best_lead(session, others, now=now)
        _obey_anew(session, others, keys, now=now)
        await_stage(session, Stage.IDENTIFY, current_versions_of(others), due_at=now)


def current_versions_of(articles: Iterable[Article]) -> list[int]:
    """Name the current versions of those articles that have one."""
    return [article.current_version_id for article in articles if article.current_version_id is not None]


def let_best_lead(session: Session, copies: Iterable[Article], *, now: dt.datetime) -> None:
    """Fold copies under the best of them, and regroup those whose place changed; what was said of one holds for all."""
    by_address = {article.url: article for article in copies}
    lead = by_address[lead_of([copy_of_article(article) for article in by_address.values()]).address]
    heads = {member.id: None if member is lead else lead.id for member in by_address.values()}
    moved = [member for member in by_address.values() if member.copy_of_id != heads[member.id]]
    for member in moved:
        member.copy_of_id = heads[member.id]
    await_stage(session, Stage.GROUP, [member.id for member in moved if member.story_id is not None], due_at=now)
    if moved:
        understood = [member.id for member in moved if member.current_version and member.current_version.relevance]
        await_stage(session, Stage.MATCH, understood, due_at=now)
        session.flush()
        _obey_anew(session, by_address.values(), keys_of(session, lead), now=now)


def _obey_anew(session: Session, group: Iterable[Article], keys: Sequence[str], *, now: dt.datetime) -> None:
    """Understand copies again whose group has changed, where people corrected any of it."""
    if standing_corrections(session, keys):
        understood = [each for each in group if each.current_version and each.current_version.relevance is not None]
        await_stage(session, Stage.UNDERSTAND, current_versions_of(understood), due_at=now)


def copy_of_article(article: Article) -> Copy:
    """Say what counts of an article when the one that leads is chosen."""
    version = article.current_version
    if version is None:
        return Copy(article.url, article.source.authority, None)
    return Copy(article.url, article.source.authority, version.published, len(version.text))


def leave_story(session: Session, article: Article, *, now: dt.datetime) -> None:
    """Take an article out of its story, if it has one."""
    if article.story_id is not None:
        left, article.story_id, article.story_reason, article.placed_by = article.story_id, None, None, None
        session.flush()
        refresh_stories(session, {left}, now=now)


def found_story(session: Session, version: Version, *, placed_by: str | None = None) -> int:
    """Found the story that bears the article's key; one that is others' keeps that key, and it gets another.

    Only those count as others that `placed_by` put there, if it is given.
    """
    article = version.article
    key = next(key for key in _own_keys(version) if not _is_held_by_others(session, key, article, placed_by))
    story = session.scalar(sa.select(Story).where(Story.key == key))
    if story is None:
        story = Story(key=key, headline="")
        session.add(story)
        session.flush()
    return story.id


def _own_keys(version: Version) -> Iterator[str]:
    key = version.article.key
    yield key
    for number in itertools.count():
        yield key_of(f"{key} v{version.number} {number}" if number else f"{key} v{version.number}")


def _is_held_by_others(session: Session, story_key: str, article: Article, placed_by: str | None) -> bool:
    others = (
        sa.select(Article.id)
        .join(Story, Story.id == Article.story_id)
        .where(Story.key == story_key, Article.id != article.id, Article.copy_of_id.is_distinct_from(article.id))
    )
    if placed_by is not None:
        others = others.where(Article.placed_by == placed_by)
    return session.scalar(others.limit(1)) is not None


def drop_sentences_of_others(session: Session, story_ids: Iterable[int]) -> None:
    """Take out of summaries, until they are made anew, what rests on articles that have left the story."""
    gone = (
        sa.select(Evidence.sentence_ordinal, Evidence.story_id)
        .join(Version, Version.id == Evidence.version_id)
        .join(Article, Article.id == Version.article_id)
        .where(Evidence.story_id.in_(list(story_ids)), Article.story_id.is_distinct_from(Evidence.story_id))
        .distinct()
    )
    for ordinal, story_id in session.execute(gone).all():
        sentence = session.get(SummarySentence, (story_id, ordinal))
        if sentence is not None:
            session.delete(sentence)
    session.flush()


def refresh_stories(session: Session, story_ids: Iterable[int], *, now: dt.datetime) -> None:
    """Bring stories' headlines and days up to their members, and summarise them; those without members go."""
    stories = session.scalars(sa.select(Story).where(Story.id.in_(story_ids)).order_by(Story.id)).all()
    openings = _openings_in(session, [story.id for story in stories])
    for story in stories:
        if story.id in openings:
            _fill_story(session, story, openings[story.id])
        else:
            session.delete(story)
    await_stage(session, Stage.SUMMARISE, openings, due_at=now)
    session.flush()


def _openings_in(session: Session, story_ids: Sequence[int]) -> dict[int, list[Document]]:
    """Read what a headline is chosen by of stories' articles, copies left out, by date and key; none of no articles."""
    rows = session.execute(
        sa.select(
            Article.story_id,
            Article.key,
            Version.title,
            sa.func.substr(Version.text, 1, HEADLINE_CHARS),
            Version.language,
            Version.published,
            Article.url,
            Article.first_seen_at,
        )
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.story_id.in_(story_ids), Article.copy_of_id.is_(None))
    )
    found: dict[int, list[tuple[dt.date, Document]]] = {}
    for story_id, key, title, text, language, published, url, seen_at in rows:
        day = published.first if published is not None else seen_at.date()
        found.setdefault(story_id or 0, []).append((day, Document(key, title, text, language, published, url)))
    ordered = {story_id: sorted(known, key=lambda one: (one[0], one[1].id)) for story_id, known in found.items()}
    return {story_id: [document for _, document in known] for story_id, known in ordered.items()}


def _fill_story(session: Session, story: Story, documents: list[Document]) -> None:
    name_story(session, story, documents)
    days = [one.published for one in documents if one.published is not None]
    story.first_on = min((day.first for day in days), default=None)
    story.last_on = max((day.first for day in days), default=None)


def story_documents(story: Story) -> list[Document]:
    """Read a story's articles, copies left out, by date and key."""
    members = [article for article in story.articles if article.copy_of_id is None]
    members.sort(key=lambda member: (day_of(member), member.key))
    return [document_of(member.current_version) for member in members if member.current_version is not None]


def day_of(article: Article) -> dt.date:
    """Return the first day that it may have been published, or the day it was first seen."""
    version = article.current_version
    if version is not None and version.published is not None:
        return version.published.first
    return article.first_seen_at.date()
