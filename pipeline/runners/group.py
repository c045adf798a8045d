"""Runs grouping: each article joins a story or founds one, and whatever hangs together with it is looked at anew.

Copies follow their lead. What people decided comes first. Articles of one day move until it ends, so that the order
in which they arrive makes no difference; later ones stay, unless evidence comes between them and their story.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Version
from models.corrections import hold_articles
from models.fate import Outcome, await_stage
from models.story import Story as StoryRow
from models.vocabulary import Relevance, Stage
from pipeline.runners.places import day_of, drop_sentences_of_others, found_story, refresh_stories
from pipeline.runners.runner import done, skipped
from pipeline.runners.story_changes import Cause, record_places, story_keys_of
from pipeline.runners.story_decisions import (
    articles_belonging_with,
    mark_of_decisions,
    reason_of,
    stories_shut_to,
    story_bonds,
)
from pipeline.runners.story_moves import StoryMoves
from pipeline.runners.surroundings import Surroundings
from pipeline.stories.decisions import StoryBonds
from pipeline.stories.stories import Group


@dataclass(frozen=True)
class Place:
    """Where an article belongs and why; without a story it founds one."""

    story_id: int | None
    reason: str


class GroupRunner:
    """Places articles in stories; an article that this version of the rules has placed keeps its place."""

    stage = Stage.GROUP
    version = "4"
    batch_size = 1000

    def __init__(self, model: str) -> None:
        self._model = model
        self._surroundings: Surroundings | None = None
        self._mark: tuple[int, int] | None = None
        self._bonds = StoryBonds()

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, None]]:
        """Yield the articles by the days that they were seen and published, leads before copies."""
        self._mark = None
        with sessions() as session:
            articles = list(session.scalars(sa.select(Article).where(Article.id.in_(item_ids))))
            articles.sort(key=_order)
            self._surroundings = Surroundings(session, self._model, self.version, articles) if articles else None
        return ((article.id, None) for article in articles)

    def store(self, session: Session, item_id: int, result: None, *, now: dt.datetime) -> Outcome:
        """Place one article, and let its story be summarised again."""
        del result
        article = session.get_one(Article, item_id)
        hold_articles(session, [article])
        version = article.current_version
        if version is None or version.relevance in {None, Relevance.OFF}:
            return skipped("off-topic")
        self._read_decisions(session)
        place = self._place_of(session, article, now=now)
        if place is not None:
            return self._put(session, version, place, now=now)
        groups = self._groups_around(session, article)
        if groups is None:
            return skipped("no vector of the present encoder yet")
        self._settle(session, groups, article, now=now)
        return done()

    def _read_decisions(self, session: Session) -> None:
        """Read what people decided on stories, if anything was said or taken back since."""
        mark = mark_of_decisions(session)
        if mark != self._mark:
            self._mark, self._bonds = mark, story_bonds(session)

    def _place_of(self, session: Session, article: Article, *, now: dt.datetime) -> Place | None:
        """Find the place that an article has already: its lead's, where people said, or its own from before."""
        if article.copy_of_id is not None:
            lead = session.get_one(Article, article.copy_of_id)
            return Place(lead.story_id, f"a copy of {lead.key}")
        kept = article.story_id if article.placed_by == self.version else None
        if kept is not None and stories_shut_to(session, article, self._bonds, [kept]):
            kept = None
        decided = self._decided_place_of(session, article, kept)
        if decided is not None:
            return decided
        if kept is not None and (article.is_standing or article.first_seen_at.date() < now.date()):
            return Place(kept, article.story_reason or "")
        return Place(None, "a standing page is a story of its own") if article.is_standing else None

    def _decided_place_of(self, session: Session, article: Article, kept: int | None) -> Place | None:
        """Find the place that people decided on: beside those that belong with it, or by itself."""
        beside = articles_belonging_with(session, article, self._bonds)
        placed = [each.story_id for each in beside if each.placed_by == self.version and each.story_id is not None]
        if placed and kept not in placed:
            return Place(placed[0], reason_of(article, self._bonds))
        if kept is not None and article.key in self._bonds.decided:
            return Place(kept, article.story_reason or "")
        if kept is None and self._bonds.is_of_its_own(article.key):
            return Place(None, reason_of(article, self._bonds))
        return None

    def _groups_around(self, session: Session, article: Article) -> list[Group] | None:
        return self._surroundings.groups_around(session, article, self._bonds) if self._surroundings else None

    def _put(self, session: Session, version: Version, place: Place, *, now: dt.datetime) -> Outcome:
        """Put an article where it belongs by what was decided before; it may leave a story that it fits no more."""
        article = version.article
        if article.copy_of_id is not None and place.story_id is None:
            return skipped("the article that it copies has no story yet")
        before, placed_by = article.story_id, article.placed_by
        story_id = place.story_id or found_story(session, version, placed_by=self.version)
        article.story_id, article.story_reason, article.placed_by = story_id, place.reason, self.version
        session.flush()
        refresh_stories(session, {story for story in (before, story_id) if story is not None}, now=now)
        if (before, placed_by) != (story_id, self.version):
            self._let_follow(session, article, now=now)
        elif article.copy_of_id is None and not article.is_standing and article.key not in self._bonds.decided:
            self._part(session, article, now=now)
        return done()

    def _part(self, session: Session, article: Article, *, now: dt.datetime) -> None:
        """Let the parts of a story that evidence has come between go apart; its founder's, else the largest, stays."""
        parts = self._surroundings.parts_around(session, article) if self._surroundings else []
        free = [part for part in parts if not self._bonds.decided.keys() & set(part)]
        if len(parts) < 2 or len(free) < len(parts):  # noqa: PLR2004 - a story of one part is whole
            return
        key = session.get_one(StoryRow, article.story_id).key
        stays = next((part for part in parts if key in part), max(parts, key=len))
        words = "what is known of it now does not fit the others"
        leaving = [Group(tuple(part), (), dict.fromkeys(part, words)) for part in parts if part is not stays]
        self._settle(session, leaving, article, now=now)

    def _settle(self, session: Session, groups: Sequence[Group], newcomer: Article, *, now: dt.datetime) -> None:
        """Put the articles of groups together, move what was elsewhere, and record what became of stories."""
        moves = StoryMoves(session, groups, self.version)
        moving = moves.moving
        hold_articles(session, moving)
        before = story_keys_of(session, moves.keys)
        touched = moves.make()
        session.flush()
        refresh_stories(session, touched | {newcomer.story_id or 0}, now=now)
        drop_sentences_of_others(session, touched)
        record_places(session, before, Cause(_reason_for(newcomer, groups), None, now))
        for article in moving:
            self._let_follow(session, article, now=now)

    def _let_follow(self, session: Session, article: Article, *, now: dt.datetime) -> None:
        """Let copies follow an article that moved, later articles meet it there, and saved searches look again."""
        await_stage(session, Stage.MATCH, [article.id], due_at=now)
        if article.copy_of_id is None:
            copies = sa.select(Article.id).where(Article.copy_of_id == article.id)
            await_stage(session, Stage.GROUP, session.scalars(copies).all(), due_at=now)
        if self._surroundings is not None and article.copy_of_id is None and not article.is_standing:
            self._surroundings.note(session, article)


def _reason_for(newcomer: Article, groups: Sequence[Group]) -> str:
    reason = next((group.reasons[newcomer.key] for group in groups if newcomer.key in group.reasons), None)
    return reason or next(reason for group in groups for reason in group.reasons.values())


def _order(article: Article) -> tuple[bool, dt.date, dt.date, str]:
    return (article.copy_of_id is not None, article.first_seen_at.date(), day_of(article), article.key)
