"""Which classifier runs: the newest that was trained here and deployed, else the shipped one; and new topics' profiles.

Apart from the runner because learning, and trying texts, need the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session
from structlog import get_logger

from models.knowledge import TrainedModel
from perilune.languages import language_of
from pipeline.encoding.encoder import Encoder
from pipeline.encoding.language_means import LanguageMeans, prior_means
from pipeline.understanding.classifier import Classifier, ModelProblem, classifier_from_bytes
from pipeline.understanding.newcomers import Profile
from pipeline.values import Topic

log = get_logger()

SHIPPED_FOLDER = Path(__file__).parent.parent / "understanding" / "classifiers"


@dataclass(frozen=True, eq=False)
class Deployed:
    """A classifier and what it is called: `shipped`, or the number of the training that made it."""

    name: str
    classifier: Classifier


def shipped_classifier(encoder: str) -> Classifier | None:
    """Load the classifier that ships for an encoder, if there is one."""
    return _loaded(SHIPPED_FOLDER / f"{Path(encoder).name}.npz")


@cache
def _loaded(path: Path) -> Classifier | None:
    return classifier_from_bytes(path.read_bytes()) if path.is_file() else None


def deployed_classifier(session: Session, encoder: str) -> Deployed | None:
    """Find the classifier that runs with an encoder; None where words must decide alone."""
    trained = session.scalar(
        sa.select(TrainedModel)
        .where(TrainedModel.encoder == encoder, TrainedModel.refused.is_(None))
        .order_by(TrainedModel.id.desc())
        .limit(1)
    )
    if trained is not None:
        try:
            return Deployed(f"trained {trained.id}", classifier_from_bytes(trained.content))
        except ModelProblem as problem:  # of another version of Perilune: the next training makes one of this
            log.warning("trained classifier left out", training=trained.id, reason=str(problem))
    shipped = shipped_classifier(encoder)
    return Deployed("shipped", shipped) if shipped is not None else None


def steady_means(encoder: str) -> LanguageMeans:
    """Give the means that a classifier's vectors are centred on: those of texts of all kinds, which never move.

    An archive's own means drift towards its subject, and would take away what tells it from others.
    """
    return LanguageMeans(prior=prior_means(encoder))


def centred(embedding: bytes, encoder: str, language: str | None) -> NDArray[np.float32]:
    """Read a stored vector as classifiers see it."""
    return steady_means(encoder).centred(np.frombuffer(embedding, "<f2").astype(np.float32), language)


def profile_of(topic: Topic, encoder: Encoder) -> Profile:
    """Encode a topic's name, description and examples, each centred on its language."""
    texts = [f"{topic.name}. {topic.description}", *topic.examples]
    means = steady_means(encoder.model)
    vectors = [
        means.centred(vector, language_of(text)) for text, vector in zip(texts, encoder.encode(texts), strict=True)
    ]
    none = np.zeros((0, encoder.dimensions), dtype=np.float32)
    return Profile(vectors[0], np.stack(vectors[1:]) if topic.examples else none, none)
