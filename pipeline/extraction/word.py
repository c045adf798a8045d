"""A text document (DOCX) as an article: its body in order, then the footnotes and endnotes that it calls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lxml.etree import _Element

from models.vocabulary import PassageKind
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.numerals import numeral
from pipeline.extraction.office_cover import (
    CoverLine,
    authors_of,
    issuer_of,
    places_of_title,
    properties_of,
    title_of,
    witnesses_of,
)
from pipeline.extraction.office_package import honest_about_damage, package_of, settle_alternatives, xml_of
from pipeline.extraction.pdf_paragraphs import HEADING_SCALE
from pipeline.extraction.word_body import WordLine, WordReader, may_be_heading
from pipeline.extraction.word_styles import WORD, Numbering, Styles
from pipeline.values import Block

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

MAX_COVER_LINES = 30
MAX_CHARS_OF_PAGE = 7000
NOTE_TAGS = {"footnotes": f"{WORD}footnote", "endnotes": f"{WORD}endnote"}
UNUSUAL_NUMBERS = ("numFmt", "numStart", "numRestart")
NOTE_FORMS = {"footnotes": "decimal", "endnotes": "lowerRoman"}


def article_of_word(body: bytes) -> DocumentArticle:
    """Read a DOCX file; ExtractionProblem when it is damaged, encrypted or too large."""
    from docx import Document
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError

    package = package_of(body)
    with honest_about_damage(PythonDocxError, OpcError):
        document = Document(package.stream())
        reader = _read(document)
        properties = properties_of(package)
        cover = _cover_of(reader.lines)
        title = title_of(cover, properties.title, usual_size=_usual_size(reader.lines))
        count = max(reader.pages.page, properties.page_count)
        known = _known_pages(reader, properties.page_count)
        return DocumentArticle(
            title=title,
            blocks=(*_body_blocks(reader.lines, title, known), *_note_blocks(document, reader, known)),
            witnesses=witnesses_of(cover, properties),
            page_count=count,
            authors=authors_of(properties),
            issuer=issuer_of(cover, properties, title),
        )


def _read(document: WordDocument) -> WordReader:
    settle_alternatives(document.element)
    reader = WordReader(Styles(_part_of(document, "styles")), Numbering(_part_of(document, "numbering")))
    reader.read_body(document.element.body)
    return reader


def _part_of(document: WordDocument, name: str) -> _Element | None:
    """Find a part that the document refers to by the last word of the reference's kind."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{name}"):
            return xml_of(relation.target_part.blob)
    return None


def _cover_of(lines: Sequence[WordLine]) -> list[CoverLine]:
    first = [line for line in lines[:MAX_COVER_LINES] if line.page == lines[0].page]
    return [CoverLine(line.text, line.size, line.is_title) for line in first if line.kind is not PassageKind.TABLE]


def _usual_size(lines: Sequence[WordLine]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _known_pages(reader: WordReader, stated_count: int) -> int | None:
    """Tell the last page whose number is certain, 0 where none is, None where all are.

    Breaks that a program has rendered tell every page. Those that an author has set tell them only as long as no page
    between two of them runs over, as the stated count of pages or the length of its text shows.
    """
    pages = reader.pages
    if pages.has_rendered:
        return None
    if not pages.has_explicit or stated_count > pages.page:
        return 0
    chars: Counter[int] = Counter()
    for line in reader.lines:
        chars[line.page] += len(line.text) + len(re.findall(r"[㐀-鿿]", line.text))
    return next((page for page in sorted(chars) if chars[page] > MAX_CHARS_OF_PAGE), None)


def _body_blocks(lines: Sequence[WordLine], title: str, known: int | None) -> list[Block]:
    of_title = places_of_title([line.text for line in lines[:MAX_COVER_LINES]], title)
    usual = _usual_size(lines)
    return [
        Block(_kind_of(line, usual), line.text, _page(line.page, known))
        for place, line in enumerate(lines)
        if place not in of_title and re.search(r"\w", line.text) and not is_same_wording(line.text, title)
    ]


def _kind_of(line: WordLine, usual_size: float) -> PassageKind:
    """Tell headings that only their size makes, as documents have them whose author used no styles."""
    is_large = line.kind is PassageKind.PARAGRAPH and line.size >= HEADING_SCALE * usual_size
    return PassageKind.HEADING if is_large and may_be_heading(line.text) else line.kind


def _page(page: int, known: int | None) -> int | None:
    return page if known is None or page <= known else None


def _note_blocks(document: WordDocument, reader: WordReader, known: int | None) -> Iterator[Block]:
    """Yield the notes in the order in which the text calls them, footnotes first."""
    for kind, tag in NOTE_TAGS.items():
        called = list({mark.note_id: mark for mark in reversed(reader.notes) if mark.kind == kind}.values())[::-1]
        part = _part_of(document, kind) if called else None
        if part is None:
            continue
        settle_alternatives(part)
        notes = {node.get(f"{WORD}id"): node for node in part.iterchildren(tag)}
        form = NOTE_FORMS[kind] if _has_usual_numbers(document, kind) else ""
        for count, mark in enumerate(called, start=1):
            text = _note_text(notes.get(mark.note_id), reader)
            label = numeral(count, form) or ""
            if text:
                yield Block(PassageKind.FOOTNOTE, f"{label} {text}".strip(), _page(mark.page, known))


def _note_text(note: _Element | None, reader: WordReader) -> str:
    if note is None:
        return ""
    own = WordReader(reader.styles, reader.numbering)
    own.read(note)
    return " ".join(line.text.replace("\n", " ") for line in own.lines)


def _has_usual_numbers(document: WordDocument, kind: str) -> bool:
    """Tell whether notes are numbered as a program does it unasked; another form or start cannot be told."""
    settings = _part_of(document, "settings")
    roots = [root for root in (document.element, settings) if root is not None]
    properties = [node for root in roots for node in root.iter(f"{WORD}{kind[:-1]}Pr")]
    return not any(node.find(f"{WORD}{name}") is not None for node in properties for name in UNUSUAL_NUMBERS)
