"""All targets by name."""

from __future__ import annotations

from tests.fuzz.bodies import FEEDS, LETTERS, PAGES, PDFS, ROBOTS
from tests.fuzz.target import Target
from tests.fuzz.words import ADDRESSES, DATES, QUERIES, SOURCE_FILES

TARGETS: dict[str, Target] = {
    "addresses": ADDRESSES,
    "dates": DATES,
    "queries": QUERIES,
    "sources": SOURCE_FILES,
    "feeds": FEEDS,
    "robots": ROBOTS,
    "pages": PAGES,
    "pdfs": PDFS,
    "letters": LETTERS,
}
