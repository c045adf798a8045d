"""Moves articles into the stories of their groups, row by row; apart from deciding which articles are a group."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.story import Story
from pipeline.runners.places import found_story
from pipeline.stories.stories import Group


class StoryMoves:
    """What moves when articles are put together as groups say; a group without a settled story has its own.

    Such a story bears the key of its oldest article, so that the order in which articles came makes no difference.
    """

    def __init__(self, session: Session, groups: Sequence[Group], placed_by: str) -> None:
        self._session, self._groups, self._placed_by = session, groups, placed_by
        keys = [key for group in groups for key in group.free]
        self._articles = {one.key: one for one in session.scalars(sa.select(Article).where(Article.key.in_(keys)))}
        self._gone = {int(gone): int(group.stories[0]) for group in groups for gone in group.stories[1:]}
        brought = session.scalars(sa.select(Article).where(Article.story_id.in_(self._gone))).all()
        self._brought = [one for one in brought if one.key not in self._articles]
        self._targets = {group: self._standing_story(group) for group in groups}

    @property
    def keys(self) -> set[str]:
        """The keys of all articles that are looked at."""
        return {*self._articles, *(one.key for one in self._brought)}

    @property
    def moving(self) -> list[Article]:
        """The articles that do not stand yet where they belong."""
        free = [one for group in self._groups for one in self._members(group) if self._must_move(one, group)]
        return free + self._brought

    def make(self) -> set[int]:
        """Move them; returns the stories that are not what they were."""
        touched = {one.story_id for one in self.moving if one.story_id is not None}
        movers = [(one, group) for group in self._groups for one in self._members(group) if self._must_move(one, group)]
        for one, group in movers:
            if self._targets[group] is None:
                one.story_id = one.placed_by = None
        self._session.flush()
        for group in self._groups:
            self._targets[group] = self._targets[group] or self._found(group)
        for one, group in movers:
            self._put(one, self._targets[group], group.reasons[one.key])
        for one in self._brought:
            self._put(one, self._gone[one.story_id or 0], one.story_reason or "")
        return touched | {target for target in self._targets.values() if target is not None}

    def _members(self, group: Group) -> list[Article]:
        return [self._articles[key] for key in group.free]

    def _standing_story(self, group: Group) -> int | None:
        """Find the story that a group belongs to: a settled one, or the one that bears its oldest article's key."""
        if group.stories:
            return int(group.stories[0])
        founder = self._articles[group.free[0]]
        if founder.story_id is None or founder.placed_by != self._placed_by:
            return None
        is_own = sa.select(Story.id).where(Story.id == founder.story_id, Story.key == founder.key)
        return self._session.scalar(is_own)

    def _must_move(self, article: Article, group: Group) -> bool:
        target = self._targets[group]
        return target is None or article.story_id != target or article.placed_by != self._placed_by

    def _found(self, group: Group) -> int:
        version = self._articles[group.free[0]].current_version
        assert version is not None
        return found_story(self._session, version, placed_by=self._placed_by)

    def _put(self, article: Article, story_id: int | None, reason: str) -> None:
        article.story_id, article.story_reason, article.placed_by = story_id, reason, self._placed_by
