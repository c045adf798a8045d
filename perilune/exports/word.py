"""Records as a brief in Word (OOXML): what is said, with footnotes to the address, the date of access and the copy."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perilune.exports.brief import accessed, citation_of, is_web_address, meta_of
from perilune.exports.footnotes import Footnotes, Piece
from perilune.exports.record import Cited, Export, Record, plain

if TYPE_CHECKING:
    from docx.document import Document


def docx_of(export: Export) -> Iterator[bytes]:
    """Write an export as a Word document, which is made whole before it is sent."""
    import docx

    document = docx.Document()
    notes = Footnotes(document)
    title = plain(export.title)
    document.core_properties.title, document.core_properties.author = title[:255], "Perilune"
    document.core_properties.created = document.core_properties.modified = export.made_at
    document.add_heading(title, level=0)
    document.add_paragraph(f"{export.made_at:%Y-%m-%d}")
    for sentence in export.sentences:
        paragraph = document.add_paragraph(plain(sentence.text))
        for cited in sentence.cited:
            notes.add(paragraph, note_of(cited, export.archive_url))
    for record in export.records:
        _add_article(document, notes, record, export)
    file = io.BytesIO()
    document.save(file)
    yield file.getvalue()


def _add_article(document: Document, notes: Footnotes, record: Record, export: Export) -> None:
    document.add_heading(plain(record.title) or "Untitled", level=2)
    document.add_paragraph().add_run(meta_of(record)).italic = True
    if record.remark:
        document.add_paragraph(plain(record.remark), style="Intense Quote")
    paragraph = document.add_paragraph(plain(record.lead))
    notes.add(paragraph, note_of(Cited(record), export.archive_url))


def note_of(cited: Cited, archive_url: str) -> list[Piece]:
    """Make the footnote of an article, or of a page of it."""
    record = cited.record
    copy = record.archived_at(archive_url)
    return [
        (f"{citation_of(cited)}, ", None),
        (record.url, record.url if is_web_address(record.url) else None),
        (f", {accessed(record.fetched_at)}; archived copy ", None),
        (copy, copy),
    ]
