"""Records what became of stories: merged, split, left by articles, renamed, pinned; by people or by evidence.

Apart from places because grouping, corrections and whoever takes one back tell it, each when all is in its place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.story import Story, StoryChange
from models.vocabulary import StoryChangeKind

OF_PLACES = (StoryChangeKind.MERGED, StoryChangeKind.SPLIT, StoryChangeKind.MOVED)
OF_PINS = (StoryChangeKind.PINNED, StoryChangeKind.UNPINNED)


@dataclass(frozen=True)
class Cause:
    """Why a story changed, in words, and when; `made_by` is the person who said so, None where evidence did it."""

    reason: str
    made_by: str | None
    at: dt.datetime


def record_merge(session: Session, kept: str, gone: str, *, article_keys: Iterable[str], cause: Cause) -> None:
    """Record that the story with the key `gone` became part of `kept`, with the articles that it brought."""
    _record(session, StoryChangeKind.MERGED, (kept, gone), article_keys, cause)


def record_split(session: Session, left: str, founded: str, *, article_keys: Iterable[str], cause: Cause) -> None:
    """Record that articles left a story for one of their own."""
    _record(session, StoryChangeKind.SPLIT, (left, founded), article_keys, cause)


def record_move(session: Session, left: str, joined: str | None, *, article_keys: Iterable[str], cause: Cause) -> None:
    """Record that articles left a story for another that there was; None where they have no story yet."""
    _record(session, StoryChangeKind.MOVED, (left, joined), article_keys, cause)


def record_renaming(session: Session, story: Story, cause: Cause) -> None:
    """Record that a story has another headline now; of its `cause` the reason is why."""
    headline = f"“{story.headline}”"
    reason = f"{headline}: {cause.reason}" if cause.reason else headline
    _record(session, StoryChangeKind.RENAMED, (story.key, None), (), Cause(reason, cause.made_by, cause.at))


def record_pinning(session: Session, story: Story, cause: Cause) -> None:
    """Record that a story was pinned, or is no more."""
    kind = StoryChangeKind.PINNED if story.pinned_by else StoryChangeKind.UNPINNED
    _record(session, kind, (story.key, None), (), cause)


def story_keys_of(session: Session, article_keys: Collection[str]) -> dict[str, str]:
    """Read in which stories articles are, by their keys; those without a story are left out."""
    rows = sa.select(Article.key, Story.key).join(Story, Story.id == Article.story_id)
    return dict(session.execute(rows.where(Article.key.in_(article_keys))).all())


def record_places(session: Session, before: Mapping[str, str], cause: Cause) -> None:
    """Record where articles went that were in the stories `before`, by their keys, now that all are in their places."""
    now = story_keys_of(session, before.keys())
    ways: dict[tuple[str, str | None], list[str]] = {}
    for key, left in sorted(before.items()):
        if now.get(key) != left:
            ways.setdefault((left, now.get(key)), []).append(key)
    standing = set(session.scalars(sa.select(Story.key).where(Story.key.in_({left for left, _ in ways}))))
    for (left, joined), keys in ways.items():
        if joined is None:
            record_move(session, left, None, article_keys=keys, cause=cause)
        elif left not in standing:
            record_merge(session, joined, left, article_keys=keys, cause=cause)
        elif _is_theirs_alone(session, joined, keys):
            record_split(session, left, joined, article_keys=keys, cause=cause)
        else:
            record_move(session, left, joined, article_keys=keys, cause=cause)


def _is_theirs_alone(session: Session, story_key: str, article_keys: Collection[str]) -> bool:
    others = (
        sa.select(Article.id)
        .join(Story, Story.id == Article.story_id)
        .where(Story.key == story_key, Article.key.not_in(article_keys), Article.copy_of_id.is_(None))
    )
    return session.scalar(others.limit(1)) is None


def _record(
    session: Session, kind: StoryChangeKind, keys: tuple[str, str | None], article_keys: Iterable[str], cause: Cause
) -> None:
    """Record a change, unless it is what was recorded last of the same, as when a run is done again."""
    change = StoryChange(
        story_key=keys[0],
        kind=kind,
        other_key=keys[1],
        article_keys=sorted(article_keys),
        reason=cause.reason,
        made_by=cause.made_by,
        at=cause.at,
    )
    last = _last_of_the_same(session, change)
    if last is None or _meaning(last) != _meaning(change):
        session.add(change)
        session.flush()


def _last_of_the_same(session: Session, change: StoryChange) -> StoryChange | None:
    """Find what became last of the same articles between the same stories, or of the same headline or pin."""
    newest = sa.select(StoryChange).order_by(StoryChange.at.desc(), StoryChange.id.desc())
    if change.kind not in OF_PLACES:
        kinds = OF_PINS if change.kind in OF_PINS else (change.kind,)
        same = newest.where(StoryChange.story_key == change.story_key, StoryChange.kind.in_(kinds))
        return session.scalars(same.limit(1)).first()
    ends = [key for key in (change.story_key, change.other_key) if key is not None]
    is_between = StoryChange.story_key.in_(ends) | StoryChange.other_key.in_(ends)
    found = session.scalars(newest.where(is_between, StoryChange.kind.in_(OF_PLACES)))
    return next((each for each in found if not set(each.article_keys).isdisjoint(change.article_keys)), None)


def _meaning(change: StoryChange) -> tuple[object, ...]:
    """Leave out when it was and, of a change of places, in which words: a later run has other figures."""
    reason = None if change.kind in OF_PLACES else change.reason
    return change.kind, change.story_key, change.other_key, tuple(change.article_keys), change.made_by, reason
