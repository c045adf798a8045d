"""The titles of a list's rows: which words of a link, or of its row, are what an article is called."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.index_page import Anchor, text_of
from perilune.dates import dates_in

MIN_TITLE_CHARS = 18
MIN_CJK_TITLE_CHARS = 8
MIN_NAME_LETTERS = 4
MAX_TITLE_CHARS = 300
CJK = re.compile(r"[\u3400-\u9fff]")
LETTER = re.compile(r"[^\W\d_]")
FILE_WORDS = re.compile(r"\b(?:pdf|docx?|pptx?|xlsx?|zip|[kmg]?b|ko|mo|кб|мб)\b", re.IGNORECASE)
TITLE_WORD = re.compile(r"(?:^|[-_])(?:title|headline|heading|titre|zagolovok|tit|bt)(?:$|[-_])", re.IGNORECASE)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = ("td", "th", "p", "div", "span", "strong", "b", "li", "dd", "dt", *HEADINGS)
INLINE = frozenset({"a", "b", "i", "em", "strong", "span", "sup", "sub", "br", "img", "font", "small"})
ELLIPSIS = ("...", "…")
NUMERIC_DATE = r"[\[(（【]?\d{1,4}[-./年]\d{1,2}(?:[-./月]\d{1,4}日?)[\])）】]?"
DATE_AROUND = re.compile(rf"^{NUMERIC_DATE}[\s:：–—|-]+(?=\S)|(?<=\S)[\s:：–—|-]*{NUMERIC_DATE}$")
MOSTLY_DATED = 0.6
MIN_REPEATED = 2
REPEATED_SHARE = 0.3
SHORT_CHARS = 40

Rows = Mapping[Anchor, HtmlElement]


def titles_of(rows: Rows) -> dict[Anchor, str | None]:
    """Give each link of a list its title; None where neither link nor row has any words.

    A heading in the link or the link's own words come first. Where they are none, the row is read for what no other
    row says too.
    """
    generic = generic_words(rows)
    titles = {anchor: _title_in_link(anchor, generic) for anchor in rows}
    rest = [anchor for anchor, title in titles.items() if title is None]
    headings = {anchor: list(_headings_in(rows[anchor], anchor.element)) for anchor in rest}
    lines = {anchor: list(_lines_in(rows[anchor], anchor.element)) for anchor in rest}
    common = generic | _repeated([*headings[anchor], *lines[anchor]] for anchor in rest)
    for anchor in rest:
        titles[anchor] = _title_in_row(anchor, headings[anchor], lines[anchor], common)
    return _undated(titles)


def is_title(text: str | None) -> bool:
    """Tell whether words are long enough for a title."""
    least = MIN_CJK_TITLE_CHARS if text and CJK.search(text) else MIN_TITLE_CHARS
    return text is not None and least <= len(text)


def is_name(text: str | None) -> bool:
    """Tell whether words could name an article, though shorter than most titles: no number, symbol or kind of file."""
    words = [word for word in FILE_WORDS.sub("", text or "").split() if not re.search(r"\d", word) or CJK.search(word)]
    return len(LETTER.findall(" ".join(words))) >= MIN_NAME_LETTERS


def is_headed(anchor: Anchor) -> bool:
    """Tell whether a link is a heading, stands in one, or holds one."""
    is_inside = any(element.tag in HEADINGS for element in anchor.ancestors[:4])
    return is_inside or any(element.tag in HEADINGS for element in anchor.element.iterdescendants())


def is_headline(anchor: Anchor) -> bool:
    """Tell whether a link's own words are a title: long enough for one, or a heading's."""
    return is_title(anchor.text) or (is_name(anchor.text) and is_headed(anchor))


def title_rank(anchor: Anchor, generic: Container[str]) -> int:
    """Rank where a link's title comes from: 3 a heading, 2 its own words, 1 what it states unseen, 0 its row."""
    if not is_title(anchor.text) or _without_numbers(anchor.text) in generic:
        return 0
    if is_headed(anchor):
        return 3
    return 2 if text_of(anchor.element) else 1


def generic_words(anchors: Collection[Anchor]) -> frozenset[str]:
    """Find the words that many links of a list share, such as “Read more”: they are nobody's title."""
    urls = defaultdict(set)
    for anchor in anchors:
        urls[_without_numbers(anchor.text)].add(anchor.url)
    counts = Counter(_without_numbers(anchor.text) for anchor in anchors)
    least = max(MIN_REPEATED, REPEATED_SHARE * len(anchors))
    return frozenset(words for words, count in counts.items() if count >= least and len(urls[words]) > 1)


def _repeated(texts_of_rows: Iterable[Iterable[str]]) -> frozenset[str]:
    """Find the words that many rows say, such as a kind of document."""
    rows = [{_without_numbers(text) for text in texts} for texts in texts_of_rows]
    counts = Counter(words for row in rows for words in row)
    least = max(MIN_REPEATED, REPEATED_SHARE * len(rows))
    return frozenset(words for words, count in counts.items() if count >= least)


def _without_numbers(text: str) -> str:
    """Give words as they repeat: without sizes and counts, but the numbers of a bulletin are part of its title."""
    is_numbered_title = is_title(text) and not FILE_WORDS.search(text)
    return text.casefold() if is_numbered_title else re.sub(r"[\d.,]+", "0", text.casefold())


def _title_in_link(anchor: Anchor, generic: Container[str]) -> str | None:
    """Find a title in the link itself: a heading, one of the blocks of a card, or all its words."""
    has_own_words = bool(_spaced(anchor.element.text))
    blocks = [] if has_own_words else list(_lines_in(anchor.element, anchor.element))
    cards = blocks if len(blocks) > 1 else []
    candidates = (*_headings_in(anchor.element, anchor.element), *cards, _own_words(anchor.element))
    whole = (_whole(text, anchor.element) for text in candidates)
    return next((text for text in whole if _is_usable(text, generic)), None)


def _title_in_row(anchor: Anchor, headings: Iterable[str], lines: Iterable[str], common: Container[str]) -> str | None:
    """Find a title around a link that has none.

    A name that is too short for a title gives way to a heading, but to no other part of the row.
    """
    named = [text for text in headings if _without_numbers(text) not in common]
    own = _own_words(anchor.element)
    pictures = (_spaced(image.get("alt")) for image in anchor.element.iter("img"))
    unseen = (_spaced(anchor.element.get("title")), own, *pictures)
    candidates = (
        *(text for text in named if _is_usable(text, common)),
        anchor.text if _is_usable(anchor.text, common) else "",
        *(text for text in named if is_name(text)),
        own if is_name(own) and _without_numbers(own) not in common else "",
        *(text for text in lines if _is_usable(text, common)),
        *(text for text in unseen if _without_numbers(text) not in common),
    )
    title = next(filter(None, candidates), None)
    return title[:MAX_TITLE_CHARS] if title else None


def _own_words(link: HtmlElement) -> str:
    """Give a link's words without those of a date, or of another link, that stand in it as elements of their own."""
    words = text_of(link)
    for inner in link.iterdescendants(etree.Element):
        text = text_of(inner)
        if text and (inner.tag == "a" or _is_date(text)):
            words = words.replace(text, " ", 1)
    return _spaced(words)


def _is_date(text: str) -> bool:
    return len(text) < SHORT_CHARS and bool(dates_in(text))


def _is_usable(text: str, generic: Container[str]) -> bool:
    return is_title(text) and len(text) <= MAX_TITLE_CHARS and _without_numbers(text) not in generic


def _whole(text: str, element: HtmlElement) -> str:
    """Take the words that a link states unseen where those that it shows are cut."""
    stated = _spaced(element.get("title"))
    return stated if text.endswith(ELLIPSIS) and len(stated) >= len(text) - len("...") else text


def _headings_in(element: HtmlElement, link: HtmlElement) -> Iterator[str]:
    for inner in element.iterdescendants(etree.Element):
        names = (inner.get("class") or "").split()
        is_named = inner.tag in HEADINGS or any(TITLE_WORD.search(name) for name in names)
        if is_named and not _is_of_another_link(inner, link):
            yield from _lines_of(inner)


def _lines_in(row: HtmlElement, link: HtmlElement) -> Iterator[str]:
    """Give the lines of an element's smallest blocks, such as a table's cells, then its own words; dates are none."""
    for element in row.iterdescendants(*BLOCKS):
        is_small = all(child.tag in INLINE for child in element.iterdescendants(etree.Element))
        if is_small and not _is_of_another_link(element, link):
            yield from (line for line in _lines_of(element) if not _is_date(line))
    own = _spaced(" ".join([row.text or "", *(child.tail or "" for child in row)]))
    if own and not _is_date(own):
        yield own


def _is_of_another_link(element: HtmlElement, link: HtmlElement) -> bool:
    """Tell whether an element's words are mostly those of a link to elsewhere: then they are that link's title."""
    others = (other for other in (*element.iterancestors("a"), *element.iter("a")) if other is not link)
    elsewhere = [other for other in others if _leads_elsewhere(other, link)]
    return any(2 * len(text_of(other)) >= len(text_of(element)) for other in elsewhere)


def _leads_elsewhere(other: HtmlElement, link: HtmlElement) -> bool:
    address = other.get("href") or "#"
    return not address.startswith(("#", "javascript:")) and address != link.get("href")


def _lines_of(element: HtmlElement) -> list[str]:
    """Split an element's words at its line breaks."""
    lines = [""]
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start" and inner.tag == "br":
            lines.append("")
        if event == "start":
            lines[-1] += f" {inner.text or ''}"
        elif inner is not element:
            lines[-1] += f" {inner.tail or ''}"
    return [line for line in map(_spaced, lines) if line]


def _spaced(text: str | None) -> str:
    return " ".join((text or "").split())


def _undated(titles: Mapping[Anchor, str | None]) -> dict[Anchor, str | None]:
    """Take off the dates that most titles of a list begin or end with: they are the list's, and no words of titles."""
    shorn = {anchor: DATE_AROUND.sub("", title) if title else title for anchor, title in titles.items()}
    changed = sum(1 for anchor, title in titles.items() if shorn[anchor] != title)
    return shorn if changed >= MOSTLY_DATED * len(titles) else dict(titles)
