"""A link's row in a list: the title that the row gives it, and the date that stands there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.discovery.index_page import (
    MONTHS_FIRST,
    SLASHED,
    Anchor,
    following_text,
    headings_before,
    preceding_siblings_text,
    text_of,
)
from crawler.found import FoundLink
from perilune.dates import PartialDate, WitnessKind, dates_in

MIN_TITLE_CHARS = 18
MIN_CJK_TITLE_CHARS = 8
MAX_ROW_CHARS = 1500
MAX_TITLE_CHARS = 300
CJK = re.compile(r"[\u3400-\u9fff]")
TITLE_WORD = re.compile(r"(?:^|[-_])(?:title|headline|heading|titre|zagolovok|tit|bt)(?:$|[-_])", re.IGNORECASE)
DATE_WORD = re.compile(r"date|time|day|publish|created|posted|meta", re.IGNORECASE)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
ELLIPSIS = ("...", "…")
ADDRESS_DATE = re.compile(
    r"(?<!\d)(?P<year>20[0-4]\d|199\d)[-/_]?(?P<month>0[1-9]|1[0-2])[-/_]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)
SHORT_YEAR = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d\d)(?![\d.])")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
DAY_MONTH = re.compile(r"(?<![\d.])(\d{1,2})[-/.](\d{1,2})(?![\d.])")
MIN_REPEATED = 2
REPEATED_SHARE = 0.3
SHORT_CHARS = 40
INLINE = frozenset({"a", "b", "i", "em", "strong", "span", "sup", "sub", "br", "img", "font", "small"})


def is_title(text: str | None) -> bool:
    """Tell whether words are long enough for a title."""
    least = MIN_CJK_TITLE_CHARS if text and CJK.search(text) else MIN_TITLE_CHARS
    return text is not None and least <= len(text)


def generic_words(anchors: Sequence[Anchor]) -> frozenset[str]:
    """Find the words that many links of a list share, such as “Read more”: they are nobody's title."""
    counts = Counter(_without_numbers(anchor.text) for anchor in anchors)
    urls = defaultdict(set)
    for anchor in anchors:
        urls[_without_numbers(anchor.text)].add(anchor.url)
    least = max(MIN_REPEATED, REPEATED_SHARE * len(anchors))
    return frozenset(words for words, count in counts.items() if count >= least and len(urls[words]) > 1)


def _without_numbers(text: str) -> str:
    return re.sub(r"[\d.,]+", "0", text.casefold())


@dataclass(frozen=True)
class RowReading:
    """How the rows of one list are read: words that are nobody's title, and the language of its dates."""

    generic: frozenset[str] = frozenset()
    language: str | None = None


def row_link(anchor: Anchor, row: HtmlElement, reading: RowReading) -> FoundLink:
    """Read what a row says of its link."""
    title = title_in_row(anchor, row, reading.generic)
    published = date_in_row(anchor, _without(text_of(row), title), row, reading.language)
    return FoundLink(anchor.url, title, published, WitnessKind.LISTING if published else None)


def is_headed(anchor: Anchor) -> bool:
    """Tell whether a link is a heading, stands in one, or holds one."""
    is_inside = any(element.tag in HEADINGS for element in anchor.ancestors[:4])
    return is_inside or any(element.tag in HEADINGS for element in anchor.element.iterdescendants())


def title_rank(anchor: Anchor, generic: Container[str]) -> int:
    """Rank where a link's title comes from: 2 from a heading, 1 from its own words, 0 from elsewhere in its row."""
    if not is_title(anchor.text) or _without_numbers(anchor.text) in generic:
        return 0
    return 2 if is_headed(anchor) else 1


def title_in_row(anchor: Anchor, row: HtmlElement, generic: Container[str] = ()) -> str | None:
    """Choose the title: the heading in the link, the link's own words, then those of its row, a picture's text."""
    own = "" if _without_numbers(anchor.text) in generic else anchor.text
    stated = _spaced(anchor.element.get("title"))
    for candidates in (_named_titles(anchor.element), (own,), _named_titles(row), _blocks(row)):
        for text in candidates:
            if is_title(text) and len(text) <= MAX_TITLE_CHARS and _without_numbers(text) not in generic:
                is_cut = text.endswith(ELLIPSIS) and len(stated) >= len(text) - len("...")
                return stated if is_cut else text
    pictures = (_spaced(image.get("alt")) for image in anchor.element.iter("img"))
    short = next(filter(None, (*_named_titles(anchor.element), stated, own, *pictures)), None)
    return short[:MAX_TITLE_CHARS] if short else None


def _blocks(row: HtmlElement) -> Iterator[str]:
    """Give the texts of the row's smallest blocks, such as a table's cells; dates are none."""
    for element in row.iter("td", "th", "p", "div", "span", "strong", "b", "li", "dd"):
        if element.find(".//*") is None or all(child.tag in INLINE for child in element.iterdescendants()):
            bare = _spaced(" ".join([element.text or "", *(child.tail or "" for child in element)]))
            text = bare if is_title(bare) else text_of(element)
            if text and not (len(text) < SHORT_CHARS and dates_in(text)):
                yield text


def _named_titles(element: HtmlElement) -> Iterator[str]:
    for inner in element.iter():
        if inner is element or not isinstance(inner.tag, str):
            continue
        names = (inner.get("class") or "").split()
        if (inner.tag in HEADINGS or any(TITLE_WORD.search(name) for name in names)) and (text := text_of(inner)):
            yield text


def _spaced(text: str | None) -> str:
    return " ".join((text or "").split())


def date_in_row(anchor: Anchor, text: str, row: HtmlElement, language: str | None = None) -> PartialDate | None:
    """Find the date of a row whose words without the title are `text`: for machines, in words, or in the address."""
    return _machine_date(row) or _written_date(anchor, text, row, language) or date_in_address(anchor.url)


def _machine_date(row: HtmlElement) -> PartialDate | None:
    for element in row.iter("time"):
        try:
            return PartialDate.parse(element.get("datetime") or "")
        except ValueError:
            continue
    return None


def _written_date(anchor: Anchor, text: str, row: HtmlElement, language: str | None) -> PartialDate | None:
    if row is anchor.element:
        places = [following_text(row), preceding_siblings_text(row), text_of(row)]
    else:
        places = [*_date_elements(row), text]
    stated = [_dates_in(place[:MAX_ROW_CHARS], language) for place in places]
    for dates in stated:
        if days := [date for date in dates if date.day is not None]:
            return days[0]
    for place in places:
        if (day := _with_year_above(place, row)) is not None:
            return day
    months = {date for dates in stated for date in dates if date.month is not None}
    return months.pop() if len(months) == 1 else _year_above(row)


def _dates_in(text: str, language: str | None) -> list[PartialDate]:
    """Find dates, with forms that only a whole list can settle: the month first, or a year of two digits."""
    if language == MONTHS_FIRST:
        text = SLASHED.sub(r"\3-\1-\2", text)
    found = [date for date, _, _ in dates_in(text, None if language == MONTHS_FIRST else language)]
    return found or [date for match in SHORT_YEAR.finditer(text) if (date := _short_date(match)) is not None]


def _short_date(match: re.Match[str]) -> PartialDate | None:
    try:
        return PartialDate(2000 + int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def _date_elements(row: HtmlElement) -> Iterator[str]:
    for element in row.iter():
        if isinstance(element.tag, str) and (element.tag == "time" or DATE_WORD.search(element.get("class") or "")):
            yield text_of(element)


def _without(text: str, title: str | None) -> str:
    """Leave the title out: a date in it is that of an event."""
    return text.replace(title, " ", 1) if title else text


def _year_above(row: HtmlElement) -> PartialDate | None:
    """Take the year of a heading that is nothing but a year, as lists by year have it."""
    year = next((heading for heading in headings_before(row) if YEAR.fullmatch(heading)), None)
    return PartialDate(int(year)) if year else None


def _with_year_above(text: str, row: HtmlElement) -> PartialDate | None:
    """Complete a day without a year by the heading above it."""
    if not re.search(r"\d", text) or YEAR.search(text):
        return None
    for heading in headings_before(row):
        if (year := YEAR.search(heading)) is None:
            continue
        return _completed(text, heading, year[1])
    return None


def _completed(text: str, heading: str, year: str) -> PartialDate | None:
    for words in (f"{text} {year}", f"{year}年{text}", f"{text} {heading}"):
        days = [date for date, _, _ in dates_in(words) if date.day is not None]
        if days:
            return days[0]
    match = DAY_MONTH.search(text)
    try:
        return PartialDate(int(year), int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def date_in_address(url: str) -> PartialDate | None:
    """Read the day that an address carries, as `/2026/03/10/` or `t20260310_4711.html`."""
    match = ADDRESS_DATE.search(url)
    if match is None:
        return None
    try:
        return PartialDate(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
