"""The ways to judge relevance and topics that were compared: ours, its parts alone, and common baselines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.understanding_lessons import Lessons
from models.vocabulary import Relevance
from perilune.languages import language_of
from pipeline.runners.classifier import steady_means
from pipeline.understanding.checking import Said
from pipeline.understanding.labelled import Labelled
from pipeline.understanding.tagging import Tagger
from pipeline.understanding.training import Example

Method = Callable[[Lessons], list[Said]]
Matrix = NDArray[np.float64]

RELEVANCE_TEXTS = {
    Relevance.CORE: "Countries and space agencies cooperate: agreements, joint missions, United Nations work on space.",
    Relevance.SPACE: "One country's own satellites, rockets, space companies and space science.",
    Relevance.OFF: "Politics, trade, culture, sport, aviation, biology, energy: nothing about outer space.",
}
MAX_CHARS = 3000
_TOKEN = re.compile(r"[\u4e00-\u9fff]+|[^\W\d_]+")
_STEM_CHARS = 6


def ours(lessons: Lessons) -> list[Said]:
    """Words, names and meaning together, as the product judges."""
    return [lessons.knowledge.tagger.said_of(example.signals) for example in lessons.examples]


def without_vectors(lessons: Lessons) -> list[Said]:
    """Our classifier's heads for articles that are not encoded."""
    bare = [replace(one, signals=replace(one.signals, vector=None)) for one in lessons.examples]
    return [lessons.knowledge.tagger.said_of(example.signals) for example in bare]


def keywords(lessons: Lessons) -> list[Said]:
    """Word lists, weighed by hand: the baseline of many news monitors."""
    tagger = Tagger(lessons.knowledge.tagger.topics)
    return [tagger.said_of(example.signals) for example in lessons.examples]


def tf_idf(lessons: Lessons) -> list[Said]:
    """TF-IDF of word stems and Chinese bigrams, with a logistic regression a label."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(tokenizer=_tokens, token_pattern=None, lowercase=False, sublinear_tf=True, min_df=2)
    rows = vectorizer.fit_transform([_text(one) for one in lessons.training_texts])
    return _regressed(lessons, rows, vectorizer.transform([_text(one) for one in lessons.pages]), strength=10.0)


def vectors_alone(lessons: Lessons) -> list[Said]:
    """Fit a logistic regression a label over the encoder's vectors, without words and names."""
    rows = _vectors(lessons.training)
    return _regressed(lessons, 4 * rows, 4 * _vectors(lessons.examples), strength=1.0)


def _regressed(lessons: Lessons, rows: Matrix, pages: Matrix, *, strength: float) -> list[Said]:
    from sklearn.linear_model import LogisticRegression

    labels = [text.relevance for text in lessons.training_texts]
    classes = LogisticRegression(C=strength, max_iter=300).fit(rows, labels).predict(pages)
    chosen: list[set[str]] = [set() for _ in lessons.pages]
    for slug in lessons.slugs:
        has = [slug in text.topics for text in lessons.training_texts]
        model = LogisticRegression(C=strength, solver="liblinear", class_weight="balanced").fit(rows, has)
        for topics, score in zip(chosen, model.predict_proba(pages)[:, 1], strict=True):
            if score >= 0.5:
                topics.add(slug)
    return [
        Said(Relevance(name), frozenset() if name == Relevance.OFF else frozenset(topics))
        for name, topics in zip(classes, chosen, strict=True)
    ]


def zero_shot_embedding(lessons: Lessons) -> list[Said]:
    """Cosines to descriptions of classes and topics; the threshold is the best one on the training texts."""
    described = [f"{one.name}. {one.description}" for one in lessons.knowledge.tagger.topics]
    topics = np.stack([_description_vector(lessons, text) for text in described])
    classes = np.stack([_description_vector(lessons, text) for text in RELEVANCE_TEXTS.values()])
    training = _vectors(lessons.training) @ topics.T
    has = np.array([[one.topics[slug] for slug in lessons.slugs] for one in lessons.training])
    threshold = max(np.arange(0.05, 0.6, 0.01), key=lambda cut: _f1(has, training >= cut))
    vectors = _vectors(lessons.examples)
    names = list(RELEVANCE_TEXTS)
    found = []
    for nearest, cosines in zip((vectors @ classes.T).argmax(axis=1), vectors @ topics.T, strict=True):
        chosen = frozenset(slug for slug, cosine in zip(lessons.slugs, cosines, strict=True) if cosine >= threshold)
        found.append(Said(names[nearest], frozenset() if names[nearest] is Relevance.OFF else chosen))
    return found


def zero_shot_method(model: str) -> Method:
    """Make a method of an NLI model that a user names, through the pipeline of transformers."""

    def method(lessons: Lessons) -> list[Said]:
        from benchmarks.understanding_zero_shot import load_zero_shot

        judge = load_zero_shot(model)
        topics = {one.description: one.slug for one in lessons.knowledge.tagger.topics}
        classes = {text: name for name, text in RELEVANCE_TEXTS.items()}
        found = []
        for page in lessons.pages:
            relevance = classes[max((scores := judge(_text(page), list(classes))), key=lambda text: scores[text])]
            has = {topics[text] for text, score in judge(_text(page), list(topics)).items() if score >= 0.5}
            found.append(Said(relevance, frozenset() if relevance is Relevance.OFF else frozenset(has)))
        return found

    return method


def _description_vector(lessons: Lessons, text: str) -> NDArray[np.float32]:
    return steady_means(lessons.encoder.model).centred(lessons.encoder.encode([text])[0], language_of(text))


def _vectors(examples: Sequence[Example]) -> Matrix:
    return np.stack([one.signals.vector for one in examples if one.signals.vector is not None]).astype(np.float64)


def _f1(expected: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(2 * (expected & found).sum() / max(1, expected.sum() + found.sum()))


def _text(page: Labelled) -> str:
    document = page.document
    return f"{document.title}\n{document.title}\n{document.text[:MAX_CHARS]}"


def _tokens(text: str) -> list[str]:
    return list(_stems(text.lower()))


def _stems(text: str) -> Iterator[str]:
    for word in _TOKEN.findall(text):
        if "\u4e00" <= word[0] <= "\u9fff":
            yield from (word[place : place + 2] for place in range(max(1, len(word) - 1)))
        else:
            yield word[:_STEM_CHARS]


METHODS: Mapping[str, Method] = {
    "ours: words, names and meaning": ours,
    "ours without vectors": without_vectors,
    "keywords": keywords,
    "TF-IDF + logistic regression": tf_idf,
    "vectors + logistic regression": vectors_alone,
    "zero-shot embedding": zero_shot_embedding,
}
