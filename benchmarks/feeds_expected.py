"""Feeds of three well-known test suites with what each says should be read: entries, titles, addresses, dates.

feedparser states it as an expression in the file's leading comment, gofeed and rss-parser in JSON files.
"""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

EXPECT = re.compile(r"Expect:\s*(.*?)\s*-->", re.DOTALL)
ENCODINGS = ("utf-8", "utf-16", "utf-32", "latin-1")

Fact = str | dt.datetime
Facts = dict[str, Fact]
Place = tuple[str | int, ...]

OF_ENTRY: dict[Place, str] = {
    ("title",): "title",
    ("title_detail", "value"): "title",
    ("link",): "link",
    ("id",): "guid",
    ("guid",): "guid",
    ("published_parsed",): "date",
    ("updated_parsed",): "date",
    ("created_parsed",): "date",
}
JSON_DATES = ("publishedParsed", "pubDateParsed", "date_published", "isoDate", "updatedParsed")
ALTERNATE = (None, "", "alternate")


@dataclass
class Case:
    """A feed, and what is expected of it; `entry_count` is exact unless `is_least`, None where nothing is said."""

    path: Path
    entry_count: int | None = None
    is_least: bool = False
    entries: list[Facts] = field(default_factory=list)


def cases_in(folder: Path) -> Iterator[Case]:
    """Read what every feed of the three suites below a folder is expected to give."""
    for path in sorted((folder / "feedparser").rglob("*.xml")):
        yield _case_of_feedparser(path)
    for path in sorted((folder / "gofeed").rglob("*")):
        if path.suffix == ".xml":
            yield _case_of_json(path, path.with_suffix(".json"))
        elif path.suffix == ".json" and {"json", "universal"} & set(path.parts) and "_expected" not in path.stem:
            yield _case_of_json(path, path.with_name(f"{path.stem}_expected.json"))
    for path in sorted((folder / "rss-parser" / "input").iterdir()):
        yield _case_of_json(path, folder / "rss-parser" / "output" / f"{path.stem}.json")


def _case_of_feedparser(path: Path) -> Case:
    case = Case(path)
    text = _text_of(path.read_bytes())
    stated = EXPECT.search(text)
    if stated is None:
        return case
    try:
        tree = ast.parse(" ".join(stated[1].split()), mode="eval")
    except SyntaxError:
        return case
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq) and len(node.ops) == 1:
            with contextlib.suppress(ValueError):
                _note(case, node.left, ast.literal_eval(node.comparators[0]))
        elif isinstance(node, ast.Subscript):
            place = _place_of(node)
            if place[:1] == ("entries",) and len(place) > 1 and isinstance(place[1], int):
                _entry(case, max(place[1], 0))
    return case


def _text_of(body: bytes) -> str:
    for encoding in ENCODINGS:
        with contextlib.suppress(UnicodeError):
            text = body.decode(encoding)
            if "Expect" in text:
                return text
    return ""


def _entry(case: Case, index: int) -> Facts:
    while len(case.entries) <= index:
        case.entries.append({})
    case.entry_count, case.is_least = len(case.entries), True
    return case.entries[index]


def _note(case: Case, left: ast.expr, value: object) -> None:
    place = _place_of(left)
    fact = _moment(value) if isinstance(value, tuple) else value
    if not isinstance(fact, str | dt.datetime):
        return
    if place[:1] == ("entries",) and place[2:] in OF_ENTRY and isinstance(place[1], int) and place[1] >= 0:
        _entry(case, place[1])[OF_ENTRY[place[2:]]] = fact


def _place_of(node: ast.expr) -> Place:
    """Write `entries[0]['title']` as a tuple; empty for anything else."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        return (*_place_of(node.value), node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        key = node.slice.value
        return (*_place_of(node.value), key) if isinstance(key, str | int) else ()
    return ()


def _moment(values: tuple[object, ...]) -> dt.datetime | None:
    numbers = [value for value in values[:6] if isinstance(value, int)]
    if len(numbers) < 6:
        return None
    year, month, day, hour, minute, second = numbers
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)


def _case_of_json(path: Path, expected: Path) -> Case:
    case = Case(path)
    if not expected.exists():
        return case
    parsed: object = json.loads(expected.read_text(encoding="utf-8", errors="replace"))
    stated = _mapping(parsed)
    stated = _mapping(stated.get("feed")) or stated
    listed = stated.get("items") or stated.get("entries") or []
    case.entries = [_facts_of(_mapping(item)) for item in listed] if isinstance(listed, list) else []
    case.entry_count = len(case.entries)
    return case


def _mapping(value: object) -> dict[str, object]:
    return {str(name): each for name, each in value.items()} if isinstance(value, dict) else {}


def _facts_of(item: dict[str, object]) -> Facts:
    guid = item.get("guid") or item.get("id")
    stated = {
        "title": item.get("title"),
        "link": item.get("link") or item.get("url") or _first_link(item.get("links")),
        "guid": _mapping(guid).get("value") if isinstance(guid, dict) else guid,
    }
    facts: Facts = {name: value for name, value in stated.items() if isinstance(value, str) and value}
    date = next((item[name] for name in JSON_DATES if item.get(name)), None)
    with contextlib.suppress(ValueError):
        if isinstance(date, str):
            facts["date"] = dt.datetime.fromisoformat(date).astimezone(dt.UTC)
    return facts


def _first_link(links: object) -> object:
    named = [_mapping(link) for link in links] if isinstance(links, list) else []
    return next((link["href"] for link in named if link.get("href") and link.get("rel") in ALTERNATE), None)
