"""Records as a brief in Markdown (CommonMark with footnotes), and what briefs of all forms say of a source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

from perilune.exports.record import Cited, Export, Record, plain
from perilune.plain_markdown import bracketed, escaped_line


def citation_of(cited: Cited) -> str:
    """Name an article, and the page of a document, as a footnote does before its addresses."""
    record, page_number = cited
    authors = ", ".join(name for each in record.authors[:3] if (name := plain(each)))
    parts = [
        authors,
        f"“{plain(record.title) or 'Untitled'}”",
        record.publisher,
        str(record.published or "date not stated"),
        f"p. {page_number}" if page_number else "",
    ]
    return ", ".join(part for part in parts if part)


def accessed(at: dt.datetime) -> str:
    """Say when a page was fetched."""
    return f"accessed {at:%Y-%m-%d}"


def is_web_address(url: str) -> bool:
    """Tell whether an address may be a link: no scheme that could run something."""
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


def meta_of(record: Record) -> str:
    """Put source, date, kind and language on one line."""
    kind = (record.doc_type or "").replace("-", " ")
    parts = (record.publisher, str(record.published or "date not stated"), kind, record.language or "")
    return " · ".join(part for part in parts if part)


def markdown_of(export: Export) -> Iterator[bytes]:
    """Write an export as Markdown: each article with its beginning and a footnote to where it stands."""
    numbers: dict[tuple[str, int | None], int] = {}
    head = f"# {escaped_line(plain(export.title))}\n\n{export.made_at:%Y-%m-%d}\n\n"
    yield head.encode("utf-8", "replace")
    notes: list[str] = []
    for sentence in export.sentences:
        marks = "".join(f"[^{_number(numbers, notes, cited, export)}]" for cited in sentence.cited)
        yield f"{escaped_line(plain(sentence.text))}{marks}\n\n".encode("utf-8", "replace")
    for record in export.records:
        mark = _number(numbers, notes, Cited(record), export)
        title = escaped_line(plain(record.title) or "Untitled")
        linked = f"[{title}]({bracketed(record.url)})" if is_web_address(record.url) else title
        lines = [f"## {linked}", escaped_line(meta_of(record)), f"{escaped_line(plain(record.lead))}[^{mark}]"]
        lines += [f"*{escaped_line(plain(record.remark))}*"] if record.remark else []
        yield ("\n\n".join(lines) + "\n\n").encode("utf-8", "replace")
    yield "".join(notes).encode("utf-8", "replace")


def _number(numbers: dict[tuple[str, int | None], int], notes: list[str], cited: Cited, export: Export) -> int:
    """Give the footnote of a record and a page of it, written when it is first cited."""
    record, place = cited.record, (cited.record.key, cited.page_number)
    if place not in numbers:
        numbers[place] = len(numbers) + 1
        address = bracketed(record.url) if is_web_address(record.url) else escaped_line(record.url)
        copy = bracketed(record.archived_at(export.archive_url))
        named = escaped_line(citation_of(cited))
        notes.append(f"[^{len(numbers)}]: {named}, {address}, {accessed(record.fetched_at)}; archived copy {copy}\n")
    return numbers[place]
