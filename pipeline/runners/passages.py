"""Runs the encoder over passages: the vectors by which search by meaning finds where an article says something.

The last of the stages, since nothing else waits for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session, selectinload, sessionmaker

from models.article import Article, PassageVectors, Version
from models.fate import Outcome
from models.vocabulary import Stage
from pipeline.encoding.encoder import Encoder
from pipeline.encoding.windows import Stretch, windows_of
from pipeline.runners.runner import done


@dataclass(frozen=True)
class Embedded:
    """The windows of a text and their vectors, shape [windows, dimensions]."""

    text_hash: str
    spans: tuple[tuple[int, int], ...]
    vectors: NDArray[np.float32]


class PassagesRunner:
    """Embeds the passages of current versions; what is embedded already is passed over."""

    stage = Stage.PASSAGES
    batch_size = 16

    def __init__(self, model: str, load: Callable[[], Encoder]) -> None:
        self.version = f"1/{model}"
        self._model = model
        self._load = load

    def compute(
        self, sessions: sessionmaker[Session], item_ids: Sequence[int]
    ) -> Iterator[tuple[int, Embedded | None]]:
        """Encode the windows of a batch together; None for what needs no vectors."""
        texts: list[str] = []
        wanted: dict[int, tuple[int, str, tuple[tuple[int, int], ...]]] = {}
        with sessions() as session:
            for version in session.scalars(self._without_vectors(item_ids)):
                stretches = [Stretch(each.start, each.end, each.page_number) for each in version.passages]
                spans = tuple(windows_of(version.text, stretches or [Stretch(0, len(version.text))]))
                wanted[version.id] = len(texts), version.text_hash, spans
                texts += [version.text[start:end] for start, end in spans]
        vectors = self._load().encode(texts) if texts else np.zeros((0, 0), np.float32)
        for item_id in item_ids:
            if item_id in wanted:
                place, text_hash, spans = wanted[item_id]
                yield item_id, Embedded(text_hash, spans, vectors[place : place + len(spans)])
            else:
                yield item_id, None

    def _without_vectors(self, item_ids: Sequence[int]) -> sa.Select[Version]:
        has_them = sa.exists().where(
            PassageVectors.version_id == Version.id,
            PassageVectors.model == self._model,
            PassageVectors.text_hash == Version.text_hash,
        )
        return (
            sa.select(Version)
            .join(Article, Article.current_version_id == Version.id)
            .where(Version.id.in_(item_ids), ~has_them)
            .order_by(Version.id)
            .options(selectinload(Version.passages))
        )

    def store(self, session: Session, item_id: int, result: Embedded | None, *, now: dt.datetime) -> Outcome:
        """Store the vectors of one version."""
        del now
        if result is None:
            return done()
        row = session.get(PassageVectors, (item_id, self._model)) or PassageVectors(
            version_id=item_id, model=self._model
        )
        row.text_hash, row.spans = result.text_hash, [list(span) for span in result.spans]
        row.embeddings = result.vectors.astype("<f2").tobytes()
        session.add(row)
        return done()
