"""What became of a story in plain words: who or what merged, split, renamed and pinned it, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.story import Story, StoryChange, changes_of
from models.vocabulary import StoryChangeKind
from web.labels import counted
from web.links import article_link, story_link


@dataclass(frozen=True)
class TitledLink:
    """An article or a story by its title, with its address."""

    key: str
    title: str
    language: str | None
    link: str


@dataclass(frozen=True)
class ChangeLine:
    """Something that became of a story: `words` say what, `other` is the story that it came from or went to."""

    kind: StoryChangeKind
    words: str
    articles: tuple[TitledLink, ...]
    other_key: str | None
    other: TitledLink | None
    reason: str
    made_by: str | None
    at: dt.datetime


def history_of(session: Session, story_key: str) -> tuple[ChangeLine, ...]:
    """Read what became of a story, the newest first."""
    changes = changes_of(session, story_key)
    titles = _titles(session, {key for each in changes for key in each.article_keys})
    others = _stories(session, {_other(each, story_key) for each in changes} - {None})
    return tuple(_line(each, story_key, titles, others) for each in reversed(changes))


def _other(change: StoryChange, story_key: str) -> str | None:
    return change.other_key if change.story_key == story_key else change.story_key


def _titles(session: Session, keys: Collection[str]) -> Mapping[str, TitledLink]:
    rows = (
        sa.select(Article.key, Version.title, Version.language)
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.key.in_(keys))
    )
    return {
        key: TitledLink(key, title or "Untitled", language, article_link(key))
        for key, title, language in session.execute(rows)
    }


def _stories(session: Session, keys: Collection[str | None]) -> Mapping[str, TitledLink]:
    rows = session.scalars(sa.select(Story).where(Story.key.in_(keys)))
    return {row.key: TitledLink(row.key, row.headline, row.headline_language, story_link(row.key)) for row in rows}


def _line(
    change: StoryChange, story_key: str, titles: Mapping[str, TitledLink], others: Mapping[str, TitledLink]
) -> ChangeLine:
    other = _other(change, story_key)
    return ChangeLine(
        kind=StoryChangeKind(change.kind),
        words=_words(change, is_from_here=change.story_key == story_key),
        articles=tuple(titles[key] for key in change.article_keys if key in titles),
        other_key=other,
        other=others.get(other or ""),
        reason=change.reason,
        made_by=change.made_by,
        at=change.at,
    )


def _words(change: StoryChange, *, is_from_here: bool) -> str:
    kind, articles = StoryChangeKind(change.kind), _counted(change.article_keys)
    if kind is StoryChangeKind.MERGED:
        brought = f" with {articles}" if articles else ""
        return f"another story became part of it{brought}" if is_from_here else "it became part of another story"
    if kind is StoryChangeKind.SPLIT:
        own = "its own" if len(change.article_keys) == 1 else "their own"
        left, came = f"{articles} left for a story of {own}", f"it was founded by {articles} of another story"
        return left if is_from_here else came
    if kind is StoryChangeKind.MOVED:
        left = f"{articles} left for another story" if change.other_key else f"{articles} left it"
        return left if is_from_here else f"{articles} came from another story"
    return {
        StoryChangeKind.RENAMED: "it has the headline",
        StoryChangeKind.PINNED: "it was pinned",
        StoryChangeKind.UNPINNED: "it was pinned no more",
    }[kind]


def _counted(keys: Sequence[str]) -> str:
    return counted(len(keys), "article") if keys else ""
