"""The classifier of relevance and topics: floors on the frozen check set, reasons, storage, new topics, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from models.vocabulary import Relevance
from perilune.config import settings_from
from pipeline.encoding.encoder import load_encoder
from pipeline.runners.classifier import profile_of, shipped_classifier
from pipeline.runners.lessons import examples_again, examples_of_texts
from pipeline.understanding.checking import Said, Scores, complaint_about, scores_of
from pipeline.understanding.classifier import Classifier, ModelProblem, classifier_bytes, classifier_from_bytes
from pipeline.understanding.labelled import load_check_texts, load_training_texts
from pipeline.understanding.newcomers import LEARNED_THRESHOLD
from pipeline.understanding.signals import words_for_topic
from pipeline.understanding.training import Example, newcomer_from
from pipeline.understanding.understand import Knowledge, load_knowledge, understand

EVERY = 2
"""Of the check set every second text is judged here; the benchmark judges all."""


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    shipped = shipped_classifier("multilingual-e5-small")
    assert shipped is not None
    return shipped


@pytest.fixture(scope="module")
def knowledge(classifier: Classifier) -> Knowledge:
    return load_knowledge(classifier)


@pytest.fixture(scope="module")
def checked(knowledge: Knowledge) -> list[Example]:
    settings = settings_from({})
    encoder = load_encoder(settings.encoder, settings.cache)
    return examples_of_texts(load_check_texts()[::EVERY], knowledge, encoder)


def said(examples: Sequence[Example], knowledge: Knowledge) -> list[Said]:
    return [knowledge.tagger.said_of(one.signals) for one in examples]


def expected(examples: Sequence[Example]) -> list[Said]:
    return [Said(one.relevance or Relevance.OFF, one.has) for one in examples]


def test_the_check_set_is_judged_above_the_floors(checked: list[Example], knowledge: Knowledge) -> None:
    scores = scores_of(expected(checked), said(checked, knowledge))
    assert scores.core >= 0.88
    assert scores.relevance >= 0.83
    assert scores.topics >= 0.70
    assert scores.topics_macro >= 0.68


def test_without_vectors_the_check_set_is_still_judged_better_than_by_words(
    checked: list[Example], knowledge: Knowledge
) -> None:
    bare = [replace(one, signals=replace(one.signals, vector=None)) for one in checked]
    by_words = load_knowledge()
    ours, words = (scores_of(expected(bare), said(bare, one)) for one in (knowledge, by_words))
    assert ours.core > words.core
    assert ours.topics > words.topics


def test_the_shipped_classifier_was_trained_on_the_labelled_texts_that_ship(classifier: Classifier) -> None:
    trained = {(known.id, known.relevance, frozenset(known.topics)) for known in classifier.known}
    assert trained == {(text.document.id, text.relevance, frozenset(text.topics)) for text in load_training_texts()}, (
        "run `make classifier`"
    )


def test_no_check_text_is_trained_on() -> None:
    trained = {text.document.text for text in load_training_texts()}
    assert not [text.document.id for text in load_check_texts() if text.document.text in trained]


def test_a_judgement_names_its_words_and_the_texts_it_reads_like(knowledge: Knowledge, classifier: Classifier) -> None:
    place = next(n for n, known in enumerate(classifier.known) if "lunar-exploration" in known.topics)
    text = next(one for one in load_training_texts() if one.document.id == classifier.known[place].id)
    found = understand(text.document, knowledge, classifier.vectors[place])
    topic = next(topic for topic in found.topics if topic.slug == "lunar-exploration")
    assert topic.because
    assert text.document.id not in {likeness.id for likeness in topic.reads_like}, "nothing reads like itself"
    assert len(topic.reads_like) == len(found.reads_like) == 3


def test_a_single_cue_does_not_make_an_article_core(knowledge: Knowledge, checked: list[Example]) -> None:
    off = [one for one in checked if one.relevance is Relevance.OFF]
    document = load_check_texts()[0].document
    alone = replace(document, title="Memorandum of understanding", text="A memorandum of understanding was signed.")
    for example in off:
        assert understand(alone, knowledge, example.signals.vector).relevance is not Relevance.CORE


def test_a_classifier_survives_its_bytes(classifier: Classifier, checked: list[Example]) -> None:
    again = classifier_from_bytes(classifier_bytes(classifier))
    for example in checked[:5]:
        assert again.topics_of(example.signals) == classifier.topics_of(example.signals)
    with pytest.raises(ModelProblem, match="no classifier"):
        classifier_from_bytes(b"not a classifier")


def test_twenty_corrections_teach_a_new_topic(
    knowledge: Knowledge, classifier: Classifier, checked: list[Example]
) -> None:
    settings, slug = settings_from({}), "satellite-navigation"
    topic = next(one for one in knowledge.tagger.topics if one.slug == slug)
    profile = profile_of(topic, load_encoder(settings.encoder, settings.cache))
    training = examples_again(load_training_texts(), knowledge, classifier)
    has = [one for one in training if one.topics[slug]]
    has_not = [one for one in training if not one.topics[slug]]
    corrected = [replace(one, topics={slug: one.topics[slug]}) for one in (*has[:10], *has_not[:10])]
    newcomer = newcomer_from(slug, profile, [*corrected, *(replace(one, topics={}) for one in has_not[10:200])])

    def is_found(example: Example) -> bool:
        assert example.signals.vector is not None
        words = words_for_topic(example.signals, slug)
        return newcomer.probability(words, example.signals.vector) >= LEARNED_THRESHOLD

    apart = [*has[10:], *has_not[200:260], *checked]
    right = sum(is_found(one) and one.topics[slug] for one in apart)
    found, there = sum(map(is_found, apart)), sum(one.topics[slug] for one in apart)
    assert 2 * right / (found + there) >= 0.85


def test_a_classifier_that_is_worse_is_told_from_one_that_is_not() -> None:
    before = Scores(core=0.9, relevance=0.9, topics=0.8, topics_macro=0.8)
    assert complaint_about(replace(before, topics=0.795), before) is None
    assert (
        complaint_about(replace(before, topics=0.75), before) == "worse on the check set: topics 0.750 instead of 0.800"
    )


def test_scores_are_those_of_the_textbook() -> None:
    reader = [Said(Relevance.CORE, frozenset({"a", "b"})), Said(Relevance.OFF, frozenset())]
    machine = [Said(Relevance.CORE, frozenset({"a"})), Said(Relevance.CORE, frozenset({"a"}))]
    scores = scores_of(reader, machine)
    assert scores.core == pytest.approx(2 / 3)
    assert scores.topics == pytest.approx(0.5)
    assert np.isclose(scores.topics_macro, (2 / 3 + 0) / 2)
