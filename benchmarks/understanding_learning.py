"""What twenty corrections teach of a new topic: each shipped topic in turn is taken for one without labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.understanding_lessons import Lessons
from pipeline.runners.classifier import profile_of
from pipeline.understanding.checking import Counts, counts_of
from pipeline.understanding.newcomers import FIRST_THRESHOLD, LEARNED_THRESHOLD, Newcomer, Profile, first_guess
from pipeline.understanding.signals import words_for_topic
from pipeline.understanding.training import Example, newcomer_from
from pipeline.values import Topic

CORRECTED = 10
"""Articles corrected to have the topic; as many that looked like it are corrected not to have it."""
SEED = 5


def print_learning(lessons: Lessons) -> None:
    """Print F1 on the check pages before and after twenty corrections, as they come and with as many of each kind."""
    rows = {topic.slug: _learned(lessons, topic) for topic in lessons.knowledge.tagger.topics}
    print("a new topic after 20 corrections, F1 on pages apart: mean over the shipped topics, each taken for new")
    for name in ("before, even", "after, even", "before, as they come", "after, as they come"):
        print(f"  {name:22s} {np.mean([row[name] for row in rows.values()]):.3f}")
    print("  after, even, each: " + ", ".join(f"{slug} {row['after, even']:.2f}" for slug, row in rows.items()))


def _learned(lessons: Lessons, topic: Topic) -> Mapping[str, float]:
    draw = np.random.default_rng(SEED)
    profile = profile_of(topic, lessons.encoder)
    examples = _corrected(lessons.training, topic.slug, profile, draw)
    newcomer = newcomer_from(topic.slug, profile, examples)
    has = [one for one in lessons.examples if one.topics[topic.slug]]
    has_not = [one for one in lessons.examples if not one.topics[topic.slug]]
    even = [*has, *(has_not[n] for n in draw.choice(len(has_not), len(has), replace=False))]
    return {
        "before, even": _score(even, topic.slug, profile, None).f1,
        "after, even": _score(even, topic.slug, profile, newcomer).f1,
        "before, as they come": _score([*has, *has_not], topic.slug, profile, None).f1,
        "after, as they come": _score([*has, *has_not], topic.slug, profile, newcomer).f1,
    }


def _corrected(training: Sequence[Example], slug: str, profile: Profile, draw: np.random.Generator) -> list[Example]:
    """Forget what was labelled of a topic but for twenty texts; of other texts that have it, nobody knows."""
    has = draw.permutation([n for n, one in enumerate(training) if one.topics[slug]])
    guesses = [_guess(one, slug, profile) for one in training]
    looks_like = sorted((n for n, one in enumerate(training) if not one.topics[slug]), key=lambda n: -guesses[n])
    said = {*has[:CORRECTED], *draw.permutation(looks_like[: 4 * CORRECTED])[:CORRECTED]}
    unknown = set(has[CORRECTED:])
    return [
        replace(one, topics={slug: one.topics[slug]} if n in said else {})
        for n, one in enumerate(training)
        if n not in unknown
    ]


def _guess(example: Example, slug: str, profile: Profile) -> float:
    if example.signals.vector is None:
        return 0.0
    return first_guess(profile, words_for_topic(example.signals, slug), example.signals.vector)


def _score(pages: Sequence[Example], slug: str, profile: Profile, newcomer: Newcomer | None) -> Counts:
    def is_found(example: Example) -> bool:
        if newcomer is None or example.signals.vector is None:
            return _guess(example, slug, profile) >= FIRST_THRESHOLD
        words = words_for_topic(example.signals, slug)
        return newcomer.probability(words, example.signals.vector) >= LEARNED_THRESHOLD

    return counts_of((example.topics[slug], is_found(example)) for example in pages)
