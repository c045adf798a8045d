"""Scanned pages of a PDF: which they are, their pictures, and what OCR reads on them, page by page within limits."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from structlog import get_logger

from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.ocr import Ocr, OcrProblem, OcrText, PageImage, PageReader

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument
    from pypdfium2 import PdfPage as PdfiumPage

MAX_PAGES = 400
PLAINLY_TEXT_LETTERS = 400
FEW_LETTERS = 40
IDEOGRAPH_WEIGHT = 3
MIN_COVERED_SHARE = 0.5
MIN_SCAN_DPI = 60
MAX_OBJECTS = 20_000
FORM_DEPTH = 3
LEAST_DPI = 200
MOST_DPI = 300
MAX_PIXELS = 12_000_000
MAX_STAMP_CHARS = 300
POINTS_PER_INCH = 72
log = get_logger()


@dataclass(frozen=True)
class Scans:
    """The scanned pages of a document by their numbers, and whether other pages have a text of their own."""

    pages: tuple[int, ...]
    has_text_pages: bool


@dataclass(frozen=True)
class ScanReading:
    """What OCR read, by page number; incomplete where a limit left pages unread."""

    texts: dict[int, OcrText]
    is_complete: bool


@dataclass(frozen=True)
class _Look:
    """What a page with little text shows: its lines, and whether pictures fine enough to read cover it."""

    lines: tuple[str, ...]
    is_covered: bool


def scans_in(body: bytes, article: DocumentArticle) -> Scans:
    """Find the scanned pages of the PDF that `article` was read from.

    A page is a scan where pictures cover it and its text is a stamp, a page number or a few letters. A document whose
    text layer is empty on all pages is one, too, whatever its pages show: letters may be drawn as outlines.
    """
    from pypdfium2 import PdfDocument

    letters = Counter[int]()
    for block in article.blocks:
        letters[block.page or 0] += _weight(block.text)
    document = PdfDocument(body)
    try:
        numbers = range(1, min(len(document), MAX_PAGES) + 1)
        # Most pages are plainly text, and looking at them once more would cost as much as reading them.
        looks = _looks(document, [number for number in numbers if letters[number] < PLAINLY_TEXT_LETTERS])
    finally:
        document.close()
    stamps = _stamps(list(looks.values()))
    own = {number: _weight(" ".join(set(look.lines) - stamps)) for number, look in looks.items()}
    scans = tuple(number for number, look in looks.items() if look.is_covered and own[number] < FEW_LETTERS)
    has_text_pages = len(looks) < len(numbers) or any(count >= FEW_LETTERS for count in own.values())
    is_empty = len(looks) == len(numbers) and not any(look.lines for look in looks.values())
    return Scans(tuple(numbers) if is_empty else scans, has_text_pages)


def _weight(text: str) -> int:
    return len(re.findall(r"\w", text)) + IDEOGRAPH_WEIGHT * len(re.findall(r"[㐀-鿿]", text))


def _stamps(looks: Sequence[_Look]) -> set[str]:
    """Find the lines that half of the pages show, such as `Downloaded from ... on ...`, whatever their digits."""
    counts = Counter(wording for look in looks for wording in {_wording(line) for line in look.lines})
    needed = max(2, len(looks) / 2)
    return {line for look in looks for line in look.lines if counts[_wording(line)] >= needed}


def _wording(line: str) -> str:
    return re.sub(r"\d+", "#", "".join(line.casefold().split()))


def _looks(document: PdfDocument, numbers: Sequence[int]) -> dict[int, _Look]:
    """Look at some pages; one that cannot be opened shows nothing."""
    from pypdfium2 import PdfiumError

    looks: dict[int, _Look] = {}
    for number in numbers:
        with suppress(PdfiumError):
            looks[number] = _look_at(document, number)
    return looks


def _look_at(document: PdfDocument, number: int) -> _Look:
    page = document[number - 1]
    try:
        text_page = page.get_textpage()
        try:
            text = text_page.get_text_range() if text_page.count_chars() else ""
        finally:
            text_page.close()
        lines = tuple(line.strip() for line in text.splitlines() if re.search(r"\w", line))
        return _Look(lines, _is_covered(page))
    finally:
        page.close()


def _is_covered(page: PdfiumPage) -> bool:
    """Tell whether pictures cover the page that are fine enough to hold letters; backgrounds of slides seldom are."""
    width, height = page.get_size()
    pictures = _pictures(page)
    area = sum(across * up for across, up, dpi in pictures if dpi >= MIN_SCAN_DPI)
    return bool(pictures) and area >= MIN_COVERED_SHARE * width * height


def _pictures(page: PdfiumPage) -> list[tuple[float, float, float]]:
    """Measure the pictures of a page: width and height in points, and dots per inch."""
    from pypdfium2 import PdfiumError, raw

    if raw.FPDFPage_CountObjects(page) > MAX_OBJECTS:
        return []
    measured = []
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=FORM_DEPTH):
        try:
            left, bottom, right, top = picture.get_bounds()
            dots = picture.get_px_size()
        except PdfiumError:
            continue
        across, up = right - left, top - bottom
        if across > 0 and up > 0:
            dpi = math.sqrt(dots[0] * dots[1] / (across * up)) * POINTS_PER_INCH
            measured.append((across, up, dpi))
    return measured


def read_scans(body: bytes, pages: Sequence[int], ocr: Ocr) -> ScanReading:
    """Read scanned pages within the limits; what is over them stays unread and is logged."""
    from pypdfium2 import PdfDocument

    reader = PageReader(ocr)
    texts: dict[int, OcrText] = {}
    document = PdfDocument(body)
    try:
        for number in pages[: ocr.page_count]:
            if reader.is_late:
                break
            try:
                texts[number] = reader.read(image_of_page(document, number))
            except OcrProblem as problem:
                log.warning("scanned page not read", page=number, why=str(problem))
    finally:
        document.close()
    unread = len(pages) - len(texts)
    if unread:
        log.warning("scan read in part", pages=len(pages), unread=unread)
    return ScanReading(texts, is_complete=not unread)


def image_of_page(document: PdfDocument, number: int) -> PageImage:
    """Draw a page in grey, as fine as its scan is, within bounds of resolution and of pixels."""
    page = document[number - 1]
    try:
        finest = max((dpi for _, _, dpi in _pictures(page)), default=MOST_DPI)
        width, height = (max(length, 1.0) for length in page.get_size())
        dpi = min(max(finest, LEAST_DPI), MOST_DPI)
        dpi = min(dpi, math.sqrt(MAX_PIXELS / (width * height)) * POINTS_PER_INCH)
        bitmap = page.render(scale=dpi / POINTS_PER_INCH, grayscale=True, may_draw_forms=False)
        try:
            dots = memoryview(bitmap.buffer).cast("B")
            starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
            rows = b"".join(dots[start : start + bitmap.width] for start in starts)
            return PageImage(b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + rows, round(dpi))
        finally:
            bitmap.close()
    finally:
        page.close()
