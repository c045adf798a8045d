"""The rows of a list: each link's own part of the page, and what stands between and above these parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from statistics import mode

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.index_page import Anchor, text_of


def rows_of(anchors: Sequence[Anchor]) -> dict[Anchor, HtmlElement]:
    """Give each of a list's links its own row: the largest element around it that holds no other one's address.

    Where rows have no element of their own (links between line breaks), the link itself is the row.
    """
    urls_in: defaultdict[HtmlElement, set[str]] = defaultdict(set)
    for anchor in anchors:
        for element in (anchor.element, *anchor.ancestors):
            urls_in[element].add(anchor.url)
    heights = {anchor: _height_of_row(anchor, urls_in) for anchor in anchors}
    usual = _usual_heights(heights)
    return {
        anchor: (anchor.element, *anchor.ancestors)[min(height, usual[anchor.path])]
        for anchor, height in heights.items()
    }


def _height_of_row(anchor: Anchor, urls_in: Mapping[HtmlElement, Collection[str]]) -> int:
    """Count how far up from a link its row is."""
    height = 0
    for element in anchor.ancestors:
        if len(urls_in[element]) > 1 or element.tag in {"body", "html"}:
            break
        height += 1
    return height


def _usual_heights(heights: Mapping[Anchor, int]) -> dict[tuple[str, ...], int]:
    """Give the height that most rows at a place have: the only row of its month is no larger than others."""
    at_place: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for anchor, height in heights.items():
        at_place[anchor.path].append(height)
    return {path: mode(sorted(each)) for path, each in at_place.items()}


def holders_of(rows: Iterable[HtmlElement]) -> set[HtmlElement]:
    """Give rows and all that is around them."""
    holders: set[HtmlElement] = set()
    for row in rows:
        for element in (row, *row.iterancestors()):
            if element in holders:
                break
            holders.add(element)
    return holders


def container_of(rows: Collection[HtmlElement]) -> HtmlElement | None:
    """Give the smallest element that holds all rows; None if there are no rows."""
    first, *others = rows
    around = [set(row.iterancestors()) for row in others]
    return next((element for element in first.iterancestors() if all(element in each for each in around)), None)


def text_after(row: HtmlElement, holders: Collection[HtmlElement]) -> str:
    """Give the words between a row and the next one among its siblings."""
    words = [row.tail or ""]
    for sibling in row.itersiblings(etree.Element):
        if sibling in holders or sibling.tag == "a":
            break
        words += [text_of(sibling), sibling.tail or ""]
    return " ".join(" ".join(words).split())


def text_before(row: HtmlElement, holders: Collection[HtmlElement]) -> str:
    """Give the words between the row before and a row, or from the beginning of what holds them."""
    words = []
    for sibling in row.itersiblings(etree.Element, preceding=True):
        words.append(sibling.tail or "")
        if sibling in holders or sibling.tag == "a":
            break
        words.append(text_of(sibling))
    else:
        parent = row.getparent()
        words.append(parent.text or "" if parent is not None else "")
    return " ".join(" ".join(reversed(words)).split())


def headings_before(element: HtmlElement) -> Iterator[str]:
    """Give the headings above an element, the nearest first: a month or a year often stands there."""
    tags = "self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::dt or self::caption"
    for heading in reversed(element.xpath(f"preceding::*[{tags}]")):
        yield text_of(heading)


def runs_between(rows: Collection[HtmlElement]) -> Iterator[tuple[HtmlElement | None, str]]:
    """Walk through what holds the rows in reading order: give each row, and each run of text outside of them."""
    container = container_of(rows)
    own, holders = set(rows), holders_of(rows)
    waiting: list[HtmlElement | str] = [container] if container is not None else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield None, " ".join(part.split())
        elif part in own:
            yield part, ""
        elif part in holders:
            waiting += reversed(_parts_of(part))
        else:
            yield None, text_of(part)


def _parts_of(element: HtmlElement) -> list[HtmlElement | str]:
    """Give what stands in an element in reading order: its words, its children, and the words after each."""
    parts: list[HtmlElement | str] = [element.text or ""]
    for child in element.iterchildren(etree.Element):
        parts += [child, child.tail or ""]
    return parts
