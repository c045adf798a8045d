"""From an address to a working source: what crawler and pipeline together make of it, and storing it on request."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.discovery.choice import way_from
from crawler.discovery.values import DISCOVERIES, Discovery, Offer, Seen
from crawler.found import FoundLink
from crawler.rendering import require_browser
from crawler.source_file import SLUG
from models.fate import await_stage
from models.source import Source
from models.vocabulary import Stage
from perilune.archive import Archive
from perilune.config import Settings
from perilune.dates import Witness, WitnessKind
from perilune.mail_addresses import mail_address
from perilune.problems import Problem
from perilune.urls import is_web_address, site_of
from pipeline.extraction.extract import FetchedPage
from pipeline.extraction.pool import Extraction, extract_all
from pipeline.understanding.understand import Knowledge, load_knowledge, understand
from pipeline.values import Document, Extracted

FIND_DEADLINE = dt.timedelta(minutes=3)
PREVIEW_CHARS = 280
A_MONTH_DAYS = 30.4
SLUG_CHARS = 60
COMMON_LABELS = frozenset({"www", "news", "english", "en", "gov", "com", "org", "co", "ac", "edu", "gouv"})


@dataclass(frozen=True)
class PreviewItem:
    """An item as the archive would store it; `reason` says why it would not be."""

    url: str
    title: str | None
    published: str | None
    language: str | None = None
    relevance: str | None = None
    text: str = ""
    reason: str | None = None


@dataclass(frozen=True)
class FoundSource:
    """What an address offers, what would be taken, and how its newest items would look."""

    discovery: Discovery
    items: tuple[PreviewItem, ...]
    per_month: float | None
    """How many items a month its dates tell of; None where they are too few."""
    render: bool = False
    """Whether a browser rendered its pages, and is to do so at every visit."""

    @property
    def language(self) -> str | None:
        """The language of most items, or else the page's own word."""
        spoken = [item.language for item in self.items if item.language]
        return max(set(spoken), key=spoken.count) if spoken else self.discovery.language

    @property
    def value(self) -> dict[str, object]:
        """What `--json` prints."""
        found = self.discovery
        return {
            "url": found.url,
            "title": found.title,
            "language": self.language,
            "robots": found.robots,
            "render": self.render,
            "problem": found.problem,
            "chosen": _offer_value(found.chosen),
            "archive": _offer_value(found.archive),
            "offers": [_offer_value(offer) for offer in found.offers],
            "per_month": self.per_month,
            "items": [asdict(item) for item in self.items],
            "links": [_link_value(link) for link in (found.chosen.links if found.chosen else ())],
        }


def _offer_value(offer: Offer | None) -> dict[str, object] | None:
    if offer is None:
        return None
    return {
        "kind": offer.kind,
        "addresses": list(offer.addresses),
        "select": offer.pattern.select,
        "row": offer.pattern.row,
        "links": offer.pattern.links,
        "because": offer.because,
        "problem": offer.problem,
        "items": len(offer.links),
    }


def _link_value(link: FoundLink) -> dict[str, object]:
    return {"url": link.url, "title": link.title, "published": str(link.published) if link.published else None}


def find_source(settings: Settings, url: str, *, today: dt.date, render: bool = False) -> FoundSource:
    """Survey an address in a child process and read its newest items; Problem for what is no web address.

    `render` has a browser render its pages first; RenderingProblem where there is none.
    """
    url = url.strip()
    address = url if "://" in url else f"https://{url}"
    if not is_web_address(address):
        raise Problem(f"{url!r} is no web address; paste the address of the page that lists the news.")
    if render:
        require_browser(settings)
    discovery = _survey_in_child(address, render=render)
    items = tuple(_preview(discovery.samples, settings, today))
    return FoundSource(discovery, items, _per_month(discovery.chosen), render)


def _survey_in_child(address: str, *, render: bool) -> Discovery:
    command = [
        sys.executable,
        "-m",
        "crawler.find",
        "--parent",
        str(os.getpid()),
        *["--render"] * render,
        "--",
        address,
    ]
    try:
        child = subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=FIND_DEADLINE.total_seconds())  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Problem(f"{address} did not answer our questions within {FIND_DEADLINE}; try again later.") from None
    if child.returncode != 0:
        raise Problem(f"the survey of {address} ended badly; its messages stand above.")
    return DISCOVERIES.validate_json(child.stdout.splitlines()[-1])


def _preview(samples: Sequence[tuple[FoundLink, Seen]], settings: Settings, today: dt.date) -> Iterator[PreviewItem]:
    readable = [(link, seen) for link, seen in samples if seen.is_ok]
    pages = ((link.url, _page_of(link, seen, today)) for link, seen in readable)
    results = dict(extract_all(pages, worker_count=settings.extract_workers, deadline=settings.extract_timeout))
    knowledge = load_knowledge() if results else None
    for link, seen in samples:
        yield _item(link, seen, results.get(link.url), knowledge)


def _page_of(link: FoundLink, seen: Seen, today: dt.date) -> FetchedPage:
    hints = [Witness(WitnessKind(link.witness), link.published, str(link.published))] if _is_dated(link) else []  # type: ignore[arg-type]
    return FetchedPage(seen.body, seen.url, seen.content_type, link.title, tuple(hints), today)


def _is_dated(link: FoundLink) -> bool:
    return link.published is not None and link.witness is not None


def _item(link: FoundLink, seen: Seen, result: Extraction | None, knowledge: Knowledge | None) -> PreviewItem:
    listed = str(link.published) if link.published else None
    if not isinstance(result, Extracted) or knowledge is None:
        reason = seen.problem or getattr(result, "reason", None) or f"the server answered {seen.status}"
        return PreviewItem(link.url, link.title, listed, reason=reason)
    published = result.published.date
    document = Document(
        id=link.url, title=result.title, text=result.text, language=result.language, published=published
    )
    return PreviewItem(
        url=link.url,
        title=result.title,
        published=str(published) if published else None,
        language=result.language,
        relevance=understand(document, knowledge).relevance,
        text=" ".join(result.text[:PREVIEW_CHARS].split()),
    )


def _per_month(offer: Offer | None) -> float | None:
    days = sorted(link.published.first for link in (offer.links if offer else ()) if link.published)
    span = (days[-1] - days[0]).days if len(days) > 1 else 0
    return round((len(days) - 1) / span * A_MONTH_DAYS, 1) if span else None


def add_source(archive: Archive, found: FoundSource, said: Mapping[str, object], *, now: dt.datetime) -> Source:
    """Store a source as it was found, with what a person says of it (`slug`, `name` and other keys of a source file).

    Problem where nothing was found, or where a source has that short name or address already.
    """
    way = way_from(found.discovery)
    if way is None:
        raise Problem(f"{found.discovery.url} cannot be watched: {found.discovery.problem}.")
    columns = {key: value for key, value in said.items() if value is not None}
    home = found.discovery.url
    if columns.get("owner"):
        columns["owner"] = _checked_owner(str(columns["owner"]))
    wanted = str(columns.pop("slug", ""))
    if wanted and not SLUG.fullmatch(wanted):
        raise Problem(f"{wanted!r} is no short name; write lower-case letters and digits, joined by _.")
    with archive.sessions.begin() as session:
        known = session.scalar(sa.select(Source).where((Source.slug == wanted) | (Source.home == home)))
        if known is not None:
            raise Problem(f"the source {known.slug} has that short name or watches that address already.")
        source = Source(
            slug=wanted or free_slug(session, home),
            home=home,
            kind=None,
            name=str(columns.pop("name", "") or found.discovery.title or site_of(home))[:200],
            language=found.language,
            render=found.render,
            chosen=way.model_dump(mode="json"),
            chosen_at=now,
            created_at=now,
            **columns,
        )
        session.add(source)
        session.flush()
        await_stage(session, Stage.CRAWL, [source.id], due_at=now)
        return source


def _checked_owner(address: str) -> str:
    try:
        return mail_address(address)
    except ValueError as error:
        raise Problem(f"{error}; name the owner by a plain address such as ada@example.org.") from error


def free_slug(session: Session, url: str) -> str:
    """Make a short name from the address: the host's, and as much of the path as it takes to be nobody else's."""
    *words, _ = site_of(url).split(".") or [""]
    host = max((word for word in words if word not in COMMON_LABELS), key=len, default="source")
    path = [re.sub(r"\.\w+$", "", part) for part in urlsplit(url).path.split("/")]
    plain = [re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_") for word in (host, *path)]
    parts = [word for word in plain if word] or ["source"]
    candidates = ["_".join(parts[:length])[:SLUG_CHARS].strip("_") for length in range(1, len(parts) + 1)]
    taken = set(session.scalars(sa.select(Source.slug)))
    numbered = (f"{candidates[0]}_{number}" for number in itertools.count(2))
    return next(slug for slug in itertools.chain(candidates, numbered) if slug not in taken)


def print_found(found: FoundSource) -> None:
    """Print what was found for people."""
    from rich.markup import escape

    from perilune.output import console

    out, discovery = console(), found.discovery
    out.print(f"[bold]{escape(discovery.title or discovery.url)}[/bold]\n{escape(discovery.url)}\n{discovery.robots}\n")
    for offer in discovery.offers:
        mark = "[bold]takes[/bold]" if offer == discovery.chosen else "      "
        why = f" [dim](not taken: {escape(offer.problem)})[/dim]" if offer.problem else ""
        out.print(f"{mark} {offer.kind}: {escape(', '.join(offer.addresses))}\n       {escape(offer.because)}{why}")
    if discovery.problem:
        out.print(f"Nothing can be watched here: {escape(discovery.problem)}.")
    if found.per_month is not None:
        out.print(f"It publishes about {found.per_month:g} items a month.")
    for item in found.items:
        out.print(f"\n[bold]{escape(item.title or item.url)}[/bold]")
        facts = (item.published or "date not stated", item.language, item.relevance, escape(item.url))
        out.print("  " + "  ".join(fact for fact in facts if fact))
        out.print(f"  {escape(item.reason or item.text)}")
