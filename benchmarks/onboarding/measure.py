"""Runs discovery on replicas and scores what it would bring in: items, titles and dates, against what is true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.onboarding.replicas import Answer, Replica
from crawler.discovery.choice import way_from
from crawler.discovery.survey import survey
from crawler.discovery.values import Discovery, Seen
from crawler.feeds import FeedProblem, links_in_feed
from crawler.found import FoundLink, wanted
from crawler.history import Archived, history_step
from models.vocabulary import SourceKind
from models.way import History, Way, first_of_archive
from perilune.dates import Witness, WitnessKind
from perilune.urls import canonical_url
from pipeline.extraction.extract import ExtractionProblem, FetchedPage, extract
from pipeline.values import Extracted

ITEM_PRECISION, ITEM_RECALL, FIELD_SHARE = 0.95, 0.90, 0.90
LONG_AGO = dt.date(1990, 1, 1)
TODAY = dt.date(2027, 1, 1)


@dataclass(frozen=True)
class Score:
    """How a replica fared with nobody editing anything; usable by the issue's definition."""

    name: str
    kind: str
    language: str
    has_feed: bool
    chosen: str
    precision: float
    recall: float
    titles: float
    dates: float

    @property
    def is_usable(self) -> bool:
        """Tell whether items, titles and dates are right often enough."""
        has_items = self.precision >= ITEM_PRECISION and self.recall >= ITEM_RECALL
        return has_items and self.titles >= FIELD_SHARE and self.dates >= FIELD_SHARE


class Site:
    """Answers of a replica by canonical address, and how many were asked for."""

    def __init__(self, replica: Replica) -> None:
        host = replica.site.host
        self._answers: dict[str, Answer] = {}
        for path, answer in replica.answers().items():
            # A page's print edition has the address of the page, which comes first.
            self._answers.setdefault(canonical_url(f"http://{host}{path}"), answer)
        self.asked_count = 0

    def answer(self, url: str) -> Seen:
        """Answer for an address, with or without the slash at its end; 404 for all others."""
        self.asked_count += 1
        key = canonical_url(url)
        answer = self._answers.get(key) or self._answers.get(key.rstrip("/")) or self._answers.get(f"{key}/")
        if answer is None:
            return Seen(url, 404, "text/html", b"<html><title>404 Not Found</title></html>")
        return Seen(url, answer.status, answer.content_type, answer.body)


def discovered(site: Site, home: str) -> Discovery:
    """Let discovery ask a replica until it knows."""
    asking = survey(home)
    wanted_addresses = next(asking)
    while True:
        try:
            wanted_addresses = asking.send({address: site.answer(address) for address in wanted_addresses})
        except StopIteration as ended:
            found: Discovery = ended.value
            return found


def harvested(site: Site, way: Way) -> dict[str, FoundLink]:
    """Bring in what the first crawl does: the index, and the history behind it."""
    found: dict[str, FoundLink] = {}
    if way.kind == SourceKind.FEED:
        for address in way.addresses:
            seen = site.answer(address)
            found |= {link.url: link for link in wanted(_feed_links(seen), way)}
    first = first_of_archive(way)
    history = History(queue=(first,) if first else (), until=LONG_AGO)
    while history.queue:
        seen = site.answer(history.queue[0])
        step = history_step(Archived(seen.body, seen.content_type, seen.url), way, history)
        given = {link.url: link for link in wanted(step.links, way.archive or way)}
        new = {url: link for url, link in given.items() if url not in found}
        found = {url: link if link.published else given.get(url, link) for url, link in found.items()} | new
        history = step.history.model_copy(update={"idle_count": 0 if new else history.idle_count + 1})
        if history.idle_count > 1:
            break
    return found


def _feed_links(seen: Seen) -> list[FoundLink]:
    try:
        return links_in_feed(seen.body, seen.url)
    except FeedProblem:
        return []


def score(replica: Replica) -> Score:
    """Onboard a replica from its address alone, and compare what comes in with what is there."""
    site = Site(replica)
    discovery = discovered(site, replica.home)
    way = way_from(discovery)
    found = harvested(site, way) if way else {}
    return _scored(replica, str(way.kind) if way else "nothing", found, site)


def score_of_links(replica: Replica, links: Iterable[str]) -> Score:
    """Score links that something else found, for baselines."""
    found = {canonical_url(link): FoundLink(canonical_url(link)) for link in links}
    return _scored(replica, "links" if found else "nothing", found, Site(replica))


def _scored(replica: Replica, chosen: str, found: Mapping[str, FoundLink], site: Site) -> Score:
    true = {canonical_url(replica.address(item)): item for item in replica.listed}
    right = [url for url in found if url in true]
    titles = dates = 0
    for url in right:
        title, date = _as_stored(found[url], site.answer(url))
        titles += _plain(title) == _plain(true[url].title)
        dates += date == (true[url].date or None)
    return Score(
        replica.folder.name,
        replica.site.kind,
        replica.site.language,
        replica.site.has_feed,
        chosen,
        precision=len(right) / len(found) if found else 0.0,
        recall=len(right) / len(true),
        titles=titles / len(right) if right else 0.0,
        dates=dates / len(right) if right else 0.0,
    )


def _as_stored(link: FoundLink, seen: Seen) -> tuple[str, str | None]:
    """Give title and date as the archive would store them."""
    hints: tuple[Witness, ...] = ()
    if link.published and link.witness:
        hints = (Witness(WitnessKind(link.witness), link.published, str(link.published)),)
    page = FetchedPage(seen.body, seen.url, seen.content_type, link.title, hints, TODAY)
    try:
        result = extract(page)
    except ExtractionProblem:
        result = None
    if not isinstance(result, Extracted):
        return link.title or "", str(link.published) if link.published else None
    return result.title, str(result.published.date) if result.published.date else None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
