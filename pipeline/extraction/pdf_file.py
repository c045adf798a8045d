"""A PDF file as plain values: its pages' lines and rules, its bookmarks, page labels and fields, within limits."""

from __future__ import annotations

import ctypes
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.extraction.pdf_lines import Line, PdfPage, Rule, lines_of_text
from pipeline.extraction.problems import ExtractionProblem

if TYPE_CHECKING:
    import pypdfium2

MAX_PAGES = 400
MAX_READING_SECONDS = 14
"""Pages that are not read by then are cut: the rest is worth more than a worker that is killed."""
MAX_DRAWN_OBJECTS = 4000
MAX_RULES = 1500
MAX_BOOKMARKS = 1000
MAX_BOOKMARK_DEPTH = 8
MIN_RULE_LENGTH = 8.0
MIN_BULLET = 1.2
MAX_DRAWN_BULLETS = 200


@dataclass(frozen=True)
class Bookmark:
    """An entry of the outline: its title and the 1-based page that it leads to."""

    title: str
    page: int


@dataclass(frozen=True)
class PdfFile:
    """What is read of a PDF; `page_count` counts the pages that were cut too."""

    pages: tuple[PdfPage, ...]
    page_count: int
    fields: dict[str, str]
    bookmarks: tuple[Bookmark, ...]


def pdf_file_of(body: bytes) -> PdfFile:
    """Read a PDF; ExtractionProblem when it is encrypted, or so damaged that no page of it can be read."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(body)
    except PdfiumError as error:
        raise _problem(error) from error
    try:
        pages = tuple(_pages_of(document))
        return PdfFile(pages, len(document), _fields_of(document), tuple(_bookmarks_of(document)))
    except PdfiumError as error:
        raise _problem(error) from error
    finally:
        document.close()


def _problem(error: Exception) -> ExtractionProblem:
    message = str(error).rstrip(".")
    if re.search(r"password|security|encrypt", message, re.IGNORECASE):
        return ExtractionProblem("the PDF is encrypted")
    return ExtractionProblem(f"the PDF is damaged: {message}")


def _pages_of(document: pypdfium2.PdfDocument) -> Iterator[PdfPage]:
    """Read page after page; a damaged one is left out unless all are."""
    from pypdfium2 import PdfiumError

    end = time.monotonic() + MAX_READING_SECONDS
    first_error: PdfiumError | None = None
    read_count = 0
    for place in range(min(len(document), MAX_PAGES)):
        if time.monotonic() > end:
            break
        try:
            yield _page_of(document, place)
            read_count += 1
        except PdfiumError as error:
            first_error = first_error or error
    if first_error and not read_count:
        raise first_error
    if not len(document):
        raise ExtractionProblem("the PDF is damaged: it has no pages")


def _page_of(document: pypdfium2.PdfDocument, place: int) -> PdfPage:
    page = document[place]
    try:
        width, height = page.get_size()
        if page.get_rotation() % 180:
            width, height = height, width
        text_page = page.get_textpage()
        try:
            lines, aside, is_turned = lines_of_text(text_page, width, height)
        finally:
            text_page.close()
        rules = [] if is_turned else list(_rules_of(page))
    finally:
        page.close()
    label = document.get_page_label(place).strip()
    return PdfPage(
        number=place + 1,
        width=height if is_turned else width,
        height=width if is_turned else height,
        lines=tuple(_with_drawn_bullets(lines, rules)),
        aside=tuple(aside),
        rules=tuple(rule for rule in rules if max(rule.right - rule.left, rule.top - rule.bottom) >= MIN_RULE_LENGTH),
        label=label or None,
        is_turned=is_turned,
    )


def _rules_of(page: pypdfium2.PdfPage) -> Iterator[Rule]:
    """Find the thin lines and the boxes that are drawn on a page, as far as a sane page has them."""
    from pypdfium2 import raw

    corners = [ctypes.c_float() for _ in range(4)]
    references = [ctypes.byref(corner) for corner in corners]
    found = 0
    for place in range(min(raw.FPDFPage_CountObjects(page.raw), MAX_DRAWN_OBJECTS)):
        drawn = raw.FPDFPage_GetObject(page.raw, place)
        if raw.FPDFPageObj_GetType(drawn) != raw.FPDF_PAGEOBJ_PATH:
            continue
        raw.FPDFPageObj_GetBounds(drawn, *references)
        left, bottom, right, top = (corner.value for corner in corners)
        if max(right - left, top - bottom) >= MIN_RULE_LENGTH or min(right - left, top - bottom) >= MIN_BULLET:
            found += 1
            yield Rule(left, bottom, right, top)
        if found >= MAX_RULES:
            return


def _with_drawn_bullets(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Line]:
    """Write a bullet before the lines that have a dot or square drawn before them."""
    dots = [rule for rule in rules if 0.7 < (rule.right - rule.left) / max(rule.top - rule.bottom, 0.1) < 1.4]  # noqa: PLR2004
    if len(dots) > MAX_DRAWN_BULLETS:
        return list(lines)
    return [
        replace(line, text=f"• {line.text}") if any(_is_bullet_of(dot, line) for dot in dots) else line
        for line in lines
    ]


def _is_bullet_of(dot: Rule, line: Line) -> bool:
    is_before = 0.2 * line.size < line.left - dot.right < 2 * line.size
    return is_before and dot.right - dot.left < 0.6 * line.size and line.bottom < dot.bottom and dot.top < line.top


def _fields_of(document: pypdfium2.PdfDocument) -> dict[str, str]:
    return {key: " ".join(str(value).strip(" \0").split()) for key, value in document.get_metadata_dict().items()}


def _bookmarks_of(document: pypdfium2.PdfDocument) -> Iterator[Bookmark]:
    """Read the outline; the library leaves it where it comes back to an entry."""
    from pypdfium2 import PdfiumError

    outline = document.get_toc(max_depth=MAX_BOOKMARK_DEPTH)
    for _ in range(MAX_BOOKMARKS):
        try:
            entry = next(outline, None)
            if entry is None:
                return
            goal = entry.get_dest()
            place = goal.get_index() if goal else None
            title = " ".join(entry.get_title().split())
        except (PdfiumError, UnicodeDecodeError):
            return
        if title and place is not None:
            yield Bookmark(title, place + 1)
