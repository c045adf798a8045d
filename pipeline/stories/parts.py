"""Articles that a site spreads over several pages, told by their addresses; apart because no text is needed for it.

Only what sites really use is read: `?page=2`, `/page/2`, `/2`, `_2.html` and `-2.html`.
"""

from __future__ import annotations

import re

SECOND_PART = 2
MOST_PARTS = 12
_BY_QUERY = re.compile(
    r"^(?P<before>[^?]+\?(?:[^?]*&)?(?:page|p|pg|pagenum|part)=)(?P<number>\d{1,2})(?P<after>(?:&.*)?)$"
)
_BY_FOLDER = re.compile(r"^(?P<before>https?://[^?]+?/(?:page/|part/)?)(?P<number>\d{1,2})(?P<after>/?)$")
_BY_FILE = re.compile(r"^(?P<before>https?://[^?]+[^/?\d][_-])(?P<number>\d{1,2})(?P<after>\.[a-z]{3,5})$")


def first_page_of(address: str) -> tuple[frozenset[str], int]:
    """Name the addresses that the first page may have, and this page's number; no address for a first page."""
    for shape in (_BY_QUERY, _BY_FOLDER, _BY_FILE):
        match = shape.match(address)
        if match is not None and SECOND_PART <= int(match["number"]) <= MOST_PARTS:
            before, after = match["before"], match["after"]
            numbered = {f"{before}{first}{after}" for first in ("1", "01", "0")}
            return frozenset({*numbered, *_bare(shape, before, after)}), int(match["number"])
    return frozenset(), 1


def later_pages_of(address: str) -> frozenset[str]:
    """Name the addresses that further pages of an article may have whose first page is here."""
    stem, dot, ending = address.rpartition(".")
    mark = "&" if "?" in address else "?"
    found: set[str] = set()
    for number in range(SECOND_PART, MOST_PARTS + 1):
        found |= {f"{address}{mark}{name}={number}" for name in ("page", "p", "part")}
        if "?" not in address:
            bare = address.rstrip("/")
            found |= {f"{bare}/{number}", f"{bare}/{number}/", f"{bare}/page/{number}", f"{bare}/page/{number}/"}
        if dot and "/" not in ending and "?" not in ending:
            found |= {f"{stem}_{number}.{ending}", f"{stem}-{number}.{ending}"}
    return frozenset(one for one in found if address in first_page_of(one)[0])


def _bare(shape: re.Pattern[str], before: str, after: str) -> set[str]:
    if shape is _BY_QUERY:
        bare = re.sub(r"[?&]\w+=$", "", before)
        return {bare + (after if "?" in bare else after.replace("&", "?", 1))}
    if shape is _BY_FILE:
        return {before[:-1] + after}
    bare = re.sub("/(?:page/|part/)?$", "", before)
    return {bare, f"{bare}/"}
