"""Which topics an article is about: the evidence for each, weighed against the article's length and its main topic."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pipeline.understanding.evidence import NO_EVIDENCE, Evidence
from pipeline.values import Topic, TopicScore

HALF_SCORE_EVIDENCE = 1.7
SHORT_TEXT_WORDS = 120
LENGTH_PENALTY = 0.25  # per doubling of the length: long texts name many things in passing
MIN_SCORE = 0.5
MIN_SHARE_OF_MAIN = 0.2
MAX_TOPICS = 6


def topics_of(topics: tuple[Topic, ...], evidence: Mapping[str, Evidence], word_count: int) -> tuple[TopicScore, ...]:
    """Choose the topics, best first, each with its score in 0..1 and the words that speak for it."""
    doublings = math.log2(max(1.0, word_count / SHORT_TEXT_WORDS))
    half = HALF_SCORE_EVIDENCE * (1 + LENGTH_PENALTY * doublings)
    found = {topic.slug: evidence.get(topic.slug, NO_EVIDENCE) for topic in topics}
    best = max((each.score for each in found.values()), default=0.0)
    scored = [
        TopicScore(slug, round(each.score / (each.score + half), 3), each.words)
        for slug, each in found.items()
        if each.score >= MIN_SHARE_OF_MAIN * best and each.score > 0
    ]
    chosen = [score for score in scored if score.score >= MIN_SCORE]
    return tuple(sorted(chosen, key=lambda score: (-score.score, score.slug))[:MAX_TOPICS])
