"""Reading listing pages and document libraries: which links are articles, with the title and date beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from crawler.found import FoundLink, joined
from perilune.dates import PartialDate, WitnessKind, dates_in
from perilune.urls import is_web_address, site_of

DOCUMENT = re.compile(r"\.(pdf|pptx|docx)$", re.IGNORECASE)
NAVIGATION = {"nav", "header", "footer", "aside", "form"}
MIN_TITLE_CHARS = 18
MIN_CJK_TITLE_CHARS = 8
MAX_ROW_CHARS = 600
CJK = re.compile(r"[\u3400-\u9fff]")


def links_in_listing(html: str, url: str, *, has_pattern: bool) -> list[FoundLink]:
    """Find links to articles in reading order.

    With a pattern of the source's own to choose by (`has_pattern`) every link is offered; without one only links on
    the same site whose text is as long as a title's and that stand outside menus.
    """
    return [
        found
        for anchor, found in _anchors(html, url)
        if has_pattern or (_looks_like_a_title(found.title) and not _is_navigation(anchor) and _is_on_site(found, url))
    ]


def links_to_documents(html: str, url: str) -> list[FoundLink]:
    """Find links to PDF and office files."""
    return [found for _, found in _anchors(html, url) if DOCUMENT.search(urlsplit(found.url).path)]


def _anchors(html: str, url: str) -> Iterator[tuple[HtmlElement, FoundLink]]:
    if not html.strip():
        return
    try:
        tree = lxml_html.document_fromstring(html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # nothing but comments or white space
        return
    stated = tree.find(".//base")
    base = url if stated is None else joined(url, stated.get("href") or "")
    for anchor in tree.iter("a"):
        target = joined(base, anchor.get("href") or "")
        if is_web_address(target) and target.split("#")[0] != url:
            published = _date_beside(anchor)
            witness = WitnessKind.LISTING if published else None
            yield anchor, FoundLink(target, _title_of(anchor), published, witness)


def _title_of(anchor: HtmlElement) -> str | None:
    shown = " ".join(anchor.text_content().split())
    stated = " ".join((anchor.get("title") or "").split())
    title = stated if shown.endswith(("...", "…")) and len(stated) > len(shown) else shown or stated
    return title or None


def _date_beside(anchor: HtmlElement) -> PartialDate | None:
    """Find the one date that stands in the link's own row: its smallest enclosing element with more text."""
    row = anchor
    while (parent := row.getparent()) is not None and parent.tag not in {"body", "html", "table", "ul", "ol"}:
        row = parent
        if len(row.findall(".//a")) > 2:  # noqa: PLR2004 - a picture link and a title link are one row
            return None
        text = " ".join(row.text_content().split())
        if len(text) > MAX_ROW_CHARS:
            return None
        days = {date for date, _, _ in dates_in(text) if date.day is not None}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def _looks_like_a_title(title: str | None) -> bool:
    least = MIN_CJK_TITLE_CHARS if title and CJK.search(title) else MIN_TITLE_CHARS
    return title is not None and len(title) >= least


def _is_navigation(anchor: HtmlElement) -> bool:
    return any(ancestor.tag in NAVIGATION for ancestor in anchor.iterancestors())


def _is_on_site(found: FoundLink, url: str) -> bool:
    return site_of(found.url) == site_of(url)
