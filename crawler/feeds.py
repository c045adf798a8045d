"""Reading feeds: RSS, Atom, RDF and JSON Feed into found links; fastfeedparser first, feedparser behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import fastfeedparser
import feedparser

from crawler.found import FoundLink, joined
from perilune.dates import PartialDate, WitnessKind


class FeedProblem(Exception):
    """A body that is no feed; the message says what it looks like."""


def links_in_feed(body: bytes, url: str) -> list[FoundLink]:
    """Read a feed's entries in their order; FeedProblem when neither reader finds one."""
    if not body.strip():
        raise FeedProblem("the feed is empty: no bytes at all")
    entries = _fast_entries(body)
    if not entries:
        entries = _patient_entries(body)
    return [link for entry in entries if (link := _link_of(entry, url)) is not None]


def _fast_entries(body: bytes) -> list[Mapping[str, object]]:
    try:
        return list(fastfeedparser.parse(body).get("entries", []))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError):
        return []


def _patient_entries(body: bytes) -> list[Mapping[str, object]]:
    parsed = feedparser.parse(body)
    if not parsed.entries and not parsed.version:
        start = body[:60].decode("utf-8", "replace").strip()
        raise FeedProblem(f"this is no feed; it starts with {start!r}")
    return list(parsed.entries)


def _link_of(entry: Mapping[str, object], base: str) -> FoundLink | None:
    address = next(_addresses(entry), None)
    if address is None:
        return None
    title = entry.get("title")
    published = _date(entry.get("published"))
    return FoundLink(
        joined(base, address),
        " ".join(str(title).split()) if title else None,
        published,
        WitnessKind.FEED if published else None,
    )


def _addresses(entry: Mapping[str, object]) -> Iterator[str]:
    link = entry.get("link")
    if link:
        yield str(link)
    identifier = str(entry.get("id") or "")
    if identifier.startswith(("http://", "https://")):
        yield identifier


def _date(value: object) -> PartialDate | None:
    try:
        return PartialDate.parse(str(value)) if value else None
    except (ValueError, TypeError):
        return None
