"""Groups of a page's links, each of which might be its list, and how much speaks for each.

Links with the same place in the structure form a group (tag paths, as in Miao et al., "Extracting data records from
the web using tag path clustering", WWW 2009); so do those in one container, in one column, or first in each row.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lxml.html import HtmlElement

from crawler.discovery.addresses import is_document, shape_of
from crawler.discovery.index_page import Anchor, IndexPage
from crawler.discovery.row_links import links_of
from crawler.discovery.rows import rows_of
from crawler.discovery.titles import is_headed, is_headline, is_name, is_title
from crawler.found import FoundLink
from perilune.urls import site_of

MIN_LINKS = 2
MANY_LINKS = 12
LONG_TITLE_CHARS = 60
MIN_TITLED_SHARE = 0.6
NAME_WORTH = 0.7
MOST_LINKS_A_ROW = 8
MIN_IN_CONTAINER = 3
MIN_IN_COLUMN = 3
FULL_COLUMN = 0.9

Path = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Links with one place in the structure, at most one a row, and how much speaks for their being articles.

    `row_path` is the place of the rows where only the first such link of each counts.
    """

    path: Path
    anchors: tuple[Anchor, ...]
    links: tuple[FoundLink, ...]
    row_path: Path = ()
    score: float = 0.0

    @property
    def urls(self) -> frozenset[str]:
        """The addresses of its links."""
        return frozenset(link.url for link in self.links)

    @cached_property
    def furniture(self) -> float:
        """The share of its rows that are, or stand in, a menu, a sidebar, a footer or their like.

        What is named so within a row is no furniture of the page, if there are several rows to tell.
        """
        if len(self.links) == 1:
            return share(bool(anchor.furniture) for anchor in self.anchors)
        rows = rows_of(self.anchors)
        return share(
            any(each in anchor.furniture for each in (row, *row.iterancestors())) for anchor, row in rows.items()
        )

    @property
    def is_dated(self) -> bool:
        """Tell whether most of its rows have a date."""
        return share(link.published is not None for link in self.links) >= MIN_TITLED_SHARE

    @property
    def titled(self) -> float:
        """The share of its links that have a title; beside dates a name will do that is too short for one, for less."""
        titles = max(share(is_title(link.title) for link in self.links), share(map(is_headline, self.anchors)))
        names = NAME_WORTH * share(is_name(link.title) for link in self.links) if self.is_dated else 0.0
        return max(titles, names)


def share(facts: Iterable[bool]) -> float:
    """Give the share of facts that are true; 0 of none."""
    values = list(facts)
    return sum(values) / len(values) if values else 0.0


def weighed_groups(page: IndexPage, shown_elsewhere: Mapping[Path, set[str]]) -> list[Group]:
    """Give all groups of a page with their scores; `shown_elsewhere` are addresses that other pages have, by place."""
    return [_weighed(group, page, shown_elsewhere) for group in _groups(page)]


def _groups(page: IndexPage) -> Iterator[Group]:
    by_path: defaultdict[Path, list[Anchor]] = defaultdict(list)
    for anchor in page.anchors:
        by_path[anchor.path].append(anchor)
    for path, anchors in by_path.items():
        for members in (anchors, *_by_container(anchors)):
            yield Group(path, tuple(members), tuple(links_of(members, page.language)))
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


def _by_rows(path: Path, anchors: Sequence[Anchor], language: str | None) -> Iterator[Group]:
    """Part the several links of each row, where rows repeat around them: take the first, or those of one column."""
    count = len(anchors)
    tried = {count}
    for length in range(len(path) - 1, 1, -1):
        depth = len(path) - length - 1
        rows = list(dict.fromkeys(anchor.ancestors[depth] for anchor in anchors))
        if len(rows) in tried or len(rows) * MOST_LINKS_A_ROW < count or len(rows) < MIN_LINKS:
            continue
        tried.add(len(rows))
        first = first_in_each(anchors, rows)
        yield Group(path, tuple(first), tuple(links_of(first, language)), path[:length])
        for column, members in _by_columns(anchors, depth, len(rows)):
            labels = (f"{label}:{_nth(place)}" for label, place in zip(path[length:], column, strict=True))
            yield Group((*path[:length], *labels), tuple(members), tuple(links_of(members, language)))


def _by_columns(
    anchors: Sequence[Anchor], depth: int, row_count: int
) -> Iterator[tuple[tuple[int, ...], list[Anchor]]]:
    """Part links to several places by where in their rows they stand, as in a table's column, if most rows have one.

    Places are counted from the beginning, and below 0 from the end: a cell that spans rows is missing in most of them.
    """
    columns: defaultdict[tuple[int, ...], list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        inside = (anchor.element, *anchor.ancestors[:depth])[::-1]
        columns[tuple(_place_of(element) for element in inside)].append(anchor)
        columns[tuple(-_place_of(element, is_from_end=True) for element in inside)].append(anchor)
    least, most = max(MIN_IN_COLUMN, FULL_COLUMN * row_count), len({anchor.url for anchor in anchors})
    for column, members in columns.items():
        if len(members) >= least and len({anchor.url for anchor in members}) < most:
            yield column, members


def _nth(place: int) -> str:
    return f"nth-of-type({place})" if place > 0 else f"nth-last-of-type({-place})"


def _place_of(element: HtmlElement, *, is_from_end: bool = False) -> int:
    return 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=not is_from_end))


def first_in_each(anchors: Sequence[Anchor], rows: Iterable[HtmlElement]) -> list[Anchor]:
    """Give the first of the links in each row."""
    wanted = set(rows)
    seen: set[HtmlElement] = set()
    first = []
    for anchor in anchors:
        row = next((element for element in anchor.ancestors if element in wanted), None)
        if row is not None and row not in seen:
            seen.add(row)
            first.append(anchor)
    return first


def _weighed(group: Group, page: IndexPage, shown_elsewhere: Mapping[Path, set[str]]) -> Group:
    """Weigh a group; the weights were chosen on replicas of some eighty sites and are not delicate."""
    links, count = group.links, len(group.links)
    length = statistics.median(len(link.title or "") for link in links)
    score = (
        2.0 * group.titled
        + 1.0 * len({anchor.url for anchor in group.anchors if is_headline(anchor)}) / count
        + 0.6 * len({anchor.url for anchor in group.anchors if is_headed(anchor)}) / count
        + 1.5 * share(link.published is not None for link in links)
        + 0.8 * Counter(shape_of(link.url) for link in links).most_common(1)[0][1] / count
        + 0.6 * share(site_of(link.url) == site_of(page.url) for link in links)
        + 1.0 * min(count, MANY_LINKS) / MANY_LINKS
        + 0.8 * min(length, LONG_TITLE_CHARS) / LONG_TITLE_CHARS
        + 0.5 * len({link.title for link in links}) / count
        + 0.5 * share(is_document(link.url) for link in links)
        - 1.5 * group.furniture
        - 3.0 * len(group.urls & shown_elsewhere.get(group.path, set())) / count
    )
    return replace(group, score=score if group.titled >= MIN_TITLED_SHARE else 0.0)
