"""Where a text says something word for word; apart because facts, highlights and exports look for words alike."""

from __future__ import annotations

import re
from collections.abc import Iterator


def places_of_quote(text: str, quote: str) -> Iterator[tuple[int, int]]:
    """Yield where a text has the words of a quotation, in code points, spacing and case aside."""
    words = quote.split()
    if words:
        found = re.finditer(r"\s+".join(map(re.escape, words)), text, re.IGNORECASE)
        yield from (each.span() for each in found)


def nearest_place(text: str, quote: str, near: int) -> tuple[int, int] | None:
    """Choose of the places of a quotation the one that begins nearest to a code point."""
    return min(places_of_quote(text, quote), key=lambda place: abs(place[0] - near), default=None)
