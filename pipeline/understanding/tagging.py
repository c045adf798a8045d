"""Which topics an article is about: those the classifier knows, new ones by their profile, all of them with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.vocabulary import Relevance
from pipeline.understanding.checking import Said
from pipeline.understanding.classifier import Classifier
from pipeline.understanding.evidence import NO_EVIDENCE
from pipeline.understanding.judging import judged
from pipeline.understanding.newcomers import FIRST_THRESHOLD, LEARNED_THRESHOLD, Profile, first_guess
from pipeline.understanding.signals import Signals, topic_evidence, words_for_topic
from pipeline.values import Topic, TopicScore

MIN_SCORE = 0.5
MIN_SHARE_OF_MAIN = 0.2
MAX_TOPICS = 6
LOUD = 0.75
LOUD_THRESHOLD = 0.1


@dataclass(frozen=True, eq=False)
class Tagger:
    """The topics that are in use, the classifier if there is one, profiles of topics it does not know, and merges."""

    topics: tuple[Topic, ...]
    classifier: Classifier | None = None
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    """The topic that stands for one that was merged into it."""

    def said_of(self, signals: Signals) -> Said:
        """Say what an article is judged to be: its relevance, and its topics unless it is off."""
        relevance = judged(signals, self.classifier).relevance
        topics = () if relevance is Relevance.OFF else self.topics_of(signals)
        return Said(relevance, frozenset(topic.slug for topic in topics))

    def topics_of(self, signals: Signals) -> tuple[TopicScore, ...]:
        """Choose the topics, likeliest first."""
        chosen = self._chosen(signals)
        ranked = sorted(chosen, key=lambda slug: (-chosen[slug], slug))[:MAX_TOPICS]
        return tuple(self._explained(slug, chosen[slug], signals) for slug in ranked)

    def _chosen(self, signals: Signals) -> dict[str, float]:
        """Give each topic that is assigned its probability."""
        if self.classifier is None:
            return _by_words(self.topics, signals)
        chosen: dict[str, float] = self._newcomers(signals)
        active = {topic.slug for topic in self.topics}
        loudest = _loudest(signals, self.classifier.slugs)
        for slug, (score, threshold) in self.classifier.topics_of(signals).items():
            standing = self.merged.get(slug, slug)
            if score >= (min(threshold, LOUD_THRESHOLD) if slug == loudest else threshold) and standing in active:
                chosen[standing] = max(score, chosen.get(standing, 0.0))
        return chosen

    def _newcomers(self, signals: Signals) -> dict[str, float]:
        """Judge the topics that few texts were labelled for: as corrections taught, else by their profiles."""
        taught = self.classifier.newcomers if self.classifier else {}
        heads = self.classifier.slugs if self.classifier else ()
        found = {}
        for slug in (topic.slug for topic in self.topics if topic.slug not in heads):
            words = words_for_topic(signals, slug)
            profile, newcomer = self.profiles.get(slug), taught.get(slug)
            if signals.vector is None or (newcomer is None and profile is None):
                score, threshold = words.everywhere, MIN_SCORE
            elif newcomer is not None:
                score, threshold = newcomer.probability(words, signals.vector), LEARNED_THRESHOLD
            elif profile is not None:
                score, threshold = first_guess(profile, words, signals.vector), FIRST_THRESHOLD
            if score >= threshold:
                found[slug] = score
        return found

    def _explained(self, slug: str, score: float, signals: Signals) -> TopicScore:
        sources = [slug, *(one for one, standing in self.merged.items() if standing == slug)]
        words = [word for one in sources for word in signals.evidence.get(one, NO_EVIDENCE).words]
        like = [
            likeness
            for one in sources
            if self.classifier is not None
            for likeness in self.classifier.like(signals.vector, topic=one)
        ]
        return TopicScore(slug, round(score, 3), tuple(dict.fromkeys(words)), tuple(like[:3]))


def _loudest(signals: Signals, slugs: Sequence[str]) -> str | None:
    """Find the topic that an article's words speak for most, if they speak loud enough.

    The vector knows title and lead alone; what all of a long text is full of must not be lost.
    """
    loudest = max(slugs, key=lambda slug: topic_evidence(signals, slug), default=None)
    return loudest if loudest is not None and topic_evidence(signals, loudest) >= LOUD else None


def _by_words(topics: Sequence[Topic], signals: Signals) -> dict[str, float]:
    """Choose by words alone, where no classifier fits the encoder."""
    found = {topic.slug: topic_evidence(signals, topic.slug) for topic in topics}
    best = max((signals.evidence.get(slug, NO_EVIDENCE).score for slug in found), default=0.0)
    return {
        slug: score
        for slug, score in found.items()
        if score >= MIN_SCORE and signals.evidence[slug].score >= MIN_SHARE_OF_MAIN * best
    }
