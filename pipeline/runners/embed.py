"""Runs the encoder: one vector a version, of its title and lead; counts terms and language means beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session, sessionmaker

from models.article import TermCount, Vector, Version
from models.base import insert_into
from models.fate import Outcome, await_stage
from models.vocabulary import Stage
from pipeline.encoding.encoder import Encoder
from pipeline.runners.runner import done
from pipeline.stories.features import lead_of_text, terms_in

Embedding = NDArray[np.float32]
MAX_TERM_CHARS = 80
ALL_DOCUMENTS = ""


class EmbedRunner:
    """Embeds versions; loads the encoder only when there is something to embed."""

    stage = Stage.EMBED
    batch_size = 64

    def __init__(self, model: str, load: Callable[[], Encoder]) -> None:
        self.version = f"2/{model}"
        self._load = load

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, Embedding]]:
        """Encode a batch."""
        with sessions() as session:
            versions = session.scalars(sa.select(Version).where(Version.id.in_(item_ids)).order_by(Version.id))
            texts = {version.id: text_to_encode(version.title, version.text) for version in versions}
        if texts:
            yield from zip(texts, self._load().encode(list(texts.values())), strict=True)

    def store(self, session: Session, item_id: int, result: Embedding, *, now: dt.datetime) -> Outcome:
        """Store the vector; the first time, count the version's terms."""
        version = session.get_one(Version, item_id)
        model = self._load().model
        embedding = result.astype("<f2").tobytes()
        row = session.get(Vector, (version.id, model))
        if row is None:
            session.add(Vector(version_id=version.id, model=model, language=version.language, embedding=embedding))
            _count_terms(session, version)
        else:
            row.embedding, row.language = embedding, version.language
        await_stage(session, Stage.UNDERSTAND, [version.id], due_at=now)
        return done()


def text_to_encode(title: str, text: str) -> str:
    """Give the words of an article that its vector is made of."""
    return f"{title}. {lead_of_text(text)}"


def _count_terms(session: Session, version: Version) -> None:
    lead = f"{version.title}\n{lead_of_text(version.text)}"
    terms = {term[:MAX_TERM_CHARS] for term in terms_in(lead, version.language)} | {ALL_DOCUMENTS}
    session.execute(
        insert_into(session, TermCount).on_conflict_do_update(
            index_elements=["term"], set_={"document_count": TermCount.document_count + 1}
        ),
        [{"term": term, "document_count": 1} for term in sorted(terms)],
    )
