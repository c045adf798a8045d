"""Makes the claims of the grounding benchmark: planted errors and faithful ones, on two halves that share no source."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.grounding_errors import PLANTERS, planted
from benchmarks.grounding_pairs import LANGUAGES, Pair, Text, texts_by_id, written_pairs
from benchmarks.grounding_rewordings import REWORDINGS, reworded

SEED = 20261126
PLANTED_PER_KIND = 14
"""Of each kind in each language on each half."""
PLANTED_PER_TEXT = 3
COPIES = 15
REWORDED_PER_KIND = 9
SENTENCES_TRIED = 6


def all_pairs(folder: Path | None) -> list[Pair]:
    """Make every pair, the same on each run."""
    texts = texts_by_id(folder)
    written = written_pairs(texts)
    faithful = [pair for pair in written if pair.is_supported]
    pairs = written + list(_planted_on(faithful))
    for held_out in (False, True):
        for language in LANGUAGES:
            half = [text for text in texts.values() if text.language == language and text.is_held_out == held_out]
            random.Random(SEED).shuffle(half)
            pairs += [*_planted(half), *_reworded(half), *_copied(half)]
    unique = {(pair.text.id, pair.claim): pair for pair in reversed(pairs)}
    return list(unique.values())[::-1]


def _planted_on(faithful: Sequence[Pair]) -> Iterator[Pair]:
    """Plant an error in each faithful claim, each kind in its turn where it fits."""
    seen: Counter[str] = Counter()
    for pair in faithful:
        rng = random.Random(f"{SEED}{pair.claim}")
        found = {kind: planted(pair.text, pair.claim, kind, rng) for kind in PLANTERS}
        fitting = [kind for kind, claim in found.items() if claim]
        if fitting:
            kind = min(fitting, key=lambda one: seen[one])
            seen[kind] += 1
            yield Pair(pair.text, found[kind] or "", kind, "on a rewording", is_supported=False)


def _planted(texts: Sequence[Text]) -> Iterator[Pair]:
    counts: Counter[str] = Counter()
    for text in texts:
        rng = random.Random(f"{SEED}{text.id}")
        sentences = text.sentences()
        rng.shuffle(sentences)
        of_text: Counter[str] = Counter()
        for sentence in sentences[:SENTENCES_TRIED]:
            for kind in sorted(PLANTERS, key=lambda one: counts[one]):
                if counts[kind] < PLANTED_PER_KIND and not of_text[kind] and of_text.total() < PLANTED_PER_TEXT:
                    claim = planted(text, sentence, kind, rng)
                    if claim:
                        counts[kind] += 1
                        of_text[kind] += 1
                        yield Pair(text, claim, kind, "on a copy", is_supported=False)


def _reworded(texts: Sequence[Text]) -> Iterator[Pair]:
    counts: Counter[str] = Counter()
    for text in texts:
        rng = random.Random(f"{SEED}{text.id}")
        sentences = text.sentences()
        rng.shuffle(sentences)
        for sentence in sentences[:SENTENCES_TRIED]:
            kinds = [kind for kind in REWORDINGS if counts[kind] < REWORDED_PER_KIND]
            made = ((kind, reworded(text, sentence, kind)) for kind in sorted(kinds, key=lambda one: counts[one]))
            kind, claim = next(((kind, claim) for kind, claim in made if claim), ("", None))
            if claim:
                counts[kind] += 1
                yield Pair(text, claim, kind, "by machine", is_supported=True)


def _copied(texts: Sequence[Text]) -> Iterator[Pair]:
    sentences = ((text, sentence) for text in texts for sentence in text.sentences()[:1])
    for text, sentence in list(sentences)[:COPIES]:
        yield Pair(text, sentence, "copy", "copy", is_supported=True)
