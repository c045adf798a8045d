"""What a page says in its scripts alone: packed markup, and lists in JSON, as elements that are read like all others.

Covers markup in scripts that a browser does not run (JPage of gov.cn sites, templates), schema.org's lists, and the
state that programs such as Next.js are given.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

MARKUP_TYPE = re.compile(r"xml|html|template", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{\{|<%|\$\{|\{%")
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
STATE = re.compile(r"(?:^|[=(])\s*(?=[\[{])")
MAX_SCRIPT_CHARS = 3_000_000
MAX_STATES = 20
MIN_ENTRIES = 2
TITLE_KEY = re.compile(r"(?:title|headline|name|subject)$", re.IGNORECASE)
ADDRESS_KEY = re.compile(r"(?:url|href|link|path|uri|id)$", re.IGNORECASE)
NO_PAGE_KEY = re.compile(r"image|img|pic|photo|thumb|cover|icon|logo|avatar|video|author", re.IGNORECASE)
DATE_KEY = re.compile(r"date|time|publish|created|posted|issued", re.IGNORECASE)
LATER_KEY = re.compile(r"modif|updat|expir|end", re.IGNORECASE)
ISO_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js)$", re.IGNORECASE)

Entry = Mapping[str, object]


def unpack(tree: HtmlElement) -> None:
    """Put what a page's scripts hold into the page: packed markup in its place, lists of JSON at the end."""
    body = tree.find(".//body")
    for script in list(tree.iter("script", "template")):
        text = _text_of(script)
        if MARKUP_TYPE.search(script.get("type") or "") or script.tag == "template":
            _unpack_markup(script, text)
        elif body is not None and len(text) <= MAX_SCRIPT_CHARS:
            body.extend(_lists_in(text))


def _text_of(element: HtmlElement) -> str:
    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
    return (element.text or "") + inner


def _unpack_markup(script: HtmlElement, text: str) -> None:
    if "<a" not in text or PLACEHOLDER.search(text):
        return
    box = lxml_html.fragment_fromstring(CDATA.sub(" ", text), create_parent="div")
    script.addprevious(box)


def _lists_in(text: str) -> Iterator[HtmlElement]:
    for state in _states_in(text):
        for name, entries in _arrays_in(state, "list"):
            rows = [row for entry in entries if (row := _row_of(entry)) is not None]
            if len(rows) >= MIN_ENTRIES:
                yield _list_of(name, rows)


def _states_in(text: str) -> Iterator[object]:
    """Read the JSON values of a script: the whole of it, or what is assigned to variables."""
    decoder = json.JSONDecoder(strict=False)
    place = 0
    for _ in range(MAX_STATES):
        match = STATE.search(text, place)
        if match is None:
            return
        try:
            state, place = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            place = match.end() + 1
            continue
        yield state


def _arrays_in(state: object, name: str) -> Iterator[tuple[str, Sequence[Entry]]]:
    """Find the arrays of objects in a value, with the key that each stands under."""
    waiting: list[tuple[str, object]] = [(name, state)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += value.items()
        elif isinstance(value, list):
            if entries := [entry for entry in value if isinstance(entry, Mapping)]:
                yield key, entries
            waiting += ((key, entry) for entry in value)


def _row_of(entry: Entry) -> HtmlElement | None:
    """Write an entry as a row, if it has a title and an address of its own or in a part of it."""
    facts = _facts_of(entry)
    title = _first(facts, TITLE_KEY)
    address = next((value for key, value in facts if ADDRESS_KEY.search(key) and _is_address(value)), None)
    if not title or not address:
        return None
    row = lxml_html.Element("li")
    link = etree.SubElement(row, "a", href=address)
    link.text = _plain(title)
    if day := _day_of(facts):
        etree.SubElement(row, "time", datetime=day).text = day
    return row


def _facts_of(entry: Entry) -> list[tuple[str, str]]:
    """Give the strings and numbers of an entry, then those of its parts."""
    own = [(key, str(value)) for key, value in entry.items() if isinstance(value, str | int)]
    parts = [value for key, value in entry.items() if isinstance(value, Mapping) and not NO_PAGE_KEY.search(key)]
    inner = [(key, str(value)) for part in parts for key, value in part.items() if isinstance(value, str | int)]
    return [(key, value) for key, value in (*own, *inner) if not NO_PAGE_KEY.search(key)]


def _first(facts: Sequence[tuple[str, str]], key: re.Pattern[str]) -> str | None:
    return next((value for name, value in facts if key.search(name) and value.strip()), None)


def _is_address(value: str) -> bool:
    is_written_so = value.startswith(("/", "./", "http://", "https://")) and not re.search(r"\s", value)
    return is_written_so and not PICTURE.search(urlsplit(value).path)


def _day_of(facts: Sequence[tuple[str, str]]) -> str | None:
    """Read when an entry was published: a day as ISO 8601 writes it, or seconds or milliseconds since 1970 (UTC)."""
    dated = [value for key, value in facts if DATE_KEY.search(key) and not LATER_KEY.search(key)]
    for value in dated:
        if match := ISO_DAY.match(value):
            return match[0]
        if EPOCH.fullmatch(value):
            return dt.datetime.fromtimestamp(int(value[:10]), dt.UTC).date().isoformat()
    return next(iter(dated), None)


def _plain(title: str) -> str:
    """Leave out the markup that a title may carry."""
    return " ".join(lxml_html.fragment_fromstring(title, create_parent="span").text_content().split())


def _list_of(name: str, rows: Sequence[HtmlElement]) -> HtmlElement:
    element = lxml_html.Element("ul", {"class": re.sub(r"\W", "", name) or "list"})
    element.extend(rows)
    return element
