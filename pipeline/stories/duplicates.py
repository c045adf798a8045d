"""Copies: which addresses carry the same text, and which speaks for all; candidates by MinHash, then a precise check.

The signature follows Broder (1997), its banding Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from perilune.dates import PartialDate
from pipeline.stories.numbers import WEEKDAY_NUMBERS, calendar_number, event_numbers_of, is_ordinal_word
from pipeline.understanding.gazetteer import folded

COPY_LIKENESS = 0.75
# Fewer common shingles than this prove nothing: a shared sentence is a quotation.
MIN_SHARED_SHINGLES = 12

# A text and its half share a band of three rows with probability 0.99, two texts of one subject (0.05) with 0.004.
_TEXT_BANDS = 32
# A teaser is a small part of its original, but of its beginning the whole.
_LEAD_BANDS = 8
_ROWS_PER_BAND = 3
_LEAD_SHINGLES = 24
_SEED = 20

_WORD_SHINGLE = 3
_CJK_SHINGLE = 5
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CHINESE_NUMERALS = frozenset("〇零一二三四五六七八九十百两")
_MOST_TIMES_LONGER = 3
_ALIGNED_TOKENS = 1200
_MAX_REPLACED_TOKENS = 6
_MIN_ANCHOR_TOKENS = 2


@dataclass(frozen=True)
class Signature:
    """The bands of a text's MinHash: two texts with a band in common, at any place, are worth comparing.

    Each band is a signed 64-bit number that holds its own place, so that an index needs one column. Empty for a text
    without words.
    """

    bands: tuple[int, ...]


@dataclass(frozen=True)
class Copy:
    """One address of a text: `authority` is its source's standing, higher is better."""

    address: str
    authority: int
    published: PartialDate | None


def signature_of(text: str) -> Signature:
    """Sign a text; the same text has the same signature in every process and on every machine."""
    shingles = list(_shingles(_tokens(text)))
    if not shingles:
        return Signature(())
    whole = _bands(shingles, _TEXT_BANDS, place=0)
    lead = _bands(shingles[:_LEAD_SHINGLES], _LEAD_BANDS, place=_TEXT_BANDS)
    return Signature((*whole, *lead))


def normalised_hash(text: str) -> str:
    """Return a hash that ignores case, spacing, punctuation and character variants (64 hexadecimal digits)."""
    return hashlib.sha256(" ".join(_tokens(text)).encode()).hexdigest()


def copy_likeness(a: str, b: str) -> float:
    """Return how much of the shorter text stands in the longer, in 0..1; of very short texts, how much both share.

    Of a longer text only the beginning counts, three times the shorter one's length: an item far down a round-up
    does not make the round-up its copy.
    """
    shorter, longer = sorted((_tokens(a), _tokens(b)), key=len)
    one, other = set(_shingles(shorter)), set(_shingles(longer[: _MOST_TIMES_LONGER * len(shorter)]))
    if not one or not other:
        return 0.0
    shared = len(one & other)
    if shared < MIN_SHARED_SHINGLES:
        return shared / len(one | other)
    return shared / min(len(one), len(other))


def is_copy(title_a: str, text_a: str, title_b: str, text_b: str) -> bool:
    """Tell whether two pages carry one text, junk around it and a missing end allowed.

    Texts that differ in the numbers, ordinals, weekdays or months at the same place are not copies, however alike:
    they are two editions of a workshop or two launches.
    """
    if copy_likeness(text_a, text_b) < COPY_LIKENESS:
        return False
    return not (_titles_conflict(title_a, title_b) or _has_other_figures(_tokens(text_a), _tokens(text_b)))


def lead_of(copies: Iterable[Copy]) -> Copy:
    """Choose the copy that speaks for all: the highest authority, then the earliest date, then the address.

    A copy without a date comes after the dated ones. Raises ValueError when there is none.
    """
    return min(copies, key=_precedence)


def _precedence(copy: Copy) -> tuple[int, bool, int, str]:
    day = copy.published.first.toordinal() if copy.published else 0
    return (-copy.authority, copy.published is None, day, copy.address)


def _tokens(text: str) -> list[str]:
    plain = folded(unicodedata.normalize("NFKC", text)).casefold()
    return _TOKEN.findall(plain)


def _shingles(tokens: Sequence[str]) -> Iterator[str]:
    # A Chinese word has some two characters: five of them say about as much as three words.
    is_chinese = 2 * sum(1 for token in tokens if _CJK.match(token)) > len(tokens)
    size = _CJK_SHINGLE if is_chinese else _WORD_SHINGLE
    if tokens:
        yield from (" ".join(tokens[start : start + size]) for start in range(max(1, len(tokens) - size + 1)))


def _bands(shingles: Sequence[str], count: int, *, place: int) -> Iterator[int]:
    from rensa import RMinHash

    minhash = RMinHash(count * _ROWS_PER_BAND, _SEED)
    minhash.update(shingles)
    digest: list[int] = minhash.digest()
    for band in range(count):
        rows = digest[band * _ROWS_PER_BAND : (band + 1) * _ROWS_PER_BAND]
        content = ",".join(str(value) for value in (place + band, *rows)).encode()
        yield int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)


def _titles_conflict(a: str, b: str) -> bool:
    one, other = event_numbers_of(a), event_numbers_of(b)
    pairs = ((one.editions, other.editions), (one.years, other.years), (one.crafts, other.crafts))
    if any(mine and theirs and mine.isdisjoint(theirs) for mine, theirs in pairs):
        return True
    return _has_other_figures(_tokens(a), _tokens(b))


def _has_other_figures(a: Sequence[str], b: Sequence[str]) -> bool:
    a, b = a[:_ALIGNED_TOKENS], b[:_ALIGNED_TOKENS]
    steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for before, (step, a_start, a_end, b_start, b_end), after in zip(steps, steps[1:], steps[2:], strict=False):
        is_short = max(a_end - a_start, b_end - b_start) <= _MAX_REPLACED_TOKENS
        # Only between words that both texts share do two figures stand at the same place.
        is_anchored = min(before[2] - before[1], after[2] - after[1]) >= _MIN_ANCHOR_TOKENS
        if step == "replace" and is_short and is_anchored and _figures_differ(a[a_start:a_end], b[b_start:b_end]):
            return True
    return False


def _figures_differ(a: Sequence[str], b: Sequence[str]) -> bool:
    mine, theirs = _figures_of(a), _figures_of(b)
    return any(mine[kind] != theirs[kind] for kind in mine.keys() & theirs.keys())


def _figures_of(tokens: Sequence[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for token in tokens:
        kind = _figure_kind(token)
        if kind is not None:
            found.setdefault(kind, set()).add(token)
    return {kind: frozenset(values) for kind, values in found.items()}


def _figure_kind(token: str) -> str | None:
    if token[0].isdigit():
        return "number"
    if token in _CHINESE_NUMERALS:
        return "Chinese numeral"
    number = calendar_number(token)
    if number is not None:
        return "weekday" if number in WEEKDAY_NUMBERS else "month"
    return "ordinal" if is_ordinal_word(token) else None
