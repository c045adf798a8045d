"""Which stories an article may belong to: placed articles near in time, compared by one matrix of their vectors.

Apart from grouping, because it keeps what a batch needs in memory: a comparison is a product with the matrix, and
only stories that are near in meaning are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Article, Vector, Version
from pipeline.encoding.language_means import LanguageMeans
from pipeline.stories.stories import MIN_COSINE

DAYS_APART = 45
MAX_ARTICLES = 100_000
MAX_STORIES = 100

Days = tuple[int, int]
EVERY_DAY: Days = (dt.date.min.toordinal(), dt.date.max.toordinal())


@dataclass(frozen=True)
class Grouping:
    """What all articles of a batch are compared by: the encoder, the version of the rules, the languages' means."""

    model: str
    version: str
    means: LanguageMeans


def days_of(article: Article) -> Days:
    """Give the first and the last day (ordinals) that an article may have been published; every day without a date."""
    version = article.current_version
    if version is None or version.published is None:
        return EVERY_DAY
    return version.published.first.toordinal(), version.published.last.toordinal()


class Neighbours:
    """The placed articles that a batch may meet; standing pages and copies are not among them."""

    def __init__(self, session: Session, grouping: Grouping, batch: Iterable[Article]) -> None:
        self._grouping = grouping
        rows = session.execute(_placed(grouping, [days_of(article) for article in batch])).all()
        self._stories: list[int] = [row.story_id for row in rows]
        self._days: list[Days] = [_days_of_row(row.published_first_on, row.published_last_on) for row in rows]
        vectors = [self.centred(row.embedding, row.language) for row in rows]
        self._vectors = np.stack(vectors) if vectors else None
        self._filled = len(vectors)

    def centred(self, embedding: bytes, language: str | None) -> NDArray[np.float32]:
        """Read a stored vector, its language's mean subtracted."""
        vector = np.frombuffer(embedding, "<f2").astype(np.float32)
        return self._grouping.means.centred(vector, language)

    def add(self, story_id: int, days: Days, vector: NDArray[np.float32]) -> None:
        """Count an article that was placed just now among the neighbours of the next ones."""
        if self._vectors is None:
            self._vectors = np.zeros((64, len(vector)), np.float32)
        elif self._filled == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[self._filled] = vector
        self._filled += 1
        self._stories.append(story_id)
        self._days.append(days)

    def stories_near(self, days: Days, vector: NDArray[np.float32]) -> list[int]:
        """Name the stories with an article within 45 days, or without a date, that is near in meaning; nearest first.

        The cost is one product of the matrix with the vector.
        """
        if self._vectors is None:
            return []
        cosines = self._vectors[: self._filled] @ vector
        nearest = sorted(np.flatnonzero(cosines >= MIN_COSINE), key=lambda place: -cosines[place])
        near = (self._stories[place] for place in nearest if _overlap(days, self._days[place]))
        return list(dict.fromkeys(near))[:MAX_STORIES]


def _placed(
    grouping: Grouping, days: Sequence[Days]
) -> sa.Select[int | None, str | None, dt.date | None, dt.date | None, bytes]:
    first = min(start for start, _ in days) - DAYS_APART
    last = max(end for _, end in days) + DAYS_APART
    is_near: sa.ColumnElement[bool] = sa.true()
    if EVERY_DAY not in days:
        is_near = Version.published_first_on.is_(None) | (
            (Version.published_last_on >= dt.date.fromordinal(max(first, 1)))
            & (Version.published_first_on <= dt.date.fromordinal(min(last, EVERY_DAY[1])))
        )
    return (
        sa.select(
            Article.story_id,
            Version.language,
            Version.published_first_on,
            Version.published_last_on,
            Vector.embedding,
        )
        .join(Version, Version.id == Article.current_version_id)
        .join(Vector, (Vector.version_id == Version.id) & (Vector.model == grouping.model))
        .where(is_placed(grouping.version), is_near)
        .order_by(Article.id.desc())
        .limit(MAX_ARTICLES)
    )


def is_placed(version: str) -> sa.ColumnElement[bool]:
    """Say that an article stands for its story: placed by this version of the rules, no copy, no standing page."""
    is_member = Article.story_id.is_not(None) & (Article.placed_by == version)
    return is_member & Article.copy_of_id.is_(None) & ~Article.is_standing


def _days_of_row(first: dt.date | None, last: dt.date | None) -> Days:
    return EVERY_DAY if first is None or last is None else (first.toordinal(), last.toordinal())


def _overlap(one: Days, other: Days) -> bool:
    return one[0] <= other[1] + DAYS_APART and other[0] <= one[1] + DAYS_APART
