"""What an article is about: relevance, topics, kind, countries, actors and facts, decided from plain values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.vocabulary import Relevance
from pipeline.facts.documents import documents_in
from pipeline.facts.facts import facts_of
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.classifier import Classifier
from pipeline.understanding.countries import countries_in
from pipeline.understanding.doctype import doc_type_and_words
from pipeline.understanding.evidence import MAX_CHARS, NO_EVIDENCE, Evidence, evidence_of, reading_of
from pipeline.understanding.gazetteer import Gazetteer, mentions_from
from pipeline.understanding.judging import judged
from pipeline.understanding.lexicon import Lexicon, Patterns
from pipeline.understanding.participants import Participant, participants_of
from pipeline.understanding.relevance import VOCABULARY_GROUPS, RelevanceCues
from pipeline.understanding.signals import Signals
from pipeline.understanding.tagging import Tagger
from pipeline.understanding.taxonomy import load_topics, load_vocabulary
from pipeline.values import Actor, ActorMention, Document, Understanding

VOCABULARY_FILE = Path(__file__).with_name("relevance.toml")
MAX_TITLE_CHARS = 1_000

Vector = NDArray[np.float32]


def load_relevance_patterns() -> Mapping[str, Patterns]:
    """Read the words that relevance is judged by, as they ship with Perilune."""
    return load_vocabulary(VOCABULARY_FILE, VOCABULARY_GROUPS)


@dataclass(frozen=True)
class Knowledge:
    """What understanding rests on; costly to make and immutable, so make it once and share it."""

    tagger: Tagger
    gazetteer: Gazetteer
    relevance_patterns: Mapping[str, Patterns] = field(default_factory=load_relevance_patterns)
    lexicon: Lexicon = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile all word lists into one lexicon."""
        groups = {topic.slug: topic.patterns for topic in self.tagger.topics} | dict(self.relevance_patterns)
        object.__setattr__(self, "lexicon", Lexicon(groups))


def load_knowledge(classifier: Classifier | None = None) -> Knowledge:
    """Make the knowledge that ships with Perilune, by default without a classifier."""
    return Knowledge(Tagger(load_topics(), classifier), Gazetteer(load_actors()))


def understand(document: Document, knowledge: Knowledge, vector: Vector | None = None) -> Understanding:
    """Decide what an article is about; at most its first `MAX_CHARS` characters are read.

    `vector` is that of title and lead, centred on its language; without one the words decide alone.
    """
    document = bounded(document)
    found = names_in(document, knowledge)
    signals = signals_of(document, knowledge, found, vector)
    verdict = judged(signals, knowledge.tagger.classifier)
    doc_type, type_words = doc_type_and_words(document)
    return Understanding(
        relevance=verdict.relevance,
        relevance_score=verdict.score,
        relevance_because=verdict.because,
        topics=() if verdict.relevance is Relevance.OFF else knowledge.tagger.topics_of(signals),
        doc_type=doc_type,
        doc_type_because=type_words,
        countries=tuple(signals.cues.countries),
        country_spans={one.code: one.span for one in found.participants if one.span},
        actors=found.mentions,
        facts=facts_of(document, knowledge.gazetteer, _country_codes, spans=found.spans),
        documents=documents_in(document, knowledge.gazetteer, spans=found.spans),
        reads_like=verdict.reads_like,
    )


def bounded(document: Document) -> Document:
    """Cut a document to what is read of it."""
    return replace(document, title=document.title[:MAX_TITLE_CHARS], text=document.text[:MAX_CHARS])


@dataclass(frozen=True)
class Names:
    """Who is named in an article: places of actors, their mentions, and the countries that take part."""

    spans: Sequence[tuple[str, int, int]]
    mentions: tuple[ActorMention, ...]
    participants: tuple[Participant, ...]


def names_in(document: Document, knowledge: Knowledge) -> Names:
    """Look for actors and countries in a bounded document."""
    spans = knowledge.gazetteer.spans(document.text)
    mentions = mentions_from(spans)
    known = knowledge.gazetteer.actors
    participants = participants_of(document.title, document.text, mentions, known, language=document.language)
    return Names(spans, mentions, participants)


def signals_of(document: Document, knowledge: Knowledge, found: Names, vector: Vector | None) -> Signals:
    """Read what the classifier sees of a bounded document and of the names in it."""
    reading = reading_of(document)
    evidence = evidence_of(reading, knowledge.lexicon)
    countries = tuple(participant.code for participant in found.participants)
    actors = [knowledge.gazetteer.actors[slug] for slug in _slugs(document, found.mentions, knowledge)]
    return Signals(evidence, _cues(evidence, actors, countries, reading.word_count), vector)


def _cues(
    evidence: Mapping[str, Evidence], actors: Sequence[Actor], countries: Sequence[str], word_count: int
) -> RelevanceCues:
    space, cooperation, abroad, elsewhere = (evidence.get(group, NO_EVIDENCE) for group in VOCABULARY_GROUPS)
    return RelevanceCues(space, cooperation, abroad, elsewhere, actors, countries, word_count)


def _slugs(document: Document, mentions: Sequence[ActorMention], knowledge: Knowledge) -> list[str]:
    in_title = (mention.slug for mention in knowledge.gazetteer.mentions(document.title))
    return list(dict.fromkeys((*in_title, *(mention.slug for mention in mentions))))


def _country_codes(text: str, language: str | None) -> tuple[str, ...]:
    return tuple(mention.code for mention in countries_in(text, language))
