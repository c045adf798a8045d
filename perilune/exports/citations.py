"""Records as citations for reference managers: CSL-JSON, RIS and BibTeX, with dates as precise as they are known."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from perilune.dates import PartialDate
from perilune.exports.record import Export, Record, plain

CSL_TYPES = {
    "news": "article-newspaper",
    "opinion": "article-newspaper",
    "white-paper": "report",
    "report": "report",
    "speech": "speech",
    "agreement": "treaty",
    "press-release": "webpage",
    "event-notice": "webpage",
    "opportunity": "webpage",
    "reference": "webpage",
}
RIS_TYPES = {"article-newspaper": "NEWS", "report": "RPRT", "webpage": "ELEC", "speech": "GEN", "treaty": "GEN"}
BIBTEX_TYPES = {"report": "techreport"}
GENRES = {"press-release": "Press release", "white-paper": "White paper", "opinion": "Opinion"}
BIBTEX_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {sign: f"\\{sign}" for sign in "&%$#_"}
_BIBTEX_SIGN = re.compile("[" + re.escape("".join(BIBTEX_SIGNS)) + "]")


def csl_of(export: Export) -> Iterator[bytes]:
    """Write an export as one CSL-JSON array."""
    opening = "[\n"
    for record in export.records:
        item = json.dumps(csl_item(record, export.archive_url), ensure_ascii=False, indent=1)
        yield (opening + item).encode("utf-8", "replace")
        opening = ",\n"
    yield b"\n]\n" if opening != "[\n" else b"[]\n"


def csl_item(record: Record, archive_url: str) -> dict[str, object]:
    """Make the CSL item of a record, by the schema of CSL 1.0.2."""
    item: dict[str, object | None] = {
        "id": record.key,
        "type": CSL_TYPES.get(record.doc_type or "", "document"),
        "title": plain(record.title) or "Untitled",
        "author": [{"literal": name} for each in record.authors if (name := plain(each))],
        "issued": {"date-parts": [date_parts(record.published)]} if record.published else None,
        "accessed": {"date-parts": [date_parts(record.fetched_at.date())]},
        "container-title": record.publisher,
        "publisher": plain(record.issuer),
        "genre": GENRES.get(record.doc_type or ""),
        "language": record.language,
        "URL": record.url,
        "archive": "Perilune",
        "archive_location": record.archived_at(archive_url),
        "keyword": ", ".join(record.topics),
        "note": plain(record.remark),
    }
    return {name: value for name, value in item.items() if value}


def date_parts(date: PartialDate | dt.date) -> list[int]:
    """Give year, month and day as far as they are known."""
    return [part for part in (date.year, date.month, date.day) if part]


def ris_of(export: Export) -> Iterator[bytes]:
    """Write an export as RIS."""
    import rispy

    for number, record in enumerate(export.records, 1):
        entry = rispy.dumps([_ris_entry(record, export.archive_url)])
        # The library numbers the entries of one call; ours come one by one.
        yield re.sub(r"\A1\.", f"{number}.", entry).strip().encode("utf-8", "replace") + b"\n\n"


def _ris_entry(record: Record, archive_url: str) -> Mapping[str, object]:
    published = record.published
    parts = (published.year, published.month, published.day) if published else ()
    date = "/".join(f"{part:02}" if part else "" for part in parts)
    entry = {
        "type_of_reference": RIS_TYPES.get(CSL_TYPES.get(record.doc_type or "", ""), "GEN"),
        "id": record.key,
        "title": plain(record.title) or "Untitled",
        "authors": [name for each in record.authors if (name := plain(each))],
        "year": str(published.year) if published else "",
        "date": f"{date}/" if date else "",
        "secondary_title": record.publisher,
        "publisher": plain(record.issuer),
        "language": record.language or "",
        "urls": [record.url],
        "access_date": f"{record.fetched_at:%Y/%m/%d}/",
        "keywords": list(record.topics),
        "name_of_database": "Perilune",
        "notes": [each for each in (plain(record.remark), f"Archived copy: {record.archived_at(archive_url)}") if each],
    }
    return {name: value for name, value in entry.items() if value}


def bibtex_of(export: Export) -> Iterator[bytes]:
    """Write an export as BibTeX in UTF-8, as biber and today's BibTeX read it."""
    for record in export.records:
        yield bibtex_entry(record, export.archive_url).encode("utf-8", "replace")


def bibtex_entry(record: Record, archive_url: str) -> str:
    """Write one entry; names and titles of any script stay as they are, in braces that keep their case."""
    kind = BIBTEX_TYPES.get(CSL_TYPES.get(record.doc_type or "", ""), "misc")
    published, publisher = record.published, _escaped(record.publisher)
    notes = [plain(record.remark), f"Accessed {record.fetched_at:%Y-%m-%d}"]
    fields = {
        "title": f"{{{_escaped(plain(record.title) or 'Untitled')}}}",
        "author": " and ".join(f"{{{_escaped(name)}}}" for each in record.authors if (name := plain(each))),
        "institution" if kind == "techreport" else "organization": publisher,
        "year": str(published.year) if published else "",
        "month": f"{published.month:02}" if published and published.month else "",
        "date": str(published) if published else "",
        "langid": record.language or "",
        "url": _address(record.url),
        "urldate": f"{record.fetched_at:%Y-%m-%d}",
        "note": _escaped(". ".join(note for note in notes if note)),
        "archive": _address(record.archived_at(archive_url)),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    year = published.year if published else "nd"
    return f"@{kind}{{{record.source}-{year}-{record.key},\n{''.join(lines)}}}\n\n"


def _escaped(text: str) -> str:
    return _BIBTEX_SIGN.sub(lambda found: BIBTEX_SIGNS[found[0]], text)


def _address(url: str) -> str:
    """Write an address so that no sign of it ends a field; a brace would."""
    return "".join(quote(sign) if sign in "{}\\" or sign.isspace() else sign for sign in url)
