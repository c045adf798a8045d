"""Feeds of saved searches: Atom (RFC 4287) and JSON Feed 1.1, the same bytes while nothing changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request
from fastapi.responses import Response

from models.finds import Find
from models.saved_search import SavedSearch
from web.links import outward_link

ATOM, JSON = "application/atom+xml", "application/feed+json"
A_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Feed:
    """What a feed says; `root` is the archive's address."""

    saved: SavedSearch
    finds: Sequence[Find]
    root: str
    address: str

    @property
    def updated_at(self) -> dt.datetime:
        """When its newest entry came, or since when it is what it is."""
        return max([self.saved.asked_at, *(find.found_at for find in self.finds if find.found_at is not None)])

    def moment_of(self, find: Find) -> dt.datetime:
        """When an entry came: where it was there before, the day it was published."""
        if find.found_at is not None:
            return find.found_at
        if find.hit.published is None:
            return self.saved.created_at
        return dt.datetime.combine(find.hit.published.first, dt.time(), dt.UTC)


def id_of(kind: str, key: str) -> str:
    """Make the id of an entry, the same whatever the archive's address."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'perilune:{kind}:{key}')}"


def _plain(text: str) -> str:
    """Leave out what XML cannot hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _start(find: Find) -> str:
    return _plain("".join(part.text for part in find.hit.snippet))


def atom_of(feed: Feed) -> bytes:
    """Write a feed as Atom."""
    from feedgen.feed import FeedGenerator

    made = FeedGenerator()
    made.id(id_of("search", feed.saved.key))
    made.title(_plain(feed.saved.name))
    made.subtitle(_plain(f"Found by the search: {feed.saved.query}"))
    made.link(href=feed.address, rel="self", type=ATOM)
    made.link(href=f"{feed.root}searches/{feed.saved.key}", rel="alternate", type="text/html")
    made.updated(feed.updated_at)
    made.generator("Perilune")
    for find in feed.finds:
        entry = made.add_entry(order="append")
        entry.id(id_of("article", find.hit.key))
        entry.title(_plain(find.hit.title) or "Untitled")
        if outward := outward_link(find.hit.url):
            entry.link(href=outward, rel="related")
        entry.link(href=f"{feed.root}article/{find.hit.key}", rel="alternate", type="text/html")
        entry.author(name=_plain(find.hit.source_name))
        entry.summary(_start(find))
        entry.published(feed.moment_of(find))
        entry.updated(feed.moment_of(find))
        for topic in find.hit.topics:
            entry.category(term=topic)
    return bytes(made.atom_str())


def json_of(feed: Feed) -> bytes:
    """Write a feed as JSON Feed."""
    items = [
        {
            "id": id_of("article", find.hit.key),
            "url": f"{feed.root}article/{find.hit.key}",
            "external_url": find.hit.url,
            "title": find.hit.title or "Untitled",
            "content_text": _start(find),
            "date_published": feed.moment_of(find).isoformat(),
            "authors": [{"name": find.hit.source_name}],
            "tags": list(find.hit.topics),
            **({"language": find.hit.language} if find.hit.language else {}),
        }
        for find in feed.finds
    ]
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.saved.name,
        "description": f"Found by the search: {feed.saved.query}",
        "home_page_url": f"{feed.root}searches/{feed.saved.key}",
        "feed_url": feed.address,
        "items": items,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def answer_of(request: Request, content: bytes, media_type: str, updated_at: dt.datetime) -> Response:
    """Answer with a feed, or with 304 where the asker has it already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "etag": tag,
        "last-modified": format_datetime(updated_at.astimezone(dt.UTC), usegmt=True),
        "cache-control": "private, no-cache",
    }
    if _has_it(request, tag, updated_at):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _has_it(request: Request, tag: str, updated_at: dt.datetime) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        return tag in {each.strip().removeprefix("W/") for each in known.split(",")} or known.strip() == "*"
    since = request.headers.get("if-modified-since")
    try:
        moment = parsedate_to_datetime(since) if since else None
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None and updated_at < moment + A_SECOND
