"""Lines of nothing but share words: `Share on Facebook | Print | Text size A+ A-`.

Apart from the wordings because words may hold other words: one expression for the whole line would try every split of
it, in time that grows exponentially.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extraction.boilerplate_wordings import SHARE_WORDS

WORDS = tuple(re.compile(word, re.IGNORECASE) for word in SHARE_WORDS)
ANY_WORD = re.compile("|".join(SHARE_WORDS).replace("?P<named>", "?:"), re.IGNORECASE)
SEPARATORS = re.compile(r"[\W_]*")
EDGE = re.compile(r"\W*")


def is_share_line(text: str) -> bool:
    """Tell a line made of share words; costs no more than its length times the words."""
    places, seen = [_after(EDGE, text, 0)], set[int]()
    while places:
        for end in _ends_of_words(text, places.pop()):
            if EDGE.fullmatch(text, end):
                return True
            place = _after(SEPARATORS, text, end)
            if place not in seen:
                seen.add(place)
                places.append(place)
    return False


def _ends_of_words(text: str, place: int) -> Iterator[int]:
    """Yield where the words that begin at a place may end: each end of the names that some go on with."""
    for word in WORDS if ANY_WORD.match(text, place) else ():
        match = word.match(text, place)
        if match:
            yield from range(match.start("named") if "named" in word.groupindex else match.end(), match.end() + 1)


def _after(form: re.Pattern[str], text: str, place: int) -> int:
    match = form.match(text, place)
    return match.end() if match else place
