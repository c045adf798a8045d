"""Learning which links of a page are its articles, from structure, addresses, titles and dates; and reading them later.

Links with the same place in the structure form a group (tag paths, as in Miao et al., "Extracting data records from
the web using tag path clustering", WWW 2009); each group is weighed, and what other pages of the site show too is
furniture. What was learned is a pattern that an analyst can read and change.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from crawler.discovery.addresses import is_document, pattern_of, shape_of
from crawler.discovery.index_page import Anchor, IndexPage, rows_of
from crawler.discovery.row import RowReading, generic_words, is_headed, is_title, row_link, title_rank
from crawler.found import FoundLink
from perilune.urls import site_of

MIN_LINKS = 2
MANY_LINKS = 12
LONG_TITLE_CHARS = 60
LIST_SCORE = 3.0
SAME_SITE_SHARE = 0.8
MIN_TITLED_SHARE = 0.6
MOST_LINKS_A_ROW = 4
MIN_IN_CONTAINER = 3


@dataclass(frozen=True)
class ListPattern:
    """Where a page's articles are: a CSS selector of their links, and a pattern that their addresses match.

    With `row`, the selector of a row, only the first such link of each row counts.
    """

    select: str | None = None
    row: str | None = None
    links: str | None = None

    @property
    def in_words(self) -> str:
        """Say it in words."""
        first = f"the first link in each “{self.row}” at " if self.row else "the links at "
        parts = [f"{first}“{self.select}”"] if self.select else []
        if self.links:
            parts.append(f"{'whose' if parts else 'the links whose'} addresses match {self.links}")
        return " ".join(parts) or "the links that look like titles"


@dataclass(frozen=True)
class LearnedList:
    """A pattern with what it finds on the page it was learned from, and how convincing it is (3 is enough)."""

    pattern: ListPattern
    links: tuple[FoundLink, ...]
    score: float


@dataclass(frozen=True)
class _Group:
    """Links with one place in the structure, at most one a row, and how much speaks for their being articles."""

    path: tuple[str, ...]
    anchors: tuple[Anchor, ...]
    links: tuple[FoundLink, ...]
    row_path: tuple[str, ...] = ()
    score: float = 0.0

    @property
    def urls(self) -> frozenset[str]:
        return frozenset(link.url for link in self.links)


def learn_list(page: IndexPage, others: Sequence[IndexPage] = ()) -> LearnedList | None:
    """Learn the list of a page; `others` are further pages of the site, whose shared links are furniture.

    None where no group of links looks like a list of articles.
    """
    shown_elsewhere = _shown_elsewhere(others)
    groups = [_weighed(group, page, shown_elsewhere) for group in _groups(page)]
    ranked = sorted((group for group in groups if len(group.links) >= MIN_LINKS), key=lambda group: -group.score)
    if not ranked or ranked[0].score < LIST_SCORE:
        return None
    best = ranked[0]
    pattern = pattern_of([link.url for link in best.links])
    further = [group for group in groups if group is not best and pattern and _goes_with(group, best, pattern)]
    return _learned(page, [best, *further])


def read_list(page: IndexPage, pattern: ListPattern) -> list[FoundLink]:
    """Read the articles' links where a pattern says they are, in reading order, each address once.

    Without a selector, every link of the page whose address matches; without both, every link.
    """
    anchors = page.anchors_at(pattern.select) if pattern.select else page.anchors
    if pattern.row:
        anchors = _first_in_each(anchors, page.elements_at(pattern.row))
    if pattern.links:
        anchors = [anchor for anchor in anchors if re.search(pattern.links, anchor.url)]
    return _links_of(anchors, page.language)


def _groups(page: IndexPage) -> Iterator[_Group]:
    by_path: defaultdict[tuple[str, ...], list[Anchor]] = defaultdict(list)
    for anchor in page.anchors:
        by_path[anchor.path].append(anchor)
    for path, anchors in by_path.items():
        for members in (anchors, *_by_container(anchors)):
            yield _Group(path, tuple(members), tuple(_links_of(members, page.language)))
            yield from _by_rows(path, members, page.language)


def _by_container(anchors: Sequence[Anchor]) -> Iterator[list[Anchor]]:
    """Part links with one place in the structure by what holds several of them: menu and list may be made alike."""
    containers: defaultdict[HtmlElement, list[Anchor]] = defaultdict(list)
    counts = Counter(element for anchor in anchors for element in anchor.ancestors)
    for anchor in anchors:
        holder = next((element for element in anchor.ancestors if counts[element] >= MIN_IN_CONTAINER), None)
        if holder is not None:
            containers[holder].append(anchor)
    if len(containers) > 1:
        yield from (members for members in containers.values() if len(members) >= MIN_IN_CONTAINER)


def _by_rows(path: tuple[str, ...], anchors: Sequence[Anchor], language: str | None) -> Iterator[_Group]:
    """Take the first of several links in a row, where rows repeat around them: a document and its other languages."""
    count = len(anchors)
    tried = {count}
    for length in range(len(path) - 1, 1, -1):
        depth = len(path) - length - 1
        rows = list(dict.fromkeys(anchor.ancestors[depth] for anchor in anchors))
        if len(rows) in tried or len(rows) * MOST_LINKS_A_ROW < count or len(rows) < MIN_LINKS:
            continue
        tried.add(len(rows))
        first = _first_in_each(anchors, rows)
        yield _Group(path, tuple(first), tuple(_links_of(first, language)), path[:length])


def _first_in_each(anchors: Sequence[Anchor], rows: Iterable[HtmlElement]) -> list[Anchor]:
    wanted = set(rows)
    seen: set[HtmlElement] = set()
    first = []
    for anchor in anchors:
        row = next((element for element in anchor.ancestors if element in wanted), None)
        if row is not None and row not in seen:
            seen.add(row)
            first.append(anchor)
    return first


def _links_of(anchors: Sequence[Anchor], language: str | None = None) -> list[FoundLink]:
    """Make one link of each address, with the best title and the date of its rows."""
    rows = rows_of(anchors)
    generic = generic_words(anchors)
    links: dict[str, FoundLink] = {}
    titled_by: dict[str, int] = {}
    for anchor in anchors:
        link = row_link(anchor, rows[anchor], RowReading(generic, language))
        known = links.setdefault(link.url, link)
        rank = title_rank(anchor, generic)
        title = link.title if rank > titled_by.get(link.url, -1) else known.title
        titled_by[link.url] = max(rank, titled_by.get(link.url, -1))
        published = known.published or link.published
        links[link.url] = replace(known, title=title, published=published, witness=known.witness or link.witness)
    return list(links.values())


def _shown_elsewhere(others: Iterable[IndexPage]) -> dict[tuple[str, ...], set[str]]:
    shown: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for other in others:
        for anchor in other.anchors:
            shown[anchor.path].add(anchor.url)
    return shown


def _weighed(group: _Group, page: IndexPage, shown_elsewhere: dict[tuple[str, ...], set[str]]) -> _Group:
    """Weigh a group; the weights were chosen on replicas of some forty sites and are not delicate."""
    links, count = group.links, len(group.links)
    titled = _share(is_title(link.title) for link in links)
    length = statistics.median(len(link.title or "") for link in links)
    score = (
        2.0 * titled
        + 0.5 * _share(is_title(anchor.text) for anchor in group.anchors)
        + 0.6 * _share(is_headed(anchor) for anchor in group.anchors)
        + 1.5 * _share(link.published is not None for link in links)
        + 0.8 * Counter(shape_of(link.url) for link in links).most_common(1)[0][1] / count
        + 0.6 * _share(site_of(link.url) == site_of(page.url) for link in links)
        + 1.0 * min(count, MANY_LINKS) / MANY_LINKS
        + 0.8 * min(length, LONG_TITLE_CHARS) / LONG_TITLE_CHARS
        + 0.5 * len({link.title for link in links}) / count
        + 0.5 * _share(is_document(link.url) for link in links)
        - 1.5 * _share(anchor.is_furniture for anchor in group.anchors)
        - 3.0 * len(group.urls & shown_elsewhere.get(group.path, set())) / count
    )
    return replace(group, score=score if titled >= MIN_TITLED_SHARE else 0.0)


def _share(facts: Iterable[bool]) -> float:
    values = list(facts)
    return sum(values) / len(values) if values else 0.0


def _goes_with(group: _Group, best: _Group, pattern: str) -> bool:
    """Tell whether a further group belongs to the same list: other rows of it, such as the one with a picture."""
    new = group.urls - best.urls
    is_alike = group.path[-1] == best.path[-1] and all(re.search(pattern, url) for url in new)
    is_titled = _share(is_title(anchor.text) for anchor in group.anchors) >= MIN_TITLED_SHARE
    is_furniture = any(anchor.is_furniture for anchor in group.anchors) and not any(
        anchor.is_furniture for anchor in best.anchors
    )
    return (
        bool(new) and is_alike and is_titled and not is_furniture and group.score > 0 and _share_container(group, best)
    )


def _share_container(one: _Group, other: _Group) -> bool:
    container = next((element for element in other.anchors[0].ancestors if _holds_all(element, other)), None)
    return container is not None and any(container in anchor.ancestors for anchor in one.anchors)


def _holds_all(element: object, group: _Group) -> bool:
    return all(element in anchor.ancestors for anchor in group.anchors)


def _learned(page: IndexPage, groups: Sequence[_Group]) -> LearnedList:
    members = {anchor for group in groups for anchor in group.anchors}
    links = _on_one_site(_links_of([anchor for anchor in page.anchors if anchor in members], page.language))
    select = ", ".join(dict.fromkeys(_selector_of(page, group) for group in groups))
    best = groups[0]
    row = _shortest(best.row_path, lambda selector: len(page.elements_at(selector)) == len(best.anchors))
    pattern = pattern_of([link.url for link in links]) or _site_pattern(links)
    return LearnedList(ListPattern(select, row if best.row_path else None, pattern), tuple(links), best.score)


def _site_pattern(links: Sequence[FoundLink]) -> str | None:
    """Keep to the site where all links are on one."""
    sites = {site_of(link.url) for link in links}
    return rf"^https?://(?:www\.)?{re.escape(sites.pop())}[/:]" if len(sites) == 1 else None


def _on_one_site(links: Sequence[FoundLink]) -> list[FoundLink]:
    """Leave out the few links to other sites that stand among those of the page's own, or the other way round."""
    site, count = Counter(site_of(link.url) for link in links).most_common(1)[0]
    if count < SAME_SITE_SHARE * len(links):
        return list(links)
    return [link for link in links if site_of(link.url) == site]


def _selector_of(page: IndexPage, group: _Group) -> str:
    """Write the shortest selector, from the link upwards, that names a class and chooses the group and nothing else."""
    wanted = {anchor for anchor in page.anchors if anchor.path == group.path}
    return _shortest(group.path, lambda selector: set(page.anchors_at(selector)) <= wanted)


def _shortest(path: Sequence[str], is_enough: Callable[[str], bool]) -> str:
    is_named = any(mark in label for label in path for mark in ".#")
    selector = ""
    for length in range(1, len(path) + 1):
        labels = path[-length:]
        selector = " > ".join(labels)
        if (not is_named or any(mark in label for label in labels for mark in ".#")) and is_enough(selector):
            break
    return selector
