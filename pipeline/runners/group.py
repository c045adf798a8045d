"""Runs grouping: each article joins a story or founds one, in the order of their dates; copies follow their lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload, sessionmaker

from models.article import Article, LanguageMean, TermCount, Vector, Version
from models.corrections import hold_articles
from models.fate import Outcome, await_stage
from models.story import Story as StoryRow
from models.vocabulary import Relevance, Stage
from pipeline.encoding.language_means import LanguageMeans, LanguageSum, prior_means
from pipeline.runners.document import document_of, understanding_of
from pipeline.runners.embed import ALL_DOCUMENTS
from pipeline.runners.neighbours import Grouping, Neighbours, days_of, is_placed
from pipeline.runners.places import day_of, found_story, refresh_stories
from pipeline.runners.runner import done, skipped
from pipeline.runners.story_decisions import (
    articles_belonging_with,
    mark_of_decisions,
    reason_of,
    stories_shut_to,
    story_bonds,
)
from pipeline.stories.decisions import StoryBonds
from pipeline.stories.features import StoryFeatures, TermCounts, features_of
from pipeline.stories.stories import MEMBERS_COMPARED, Story, story_for

MAX_KEPT_FEATURES = 20_000


@dataclass(frozen=True)
class Place:
    """Where an article belongs and why; without a story it founds one."""

    story_id: int | None
    reason: str


class GroupRunner:
    """Places articles in stories; an article that this version of the rules has placed keeps its place."""

    stage = Stage.GROUP
    version = "2"
    batch_size = 1000

    def __init__(self, model: str) -> None:
        self._model = model
        self._features: dict[int, StoryFeatures] = {}
        self._neighbours: Neighbours | None = None
        self._mark: tuple[int, int] | None = None
        self._bonds = StoryBonds()

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, None]]:
        """Yield the articles by date and key, leads before copies, whatever order they arrived in."""
        if len(self._features) > MAX_KEPT_FEATURES:
            self._features.clear()
        self._mark = None
        with sessions() as session:
            articles = list(session.scalars(sa.select(Article).where(Article.id.in_(item_ids))))
            articles.sort(key=lambda article: (article.copy_of_id is not None, day_of(article), article.key))
            grouping = Grouping(self._model, self.version, _means_from_rows(session, self._model))
            self._neighbours = Neighbours(session, grouping, articles) if articles else None
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
        place = self._place_of(session, article) or self._new_place_of(session, article, version)
        if place is None:
            return skipped("no vector of the present encoder yet")
        if article.copy_of_id is not None and place.story_id is None:
            return skipped("the article that it copies has no story yet")
        self._put(session, version, place, now=now)
        return done()

    def _read_decisions(self, session: Session) -> None:
        """Read what people decided on stories, if anything was said or taken back since."""
        mark = mark_of_decisions(session)
        if mark != self._mark:
            self._mark, self._bonds = mark, story_bonds(session)

    def _place_of(self, session: Session, article: Article) -> Place | None:
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
        if kept is not None:
            return Place(kept, article.story_reason or "")
        return Place(None, "a standing page is a story of its own") if article.is_standing else None

    def _decided_place_of(self, session: Session, article: Article, kept: int | None) -> Place | None:
        """Find the place that people decided on: beside those that belong with it, or by itself."""
        beside = articles_belonging_with(session, article, self._bonds)
        placed = [each.story_id for each in beside if each.placed_by == self.version and each.story_id is not None]
        if placed and kept not in placed:
            return Place(placed[0], reason_of(article, self._bonds))
        if kept is None and self._bonds.is_of_its_own(article.key):
            return Place(None, reason_of(article, self._bonds))
        return None

    def _new_place_of(self, session: Session, article: Article, version: Version) -> Place | None:
        """Choose a place by the story rule; None while the article has no vector."""
        features = next(iter(self._features_of(session, [version.id])), None)
        if features is None or self._neighbours is None:
            return None
        near = self._neighbours.stories_near(days_of(article), features.vector)
        shut = stories_shut_to(session, article, self._bonds, near)
        stories = self._stories(session, [story_id for story_id in near if story_id not in shut])
        choice = story_for(features, stories, _background(session, features))
        if choice.story_id is None:
            return Place(None, f"the first report; {choice.reason}")
        return Place(session.scalar(sa.select(StoryRow.id).where(StoryRow.key == choice.story_id)), choice.reason)

    def _put(self, session: Session, version: Version, place: Place, *, now: dt.datetime) -> None:
        article = version.article
        before = article.story_id
        story_id = place.story_id
        if story_id is None:
            story_id = found_story(session, version, placed_by=self.version)
        is_new = before != story_id or article.placed_by != self.version
        article.story_id, article.story_reason, article.placed_by = story_id, place.reason, self.version
        session.flush()
        refresh_stories(session, {story for story in (before, story_id) if story is not None}, now=now)
        if is_new and article.copy_of_id is None:
            copies = sa.select(Article.id).where(Article.copy_of_id == article.id)
            await_stage(session, Stage.GROUP, session.scalars(copies).all(), due_at=now)
            self._count_among_neighbours(session, article)

    def _count_among_neighbours(self, session: Session, article: Article) -> None:
        self._load_features(session, [article.current_version_id or 0])
        features = self._features.get(article.current_version_id or 0)
        if features is not None and self._neighbours is not None and article.story_id is not None:
            self._neighbours.add(article.story_id, days_of(article), features.vector)

    def _stories(self, session: Session, story_ids: Sequence[int]) -> list[Story]:
        """Read stories as the rule sees them: the newest of the articles that stand for each."""
        members = session.execute(
            sa.select(StoryRow.key, Article.key, Article.first_seen_at, Version.published_first_on, Version.id)
            .join(Article, Article.story_id == StoryRow.id)
            .join(Version, Version.id == Article.current_version_id)
            .where(StoryRow.id.in_(story_ids), is_placed(self.version))
        )
        by_story: dict[str, list[tuple[dt.date, str, int]]] = {}
        for story_key, key, first_seen_at, published_on, version_id in members:
            by_story.setdefault(story_key, []).append((published_on or first_seen_at.date(), key, version_id))
        newest = {
            key: [version_id for _, _, version_id in sorted(rows)[-MEMBERS_COMPARED:]] for key, rows in by_story.items()
        }
        self._load_features(session, [version_id for ids in newest.values() for version_id in ids])
        return [Story(key, tuple(self._features_of(session, ids))) for key, ids in newest.items()]

    def _features_of(self, session: Session, version_ids: Sequence[int]) -> list[StoryFeatures]:
        """Give the features of versions in their order; those without a vector are left out."""
        self._load_features(session, version_ids)
        return [self._features[version_id] for version_id in version_ids if version_id in self._features]

    def _load_features(self, session: Session, version_ids: Iterable[int]) -> None:
        missing = [version_id for version_id in version_ids if version_id not in self._features]
        if not missing or self._neighbours is None:
            return
        rows = session.execute(
            sa.select(Version, Vector.embedding)
            .join(Vector, (Vector.version_id == Version.id) & (Vector.model == self._model))
            .where(Version.id.in_(missing))
            .options(
                selectinload(Version.article).selectinload(Article.source),
                selectinload(Version.topics),
                selectinload(Version.countries),
                selectinload(Version.actors),
                selectinload(Version.witnesses),
            )
        )
        for version, embedding in rows:
            self._features[version.id] = features_of(
                document_of(version),
                understanding_of(version),
                self._neighbours.centred(embedding, version.language),
                first_seen=version.article.first_seen_at.date(),
            )


def _means_from_rows(session: Session, model: str) -> LanguageMeans:
    rows = session.scalars(sa.select(LanguageMean).where(LanguageMean.model == model))
    sums = {row.language: LanguageSum(row.text_count, np.frombuffer(row.total, "<f8")) for row in rows}
    return LanguageMeans(sums, prior_means(model))


def _background(session: Session, features: StoryFeatures) -> TermCounts:
    terms = [ALL_DOCUMENTS, *features.terms, *features.names]
    rows = session.execute(sa.select(TermCount.term, TermCount.document_count).where(TermCount.term.in_(terms)))
    counts = {term: count for term, count in rows}  # noqa: C416 - rows are not pairs to the type checker
    return TermCounts(counts.pop(ALL_DOCUMENTS, 1), counts)
