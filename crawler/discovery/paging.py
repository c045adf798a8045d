"""The next page of a list: by its relation, its words, or its number; also where only a script writes the links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

from crawler.discovery.index_page import IndexPage
from perilune.urls import canonical_url, site_of

NEXT_WORDS = re.compile(
    r"^\W*(?:next(?: page)?|older(?: posts| entries| news)?|more (?:news|results)|下一?[页頁]|后一页|下页|"
    r"suivante?s?|page suivante|articles plus anciens|следующ\w*|далее|вперед|вперёд|дальше|siguiente|weiter|"
    r"nächste)\W*$",
    re.IGNORECASE,
)
NEXT_SIGNS = frozenset({"»", ">", ">>", "›", "→", "→ "})
NEXT_CLASS = re.compile(r"(?:^|[-_\s])next(?:$|[-_\s])", re.IGNORECASE)
PAGE_PARAMETER = re.compile(
    r"^(?:page|p|pg|paged|pagenum|page_?no|pageindex|curpage|pagen_\d+|start|offset|debut_\w+|from|begin)$",
    re.IGNORECASE,
)
PAGE_IN_PATH = re.compile(
    r"(?P<before>/(?:page|p|seite|str|страница)[/_-]?|[/_-](?:index|list|node)_)(?P<number>\d+)(?P<after>/?(?:\.\w+)?)$",
    re.IGNORECASE,
)
TRS_PAGES = re.compile(
    r"createPageHTML\w*\s*\(\s*['\"]?(?:[\w-]+['\"]?\s*,\s*)?(?P<count>\d+)\s*,\s*(?P<current>\d+)\s*,\s*"
    r"['\"](?P<name>[\w-]+)['\"]\s*,\s*['\"](?P<extension>s?html?)['\"]",
)
FIRST_NUMBER = 1


def next_page_of(page: IndexPage, html: str) -> str | None:
    """Give the address of the list's next page; None on its last one, or where there is but one.

    `html` is the page as it came, for lists whose page links are written by a script (the TRS system of gov.cn sites).
    """
    for address in (*_by_relation(page), *_by_words(page), *_by_number(page), *_by_script(page, html)):
        if site_of(address) == site_of(page.url) and address != canonical_url(page.url):
            return address
    return None


def _by_relation(page: IndexPage) -> Iterator[str]:
    for element in page.tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split() and (
            address := page.resolved(element.get("href") or "")
        ):
            yield address


def _by_words(page: IndexPage) -> Iterator[str]:
    for anchor in page.anchors:
        words = anchor.text or (anchor.element.get("title") or anchor.element.get("aria-label") or "").strip()
        names = " ".join(
            filter(None, (anchor.element.get("class"), *(each.get("class") for each in anchor.ancestors[:1])))
        )
        is_next = bool(NEXT_WORDS.match(words)) or words.strip() in NEXT_SIGNS or bool(NEXT_CLASS.search(names))
        if is_next and page_number_of(anchor.url) is not None:
            yield anchor.url


def _by_number(page: IndexPage) -> Iterator[str]:
    """Find the link whose words are the number after the present page's, and whose address carries a page's number."""
    present = page_number_of(page.url)
    following = sorted(
        (int(anchor.text), anchor.url)
        for anchor in page.anchors
        if re.fullmatch(r"\d{1,3}", anchor.text) and page_number_of(anchor.url) is not None
    )
    shown = [number for number, _ in following]
    for number, address in following:
        is_after = number == _present_number(present, shown) + 1
        if is_after:
            yield address


def _present_number(present: int | None, shown: list[int]) -> int:
    """Guess which page this is: the number missing among those that are links."""
    missing = [number for number in range(FIRST_NUMBER, max(shown, default=FIRST_NUMBER)) if number not in shown]
    if present is None:
        return FIRST_NUMBER
    return missing[0] if len(missing) == 1 else present


def _by_script(page: IndexPage, html: str) -> Iterator[str]:
    match = TRS_PAGES.search(html)
    if match and int(match["current"]) + 1 < int(match["count"]):
        name = f"{match['name']}_{int(match['current']) + 1}.{match['extension']}"
        yield canonical_url(urljoin(page.url, name))


def page_number_of(address: str) -> int | None:
    """Read which page of a list an address means, in whatever the site counts by; None where it says nothing."""
    parts = urlsplit(address)
    for name, value in parse_qsl(parts.query):
        if PAGE_PARAMETER.match(name) and value.isdigit():
            return int(value)
    match = PAGE_IN_PATH.search(parts.path)
    return int(match["number"]) if match else None
