"""The further pages of a list: addresses like the list's own but for a number, and what words or a pager call one.

Also where only a script writes the links (the TRS system of gov.cn sites). What is named may have been visited before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.discovery.index_page import Anchor, IndexPage
from perilune.urls import canonical_url, site_of

NEXT_WORDS = re.compile(
    r"^\W*(?:(?:go to )?(?:the )?next(?: page)?|older(?: \w+)?|earlier(?: \w+)?|下一?[页頁]|后一页|"
    r"(?:page )?suivante?s?|(?:articles |actualités )?plus anciens|следующ\w*(?: \w+)?|впер[её]д|siguiente|"
    r"nächste(?: seite)?)\W*$",
    re.IGNORECASE,
)
ARCHIVE_WORDS = re.compile(
    r"^\W*(?:(?:news |press )?archives?|"
    r"(?:view |see |show |browse )?all(?: the| our)?"
    r"(?: (?:news|press|latest))*(?: (?:releases|articles|stories|updates))?|"
    r"(?:toutes les )?archives(?: \w+)?|(?:voir )?toutes les actualités|архив(?: новостей)?|"
    r"(?:смотреть )?все новости|往期\w*|历史\w*)\W*$",
    re.IGNORECASE,
)
MORE_WORDS = re.compile(
    r"^\W*(?:(?:load |show |view )?more(?: \w+)?|加载更多|查看更多|更多|(?:voir|afficher) plus|далее|дальше|ещё|еще|"
    r"(?:показать|загрузить) ещ[её]|weiter)\W*$",
    re.IGNORECASE,
)
NEXT_SIGNS = frozenset({"»", ">", ">>", "›", "→", "≫", "▶", "►", "⟩"})
NEXT_NAME = re.compile(r"(?:^|[-_\s])(?:next|older|suivante?)(?:$|[-_\s])", re.IGNORECASE)
PAGER_NAME = re.compile(
    r"(?:^|[-_\s])(?:pag(?:e|es|er|ers|ing|ination|inator|enav\w*)|nav-?links)(?:$|[-_\s])", re.IGNORECASE
)
PAGER_LEVELS = 3
MIN_BELOW = 4
NUMBER = re.compile(r"^\W*(?:page|p\.|стр\.?|страница|第)?\s*\d{1,3}\s*页?\W*$", re.IGNORECASE)
YEAR_WORDS = re.compile(r"^\D{0,16}(?P<year>(?:19|20)\d\d)\D{0,8}$")
PAGE_PART = re.compile(
    r"^/?(?:(?:page|p|seite|str|list|index)[-_/]?)?(?P<number>\d+)/?(?:\.\w{2,5})?$",
    re.IGNORECASE,
)
OPTION = re.compile(r"<option[^>]+value=[\"']?([^\"'\s>]+)[\"']?[^>]*>\s*\W*\d{1,3}\W*\s*<", re.IGNORECASE)
COUNTED_PAGES = re.compile(r"\b(?:countPage|totalPages?|pageCount)\s*=\s*['\"]?(?P<count>\d+)")
CURRENT_PAGE = re.compile(r"\b(?:currentPage|curPage|pageIndex)\s*=\s*['\"]?(?P<current>\d+)")
NUMBERED_FILE = re.compile(r"['\"](?:\./)?(?P<name>\w+)_['\"]\s*\+[^;]{1,80}?\+\s*['\"]\.(?P<extension>s?html?)['\"]")
LAST_NUMBER = re.compile(r"[-_]?\d{1,4}(?=\.\w{2,5}$)")
TRS_PAGES = re.compile(
    r"createPageHTML\w*\s*\(\s*['\"]?(?:[\w-]+['\"]?\s*,\s*)?(?P<count>\d+)\s*,\s*(?P<current>\d+)\s*,\s*"
    r"['\"](?P<name>[\w-]+)['\"]\s*,\s*['\"](?P<extension>s?html?)['\"]",
)


def next_page_of(page: IndexPage, html: str) -> str | None:
    """Give the most likely next page of a list; None on its last one, or where there is but one."""
    return next(iter(further_pages_of(page, html)), None)


def further_pages_of(page: IndexPage, html: str) -> list[str]:
    """Name the other pages of a list, the next one first; `html` is the page as it came."""
    own = canonical_url(page.url)
    named = (*_by_relation(page), *_by_words(page), *_by_script(page, html), *_by_numbers(page))
    return list(dict.fromkeys(address for address in named if site_of(address) == site_of(own) and address != own))


def _by_relation(page: IndexPage) -> Iterator[str]:
    for element in page.tree.iter("link", "a"):
        is_next = "next" in (element.get("rel") or "").lower().split()
        if is_next and (address := page.resolved(element.get("href") or "")):
            yield address


def _by_words(page: IndexPage) -> Iterator[str]:
    """Find what words call the next page. Those that may also lead to an article or a section need a number besides."""
    counting = {parent for anchor in _counted(page) for parent in anchor.ancestors[:PAGER_LEVELS]}
    for anchor in page.anchors:
        words = words_of(anchor)
        around = anchor.ancestors[:PAGER_LEVELS]
        is_next = bool(NEXT_WORDS.match(words)) or bool(NEXT_NAME.search(_names_of(anchor.element)))
        is_sign = words in NEXT_SIGNS or bool(MORE_WORDS.match(words))
        is_in_pager = not counting.isdisjoint(around) or any(PAGER_NAME.search(_names_of(each)) for each in around)
        is_archive = bool(ARCHIVE_WORDS.match(words)) and (
            _is_below(anchor.url, page.url) or _is_above_many(anchor.url, page)
        )
        is_near = is_in_pager or _is_below(anchor.url, page.url)
        if (is_next and is_near) or ((is_next or is_sign) and is_page_of(anchor.url, page.url)) or is_archive:
            yield anchor.url


def _names_of(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _by_numbers(page: IndexPage) -> Iterator[str]:
    """Find numbered pages in their order, and pages of years from the newest on."""
    pages, years = {}, {}
    counted = _counted(page)
    for anchor in page.anchors:
        if match := YEAR_WORDS.match(anchor.text):
            is_near = _is_below(anchor.url, page.url) or _is_beside(anchor.url, page.url)
            is_named = match["year"] in anchor.url and is_near
            if is_named or is_page_of(anchor.url, page.url):
                years[anchor.url] = -int(match["year"])
        elif NUMBER.match(anchor.text) and (anchor in counted or is_page_of(anchor.url, page.url)):
            pages[anchor.url] = int(re.sub(r"\D", "", anchor.text))
    yield from (*sorted(pages, key=pages.__getitem__), *sorted(years, key=years.__getitem__))


def _counted(page: IndexPage) -> set[Anchor]:
    """Find links that count pages by their words, whatever their addresses: 2, 3, 4 at one place, and no calendar."""
    at_place: defaultdict[tuple[str, ...], dict[int, Anchor]] = defaultdict(dict)
    for anchor in page.anchors:
        if NUMBER.match(anchor.text) and not any(element.tag == "table" for element in anchor.ancestors):
            at_place[anchor.path].setdefault(int(re.sub(r"\D", "", anchor.text)), anchor)
    rows = (place for place in at_place.values() if {1, 2} <= place.keys() or {2, 3} <= place.keys())
    return {anchor for place in rows for anchor in place.values()}


def words_of(anchor: Anchor) -> str:
    """Give a link's words, or its picture's text."""
    pictures = (image.get("alt") for image in anchor.element.iter("img"))
    return anchor.text or next(filter(None, pictures), "").strip()


def _by_script(page: IndexPage, html: str) -> Iterator[str]:
    """Find pages that only a script links to, or that a list to choose from names."""
    if match := TRS_PAGES.search(html):
        if int(match["current"]) + 1 < int(match["count"]):
            yield _numbered(page, match["name"], int(match["current"]) + 1, match["extension"])
    elif (count := COUNTED_PAGES.search(html)) and (file := NUMBERED_FILE.search(html)):
        current = CURRENT_PAGE.search(html)
        following = int(current["current"]) + 1 if current else 1
        if following < int(count["count"]):
            yield _numbered(page, file["name"], following, file["extension"])
    options = (page.resolved(unescape(value)) for value in OPTION.findall(html))
    yield from (address for address in options if address and is_page_of(address, page.url))


def _numbered(page: IndexPage, name: str, number: int, extension: str) -> str:
    return canonical_url(urljoin(page.url, f"{name}_{number}.{extension}"))


def is_page_of(address: str, home: str) -> bool:
    """Tell whether an address is another page of the list at `home`: the same but for a number."""
    one, other = urlsplit(canonical_url(address)), urlsplit(canonical_url(home))
    if site_of(address) != site_of(home) or one == other:
        return False
    if _folder(one.path) == _folder(other.path):
        return one.query != other.query and _is_numbered(one.query, other.query)
    if one.query != other.query:
        return False
    return _differ_by_number(one.path, other.path)


def _is_below(address: str, home: str) -> bool:
    """Tell whether an address lies below the list's own, or is the list with other parameters."""
    one, other = urlsplit(canonical_url(address)), urlsplit(canonical_url(home))
    return site_of(address) == site_of(home) and one != other and one.path.startswith(_folder(other.path))


def _is_beside(address: str, home: str) -> bool:
    """Tell whether an address lies in the list's own folder, such as an archive beside it."""
    one, other = (urlsplit(canonical_url(each)).path.rpartition("/")[0] for each in (address, home))
    return site_of(address) == site_of(home) and one == other and len(other) > 1


def _is_above_many(address: str, page: IndexPage) -> bool:
    """Tell whether many of the page's links lie below an address, or are the same page with other parameters."""
    path = _folder(urlsplit(address).path)
    below = {
        anchor.url
        for anchor in page.anchors
        if site_of(anchor.url) == site_of(address) and f"{_folder(urlsplit(anchor.url).path)}/".startswith(f"{path}/")
    }
    return len(path) > 1 and len(below - {address}) >= MIN_BELOW


def _folder(path: str) -> str:
    return re.sub(r"/(?:index|default)\.\w+$", "", path).rstrip("/")


def _is_numbered(query: str, home: str) -> bool:
    """Tell whether a query says what the list's own says, and a number besides or another number."""
    pairs, own = set(filter(None, query.split("&"))), set(filter(None, home.split("&")))
    names = {pair.partition("=")[0] for pair in pairs}
    is_kept = all(pair.partition("=")[0] in names and pair[-1:].isdigit() for pair in own - pairs)
    return is_kept and any(re.search(r"\d|TRUE", pair.partition("=")[2]) for pair in pairs - own)


def _differ_by_number(path: str, home: str) -> bool:
    """Compare paths: below the list's own address, beside it, or with another number in the same place."""
    stem = re.sub(r"\.\w{2,5}$", "", _folder(home))
    last = _folder(home).rpartition("/")[2]
    is_alike = re.sub(r"\d+", "0", path) == re.sub(r"\d+", "0", home) and bool(re.search(r"\d", last))
    is_numbered = LAST_NUMBER.sub("", path) == LAST_NUMBER.sub("", home) != path
    return is_alike or is_numbered or any(_goes_on(path, start) for start in (stem, _without_page(stem)))


def _goes_on(path: str, start: str) -> bool:
    rest = path.removeprefix(start) if path.startswith(start) else ""
    return bool(rest) and rest[0] in "/_-,.;~" and PAGE_PART.match(rest[1:]) is not None


def _without_page(stem: str) -> str:
    """Leave out the page's own number, so that page 2 leads on to page 3."""
    return re.sub(r"(?:/(?:page|p)/?|[/_-](?:index|list|page)?_?)\d{1,3}$", "", stem, flags=re.IGNORECASE)
