"""Loads real pages with known days from a folder: news pages of two libraries' tests, and items of a content API."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from babel.dates import format_date

from benchmarks.dates_pages import Page
from perilune.dates import PartialDate


def real_pages(folder: Path) -> dict[str, list[Page]]:
    """Read what lies in `html/fundus`, `html/trafilatura` and `govuk` below the folder."""
    return {
        "news pages (fundus)": list(_fundus_pages(folder / "html" / "fundus")),
        "mixed pages (trafilatura)": list(_trafilatura_pages(folder / "html" / "trafilatura")),
        "gov.uk items, rendered": list(_govuk_pages(folder / "govuk")),
    }


def _fundus_pages(folder: Path) -> Iterator[Page]:
    """Pair a publisher's parser versions with its pages in the order of both."""
    for path in sorted(folder.glob("*/*.json")):
        facts = json.loads((path.parent / "meta.info").read_text(encoding="utf-8"))
        files = sorted(path.parent.glob(f"{path.stem}_[0-9]*.html.gz"))
        for expected, file in zip(json.loads(path.read_text(encoding="utf-8")).values(), files, strict=True):
            fetched_on = dt.date.fromisoformat(facts[file.name]["crawl_date"][:10])
            gold = PartialDate.parse(expected["publishing_date"])
            yield Page(file.name, gzip.decompress(file.read_bytes()), facts[file.name]["url"], fetched_on, gold)


def _trafilatura_pages(folder: Path) -> Iterator[Page]:
    """Take the files whose day is labelled."""
    path = folder / "_gold.json"
    labelled = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for url, expected in labelled.items():
        if expected.get("date"):
            body = (folder / expected["file"]).read_bytes()
            gold = PartialDate.parse(expected["date"])
            yield Page(expected["file"], body, url, dt.date(2026, 1, 1), gold, content_type="text/html")


def _govuk_pages(folder: Path) -> Iterator[Page]:
    """Render items as the site does: published, last updated, then the text with the days of events."""
    for path in sorted(folder.rglob("*.json")):
        item = json.loads(path.read_text(encoding="utf-8"))
        first = str(item.get("first_published_at") or item.get("details", {}).get("first_public_at") or "")[:10]
        text = str(item.get("details", {}).get("body") or "")
        if not first or len(text) < 250:
            continue
        updated = str(item.get("public_updated_at") or first)[:10]
        line = f"Published {_day(first)}" + (f"<br>Last updated {_day(updated)}" if updated != first else "")
        title = escape(str(item["title"]))
        body = (
            f"<html lang='en'><head><title>{title} - GOV.UK</title></head><body><header>GOV.UK</header>"
            f"<main><h1>{title}</h1><p>{escape(str(item.get('description') or ''))}</p><div>{line}</div>"
            f"<div class='govspeak'>{text}</div></main></body></html>"
        )
        url = f"https://www.gov.uk{item['base_path']}"
        yield Page(path.name, body.encode(), url, dt.date(2026, 1, 1), PartialDate.parse(first))


def _day(text: str) -> str:
    return format_date(dt.date.fromisoformat(text), "d MMMM y", locale="en")
