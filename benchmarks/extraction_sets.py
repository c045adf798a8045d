"""The sets of pages with gold that extraction is measured on: two of real pages and those that the generator builds."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.extraction_pages import BuiltPage
from benchmarks.extraction_scores import Gold, shingle_scores
from perilune.encodings import decode

MIN_GOLD_CHARS = 200


@dataclass(frozen=True)
class Case:
    """A page as fetched, the last day that it can be of, and what it should give."""

    name: str
    body: bytes
    url: str
    fetched_on: dt.date
    gold: Gold


def fundus_cases(folder: Path) -> Iterator[Case]:
    """Read the pages that fundus tests its parsers with, each with the version of the gold that it shows."""
    for country in sorted(path for path in folder.iterdir() if path.is_dir()):
        facts = json.loads((country / "meta.info").read_text(encoding="utf-8"))
        for path in sorted(country.glob("*.gz")):
            body = gzip.decompress(path.read_bytes())
            versions = json.loads((country / f"{path.name.partition('_')[0]}.json").read_text(encoding="utf-8"))
            gold = _gold_shown(decode(body, None).text, versions)
            crawled = str(facts.get(path.name, {}).get("crawl_date", ""))[:10]
            if len(gold.text) >= MIN_GOLD_CHARS:
                day = dt.date.fromisoformat(crawled) if crawled else dt.date.max
                yield Case(path.name, body, facts.get(path.name, {}).get("url", ""), day, gold)


def _gold_shown(html: str, versions: Mapping[str, Mapping[str, object]]) -> Gold:
    """Choose the version whose words the page holds; the file does not say which one is which."""
    golds = [_gold_of_fundus(version) for version in versions.values()]
    return max(golds, key=lambda gold: shingle_scores(gold.text, html)[0])


def _gold_of_fundus(version: Mapping[str, object]) -> Gold:
    body = version.get("body")
    lines: list[str] = []
    if isinstance(body, dict):
        lines += body.get("summary") or []
        for section in body.get("sections") or []:
            lines += [*(section.get("headline") or []), *(section.get("paragraphs") or [])]
    stated = str(version.get("publishing_date") or "")[:10]
    authors = version.get("authors")
    return Gold(
        text="\n".join(lines),
        title=str(version.get("title") or ""),
        day=dt.date.fromisoformat(stated) if stated else None,
        authors=tuple(map(str, authors)) if isinstance(authors, list) else (),
    )


def trafilatura_cases(folder: Path) -> Iterator[Case]:
    """Read the pages that trafilatura evaluates itself on, with strings that must and must not be in the text."""
    golds = json.loads((folder / "_gold.json").read_text(encoding="utf-8"))
    for url, gold in golds.items():
        path = folder / gold["file"]
        if path.exists():
            yield Case(gold["file"], path.read_bytes(), url, dt.date.max, _gold_of_trafilatura(gold))


def _gold_of_trafilatura(gold: Mapping[str, str | list[str]]) -> Gold:
    day = str(gold.get("date") or "")
    return Gold(
        contained=tuple(gold["with"]),
        not_contained=tuple(gold["without"]),
        title=str(gold.get("title") or ""),
        day=dt.date.fromisoformat(day) if len(day) == len("2020-01-01") else None,
        authors=tuple(filter(None, (name.strip() for name in str(gold.get("author") or "").split(";")))),
    )


def built_cases(pages: Iterator[BuiltPage]) -> Iterator[Case]:
    """Take the pages that the generator builds, whose gold is known exactly."""
    for page in pages:
        gold = Gold(
            text=page.text,
            title=page.title,
            day=page.day,
            has_day=page.day is not None,
            authors=(page.author,) if page.author else (),
        )
        yield Case(page.name, page.html.encode(), page.url, page.fetched_on, gold)
