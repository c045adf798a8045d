"""What an article is about: relevance, topics, kind, countries, actors and facts, decided from plain values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.vocabulary import Relevance
from pipeline.facts.facts import facts_of
from pipeline.understanding.countries import countries_in
from pipeline.understanding.doctype import doc_type_of
from pipeline.understanding.evidence import MAX_CHARS, NO_EVIDENCE, Evidence, evidence_of, reading_of
from pipeline.understanding.gazetteer import Gazetteer, load_actors
from pipeline.understanding.lexicon import Lexicon, Patterns
from pipeline.understanding.participants import participants_of
from pipeline.understanding.relevance import VOCABULARY_GROUPS, RelevanceCues, relevance_of
from pipeline.understanding.tagging import topics_of
from pipeline.understanding.taxonomy import load_topics, load_vocabulary
from pipeline.values import Actor, ActorMention, Document, Topic, Understanding

VOCABULARY_FILE = Path(__file__).with_name("relevance.toml")
MAX_TITLE_CHARS = 1_000


def load_relevance_patterns() -> Mapping[str, Patterns]:
    """Read the words that relevance is judged by, as they ship with Perilune."""
    return load_vocabulary(VOCABULARY_FILE, VOCABULARY_GROUPS)


@dataclass(frozen=True)
class Knowledge:
    """What understanding rests on; costly to make and immutable, so make it once and share it."""

    topics: tuple[Topic, ...]
    gazetteer: Gazetteer
    relevance_patterns: Mapping[str, Patterns] = field(default_factory=load_relevance_patterns)
    lexicon: Lexicon = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile all word lists into one lexicon."""
        groups = {topic.slug: topic.patterns for topic in self.topics} | dict(self.relevance_patterns)
        object.__setattr__(self, "lexicon", Lexicon(groups))


def load_knowledge() -> Knowledge:
    """Make the knowledge that ships with Perilune."""
    return Knowledge(topics=load_topics(), gazetteer=Gazetteer(load_actors()))


def understand(document: Document, knowledge: Knowledge) -> Understanding:
    """Decide what an article is about; at most its first `MAX_CHARS` characters are read."""
    document = replace(document, title=document.title[:MAX_TITLE_CHARS], text=document.text[:MAX_CHARS])
    reading = reading_of(document)
    evidence = evidence_of(reading, knowledge.lexicon)
    mentions = knowledge.gazetteer.mentions(document.text)
    participants = participants_of(
        document.title,
        document.text,
        mentions,
        knowledge.gazetteer.actors,
        language=document.language,
    )
    countries = tuple(participant.code for participant in participants)
    actors = [knowledge.gazetteer.actors[slug] for slug in _slugs(document, mentions, knowledge)]
    verdict = relevance_of(_cues(evidence, actors, countries, reading.word_count))
    is_off = verdict.relevance is Relevance.OFF
    return Understanding(
        relevance=verdict.relevance,
        relevance_score=verdict.score,
        relevance_because=verdict.because,
        topics=() if is_off else topics_of(knowledge.topics, evidence, reading.word_count),
        doc_type=doc_type_of(document),
        countries=countries,
        country_spans={found.code: found.span for found in participants if found.span},
        actors=mentions,
        facts=facts_of(document, knowledge.gazetteer, _country_codes),
    )


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
