"""How a claim is put together from pieces of its source: few long ones, or many short ones that never stood together.

Greedy fragments after Grusky, Naaman and Artzi (2018), "Newsroom". Positions are capped: repeated words stay cheap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.grounding.alignment import Token

MAX_PLACES = 40
SKIP = 4
"""How far apart, in telling words, two words with one between them may stand in the source."""


@dataclass(frozen=True)
class Index:
    """A source's words and where each stands; of very frequent words only the first places."""

    stems: Sequence[str]
    places: Mapping[str, Sequence[int]]
    telling_places: Mapping[str, Sequence[int]]


def index_of(tokens: Sequence[Token]) -> Index:
    """Note where each word stands."""
    places: dict[str, list[int]] = defaultdict(list)
    telling: dict[str, list[int]] = defaultdict(list)
    rank = 0
    for place, token in enumerate(tokens):
        if len(places[token.stem]) < MAX_PLACES:
            places[token.stem].append(place)
        if token.tells:
            if len(telling[token.stem]) < MAX_PLACES:
                telling[token.stem].append(rank)
            rank += 1
    return Index([token.stem for token in tokens], dict(places), dict(telling))


def fragment_sizes(claim: Sequence[Token], source: Index) -> list[int]:
    """Cut a claim greedily into the longest pieces that the source has; words that it lacks are in none."""
    stems = [token.stem for token in claim]
    sizes, at = [], 0
    while at < len(stems):
        size = max((_shared(stems, at, source.stems, place) for place in source.places.get(stems[at], ())), default=0)
        if size:
            sizes.append(size)
        at += max(1, size)
    return sizes


def copied_share(claim: Sequence[Token], source: Index) -> float:
    """Return 1 less the number of pieces for each word: near 1 for a claim that is one long piece of its source."""
    return 1.0 - len(fragment_sizes(claim, source)) / max(1, len(claim))


def _shared(claim: Sequence[str], at: int, source: Sequence[str], place: int) -> int:
    size = 0
    while at + size < len(claim) and place + size < len(source) and claim[at + size] == source[place + size]:
        size += 1
    return size


def share_together(claim: Sequence[Token], source: Index, *, step: int, reach: int) -> float:
    """Return the share of the claim's pairs of telling words, so many steps apart, that stand near in that order."""
    stems = [token.stem for token in claim if token.tells]
    pairs = list(zip(stems, stems[step:], strict=False))
    near = sum(_stand_near(source, one, other, reach) for one, other in pairs)
    return near / len(pairs) if pairs else 1.0


def _stand_near(source: Index, one: str, other: str, reach: int) -> bool:
    firsts, seconds = (source.telling_places.get(stem, ()) for stem in (one, other))
    return any(0 < second - first <= reach for first in firsts for second in seconds)
