"""From a discovery to the way a source is watched, as it is stored."""

from __future__ import annotations

import re

from crawler.discovery.addresses import pattern_of, shape_of
from crawler.discovery.values import Discovery, Offer
from models.vocabulary import SourceKind
from models.way import Way
from perilune.urls import site_of

MOSTLY = 0.5


def way_from(discovery: Discovery, kind: SourceKind | None = None, *, links: str | None = None) -> Way | None:
    """Make the way that discovery chose, or, where the source's file names a kind, its best offer of that kind.

    A file that gives a pattern of addresses (`links`) but no kind means the page's list, even if none was learned.
    """
    offer = discovery.chosen
    if links and kind is None and (offer is None or offer.kind == SourceKind.STANDING):
        return Way(kind=SourceKind.LISTING, addresses=(discovery.url,), because="as its file's pattern says")
    if kind is not None:
        offer = next((each for each in discovery.offers if each.kind == kind and each.problem is None), None)
    if offer is None:
        return None
    archive = discovery.archive if offer is discovery.chosen else None
    way = _way_of(offer)
    if archive is None:
        return way
    if offer.kind != SourceKind.FEED:
        return way.model_copy(update={"archive": _way_of(archive)})
    kept = _way_of(archive).model_copy(update={"links": _pattern_of_archive(offer, archive)})
    return way.model_copy(update={"archive": kept, "links": _pattern_shared(offer, archive)})


def _pattern_of_archive(feed: Offer, listed: Offer) -> str | None:
    """Keep a list to addresses formed like the feed's items, where most of its links are: the feed tells these."""
    shapes = {shape_of(link.url) for link in feed.links}
    alike = [link.url for link in listed.links if shape_of(link.url) in shapes]
    if not MOSTLY * len(listed.links) <= len(alike) < len(listed.links):
        return listed.pattern.links
    return pattern_of([*(link.url for link in feed.links), *alike]) or listed.pattern.links


def _pattern_shared(feed: Offer, listed: Offer) -> str | None:
    """Keep a feed to the list's addresses where most of its items have them: the others are of other sections."""
    site = site_of(listed.addresses[0])
    for pattern in filter(None, (listed.pattern.links, rf"^https?://(?:www\.)?{re.escape(site)}[/:]")):
        share = sum(1 for link in feed.links if re.search(pattern, link.url)) / max(len(feed.links), 1)
        if MOSTLY <= share < 1:
            return pattern
    return None


def _way_of(offer: Offer) -> Way:
    return Way(
        kind=offer.kind,
        addresses=offer.addresses,
        select=offer.pattern.select,
        row=offer.pattern.row,
        links=offer.pattern.links,
        because=offer.because,
    )
