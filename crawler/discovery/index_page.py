"""A page of links as discovery sees it: anchors with their place in the structure, and each one's own row.

Pure, from HTML to plain structure; what of it are articles is decided in `lists`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cssselect import SelectorError
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from crawler.discovery.labels import labels_of
from crawler.found import joined
from perilune.urls import canonical_url, is_web_address

INVISIBLE = ("script", "style", "noscript", "template", "svg", "select")
FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "form"})
FURNITURE_WORD = re.compile(
    r"(?:^|[-_])(?:nav\w*|menu\w*|breadcrumbs?|crumbs?|foot(?:er)?\w*|side(?:bar|nav|col\w*)?|aside|widgets?|related|popular|"
    r"most\w*|top(?:bar|nav)|tag-?cloud|cloud|share|sharing|social\w*|pag(?:er|ination|enav\w*|ing)|lang(?:uages?)?|login|"
    r"search(?:box|form|bar)?|cookies?|partners?|banners?|hot|ranking?|toolbar|skip\w*)(?:$|[-_])",
    re.IGNORECASE,
)
SLASHED = re.compile(r"(?<!\d)(\d{1,2})[-/](\d{1,2})[-/]((?:19|20)\d\d)(?!\d)")
MONTHS = 12
DAYS_FIRST = "und"  # no language of ours, and so none in which the month might come first
MONTHS_FIRST = "en-US"


@dataclass(eq=False)
class Anchor:
    """A link of the page: its canonical address, its words, and the labels of its ancestors from the body down."""

    element: HtmlElement
    url: str
    text: str
    path: tuple[str, ...]

    @cached_property
    def ancestors(self) -> list[HtmlElement]:
        """Its ancestors, the nearest first."""
        return list(self.element.iterancestors())

    @cached_property
    def is_furniture(self) -> bool:
        """Tell whether it stands in a menu, a sidebar, a footer or their like, by the names of what is around it."""
        return any(is_furniture(element) for element in (self.element, *self.ancestors))


def is_furniture(element: HtmlElement) -> bool:
    """Tell whether an element's tag, role, id or classes name it as furniture."""
    if element.tag in FURNITURE_TAGS or element.get("role") in {"navigation", "search", "contentinfo", "complementary"}:
        return True
    if element.tag in {"html", "body"}:
        return False
    words = [*(element.get("class") or "").split(), element.get("id") or ""]
    return any(FURNITURE_WORD.search(word) for word in words)


def text_of(element: HtmlElement) -> str:
    """Give an element's words with single spaces; parts of different elements never run together."""
    return " ".join(" ".join(element.itertext()).split())


class IndexPage:
    """A parsed page of links."""

    def __init__(self, html: str, url: str) -> None:
        self.url = url
        self.tree = _parsed(html)
        stated = self.tree.find(".//base")
        self._base = url if stated is None else joined(url, stated.get("href") or "")
        etree.strip_elements(self.tree, *INVISIBLE, with_tail=False)
        self._labels = labels_of(self.tree)

    @cached_property
    def language(self) -> str | None:
        """The language that its dates are written in, as the page declares it or as they show; None if unknown.

        In English `04/05` may be either; one day above twelve anywhere tells which of them is the day.
        """
        declared = (self.tree.get("lang") or self.tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[
            :2
        ].lower()
        if declared and declared != "en":
            return declared
        pairs = [(int(first), int(second)) for first, second, _ in SLASHED.findall(text_of(self.tree))]
        is_day_first = any(first > MONTHS for first, _ in pairs)
        is_month_first = any(second > MONTHS for _, second in pairs)
        if is_day_first != is_month_first:
            return DAYS_FIRST if is_day_first else MONTHS_FIRST
        return declared or None

    @cached_property
    def anchors(self) -> list[Anchor]:
        """All links to other pages, in reading order."""
        return [anchor for element in self.tree.iter("a") if (anchor := self._anchor(element)) is not None]

    def anchors_at(self, select: str) -> list[Anchor]:
        """Find the links that a CSS selector chooses; ValueError for one that is none."""
        chosen = set(self.elements_at(select))
        return [anchor for anchor in self.anchors if anchor.element in chosen]

    def elements_at(self, select: str) -> list[HtmlElement]:
        """Find the elements that a CSS selector chooses; ValueError for one that is none."""
        try:
            return list(self.tree.cssselect(select))
        except SelectorError as error:
            raise ValueError(f"{select!r} is no CSS selector: {error}") from error

    def resolved(self, href: str) -> str | None:
        """Give the canonical address that a reference means; None where it is no web address."""
        target = joined(self._base, href)
        try:
            return canonical_url(target) if is_web_address(target) else None
        except ValueError:
            return None

    def _anchor(self, element: HtmlElement) -> Anchor | None:
        href = (element.get("href") or "").strip()
        if not href or href.startswith("#"):
            return None
        url = self.resolved(href)
        if url is None or url == self._own_address:
            return None
        chain = [element, *element.iterancestors()]
        path = tuple(self._labels[each] for each in reversed(chain) if each in self._labels)
        return Anchor(element, url, text_of(element), path)

    @cached_property
    def _own_address(self) -> str:
        return canonical_url(self.url)


def _parsed(html: str) -> HtmlElement:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return lxml_html.document_fromstring((html or "<p></p>").encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing but comments or white space
        return lxml_html.document_fromstring(b"<p></p>", parser=parser)


def rows_of(anchors: Sequence[Anchor]) -> dict[Anchor, HtmlElement]:
    """Give each of a list's links its own row: the largest element around it that holds no other one's address.

    Where rows have no element of their own (links between line breaks), the link itself is the row.
    """
    urls_in: defaultdict[HtmlElement, set[str]] = defaultdict(set)
    for anchor in anchors:
        for element in (anchor.element, *anchor.ancestors):
            urls_in[element].add(anchor.url)
    rows = {}
    for anchor in anchors:
        row = anchor.element
        for element in anchor.ancestors:
            if len(urls_in[element]) > 1 or element.tag in {"body", "html"}:
                break
            row = element
        rows[anchor] = row
    return rows


def following_text(element: HtmlElement) -> str:
    """Give the words between an element and the next link, for rows without an element of their own."""
    words = [element.tail or ""]
    for sibling in element.itersiblings():
        if sibling.tag == "a" or (isinstance(sibling.tag, str) and sibling.find(".//a") is not None):
            break
        words += [text_of(sibling), sibling.tail or ""]
    return " ".join(" ".join(words).split())


def preceding_siblings_text(element: HtmlElement) -> str:
    """Give the words between the link before and an element."""
    words = []
    for sibling in element.itersiblings(preceding=True):
        words.append(sibling.tail or "")
        if sibling.tag == "a" or sibling.find(".//a") is not None:
            break
        words.append(text_of(sibling))
    else:
        parent = element.getparent()
        words.append(parent.text or "" if parent is not None else "")
    return " ".join(" ".join(reversed(words)).split())


def headings_before(element: HtmlElement) -> Iterator[str]:
    """Give the headings above an element, the nearest first: a month or a year often stands there."""
    for heading in element.xpath("preceding::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::dt]")[
        ::-1
    ]:
        yield text_of(heading)
