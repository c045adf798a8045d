"""Where a page states its publication date for machines: JSON-LD, meta elements, microdata, fields and attributes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from perilune.dates import PartialDate, Witness, WitnessKind, dates_in
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.date_numbers import machine_day

META_NAMES = (
    "article:published_time",
    "og:published_time",
    "article:published",
    "og:article:published_time",
    "datepublished",
    "citation_publication_date",
    "citation_date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publication-date",
    "published_time",
    "published",
    "published-date",
    "date_published",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "dc.created",
    "cxenseparse:recs:publishtime",
    "firstpublishedtime",
    "article.published",
    "originalpublicationdate",
    "ptime",
    "date",
)
NO_PAGES = {"WebSite", "Organization", "Person", "ImageObject", "Event", "Product", "SearchAction", "CollectionPage"}
UPDATE_METAS = ("article:modified_time", "og:updated_time", "lastmod", "last-modified", "dcterms.modified")
# The hour of UTC after which it is the next day somewhere that the language is spoken.
ASIAN = {"zh", "ja", "ko", "ru"}
FIRST_HOUR_OF_ASIA = 12
FIRST_HOUR_OF_EUROPE = 20
MIN_SHARED_WORDS = 0.3
MAX_NAME_CHARS = 200
FIELD_NAME = re.compile(
    r"(?:publi\w*|post(?:ed)?|release[d]?|article|news|issue[d]?)[\W_]*(?:date|time|on|at|dt)|date[\W_]*(?:publi|post|issue|release)\w*",
    re.IGNORECASE,
)
NO_FIELD = re.compile(r"update|modif|expir|end|unpublish|event|archiv", re.IGNORECASE)
CLOCK_ATTRIBUTES = (
    "data-timestamp",
    "data-time",
    "data-date",
    "data-epoch",
    "data-utime",
    "data-published",
    "data-datetime",
)
CLOCKS = f"//body//*[{' or '.join(f'@{name}' for name in CLOCK_ATTRIBUTES)}]"
IS_DATE_NAME = re.compile(r"date|time|publi|post", re.IGNORECASE)
MILLISECONDS = 10**11
EARLIEST_SECOND = 600_000_000


def markup_witnesses(
    metas: Mapping[str, str],
    objects: Sequence[Mapping[str, object]],
    tree: HtmlElement,
    *,
    title: str = "",
    url: str = "",
) -> Iterator[Witness]:
    """Read JSON-LD of this page, then meta elements, microdata, fields and clocks: at most one witness of each."""
    stated = (str(item["datePublished"]) for item in objects if item.get("datePublished") and _is_of(item, title, url))
    found = list(_first_witness(stated, "JSON-LD datePublished"))
    for name in META_NAMES:
        if named := list(_first_witness((metas[name],) if name in metas else (), f"meta {name}")):
            found += named
            break
    marked = tree.xpath("//*[@itemprop='datePublished' or @pubdate][not(ancestor::aside)]")[:1]
    values = (node.get("datetime") or node.get("content") or node.text_content() for node in marked)
    found += _first_witness(values, "itemprop datePublished")
    yield from found
    if not found:
        yield from _first_witness(_fields_of(tree), "field")
        yield from _first_witness(_clocks_of(tree), "clock")


def is_day_of_update(
    shown: Witness, metas: Mapping[str, str], objects: Sequence[Mapping[str, object]], language: str | None
) -> bool:
    """Tell an unlabelled day that the markup calls the one of its update, and that no time zone makes the other's."""
    updates = [metas.get(name, "") for name in UPDATE_METAS] + [str(item.get("dateModified") or "") for item in objects]
    stamps = [metas.get("article:published_time", ""), *(str(item.get("datePublished") or "") for item in objects)]
    if shown.is_labelled or not any(value.startswith(str(shown.date)) for value in updates):
        return False
    return any(_cannot_be(stamp, shown.date, language) for stamp in stamps if stamp)


def _cannot_be(stamp: str, day: PartialDate, language: str | None) -> bool:
    """Tell a moment that is on an earlier day wherever the language is spoken."""
    stated = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d)", stamp)
    if not stated or day.day is None or stated[1] >= str(day):
        return False
    first_hour = FIRST_HOUR_OF_ASIA if language in ASIAN else FIRST_HOUR_OF_EUROPE
    return (day.first - dt.date.fromisoformat(stated[1])).days > 1 or int(stated[2]) < first_hour


def _is_of(item: Mapping[str, object], title: str, url: str) -> bool:
    """Tell whether an object describes the page: neither its site nor another article that it lists."""
    kinds = item.get("@type")
    if {str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])} & NO_PAGES:
        return False
    headline = str(item.get("headline") or item.get("name") or "")
    if not headline or not title or _is_alike(headline, title):
        return True
    stated = str(item.get("url") or "")
    return bool(stated and url) and urlsplit(stated).path.rstrip("/") == urlsplit(url).path.rstrip("/")


def _is_alike(one: str, other: str) -> bool:
    """Tell two headlines of one article, of which one may be made for search engines, from those of two."""
    if is_same_wording(one, other):
        return True
    words, others = (_words(text) for text in (one, other))
    return len(words & others) >= MIN_SHARED_WORDS * min(len(words), len(others))


def _words(text: str) -> set[str]:
    """Give the words of more than two letters and the pairs of ideographs."""
    pairs = {run[place : place + 2] for run in re.findall(r"[㐀-鿿]+", text) for place in range(len(run) - 1)}
    return pairs | set(re.findall(r"[^\W\d_㐀-鿿]{3,}", text.casefold()))


def _fields_of(tree: HtmlElement) -> Iterator[str]:
    """Yield the values of hidden fields that are named for publishing."""
    for field in tree.xpath("//input[@type='hidden'][@value]"):
        name = (field.get("name") or field.get("id") or "")[:MAX_NAME_CHARS]
        if FIELD_NAME.search(name) and not NO_FIELD.search(name):
            yield field.get("value")


def _clocks_of(tree: HtmlElement) -> Iterator[str]:
    """Yield the one moment since 1970 that an element named for a date holds for a script to show."""
    moments = set()
    for element in tree.xpath(CLOCKS):
        names = f"{element.get('class') or ''} {element.get('id') or ''} {element.tag}"
        values = [element.get(name) for name in CLOCK_ATTRIBUTES if re.fullmatch(r"\d{9,13}", element.get(name) or "")]
        if values and IS_DATE_NAME.search(names) and not NO_FIELD.search(names):
            moments.add(int(values[0]))
    if len(moments) == 1:
        moment = moments.pop()
        seconds = moment // 1000 if moment > MILLISECONDS else moment
        if seconds > EARLIEST_SECOND:
            yield dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


def _first_witness(values: Iterable[str], name: str) -> Iterator[Witness]:
    for value in values:
        date = stated_date(value.strip())
        if date:
            yield Witness(WitnessKind.STRUCTURED, date, f"{name}: {value.strip()[:40]}")
            return


def stated_date(value: str) -> PartialDate | None:
    """Read the date that an attribute or a short text states, as precise as it is; None for none."""
    compact = re.match(r"(\d{4})(\d\d)(\d\d)(?!\d)", value)
    value = machine_day(value)
    try:
        if compact:
            return PartialDate(*(int(part) for part in compact.groups()))
        if re.match(r"\d{4}-\d\d", value):
            return PartialDate.parse(value)
    except ValueError:
        return None
    dates = dates_in(value[:60])
    return dates[0][0] if dates and dates[0][0].month is not None else None
