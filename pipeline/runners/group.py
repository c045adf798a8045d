"""Runs grouping: each article joins a story or founds one, in the order of their dates; copies follow their lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, LanguageMean, TermCount, Vector, Version
from models.fate import Outcome, await_stage
from models.story import Story as StoryRow
from models.vocabulary import Relevance, Stage
from pipeline.encoding.language_means import LanguageMeans, LanguageSum, prior_means
from pipeline.runners.document import document_of, understanding_of
from pipeline.runners.embed import ALL_DOCUMENTS
from pipeline.runners.runner import done, skipped
from pipeline.stories.features import StoryFeatures, TermCounts, features_of
from pipeline.stories.stories import Story, story_for
from pipeline.summaries.summarise import headline_of
from pipeline.values import Document

DAYS_APART = 45
MAX_CANDIDATE_ARTICLES = 3000


@dataclass(frozen=True)
class Place:
    """Where an article belongs and why; without a story it founds one."""

    story_id: int | None
    reason: str


class GroupRunner:
    """Places articles in stories; an article that has its place keeps it."""

    stage = Stage.GROUP
    version = "1"
    batch_size = 1000

    def __init__(self, model: str) -> None:
        self._model = model
        self._features: dict[int, StoryFeatures] = {}
        self._means: LanguageMeans | None = None

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, None]]:
        """Yield the articles by date and key, leads before copies, whatever order they arrived in."""
        with sessions() as session:
            self._means = _means_from_rows(session, self._model)
            articles = list(session.scalars(sa.select(Article).where(Article.id.in_(item_ids))))
            articles.sort(key=lambda article: (article.copy_of_id is not None, _day_of(article), article.key))
        return ((article.id, None) for article in articles)

    def store(self, session: Session, item_id: int, result: None, *, now: dt.datetime) -> Outcome:
        """Place one article, and let its story be summarised again."""
        del result
        article = session.get_one(Article, item_id)
        version = article.current_version
        if version is None or version.relevance in {None, Relevance.OFF}:
            return skipped("off-topic")
        place = self._place_of(session, article) or self._new_place_of(session, article, version)
        if place is None:
            return skipped("no vector of the present encoder yet")
        self._put(session, article, place, now=now)
        return done()

    def _place_of(self, session: Session, article: Article) -> Place | None:
        """Find the place that an article has already: its lead's, or its own from before."""
        if article.copy_of_id is not None:
            lead = session.get_one(Article, article.copy_of_id)
            return Place(lead.story_id, f"a copy of {lead.key}")
        if article.story_id is not None:
            return Place(article.story_id, article.story_reason or "")
        return Place(None, "a standing page is a story of its own") if article.is_standing else None

    def _new_place_of(self, session: Session, article: Article, version: Version) -> Place | None:
        """Choose a place by the story rule; None while the article has no vector."""
        features = self._features_of(session, version)
        if features is None:
            return None
        choice = story_for(features, self._candidates(session, article), _background(session, features))
        if choice.story_id is None:
            return Place(None, f"the first report; {choice.reason}")
        return Place(session.scalar(sa.select(StoryRow.id).where(StoryRow.key == choice.story_id)), choice.reason)

    def _put(self, session: Session, article: Article, place: Place, *, now: dt.datetime) -> None:
        before = article.story_id
        story_id = _found_story(session, article) if place.story_id is None else place.story_id
        article.story_id, article.story_reason = story_id, place.reason
        session.flush()
        for touched in {story for story in (before, story_id) if story is not None}:
            if _refresh_story(session, touched):
                await_stage(session, Stage.SUMMARISE, [touched], due_at=now)

    def _candidates(self, session: Session, article: Article) -> list[Story]:
        """Read the stories with an article near in time, or without a date."""
        day = _day_of(article)
        is_undated = article.current_version is None or article.current_version.published is None
        near = (
            sa.select(Article.story_id)
            .join(Version, Version.id == Article.current_version_id)
            .where(
                Article.story_id.is_not(None),
                Version.published_first_on.is_(None)
                | (
                    (Version.published_last_on >= day - dt.timedelta(days=DAYS_APART))
                    & (Version.published_first_on <= day + dt.timedelta(days=DAYS_APART))
                )
                | (sa.literal(is_undated)),
            )
        )
        members = session.scalars(
            sa.select(Article)
            .where(Article.story_id.in_(near), Article.copy_of_id.is_(None), ~Article.is_standing)
            .order_by(Article.id.desc())
            .limit(MAX_CANDIDATE_ARTICLES)
        )
        by_story: dict[int, list[Article]] = {}
        for member in members:
            if member.story_id is not None:
                by_story.setdefault(member.story_id, []).append(member)
        keys = dict(session.execute(sa.select(StoryRow.id, StoryRow.key).where(StoryRow.id.in_(by_story))).all())
        return [
            Story(keys[story_id], tuple(self._features_in_order(session, articles)))
            for story_id, articles in by_story.items()
        ]

    def _features_in_order(self, session: Session, articles: Sequence[Article]) -> Iterator[StoryFeatures]:
        for article in sorted(articles, key=lambda member: (_day_of(member), member.key)):
            features = self._features_of(session, article.current_version)
            if features is not None:
                yield features

    def _features_of(self, session: Session, version: Version | None) -> StoryFeatures | None:
        if version is None:
            return None
        if version.id not in self._features:
            row = session.get(Vector, (version.id, self._model))
            if row is None or self._means is None:
                return None
            vector = np.frombuffer(row.embedding, "<f2").astype(np.float32)
            self._features[version.id] = features_of(
                document_of(version),
                understanding_of(version),
                self._means.centred(vector, version.language),
                first_seen=version.article.first_seen_at.date(),
            )
        return self._features[version.id]


def _day_of(article: Article) -> dt.date:
    version = article.current_version
    if version is not None and version.published is not None:
        return version.published.first
    return article.first_seen_at.date()


def _means_from_rows(session: Session, model: str) -> LanguageMeans:
    rows = session.scalars(sa.select(LanguageMean).where(LanguageMean.model == model))
    sums = {row.language: LanguageSum(row.text_count, np.frombuffer(row.total, "<f8")) for row in rows}
    return LanguageMeans(sums, prior_means(model))


def _background(session: Session, features: StoryFeatures) -> TermCounts:
    terms = [ALL_DOCUMENTS, *features.terms, *features.names]
    rows = session.execute(sa.select(TermCount.term, TermCount.document_count).where(TermCount.term.in_(terms)))
    counts = {term: count for term, count in rows}  # noqa: C416 - rows are not pairs to the type checker
    return TermCounts(counts.pop(ALL_DOCUMENTS, 1), counts)


def _found_story(session: Session, article: Article) -> int:
    story = session.scalar(sa.select(StoryRow).where(StoryRow.key == article.key))
    if story is None:
        story = StoryRow(key=article.key, headline="")
        session.add(story)
        session.flush()
    return story.id


def _refresh_story(session: Session, story_id: int) -> bool:
    """Bring a story's headline and days up to its members; False when it has none left and is gone."""
    story = session.get_one(StoryRow, story_id)
    session.refresh(story, ["articles"])
    documents = story_documents(story)
    if not documents:
        session.delete(story)
        session.flush()
        return False
    story.headline, chosen = headline_of(documents, "en")
    story.headline_language = next(one.language for one in documents if one.id == chosen)
    days = [one.published for one in documents if one.published is not None]
    story.first_on = min((day.first for day in days), default=None)
    story.last_on = max((day.first for day in days), default=None)
    return True


def story_documents(story: StoryRow) -> list[Document]:
    """Read a story's articles, copies left out, by date and key."""
    members = [article for article in story.articles if article.copy_of_id is None]
    members.sort(key=lambda member: (_day_of(member), member.key))
    return [document_of(member.current_version) for member in members if member.current_version is not None]
