"""A page of links as discovery sees it: anchors with their addresses, words and place in the structure.

Pure, from HTML to plain structure; what of it are articles is decided in `lists`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from crawler.discovery.date_order import order_in
from crawler.discovery.embedded import unpack
from crawler.discovery.labels import labels_of
from crawler.found import joined
from perilune.dates import is_name_of_update
from perilune.urls import canonical_url, is_web_address

INVISIBLE = ("script", "style", "noscript", "template", "svg", "select")
FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "form"})
FURNITURE_WORD = re.compile(
    r"(?:^|[-_])(?:nav\w*|menu\w*|breadcrumbs?|crumbs?|foot(?:er)?\w*|side(?:bar|nav|col\w*)?|aside|widgets?|related|popular|"
    r"most\w*|top(?:bar|nav)|tag-?cloud|cloud|share|sharing|social\w*|pag(?:er|ination|enav\w*|ing)|lang(?:uages?)?|login|"
    r"search(?:box|form|bar)?|cookies?|partners?|banners?|hot|ranking?|toolbar|skip\w*)(?:$|[-_])",
    re.IGNORECASE,
)
WRAPPER_SHARE = 0.7
STRICT_TAGS = frozenset({"nav", "footer", "aside"})
SCRIPT_ADDRESS = re.compile(r"""['"]([^'"\s]*(?:[/?]|\.\w{2,5}(?=['"]))[^'"\s]*)['"]""")
STATED_ADDRESSES = ("data-href", "data-url", "data-link")
NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|bmp|ico|mp[34]|m4[av]|avi|mov|wav|css|js|ics|vcf|zip|rar|exe)$", re.IGNORECASE
)


@dataclass(eq=False)
class Anchor:
    """A link of the page: its canonical address, its words, and the labels of its ancestors from the body down.

    `furniture`: what is named as a menu, a sidebar, a footer or their like around it.
    """

    element: HtmlElement
    url: str
    text: str
    path: tuple[str, ...]
    furniture: frozenset[HtmlElement] = frozenset()

    @cached_property
    def ancestors(self) -> list[HtmlElement]:
        """Its ancestors, the nearest first."""
        return list(self.element.iterancestors())


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
        unpack(self.tree)
        etree.strip_elements(self.tree, *INVISIBLE, with_tail=False)
        for element in self.tree.xpath("//body//*[@class][not(.//a)]"):
            if is_name_of_update(element.get("class")):
                element.drop_tree()
        self._labels = labels_of(self.tree)

    @cached_property
    def language(self) -> str | None:
        """The language that its dates are written in, as the page declares it or as they show; None if unknown."""
        named = self.tree.get("lang") or self.tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        declared = named[:2].lower()
        if declared and declared != "en":
            return declared
        return order_in(text_of(self.tree)) or declared or None

    @cached_property
    def anchors(self) -> list[Anchor]:
        """All links to other pages, in reading order."""
        return [anchor for element in self.tree.iter(etree.Element) if (anchor := self._anchor(element)) is not None]

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
        target = joined(self._base, href.strip().replace(" ", "%20"))
        try:
            return canonical_url(target) if is_web_address(target) else None
        except ValueError:
            return None

    def _anchor(self, element: HtmlElement) -> Anchor | None:
        reference = _reference_of(element)
        url = self.resolved(reference) if reference else None
        if url is None or url == self._own_address or NO_PAGE.search(urlsplit(url).path):
            return None
        chain = [element, *element.iterancestors()]
        path = tuple(self._labels[each] for each in reversed(chain) if each in self._labels)
        furniture = frozenset(each for each in chain if each in self._furniture)
        return Anchor(element, url, text_of(element) or _stated_words(element), path, furniture)

    @cached_property
    def _furniture(self) -> set[HtmlElement]:
        """What is named as furniture, unless it holds most of the page: a layout `with-sidebar`, a form around all."""
        most = WRAPPER_SHARE * len(text_of(self.tree))
        named = (element for element in self.tree.iter(etree.Element) if is_furniture(element))
        return {element for element in named if element.tag in STRICT_TAGS or len(text_of(element)) < most}

    @cached_property
    def _own_address(self) -> str:
        return canonical_url(self.url)


def _reference_of(element: HtmlElement) -> str | None:
    """Give the address that an element leads to: a link's, one that its script opens, or that of a row to click."""
    href = (element.get("href") or "").strip() if element.tag == "a" else ""
    if href and not href.startswith("#") and not href.lower().startswith("javascript:"):
        return href
    script = f"{href} {element.get('onclick') or ''}"
    stated = next((value for name in STATED_ADDRESSES if (value := element.get(name))), None)
    match = SCRIPT_ADDRESS.search(script)
    holds_links = element.tag != "a" and element.find(".//a") is not None
    return stated or (match[1] if match and not holds_links else None)


def _stated_words(element: HtmlElement) -> str:
    """Give the words that a link without any states for those who do not see it."""
    return " ".join((element.get("aria-label") or element.get("title") or "").split())


def _parsed(html: str) -> HtmlElement:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return lxml_html.document_fromstring((html or "<p></p>").encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing but comments or white space
        return lxml_html.document_fromstring(b"<p></p>", parser=parser)
