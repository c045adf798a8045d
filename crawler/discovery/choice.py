"""From a discovery to the way a source is watched, as it is stored."""

from __future__ import annotations

from crawler.discovery.values import Discovery, Offer
from models.vocabulary import SourceKind
from models.way import Way


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
    return way.model_copy(update={"archive": _way_of(archive)}) if archive is not None else way


def _way_of(offer: Offer) -> Way:
    return Way(
        kind=offer.kind,
        addresses=offer.addresses,
        select=offer.pattern.select,
        row=offer.pattern.row,
        links=offer.pattern.links,
        because=offer.because,
    )
