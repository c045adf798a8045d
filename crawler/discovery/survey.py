"""The survey of an address: what is asked, in which order, and what is chosen; no network, see `values.Asking`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from crawler.discovery import offers
from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import LearnedList, learn_list, read_list
from crawler.discovery.paging import further_pages_of, next_page_of
from crawler.discovery.sections import MIN_SHARED, convincing, is_better, is_home, sections_of
from crawler.discovery.values import Asking, Discovery, Offer, Seen
from crawler.found import FoundLink
from crawler.health.answers import problem_of_answer
from crawler.health.observations import ProblemCode
from crawler.kept import Fetched
from models.vocabulary import SourceKind
from perilune.encodings import decode
from perilune.verdicts import verdict_on_page

SAMPLE_ITEMS = 10
OTHER_PAGES = 3
ALL_ALIKE = 0.8


@dataclass
class _Site:
    """What has been asked so far, and the page that it began with."""

    url: str
    answers: dict[str, Seen] = field(default_factory=dict)

    def ask(self, addresses: Iterable[str]) -> Asking[list[Seen]]:
        """Ask for addresses, each but once; gives the answers that can be read, in that order."""
        wanted = list(dict.fromkeys(addresses))
        unknown = [address for address in wanted if address not in self.answers]
        if unknown:
            self.answers.update((yield unknown))
        return [self.answers[address] for address in wanted if address in self.answers]


def survey(url: str) -> Asking[Discovery]:
    """Find out what an address offers, in a few rounds of at most some 25 requests."""
    site = _Site(url)
    robots_url = urljoin(url, "/robots.txt")
    yield from site.ask([url, robots_url])
    first, robots = site.answers[url], site.answers.get(robots_url)
    said = _robots_in_words(first, robots)
    problem = _problem_with(first)
    if problem is not None:
        return Discovery(url, None, None, said, problem=problem, code=_code_of(first))
    if not _is_html(first):
        found = [*filter(None, [offers.feed_offer(first, None, None) or offers.sitemap_offer(first, url)])]
        return (yield from _sampled(site, _direct(first, found, said)))
    return (yield from _sampled(site, (yield from _surveyed(site, first, robots, said))))


def _direct(first: Seen, found: Sequence[Offer], said: str) -> Discovery:
    problem = None if found else "this is no web page, no feed and no sitemap"
    return Discovery(first.url, None, None, said, tuple(found), next(iter(found), None), problem=problem)


def _surveyed(site: _Site, first: Seen, robots: Seen | None, said: str) -> Asking[Discovery]:
    first = yield from _frame_with_list(site, first)
    page = IndexPage(_text(first), first.url)
    home = page.url
    learned = yield from _learned(site, page, _text(first))
    stated = yield from site.ask(offers.stated_feeds(page))
    found = [*_feeds(stated, page, learned)]
    section = yield from _section(site, page, learned, found)
    if section is not None:
        first, page, learned = section
        stated += yield from site.ask(offers.stated_feeds(page))
        found = [*_feeds(stated, page, learned)]
    if not any(offer.problem is None for offer in found):
        usual = yield from site.ask(offers.usual_feeds(page.url))
        found += _feeds(usual, page, learned)
    if learned is None and not any(offer.problem is None for offer in found):
        sitemaps = yield from site.ask(offers.stated_sitemaps(robots, page.url))
        found += filter(None, (offers.sitemap_offer(seen, page.url) for seen in sitemaps if seen.is_ok))
    found += [offers.list_offer(page.url, learned)] if learned else []
    found += filter(None, [offers.standing_offer(page)])
    decided = _decided(page, first, found, said, archive=_archive(site, page, learned))
    return replace(decided, url=home)


def _section(
    site: _Site, page: IndexPage, learned: LearnedList | None, feeds: Sequence[Offer]
) -> Asking[tuple[Seen, IndexPage, LearnedList] | None]:
    """Go on to the page that lists the news from a home page that shows but some of it, or from one without a list.

    A home page whose list goes on is itself that page. Where it has a feed, the section must have the feed's items.
    """
    sections = sections_of(page)
    goes_on = not set(sections).issuperset(further_pages_of(page, _text(site.answers[page.url])))
    if learned is not None and (goes_on or not is_home(page.url)):
        return None
    good = [offer for offer in feeds if offer.problem is None][:1] if learned else []  # without a list none is checked
    seen = yield from site.ask(sections)
    pages = [(each, IndexPage(_text(each), each.url)) for each in seen if each.is_ok and _is_html(each)]
    lists = [
        (found, each)
        for each in pages
        if (found := learn_list(each[1])) is not None
        and is_better(found, learned)
        and all(_likeness(feed, offers.list_offer(page.url, found))[0] >= ALL_ALIKE for feed in good)
    ]
    if not lists:
        return None
    _, (first, best) = max(lists, key=lambda pair: convincing(pair[0]))
    again = yield from _learned(site, best, _text(first))
    return (first, best, again) if again is not None else None


def _frame_with_list(site: _Site, first: Seen) -> Asking[Seen]:
    """Go on to the frame that holds the list, where a page only puts others into frames."""
    page = IndexPage(_text(first), first.url)
    frames = offers.frames_of(page)
    if not frames or learn_list(page) is not None:
        return first
    seen = yield from site.ask(frames)
    learned = [(learn_list(IndexPage(_text(each), each.url)), each) for each in seen if each.is_ok and _is_html(each)]
    scores = [(found.score, each) for found, each in learned if found is not None]
    return max(scores, key=lambda scored: scored[0])[1] if scores else first


def _learned(site: _Site, page: IndexPage, html: str) -> Asking[LearnedList | None]:
    """Learn the list, then once more with pages that it leads to: what those show too is no item of it."""
    guess = learn_list(page)
    links = [link.url for link in guess.links[:OTHER_PAGES]] if guess else []
    next_page = next_page_of(page, html)
    seen = yield from site.ask([*links, *filter(None, [next_page])])
    readable = [each for each in seen if each.is_ok and _is_html(each)]
    others = [IndexPage(_text(each), each.url) for each in readable if each.url != next_page]
    further = [IndexPage(_text(each), each.url) for each in readable if each.url == next_page]
    return learn_list(page, others, further) if readable else guess


def _archive(site: _Site, page: IndexPage, learned: LearnedList | None) -> Offer | None:
    """Offer the page that a list leads on to where that is made otherwise: a list of its own, with some of the same."""
    address = next_page_of(page, _text(site.answers[page.url])) if learned else None
    seen = site.answers.get(address or "")
    if learned is None or seen is None or not (seen.is_ok and _is_html(seen)):
        return None
    further = IndexPage(_text(seen), seen.url)
    whole = None if read_list(further, learned.pattern) else learn_list(further)
    urls = {link.url for link in learned.links}
    is_same = whole is not None and sum(link.url in urls for link in whole.links) >= MIN_SHARED
    return offers.list_offer(further.url, whole) if whole is not None and is_same else None


def _feeds(seen: Iterable[Seen], page: IndexPage, learned: LearnedList | None) -> Iterator[Offer]:
    known: set[frozenset[str]] = set()
    for each in seen:
        offer = offers.feed_offer(each, page, learned) if each.is_ok else None
        urls = frozenset(link.url for link in offer.links) if offer else frozenset()
        if offer is not None and urls not in known:
            known.add(urls)
            yield offer


def _decided(page: IndexPage, first: Seen, found: Sequence[Offer], said: str, *, archive: Offer | None) -> Discovery:
    """Choose: a feed of the page's items, else its list, else a news sitemap, else the page itself."""
    good = [offer for offer in found if offer.problem is None]
    listed = next((offer for offer in good if offer.kind in {SourceKind.LISTING, SourceKind.DOCUMENTS}), None)
    feeds = [offer for offer in good if offer.kind == SourceKind.FEED]
    feeds.sort(key=lambda offer: _likeness(offer, listed), reverse=True)
    rest = [offer for offer in good if offer.kind in {SourceKind.SITEMAP, SourceKind.STANDING}]
    chosen = next(iter([*feeds, *filter(None, [listed]), *rest]), None)
    title = page.tree.findtext(".//title")
    return Discovery(
        url=page.url,
        title=" ".join(title.split()) if title else None,
        language=(page.tree.get("lang") or "").split("-")[0].lower() or None,
        robots=said,
        offers=tuple(found),
        chosen=chosen,
        archive=(archive or listed) if chosen in feeds else archive if chosen is listed else None,
        problem=None if chosen else _why_nothing(first),
    )


def _likeness(feed: Offer, listed: Offer | None) -> tuple[float, int]:
    """Tell how well a feed goes with the page's list: the share of its items that are the list's, then its length."""
    if listed is None:
        return 1.0, len(feed.links)
    urls = {link.url for link in listed.links}
    pattern = listed.pattern.links
    shared = [link for link in feed.links if link.url in urls or (pattern and re.search(pattern, link.url))]
    return len(shared) / max(len(feed.links), 1), len(feed.links)


def _why_nothing(first: Seen) -> str:
    if offers.is_made_by_script(first):
        return "the page is filled by a program in the browser; set render = true, or give the address of its feed"
    return "the page has no feed, no list of articles and hardly any text; give the page that lists the news"


def _sampled(site: _Site, discovery: Discovery) -> Asking[Discovery]:
    """Fetch the pages of the newest items."""
    if discovery.chosen is None:
        return discovery
    newest = newest_first(discovery.chosen.links)[:SAMPLE_ITEMS]
    yield from site.ask(link.url for link in newest)
    samples = tuple((link, site.answers[link.url]) for link in newest if link.url in site.answers)
    return replace(discovery, samples=samples)


def newest_first(links: Sequence[FoundLink]) -> list[FoundLink]:
    """Order links by their dates, the newest first; as they stand where some have none."""
    if any(link.published is None for link in links):
        return list(links)
    return sorted(links, key=lambda link: str(link.published), reverse=True)


def _text(seen: Seen) -> str:
    return decode(seen.body, seen.content_type).text


def _is_html(seen: Seen) -> bool:
    head = seen.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<?xml", b"<rss", b"<feed", b"{")) and b"<html" not in head:
        return False
    return b"<html" in head or head.startswith(b"<!doctype html") or "html" in (seen.content_type or "").lower()


def _problem_with(seen: Seen) -> str | None:
    if seen.problem is not None:
        return f"{seen.url} cannot be read: {seen.problem}"
    verdict = verdict_on_page(seen.status, seen.content_type, seen.body)
    return f"{seen.url} answers with a {verdict}" if verdict else None


def _code_of(seen: Seen) -> ProblemCode | None:
    headers = {"content-type": seen.content_type} if seen.content_type else {}
    return seen.code or problem_of_answer(Fetched(seen.url, seen.status, headers, seen.body))


def _robots_in_words(first: Seen, robots: Seen | None) -> str:
    if first.problem == "robots.txt forbids it":
        return "robots.txt forbids us to read this page"
    if robots is None or not robots.is_ok:
        return "there is no robots.txt; everything may be read, slowly"
    return "robots.txt lets us read this page"
