"""Learning which links of a page are its articles, from structure, addresses, titles and dates; and reading them later.

What was learned is a pattern that an analyst can read and change.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.addresses import pattern_of, shape_of
from crawler.discovery.groups import MIN_LINKS, MIN_TITLED_SHARE, Group, Path, first_in_each, share, weighed_groups
from crawler.discovery.index_page import STRICT_TAGS, Anchor, IndexPage
from crawler.discovery.row_dates import date_in_address
from crawler.discovery.row_links import links_of
from crawler.discovery.rows import container_of, rows_of
from crawler.discovery.titles import is_title
from crawler.found import FoundLink
from perilune.urls import site_of

LIST_SCORE = 3.0
SAME_SITE_SHARE = 0.8
MOSTLY_DATED = 0.75
MOST_LEADS = 3


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


def learn_list(
    page: IndexPage, others: Sequence[IndexPage] = (), further: Sequence[IndexPage] = ()
) -> LearnedList | None:
    """Learn the list of a page; `others` are other pages of the site, whose shared links are furniture.

    `further` are more pages of the same list: their links make the pattern of addresses wider. None where no group of
    links looks like a list of articles.
    """
    groups = weighed_groups(page, _shown_elsewhere([*others, *further]))
    ranked = sorted((group for group in groups if len(group.links) >= MIN_LINKS), key=lambda group: -group.score)
    if not ranked or ranked[0].score < LIST_SCORE:
        return None
    best = ranked[0]
    pattern = pattern_of([link.url for link in best.links])
    return _learned(page, [best, *(group for group in groups if _goes_with(page, group, best, pattern))], further)


def read_list(page: IndexPage, pattern: ListPattern) -> list[FoundLink]:
    """Read the articles' links where a pattern says they are, in reading order, each address once.

    Without a selector, every link of the page whose address matches; without both, every link.
    """
    anchors = page.anchors_at(pattern.select) if pattern.select else page.anchors
    if pattern.row:
        anchors = first_in_each(anchors, page.elements_at(pattern.row))
    if pattern.links:
        anchors = [anchor for anchor in anchors if re.search(pattern.links, anchor.url)]
    return links_of(anchors, page.language)


def _shown_elsewhere(others: Iterable[IndexPage]) -> dict[Path, set[str]]:
    shown: defaultdict[Path, set[str]] = defaultdict(set)
    for other in others:
        for anchor in other.anchors:
            shown[anchor.path].add(anchor.url)
    return shown


def _goes_with(page: IndexPage, group: Group, best: Group, pattern: str | None) -> bool:
    """Tell whether a further group belongs to the same list: rows before, among or after the best group's.

    Its links are titles, in no row of the best group, and alike: by their addresses, or by their dates.
    """
    new = [link for link in group.links if link.url not in best.urls]
    is_titled = share(is_title(anchor.text) for anchor in group.anchors) >= MIN_TITLED_SHARE
    if not new or group.score <= 0 or group.row_path or not is_titled:
        return False
    has_its_addresses = pattern is not None and all(re.search(pattern, link.url) for link in new)
    if group.furniture > best.furniture:
        return has_its_addresses and _ends(page, group, best)
    if has_its_addresses and _is_of_dated_section(page, (*best.links, *new)):
        return True
    if has_its_addresses and (_leads(group, best) or _ends(page, group, best) or _goes_on(page, group, best)):
        return True
    return _is_among(group, best, page.language, has_its_addresses=has_its_addresses)


def _is_of_dated_section(page: IndexPage, links: Sequence[FoundLink]) -> bool:
    """Tell addresses below the page's own folder that carry a day: each is an article of this section."""
    folder = urlsplit(page.url).path.rpartition("/")[0]
    return len(folder) > 1 and all(
        date_in_address(link.url) and urlsplit(link.url).path.startswith(f"{folder}/") for link in links
    )


def _is_among(group: Group, best: Group, language: str | None, *, has_its_addresses: bool) -> bool:
    """Tell whether a group's links stand among the rows of the best group, made like these or dated like these."""
    if has_its_addresses and group.path[-1] == best.path[-1]:
        return _is_beside(group, best, is_row=False)
    if not _is_beside(group, best, is_row=True):
        return False
    if best.is_dated:  # the rows of both together, lest a single link's row be the whole page
        together = links_of([*best.anchors, *group.anchors], language)
        return share(link.published is not None for link in together if link.url not in best.urls) >= MIN_TITLED_SHARE
    shapes = {shape_of(link.url) for link in best.links}
    return _tags_of(group) == _tags_of(best) and all(shape_of(link.url) in shapes for link in group.links)


def _leads(group: Group, best: Group) -> bool:
    """Tell whether a group is the few links that stand in what comes just before the list, such as a pinned article."""
    new = [anchor for anchor in group.anchors if anchor.url not in best.urls]
    container = container_of(set(rows_of(best.anchors).values()))
    before = set(container.itersiblings(preceding=True)) if container is not None else set()
    return len(new) <= MOST_LEADS and all(_stands_in(anchor, before) for anchor in new)


def _ends(page: IndexPage, group: Group, best: Group) -> bool:
    """Tell whether a group's links stand in what comes just after the list, with nothing else but the two around them.

    Such are older titles below teasers, which may well be named as a menu.
    """
    end = _end_of(page, best)
    parent, after = end.getparent(), set(end.itersiblings(etree.Element))
    if parent is None or not all(_stands_in(anchor, after) for anchor in group.anchors):
        return False
    known = best.urls | group.urls
    others = (anchor for anchor in page.anchors if anchor.url not in known and _stands_in(anchor, {parent}))
    return not any(is_title(anchor.text) for anchor in others) and not any(each.tag in STRICT_TAGS for each in after)


def _goes_on(page: IndexPage, group: Group, best: Group) -> bool:
    """Tell whether a group is several rows made like those of the list, in what comes just after it."""
    after = set(_end_of(page, best).itersiblings(etree.Element))
    labels = _row_labels(group)
    is_alike = labels == _row_labels(best) and any(mark in label for label in labels for mark in ".#")
    return is_alike and len(group.links) >= MOST_LEADS and all(_stands_in(anchor, after) for anchor in group.anchors)


def _end_of(page: IndexPage, best: Group) -> HtmlElement:
    """Give the largest element around the list that holds no other titles."""
    others = {
        element
        for anchor in page.anchors
        if anchor.url not in best.urls and is_title(anchor.text)
        for element in anchor.ancestors
    }
    rows = set(rows_of(best.anchors).values())
    element = container_of(rows)
    end = element if element is not None else next(iter(rows))
    while (parent := end.getparent()) is not None and parent not in others and parent.tag != "body":
        end = parent
    return end


def _stands_in(anchor: Anchor, elements: set[HtmlElement]) -> bool:
    return any(element in elements for element in (anchor.element, *anchor.ancestors))


def _row_labels(group: Group) -> list[str]:
    """Give the labels from a row down to its link, whatever the level of a heading between."""
    row = next(iter(rows_of(group.anchors).values()))
    anchor = group.anchors[0]
    height = (anchor.element, *anchor.ancestors).index(row) + 1
    return [re.sub(r"^h[1-6]\b", "h", label) for label in group.path[-height:]]


def _tags_of(group: Group) -> list[str]:
    return [re.split(r"[.#:]", label)[0] for label in group.path]


def _is_beside(group: Group, best: Group, *, is_row: bool) -> bool:
    """Tell whether a group's links stand in what holds the best group's rows, but in none of these.

    `is_row`: they must stand in rows of their own among those of the best group.
    """
    rows = set(rows_of(best.anchors).values())
    container = container_of(rows)
    parents = {row.getparent() for row in rows} if is_row else set()
    new = [anchor for anchor in group.anchors if anchor.url not in best.urls]
    return all(
        container in anchor.ancestors
        and not any(element in rows for element in (anchor.element, *anchor.ancestors))
        and (not is_row or any(element in parents for element in anchor.ancestors))
        for anchor in new
    )


def _learned(page: IndexPage, groups: Sequence[Group], further: Sequence[IndexPage]) -> LearnedList:
    best = groups[0]
    members = {anchor for group in groups for anchor in group.anchors}
    links = _without_strays(links_of([anchor for anchor in page.anchors if anchor in members], page.language))
    select = ", ".join(dict.fromkeys(_selector_of(page, group) for group in groups))
    row = _shortest(best.row_path, lambda selector: len(page.elements_at(selector)) == len(best.anchors))
    place = ListPattern(select, row if best.row_path else None)
    shown = {anchor.url for anchor in page.anchors}
    later = [link for other in further for link in read_list(other, place) if link.url not in shown]
    known = [*links, *_without_strays(later)]
    pattern = ListPattern(place.select, place.row, pattern_of([link.url for link in known]) or _site_pattern(known))
    return LearnedList(pattern, tuple(read_list(page, pattern)), best.score)


def _site_pattern(links: Sequence[FoundLink]) -> str | None:
    """Keep to the site where all links are on one."""
    sites = {site_of(link.url) for link in links}
    return rf"^https?://(?:www\.)?{re.escape(sites.pop())}[/:]" if len(sites) == 1 else None


def _without_strays(links: Sequence[FoundLink]) -> list[FoundLink]:
    """Leave out the few links of a list that are unlike the others: on another site, or undated at other addresses."""
    sites = Counter(site_of(link.url) for link in links).most_common(1)
    if sites and sites[0][1] >= SAME_SITE_SHARE * len(links):
        links = [link for link in links if site_of(link.url) == sites[0][0]]
    dated = [link for link in links if link.published is not None]
    pattern = pattern_of([link.url for link in dated]) if len(dated) >= MOSTLY_DATED * len(links) else None
    return [link for link in links if link.published is not None or not pattern or re.search(pattern, link.url)]


def _selector_of(page: IndexPage, group: Group) -> str:
    """Write the shortest selector, from the link upwards, that names a class and chooses the group and nothing else."""
    wanted = {anchor for anchor in page.anchors if anchor.path == group.path} or set(group.anchors)
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
