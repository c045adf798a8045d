"""What an index page, feed or sitemap gives: links, each with what was said of it. Plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.source import Source
from perilune.dates import PartialDate, WitnessKind
from perilune.urls import canonical_url


@dataclass(frozen=True)
class FoundLink:
    """A link to an article, with the title and date that the index gives for it."""

    url: str
    title: str | None = None
    published: PartialDate | None = None
    witness: WitnessKind | None = None


def wanted(found: Iterable[FoundLink], source: Source) -> Iterator[FoundLink]:
    """Keep the links that the source's patterns allow, canonical, each address once."""
    seen = set()
    for link in found:
        url = canonical_url(link.url)
        if url in seen or (source.links and not re.search(source.links, url)):
            continue
        if source.skip and re.search(source.skip, url):
            continue
        seen.add(url)
        yield FoundLink(url, link.title, link.published, link.witness)
