"""A list's rows as links: each address once, with its title and its date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from crawler.discovery.index_page import Anchor
from crawler.discovery.row_dates import dates_of
from crawler.discovery.rows import rows_of
from crawler.discovery.titles import generic_words, title_rank, titles_of
from crawler.found import FoundLink
from perilune.dates import WitnessKind


def links_of(anchors: Sequence[Anchor], language: str | None = None) -> list[FoundLink]:
    """Make one link of each address, with the best title and the date of its rows; in reading order."""
    rows = rows_of(anchors)
    generic = generic_words(anchors)
    titles = titles_of(rows)
    dates = dates_of(rows, titles, language)
    by_url: defaultdict[str, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        by_url[anchor.url].append(anchor)
    links = []
    for url, same in by_url.items():
        best = max(same, key=lambda anchor: title_rank(anchor, generic))
        stated = [dates[anchor] for anchor in same if anchor in dates]
        published = max(stated, key=lambda date: len(str(date)), default=None)  # the most exact, of equals the first
        links.append(FoundLink(url, titles[best], published, WitnessKind.LISTING if published else None))
    return links
