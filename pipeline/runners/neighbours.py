"""Which articles one may share a story with: placed articles near in time, compared by one matrix of their vectors.

Apart from grouping, because it keeps what a batch needs in memory: a comparison is a product with the matrix, and
only articles that are near in meaning are read.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Article, Vector, Version
from pipeline.encoding.language_means import LanguageMeans
from pipeline.stories.linking import MIN_COSINE
from pipeline.stories.vetoes import MAX_DAYS_APART

MAX_ARTICLES = 100_000
MAX_NEAR = 400

Days = tuple[int, int]
EVERY_DAY: Days = (dt.date.min.toordinal(), dt.date.max.toordinal())


@dataclass(frozen=True)
class Grouping:
    """What all articles of a batch are compared by: the encoder, the version of the rules, the languages' means."""

    model: str
    version: str
    means: LanguageMeans


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

    def __init__(self, session: Session, grouping: Grouping, batch: Iterable[Article]) -> None:
        self._grouping = grouping
        rows = session.execute(_placed(grouping, [days_of(article) for article in batch])).all()
        self._placed = [_placed_of(row) for row in rows]
        self._row_of = {placed.article_id: row for row, placed in enumerate(self._placed)}
        self._story_rows: dict[int, set[int]] = defaultdict(set)
        for row, placed in enumerate(self._placed):
            self._story_rows[placed.story_id].add(row)
        self._vectors = self._centred_together([(row.embedding, row.language) for row in rows])

    def centred(self, embedding: bytes, language: str | None) -> NDArray[np.float32]:
        """Read a stored vector, its language's mean subtracted."""
        vector = np.frombuffer(embedding, "<f2").astype(np.float32)
        return self._grouping.means.centred(vector, language)

    def _centred_together(self, stored: Sequence[tuple[bytes, str | None]]) -> NDArray[np.float32]:
        """Read many vectors at once; a language's mean is worked out once."""
        if not stored:
            return np.zeros((0, 0), np.float32)
        vectors = np.frombuffer(b"".join(embedding for embedding, _ in stored), "<f2").reshape(len(stored), -1)
        moved = vectors.astype(np.float32)
        languages = np.array([language or "" for _, language in stored])
        for language in sorted(set(languages.tolist())):
            moved[languages == language] -= self._grouping.means.mean(language or None, moved.shape[1])
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), np.float32)

    def put(self, placed: Placed, vector: NDArray[np.float32]) -> None:
        """Count an article that was placed just now among the neighbours of the next ones, wherever it was before."""
        row = self._row_of.setdefault(placed.article_id, len(self._placed))
        if row == len(self._placed):
            self._placed.append(placed)
            if row >= len(self._vectors):
                more = np.zeros((max(64, len(self._vectors)), len(vector)), np.float32)
                self._vectors = np.concatenate([self._vectors, more]) if len(self._vectors) else more
        self._story_rows[self._placed[row].story_id].discard(row)
        self._story_rows[placed.story_id].add(row)
        self._placed[row] = placed
        self._vectors[row] = vector

    def members_of(self, story_id: int) -> list[Placed]:
        """List the articles of a story that are near the batch in time, by their days."""
        members = [self._placed[row] for row in self._story_rows.get(story_id, ())]
        return sorted(members, key=lambda placed: (placed.days, placed.key))

    def near(self, days: Days, vector: NDArray[np.float32]) -> Iterator[Placed]:
        """Yield articles within 45 days, or without a date, that are near in meaning, the nearest first, at most 400.

        The cost is one product of the matrix with the vector.
        """
        if not self._placed:
            return
        cosines = self._vectors[: len(self._placed)] @ vector
        close = np.flatnonzero(cosines >= MIN_COSINE)
        found = 0
        for row in close[np.argsort(-cosines[close], kind="stable")]:
            placed = self._placed[row]
            if _overlap(days, placed.days):
                yield placed
                found += 1
                if found == MAX_NEAR:
                    return


def _placed(grouping: Grouping, days: Sequence[Days]) -> sa.Select[*tuple[object, ...]]:
    first = min(start for start, _ in days) - MAX_DAYS_APART
    last = max(end for _, end in days) + MAX_DAYS_APART
    is_near: sa.ColumnElement[bool] = sa.true()
    if EVERY_DAY not in days:
        is_near = Version.published_first_on.is_(None) | (
            (Version.published_last_on >= dt.date.fromordinal(max(first, 1)))
            & (Version.published_first_on <= dt.date.fromordinal(min(last, EVERY_DAY[1])))
        )
    return (
        sa.select(
            Article.id,
            Article.key,
            Article.story_id,
            Article.first_seen_at,
            Version.id.label("version_id"),
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


def _placed_of(row: sa.Row[*tuple[object, ...]]) -> Placed:
    days = _days_of_row(row.published_first_on, row.published_last_on)
    return Placed(row.id, row.key, row.version_id, row.story_id, days, row.first_seen_at)


def _days_of_row(first: dt.date | None, last: dt.date | None) -> Days:
    return EVERY_DAY if first is None or last is None else (first.toordinal(), last.toordinal())


def _overlap(one: Days, other: Days) -> bool:
    return one[0] <= other[1] + MAX_DAYS_APART and other[0] <= one[1] + MAX_DAYS_APART
