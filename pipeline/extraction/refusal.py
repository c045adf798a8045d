"""Why a page that has words is no article: a list of other pages, a player without a text, an empty shell.

A list is refused only where hardly any running text stands outside its rows and several marks agree that it is one:
a refused article is news lost, a list let through is a row too many. Gates and soft errors are `perilune.verdicts`'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from models.vocabulary import PassageKind
from pipeline.extraction.listing import Listing, listing_of, unlisted_weight, weight_of, words_of
from pipeline.extraction.refusal_words import (
    ARTICLE_ADDRESS,
    LIST_ADDRESS,
    LIST_CLASSES,
    LIST_TITLE,
    LIST_TYPES,
    NEXT_PAGE,
    PAGER_CLASS,
    PLAYER,
    SCRIPT_NEEDED,
)
from pipeline.values import Block

INDEX, TAG, CATEGORY, AUTHOR, SEARCH = "index page", "tag page", "category page", "author page", "search results"
VIDEO, GALLERY = "video page", "picture gallery"
REDIRECT, SHELL, VIEWER, PRINTING = "redirect page", "page without text", "document viewer", "print dialog"
EMPTY_REASONS = frozenset({REDIRECT, SHELL, VIEWER, PRINTING})

REFRESH = "//meta[translate(@http-equiv, 'REFSH', 'refsh')='refresh'][contains(@content, '=')]"
VIEWER_FRAME = (
    "//*[self::iframe or self::embed or self::object or self::frame]"
    "[contains(concat(@src, @data, @type), 'pdf') or contains(concat(@src, @data), 'viewer')]"
)

MIN_ROWS = 5
MIN_FEW_ROWS = 3
MANY_ROWS = 12
MANY_LINKS = 25
MORE_ROWS = 8
LEAST_MARKS = 2
MAX_NO_TEXT_WEIGHT = 60
MAX_OWN_WEIGHTS = (MAX_NO_TEXT_WEIGHT, 160, 300, 450)
MIN_RUN_WEIGHT = 40
MAX_NOTICE_WEIGHT = 160
MAX_NOTICES = 20
MAX_NOTICE_CHARS = 2_000
MAX_CAPTION_WEIGHT = 220
MAX_CAPTION_SENTENCES = 2
MIN_PICTURES = 5
FULL_TEXT_WEIGHT = 450
TEASER_WEIGHT = 120
LINKED_SHARE = 0.7
MOST = 0.6
MAX_LIST_ARTICLES = 2
LONG_TITLE_WEIGHT = 45
ENOUGH_TEXT_WEIGHT = 800
TITLE_SEPARATOR = re.compile(r"\s*[_|·»«]+\s*|\s+[-–—:]+\s+|[-—]+(?=[\u3400-\u9fff])")
SENTENCE_END = re.compile(r"[.!?。！？…](?:\s|$|[\"'”»])")
ARTICLE_KIND = re.compile(r"Article$|Posting$|^Report$|Event$")
KIND_OF_TYPE = {"SearchResultsPage": SEARCH, "ProfilePage": AUTHOR}
KIND_OF_CLASS = {"tag": TAG, "category": CATEGORY, "author": AUTHOR, "search": SEARCH, "search-results": SEARCH}
KIND_OF_ADDRESS = (
    (re.compile(r"/tags?/|[?&]tag=|/mot\d+|/topics?/", re.IGNORECASE), TAG),
    (re.compile(r"/categor(?:y|ies|ie)/|/rubri(?:c|que)s?/|[?&]cat=", re.IGNORECASE), CATEGORY),
    (re.compile(r"/(?:authors?|auteurs?|avtor)/|[?&]author=", re.IGNORECASE), AUTHOR),
    (re.compile(r"/search(?:/|\.|$)|/recherche|[?&](?:s|q|query|keyword|search)=", re.IGNORECASE), SEARCH),
)


@dataclass(frozen=True)
class PageParts:
    """What is known of a page when its text has been read; `objects` are its JSON-LD, `metas` by lower-case name."""

    tree: HtmlElement
    blocks: Sequence[Block]
    title: str
    url: str
    objects: Sequence[Mapping[str, object]]
    metas: Mapping[str, str]

    @cached_property
    def types(self) -> list[str]:
        """List the schema.org types of what the page describes, without their namespace."""
        kinds = [kind for item in self.objects for kind in _listed(item.get("@type"))]
        return [str(kind).rpartition("/")[2] for kind in kinds]

    @cached_property
    def text_weight(self) -> int:
        """Weigh the text that was extracted, without its headings."""
        return sum(weight_of(block.text) for block in self.blocks if block.kind is not PassageKind.HEADING)

    @cached_property
    def is_marked_article(self) -> bool:
        """Tell whether the page says of itself, and not of what it lists, that it is an article."""
        articles = [kind for kind in self.types if ARTICLE_KIND.search(kind)]
        if 0 < len(articles) <= MAX_LIST_ARTICLES or "article:published_time" in self.metas:
            return True
        named = self.metas.get("articletitle") or self.metas.get("citation_title")
        return bool(named) or bool(self.tree.xpath("//*[contains(@itemprop, 'articleBody')][1]"))

    @cached_property
    def classes(self) -> frozenset[str]:
        """Give the class names of the body, by which content systems name a page's kind."""
        return frozenset(str(self.tree.xpath("string(//body/@class)")).lower().split())


def reason_against(page: PageParts) -> str | None:
    """Say in a few words what a page is instead of an article; None for articles and for all that is in doubt."""
    if page.is_marked_article and page.text_weight >= ENOUGH_TEXT_WEIGHT and not page.classes & LIST_CLASSES:
        return None
    listing = listing_of(page.tree, page.url)
    return _reason_if_empty(page, listing) or _reason_if_list(page, listing) or _reason_if_shown(page, listing)


def is_refused(reason: str | None, *, is_standing: bool) -> bool:
    """Tell whether a reason counts: standing pages are watched for what they list, so only empty ones do not."""
    return reason is not None and (not is_standing or reason in EMPTY_REASONS)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []


def _reason_if_empty(page: PageParts, listing: Listing) -> str | None:
    if listing.own_weight + page.text_weight > 2 * MAX_NOTICE_WEIGHT or len(listing.rows) >= MIN_ROWS:
        return None
    words = _shown_words(page.tree)
    if weight_of(words) > 2 * MAX_NOTICE_WEIGHT:
        return None
    if page.tree.xpath(REFRESH):
        return REDIRECT
    if page.tree.xpath(VIEWER_FRAME):
        return VIEWER
    return _kind_of_shell(page.tree, words) if weight_of(words) <= MAX_NOTICE_WEIGHT else None


def _kind_of_shell(tree: HtmlElement, words: str) -> str | None:
    notices = " ".join(map(words_of, islice(tree.iter("noscript"), MAX_NOTICES)))
    if SCRIPT_NEEDED.search(f"{words} {notices[:MAX_NOTICE_CHARS]}"):
        return SHELL
    return PRINTING if "window.print(" in "".join(tree.xpath("//script/text() | //@onload")) else None


def _shown_words(tree: HtmlElement) -> str:
    """Give the words that a page shows."""
    texts = tree.xpath(
        "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]"
    )
    return " ".join(" ".join(texts).split())


def _reason_if_list(page: PageParts, listing: Listing) -> str | None:
    """Weigh the marks of a list against the running text beside it: the more text, the more marks are needed."""
    own = _own_weight(page, listing)
    if own > MAX_OWN_WEIGHTS[-1] or _has_full_texts(page, listing):
        return None
    is_named, is_known = _is_named_list(page), _is_known_list(page)
    if len(listing.rows) < (MIN_FEW_ROWS if is_named or is_known else MIN_ROWS):
        return _kind_of_list(page) if _is_bare_list(page, listing, own) else None
    marks = _mark_count(page, listing) + 2 * is_named - _article_mark_count(page)
    if own > MAX_NO_TEXT_WEIGHT and not (is_named or is_known):
        return None
    is_programme = any(row.has_clock for row in listing.rows) and not listing.days
    least = LEAST_MARKS + is_programme - (own == 0 and len(listing.rows) >= MORE_ROWS and not listing.is_table)
    needed = next((least + place for place, limit in enumerate(MAX_OWN_WEIGHTS) if own <= limit), None)
    return _kind_of_list(page) if needed is not None and marks >= needed else None


def _has_full_texts(page: PageParts, listing: Listing) -> bool:
    """Tell rows that may be read for themselves: releases in full, a round-up that says a paragraph of each."""
    excerpts = sorted(row.excerpt_weight for row in listing.rows) or [0]
    median = excerpts[len(excerpts) // 2]
    has_days = listing.share(sum(bool(row.day) for row in listing.rows)) >= MOST
    has_more = listing.share(sum(row.has_more for row in listing.rows)) >= MOST
    is_teaser = has_days or has_more or _is_named_list(page) or _is_known_list(page)
    return median > (FULL_TEXT_WEIGHT if is_teaser else TEASER_WEIGHT)


def _own_weight(page: PageParts, listing: Listing) -> int:
    """Weigh the running text outside rows: what the page shows, or what was extracted if that is more."""
    if listing.own_weight > MAX_OWN_WEIGHTS[-1]:
        return listing.own_weight
    texts = [block.text for block in page.blocks if block.kind is not PassageKind.HEADING]
    total = 0
    for text in texts:
        weight = unlisted_weight(text, listing) if SENTENCE_END.search(text) else 0
        total += weight if weight >= MIN_RUN_WEIGHT else 0
        if total > MAX_OWN_WEIGHTS[-1]:
            break
    return max(total, listing.own_weight)


def _is_named_list(page: PageParts) -> bool:
    return bool(page.classes & LIST_CLASSES) or bool(LIST_TYPES & set(page.types))


def _is_known_list(page: PageParts) -> bool:
    return _has_list_address(page) or _has_list_title(page)


def _has_list_address(page: PageParts) -> bool:
    parts = urlsplit(page.url)
    return parts.path in ("", "/") or bool(LIST_ADDRESS.search(f"{parts.path}?{parts.query}"))


def _has_list_title(page: PageParts) -> bool:
    return bool(LIST_TITLE.search(page.title) or LIST_TITLE.search(TITLE_SEPARATOR.split(page.title)[0]))


def _mark_count(page: PageParts, listing: Listing) -> int:
    """Count what speaks for a list: dates, `read more`, headings that lead away, further pages, names, links."""
    rows = listing.rows
    return sum(
        (
            listing.share(sum(bool(row.day) for row in rows)) >= MOST and len(listing.days) > 1,
            listing.share(sum(row.has_more for row in rows)) >= MOST,
            listing.share(sum(row.is_headed for row in rows)) >= MOST,
            _has_further_pages(page.tree),
            _has_list_address(page),
            _has_list_title(page),
            listing.link_share >= LINKED_SHARE,
            len(rows) >= MANY_ROWS,
        )
    )


def _article_mark_count(page: PageParts) -> int:
    """Count what speaks for an article: its markup, its own type, its address, a title that is a sentence."""
    is_own_title = weight_of(page.title) >= LONG_TITLE_WEIGHT and not _has_list_title(page)
    return sum(
        (
            2 * page.is_marked_article,
            page.metas.get("og:type", "").lower() == "article",
            bool(ARTICLE_ADDRESS.search(urlsplit(page.url).path)),
            is_own_title,
        )
    )


def _has_further_pages(tree: HtmlElement) -> bool:
    """Tell a list's pager; a pager of one article's parts, or a link to the next article, is none."""
    if tree.xpath("//link[@rel='next'] | //a[contains(concat(' ', @rel, ' '), ' next ')]"):
        return True
    for holder in tree.iter("div", "ul", "nav", "p", "span", "td", "ol"):
        if PAGER_CLASS.search(f"{holder.get('class', '')} {holder.get('id', '')}"):
            return True
    links = [words_of(link) for link in tree.iter("a")]
    return {"2", "3"} <= set(links) or any(NEXT_PAGE.fullmatch(words) for words in links)


def _kind_of_list(page: PageParts) -> str:
    """Name a list by its schema.org type, else by its body's classes, else by its address."""
    for kinds, names in ((KIND_OF_TYPE, page.types), (KIND_OF_CLASS, sorted(page.classes))):
        found = next((kinds[name] for name in names if name in kinds), None)
        if found:
            return found
    return next((kind for pattern, kind in KIND_OF_ADDRESS if pattern.search(page.url)), INDEX)


def _is_bare_list(page: PageParts, listing: Listing, own_weight: int) -> bool:
    """Tell a page without a sentence of its own: a map of the site, a calendar, a front page with two links."""
    is_front = urlsplit(page.url).path in ("", "/")
    if own_weight > (MAX_OWN_WEIGHTS[1] if is_front else 0):
        return False
    if _article_mark_count(page) or any(block.kind is PassageKind.TABLE for block in page.blocks):
        return False
    is_map = listing.link_count >= MANY_LINKS and listing.link_share >= LINKED_SHARE
    return is_map or (listing.link_count >= MIN_FEW_ROWS and (is_front or _is_named_list(page)))


def _reason_if_shown(page: PageParts, listing: Listing) -> str | None:
    """Tell a player or pictures with no more than a caption."""
    texts = [block.text for block in page.blocks if block.kind is not PassageKind.HEADING and block.text != page.title]
    if listing.own_weight > MAX_CAPTION_WEIGHT or page.text_weight > MAX_OWN_WEIGHTS[-1] + MAX_CAPTION_WEIGHT:
        return None
    said = max(listing.own_weight, sum(unlisted_weight(text, listing) for text in texts))
    sentence_count = sum(len(SENTENCE_END.findall(text)) for text in texts)
    if said > MAX_CAPTION_WEIGHT or sentence_count > MAX_CAPTION_SENTENCES:
        return None
    is_text = any(ARTICLE_KIND.search(kind) for kind in page.types)
    is_marked = "VideoObject" in page.types or page.metas.get("og:type", "").startswith("video")
    sources = " ".join(page.tree.xpath("//iframe/@src | //embed/@src | //video/@src | //video/source/@src"))
    has_player = bool(page.tree.xpath("//video")) or bool(PLAYER.search(sources))
    if not is_text and (is_marked or has_player):
        return VIDEO
    pictures = page.tree.xpath(
        "//body//img[not(ancestor::nav or ancestor::header or ancestor::footer or ancestor::aside)]"
    )
    is_gallery = "ImageGallery" in page.types or (len(pictures) >= MIN_PICTURES and said <= MAX_NOTICE_WEIGHT // 2)
    return GALLERY if is_gallery and not page.is_marked_article and not listing.rows else None
