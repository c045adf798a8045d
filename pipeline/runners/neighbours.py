"""Which articles one may share a story with: placed articles near in time, compared by one matrix of their vectors.

Apart from grouping, because it keeps a batch's vectors in memory: a first comparison is a product with the matrix, and
only of articles that it leaves anything else is read. Where those stand is read anew each time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Article, Vector, Version
from models.story import Story
from models.vocabulary import Relevance
from pipeline.encoding.language_means import LanguageMeans, LanguageSum, prior_means
from pipeline.stories.evidence import FULL_GAP_DAYS
from pipeline.stories.linking import MIN_COSINE, likelihoods
from pipeline.stories.vetoes import MAX_DAYS_APART

MAX_ARTICLES = 100_000
MAX_NEAR = 400
_READ_AT_ONCE = 50
_MONTHS_OF_A_YEAR, _DAYS_OF_A_YEAR = 12, 365

Floats = NDArray[np.float32]
Days = tuple[int, int]
EVERY_DAY: Days = (dt.date.min.toordinal(), dt.date.max.toordinal())


@dataclass(frozen=True)
class Grouping:
    """What all articles of a batch are compared by: the encoder, and the version of the rules."""

    model: str
    version: str


class Sight(Protocol):
    """What a first comparison sees of an article: its language and its vector, centred and normalised."""

    @property
    def language(self) -> str | None:
        """The language that it is in."""

    @property
    def vector(self) -> Floats:
        """Where it stands in meaning, shape [dimensions]."""


@dataclass(frozen=True)
class Placed:
    """An article in its place, and the first and last day (ordinals) that it may have been published."""

    article_id: int
    key: str
    version_id: int
    story_id: int
    days: Days
    first_seen_at: dt.datetime


def days_of(article: Article) -> Days:
    """Give the first and the last day (ordinals) that an article may have been published; every day without a date."""
    version = article.current_version
    if version is None or version.published is None:
        return EVERY_DAY
    return version.published.first.toordinal(), version.published.last.toordinal()


class Neighbours:
    """The placed articles that a batch may meet; standing pages and copies are not among them."""

    def __init__(self, session: Session, grouping: Grouping, batch: Sequence[Article]) -> None:
        self._grouping = grouping
        is_near = _is_near([days_of(article) for article in batch])
        stories = session.execute(sa.select(Story.id, Story.first_on, Story.last_on).where(is_near))
        days = {story_id: _days_of_story(first, last) for story_id, first, last in stories}
        rows = session.execute(_placed_in(grouping, sa.select(Story.id).where(is_near))).all()
        self._article_ids = [row.id for row in rows]
        self._row_of = {article_id: number for number, article_id in enumerate(self._article_ids)}
        self._languages = np.array([row.language or "" for row in rows], dtype="U8")
        self._days = np.array([days.get(row.story_id, EVERY_DAY) for row in rows], np.int32).reshape(-1, 2)
        newcomers = session.execute(_to_be_placed(grouping, [article.id for article in batch])).all()
        self._means = _means_of([*rows, *newcomers], prior_means(grouping.model))
        self._vectors = self._centred_together([row.embedding for row in rows])

    def centred(self, embedding: bytes, language: str | None) -> Floats:
        """Read a stored vector, its language's mean subtracted."""
        vector = np.frombuffer(embedding, "<f2").astype(np.float32)
        return self._means.centred(vector, language)

    def _centred_together(self, embeddings: Sequence[bytes]) -> Floats:
        """Read many vectors at once; a language's mean is worked out once."""
        if not embeddings:
            return np.zeros((0, 0), np.float32)
        moved = np.frombuffer(b"".join(embeddings), "<f2").reshape(len(embeddings), -1).astype(np.float32)
        for language in sorted(set(self._languages.tolist())):
            moved[self._languages == language] -= self._means.mean(language or None, moved.shape[1])
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), np.float32)

    def put(self, article: Placed, seen: Sight) -> None:
        """Count an article that was placed just now among the neighbours of the next ones."""
        row = self._row_of.setdefault(article.article_id, len(self._article_ids))
        if row == len(self._article_ids):
            self._article_ids.append(article.article_id)
            if row >= len(self._vectors):
                self._grow(len(seen.vector))
        self._languages[row], self._days[row], self._vectors[row] = seen.language or "", article.days, seen.vector

    def _grow(self, dimensions: int) -> None:
        more = max(64, len(self._vectors))
        self._languages = np.concatenate([self._languages, np.zeros(more, "U8")])
        self._days = np.concatenate([self._days, np.zeros((more, 2), np.int32)])
        vectors = self._vectors.reshape(-1, dimensions)
        self._vectors = np.concatenate([vectors, np.zeros((more, dimensions), np.float32)])

    def near(self, session: Session, article: Placed, seen: Sight) -> Iterator[Placed]:
        """Yield articles within 45 days, or without a date, that may be of one story, the likeliest first, at most 400.

        The cost is one product of the matrix with the vector, and a statement for each fifty that are asked for.
        """
        nearest = self._shortlist(article.days, seen)
        for start in range(0, len(nearest), _READ_AT_ONCE):
            article_ids = [self._article_ids[row] for row in nearest[start : start + _READ_AT_ONCE]]
            known = {one.article_id: one for one in self._placed(session, Article.id.in_(article_ids))}
            yield from (known[one] for one in article_ids if one in known and _are_near(article.days, known[one].days))

    def _shortlist(self, days: Days, seen: Sight) -> list[int]:
        """Find the rows that vectors, stories' days and languages speak for, the likeliest first."""
        count = len(self._article_ids)
        if not count:
            return []
        cosines = self._vectors[:count] @ seen.vector
        apart = np.maximum(self._days[:count, 0] - days[1], days[0] - self._days[:count, 1])
        close = np.flatnonzero((cosines >= MIN_COSINE) & (apart <= MAX_DAYS_APART))
        is_across = self._languages[close] != (seen.language or "")
        likely = likelihoods(cosines[close], np.clip(apart[close], 0, FULL_GAP_DAYS) / FULL_GAP_DAYS, is_across)
        found: list[int] = close[np.argsort(-likely, kind="stable")][:MAX_NEAR].tolist()
        return found

    def members_of(self, session: Session, story_ids: Collection[int], days: Days) -> dict[int, list[Placed]]:
        """List the articles of stories that are near in time, by their days."""
        members: dict[int, list[Placed]] = {story_id: [] for story_id in story_ids}
        for one in self._placed(session, Article.story_id.in_(story_ids)):
            if _are_near(days, one.days):
                members[one.story_id].append(one)
        return {story_id: sorted(found, key=lambda one: (one.days, one.key)) for story_id, found in members.items()}

    def _placed(self, session: Session, condition: sa.ColumnElement[bool]) -> Iterator[Placed]:
        """Read where articles stand now."""
        rows = session.execute(
            sa.select(
                Article.id,
                Article.key,
                Article.current_version_id,
                Article.story_id,
                Article.first_seen_at,
                Version.published_first_on,
                Version.published_last_on,
            )
            .join(Version, Version.id == Article.current_version_id)
            .where(condition, is_placed(self._grouping.version))
        )
        for article_id, key, version_id, story_id, seen_at, first, last in rows:
            yield Placed(article_id, key, version_id or 0, story_id or 0, _days_between(first, last), seen_at)


def _placed_in(grouping: Grouping, story_ids: sa.Select[int]) -> sa.Select[*tuple[object, ...]]:
    """Select the articles of stories, which are far fewer than all that is near a batch in time."""
    return (
        sa.select(Article.id, Article.story_id, Vector.embedding, Vector.language)
        .join(Vector, (Vector.version_id == Article.current_version_id) & (Vector.model == grouping.model))
        .where(is_placed(grouping.version), Article.story_id.in_(story_ids))
        .order_by(Article.id.desc())
        .limit(MAX_ARTICLES)
    )


def _to_be_placed(grouping: Grouping, article_ids: Sequence[int]) -> sa.Select[*tuple[object, ...]]:
    """Select the vectors of a batch that grouping has not placed yet."""
    return (
        sa.select(Vector.embedding, Vector.language)
        .join(Version, Version.id == Vector.version_id)
        .join(Article, Article.current_version_id == Version.id)
        .where(Vector.model == grouping.model, Article.id.in_(article_ids), Version.relevance != Relevance.OFF)
        .where(Article.placed_by.is_distinct_from(grouping.version))
    )


def _means_of(rows: Iterable[sa.Row[*tuple[object, ...]]], prior: Mapping[str, Floats]) -> LanguageMeans:
    """Work out the means of what is grouped: texts of one domain lie near each other among all that is embedded."""
    embeddings: dict[str, list[bytes]] = {}
    for row in rows:
        if row.language is not None:
            embeddings.setdefault(row.language, []).append(row.embedding)
    sums = {}
    for language, known in embeddings.items():
        vectors = np.frombuffer(b"".join(known), "<f2").reshape(len(known), -1)
        sums[language] = LanguageSum(len(known), vectors.sum(axis=0, dtype=np.float64))
    return LanguageMeans(sums, prior)


def _is_near(days: Sequence[Days]) -> sa.ColumnElement[bool]:
    """Say that a story's days, as far as they are known, are near a batch in time."""
    if EVERY_DAY in days:
        return sa.true()
    first = dt.date.fromordinal(min(start for start, _ in days) - MAX_DAYS_APART)
    last = dt.date.fromordinal(max(end for _, end in days) + MAX_DAYS_APART)
    # A date without its day, or without its month, begins with the first of a month.
    months = (first.year * 12 + first.month - 1 - back for back in range(_MONTHS_OF_A_YEAR))
    vague = [dt.date(month // 12, month % 12 + 1, 1) for month in months]
    is_after = (Story.last_on >= first) | Story.last_on.in_(vague) | Story.last_on.is_(None)
    # Most stories began before the batch: the index of their last days finds those near it, that of the first does not.
    return is_after & (sa.func.coalesce(Story.first_on, last) <= last)


def is_placed(version: str) -> sa.ColumnElement[bool]:
    """Say that an article stands for its story: placed by this version of the rules, no copy, no standing page."""
    is_member = Article.story_id.is_not(None) & (Article.placed_by == version)
    return is_member & Article.copy_of_id.is_(None) & ~Article.is_standing


def _days_between(first: dt.date | None, last: dt.date | None) -> Days:
    return EVERY_DAY if first is None or last is None else (first.toordinal(), last.toordinal())


def _days_of_story(first: dt.date | None, last: dt.date | None) -> Days:
    """Give the days of a story; one that ends with the first of a month may have a date without its day or month."""
    begin, end = _days_between(first, last)
    return begin, end + _DAYS_OF_A_YEAR if last is not None and last.day == 1 else end


def _are_near(one: Days, other: Days) -> bool:
    return one[0] <= other[1] + MAX_DAYS_APART and other[0] <= one[1] + MAX_DAYS_APART
