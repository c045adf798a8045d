"""What a classifier is trained on and checked on, as examples: shipped texts, and articles that people corrected.

Apart from the training because this reads rows and encodes texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Article, Vector, Version, find_article
from models.knowledge import Correction
from models.vocabulary import CorrectionField, Relevance
from pipeline.encoding.encoder import Encoder
from pipeline.runners.classifier import centred, steady_means
from pipeline.runners.document import document_of
from pipeline.runners.embed import text_to_encode
from pipeline.understanding.classifier import Classifier
from pipeline.understanding.labelled import Labelled
from pipeline.understanding.signals import Signals
from pipeline.understanding.taxonomy import load_topics
from pipeline.understanding.training import Example
from pipeline.understanding.understand import Knowledge, bounded, names_in, signals_of
from pipeline.values import Document

Embedding = NDArray[np.float32]


@dataclass(frozen=True)
class Verdict:
    """What people said of an article: its relevance, and of single topics whether it has them."""

    relevance: Relevance | None
    topics: Mapping[str, bool]


def examples_of_texts(texts: Sequence[Labelled], knowledge: Knowledge, encoder: Encoder) -> list[Example]:
    """Encode labelled texts and read their signals; every topic that ships was judged of every one of them."""
    documents = [bounded(text.document) for text in texts]
    vectors = encoder.encode([text_to_encode(one.title, one.text) for one in documents])
    means = steady_means(encoder.model)
    return [
        _example(text, document, knowledge, means.centred(vector, document.language))
        for text, document, vector in zip(texts, documents, vectors, strict=True)
    ]


def examples_again(texts: Sequence[Labelled], knowledge: Knowledge, earlier: Classifier) -> list[Example]:
    """Make examples of those texts that an earlier classifier was trained on, whose vectors it keeps."""
    vectors = dict(zip((known.id for known in earlier.known), earlier.vectors, strict=True))
    return [
        _example(text, bounded(text.document), knowledge, vectors[text.document.id])
        for text in texts
        if text.document.id in vectors
    ]


def _example(text: Labelled, document: Document, knowledge: Knowledge, vector: Embedding) -> Example:
    topics = {slug: slug in text.topics for slug in shipped_slugs()}
    return Example(document.id, document.title, text.relevance, topics, _signals(document, knowledge, vector))


@cache
def shipped_slugs() -> tuple[str, ...]:
    """Name the topics that the labelled texts were judged for."""
    return tuple(topic.slug for topic in load_topics())


def _signals(document: Document, knowledge: Knowledge, vector: Embedding) -> Signals:
    return signals_of(document, knowledge, names_in(document, knowledge), vector)


def examples_of_corrections(session: Session, knowledge: Knowledge, model: str) -> list[Example]:
    """Read the articles whose relevance or topics people corrected, those that have a vector of the encoder."""
    said = _said_by_key(session)
    keys = {article.key: key for key in said if (article := find_article(session, key)) is not None}
    rows = session.execute(
        sa.select(Version, Vector.embedding)
        .join(Article, Article.current_version_id == Version.id)
        .join(Vector, (Vector.version_id == Version.id) & (Vector.model == model))
        .where(Article.key.in_(keys))
        .order_by(Article.key)
    )
    return [
        _example_of(version, centred(embedding, model, version.language), said[keys[version.article.key]], knowledge)
        for version, embedding in rows
    ]


def _said_by_key(session: Session) -> dict[str, Verdict]:
    """Read what the corrections that stand say of each article, the newest last."""
    standing = (
        sa.select(Correction)
        .where(Correction.undone_at.is_(None))
        .where(Correction.field.in_((CorrectionField.RELEVANCE, CorrectionField.TOPICS)))
        .order_by(Correction.made_at, Correction.id)
    )
    said: dict[str, Verdict] = {}
    for correction in session.scalars(standing):
        before = said.get(correction.article_key, Verdict(None, {}))
        said[correction.article_key] = _with(before, correction)
    return said


def _with(said: Verdict, correction: Correction) -> Verdict:
    value = correction.value
    if correction.field == CorrectionField.RELEVANCE:
        return replace(said, relevance=Relevance(str(value["value"])))
    if "add" in value:
        return replace(said, topics={**said.topics, str(value["add"]): True})
    if "remove" in value:
        return replace(said, topics={**said.topics, str(value["remove"]): False})
    listed = value["value"]
    has = set(listed) if isinstance(listed, list) else set()
    return replace(said, topics={slug: slug in has for slug in {*shipped_slugs(), *has}})


def newest_articles(session: Session, knowledge: Knowledge, model: str, *, limit: int = 300) -> list[Example]:
    """Read the signals of the newest articles, to see what another classifier makes of them."""
    rows = session.execute(
        sa.select(Version, Vector.embedding)
        .join(Article, Article.current_version_id == Version.id)
        .join(Vector, (Vector.version_id == Version.id) & (Vector.model == model))
        .order_by(Article.first_seen_at.desc(), Article.id.desc())
        .limit(limit)
    )
    return [
        _example_of(version, centred(embedding, model, version.language), Verdict(None, {}), knowledge)
        for version, embedding in rows
    ]


def _example_of(version: Version, vector: Embedding, said: Verdict, knowledge: Knowledge) -> Example:
    document = bounded(document_of(version))
    signals = _signals(document, knowledge, vector)
    return Example(document.id, document.title, said.relevance, said.topics, signals, is_held=True)
