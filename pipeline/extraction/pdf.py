"""A PDF as an article: lines in reading order, without what every page repeats; slide decks by their own rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.pdf_cover import authors_and_issuer, title_of, witnesses_of
from pipeline.extraction.pdf_file import Bookmark, PdfFile, pdf_file_of
from pipeline.extraction.pdf_lines import PdfPage
from pipeline.extraction.pdf_margins import without_margins
from pipeline.extraction.pdf_paragraphs import blocks_of_pages
from pipeline.extraction.pdf_slides import blocks_of_slides, is_slide_deck
from pipeline.extraction.pdf_tables import with_ruled_tables

MAX_HEADING_LINES = 4
MAX_PAGE_BOOKMARKS = 60
MAX_NUMBER_CHARS = 8


def article_of_pdf(body: bytes) -> DocumentArticle:
    """Read a PDF; ExtractionProblem when it is damaged or encrypted. No blocks when it has no text layer.

    Of a huge document the first 400 pages are read, or as many as 14 seconds allow; `page_count` counts all.
    """
    file = pdf_file_of(body)
    return _article(body, file)


def _article(body: bytes, file: PdfFile) -> DocumentArticle:
    is_deck = is_slide_deck(file.pages)
    title = title_of(file.pages, file.fields, is_deck=is_deck)
    pages = without_margins(file.pages, is_deck=is_deck)
    pages = with_ruled_tables(body, _with_bookmarks(pages, file.bookmarks))
    blocks = blocks_of_slides(pages, title) if is_deck else blocks_of_pages(pages, title)
    authors, issuer = authors_and_issuer(blocks, file.fields, title)
    return DocumentArticle(
        title=title,
        blocks=tuple(blocks),
        witnesses=witnesses_of(file.pages, file.fields),
        authors=authors,
        issuer=issuer,
        is_slide_deck=is_deck,
        page_count=file.page_count,
    )


def _with_bookmarks(pages: Sequence[PdfPage], bookmarks: Sequence[Bookmark]) -> list[PdfPage]:
    """Mark the lines that the outline names, on the page that it leads to."""
    by_page: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for number, bookmark in enumerate(bookmarks, 1):
        if len(by_page[bookmark.page]) < MAX_PAGE_BOOKMARKS:
            by_page[bookmark.page].append((number, _wording(bookmark.title)))
    return [_with_headings(page, by_page[page.number]) if by_page[page.number] else page for page in pages]


def _with_headings(page: PdfPage, bookmarks: Sequence[tuple[int, str]]) -> PdfPage:
    lines = list(page.lines)
    wordings = [_wording(line.text) for line in lines]
    for number, wording in bookmarks:
        if found := _run_with_wording(wordings, wording):
            start, end = found
            lines[start:end] = [replace(line, heading=number) for line in lines[start:end]]
    return replace(page, lines=tuple(lines))


def _run_with_wording(wordings: Sequence[str], wording: str) -> tuple[int, int] | None:
    """Find the lines that say together what `wording` says, a number before it or a note's mark after it aside."""
    if not wording:
        return None
    named = re.compile(rf"(?:[\divxabc]{{0,6}}|第.{{1,3}}[章节条]){re.escape(wording)}\d{{0,2}}")
    for start in range(len(wordings)):
        shown = ""
        for end in range(start, min(start + MAX_HEADING_LINES, len(wordings))):
            shown += wordings[end]
            if len(shown) > len(wording) + MAX_NUMBER_CHARS:
                break
            if len(shown) >= len(wording) and named.fullmatch(shown):
                return start, end + 1
    return None


def _wording(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))
