"""Signatures that find which of a million texts are worth comparing: bands of MinHash, and sentences by their hashes.

MinHash follows Broder (1997), its banding Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3; that
the least hashes of a text's sentences find its parts is Broder's sketch of containment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.stories.tokens import CJK_SHINGLE, Reading, reading_of

# Texts that share half their shingles share a band of three rows with probability 0.96, those of one subject (0.05)
# with 0.003.
TEXT_BANDS = 24
# The opening in bands of its own finds a teaser that a light edit has changed.
LEAD_BANDS = 4
# A part of a text has few shingles of the whole, but its sentences.
SENTENCE_BANDS = 14
_FIRST_SENTENCES = 4
_ROWS_PER_BAND = 3
_LEAD_SHINGLES = 24
_MIN_WORDS = 6
_MIN_SIGNS = 12
_SEED = 20


@dataclass(frozen=True)
class Signature:
    """The bands of a text: two texts with one in common are worth comparing, the more of them the more.

    Each is a signed 64-bit number that holds its own place, so that an index needs one column. Empty for a text
    without words.
    """

    bands: tuple[int, ...]


def signature_of(text: str) -> Signature:
    """Sign a text; the same text has the same signature in every process and on every machine."""
    reading = reading_of(text)
    shingles = reading.shingles
    if not shingles:
        return Signature(())
    opening = next((sentence.start for sentence in reading.sentences if sentence.is_prose), 0)
    whole = _bands(shingles, TEXT_BANDS, place=0)
    lead = _bands(shingles[opening : opening + _LEAD_SHINGLES] or shingles, LEAD_BANDS, place=TEXT_BANDS)
    return Signature(tuple(dict.fromkeys((*whole, *lead, *_sentence_bands(reading)))))


def _bands(shingles: Sequence[str], count: int, *, place: int) -> Iterator[int]:
    from rensa import RMinHash

    minhash = RMinHash(count * _ROWS_PER_BAND, _SEED)
    minhash.update(shingles)
    digest: list[int] = minhash.digest()
    for band in range(count):
        rows = digest[band * _ROWS_PER_BAND : (band + 1) * _ROWS_PER_BAND]
        yield _hash_of(",".join(str(value) for value in (place + band, *rows)))


def _sentence_bands(reading: Reading) -> list[int]:
    """Give the hashes of the first sentences, and the least of those of the others."""
    least = _MIN_SIGNS if reading.size == CJK_SHINGLE else _MIN_WORDS
    hashes = [
        _hash_of(" ".join(reading.words[sentence.start : sentence.end]))
        for sentence in reading.sentences
        if sentence.is_prose and sentence.end - sentence.start >= least
    ]
    return [*hashes[:_FIRST_SENTENCES], *sorted(hashes[_FIRST_SENTENCES:])[: SENTENCE_BANDS - _FIRST_SENTENCES]]


def _hash_of(content: str) -> int:
    return int.from_bytes(hashlib.blake2b(content.encode(), digest_size=8).digest(), "big", signed=True)
