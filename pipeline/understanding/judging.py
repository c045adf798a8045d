"""Relevance, decided: what the classifier says, and that no single cue makes an article core."""

from __future__ import annotations

from dataclasses import dataclass

from models.vocabulary import Relevance
from pipeline.understanding.classifier import Classifier
from pipeline.understanding.relevance import MIN_CUES, cue_count, relevance_of, words_for
from pipeline.understanding.signals import Signals
from pipeline.values import Likeness

MIN_SHARE_OF_CORE = 0.4


@dataclass(frozen=True)
class Judgement:
    """The class with its probability, and why: words and parties, labelled texts it reads like."""

    relevance: Relevance
    score: float
    because: tuple[str, ...]
    reads_like: tuple[Likeness, ...] = ()


def judged(signals: Signals, classifier: Classifier | None) -> Judgement:
    """Judge an article's relevance; without a classifier its words decide."""
    if classifier is None:
        verdict = relevance_of(signals.cues)
        return Judgement(verdict.relevance, verdict.score, verdict.because)
    odds = classifier.relevance_of(signals)
    relevance = max(odds, key=lambda name: odds[name])
    if relevance is Relevance.CORE and not _is_borne_out(signals, classifier):
        relevance = max((Relevance.SPACE, Relevance.OFF), key=lambda name: odds[name])
    like = classifier.like(signals.vector, relevance=relevance)
    return Judgement(relevance, round(odds[relevance], 3), words_for(signals.cues, relevance), tuple(like))


def _is_borne_out(signals: Signals, classifier: Classifier) -> bool:
    """Tell whether two cues of different kinds speak for core; to read like articles that are core is one."""
    count = cue_count(signals.cues)
    if signals.vector is not None:
        count += classifier.share_of_core(signals.vector) >= MIN_SHARE_OF_CORE
    return count >= MIN_CUES
