"""A PDF as an article: lines in reading order, without what every page repeats; slide decks by their own rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from perilune.dates import PartialDate, Witness, WitnessKind, dates_in
from pipeline.extraction.boilerplate import is_date_line
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.pdf_lines import Line, PdfPage, lines_of_page
from pipeline.extraction.pdf_paragraphs import blocks_of_pages, blocks_of_slides
from pipeline.extraction.problems import ExtractionProblem

MAX_PAGES = 400
MAX_SLIDE_WORDS = 170
MIN_DECK_PAGES = 3
IDEOGRAPHS_PER_WORD = 2
MIN_REPEATS = 3
EDGE_LINES = 3
MAX_TITLE_CHARS = 250
MAX_PLAIN_TITLE_CHARS = 120
MAX_COVER_LINES = 30
PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|стр\.?|第)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|из|sur"
    r"|de)\s*\d{1,4})?\s*页?\W*",
    re.IGNORECASE,
)
METADATA_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
NO_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint)\b.*|.*\.(?:docx?|pptx?|pdf|indd|tex|dvi|xlsx?|qxd)|document\d*|"
    r"(?:table of )?contents|目录|содержание|sommaire|table des matières|(?:power ?point )?presentation"
    r"|слайд \d+|презентация.*|幻灯片 ?\d+|présentation.*|pdf|[\W\d_]*",
    re.IGNORECASE,
)


def article_of_pdf(body: bytes) -> DocumentArticle:
    """Read a PDF; ExtractionProblem when it is damaged or encrypted. No blocks when it has no text layer."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(body)
    except PdfiumError as error:
        raise _problem(error) from error
    try:
        pages = [lines_of_page(document, place) for place in range(min(len(document), MAX_PAGES))]
        metadata = {key: str(value).strip(" \0") for key, value in document.get_metadata_dict().items()}
        return _article(pages, metadata, page_count=len(document))
    except PdfiumError as error:
        raise _problem(error) from error
    finally:
        document.close()


def _problem(error: Exception) -> ExtractionProblem:
    message = str(error).rstrip(".")
    if re.search(r"password|security|encrypt", message, re.IGNORECASE):
        return ExtractionProblem("the PDF is encrypted")
    return ExtractionProblem(f"the PDF is damaged: {message}")


def _article(pages: Sequence[PdfPage], metadata: dict[str, str], *, page_count: int) -> DocumentArticle:
    is_deck = _is_slide_deck(pages)
    title = _title_of(pages, metadata, is_deck=is_deck)
    body = _without_repeated_lines(pages)
    blocks = blocks_of_slides(body, title) if is_deck else blocks_of_pages(body, title)
    author = metadata.get("Author", "")
    has_author = author and not re.search(
        r"^(?:user|anonymous|unknown|admin\w*|owner|author|\W*|\w+\d+)$", author, re.IGNORECASE
    )
    return DocumentArticle(
        title=title,
        blocks=tuple(blocks),
        witnesses=(*_cover_witnesses(pages), *_metadata_witnesses(metadata)),
        authors=(author,) if has_author else (),
        is_slide_deck=is_deck,
        page_count=page_count,
    )


def _is_slide_deck(pages: Sequence[PdfPage]) -> bool:
    """Tell slides: several landscape pages with few words each."""
    landscape = [page for page in pages if page.width > page.height]
    words = [sum(map(_words_count, page.lines)) for page in landscape]
    is_wide = len(pages) >= MIN_DECK_PAGES and 2 * len(landscape) > len(pages)
    return is_wide and sum(words) / len(words) <= MAX_SLIDE_WORDS


def _words_count(line: Line) -> int:
    return len(line.text.split()) + len(re.findall(r"[㐀-鿿]", line.text)) // IDEOGRAPHS_PER_WORD


def _title_of(pages: Sequence[PdfPage], metadata: dict[str, str], *, is_deck: bool) -> str:
    """Take the metadata's title when page 1 shows it too, else the largest text of page 1, else the metadata's."""
    stated = " ".join(metadata.get("Title", "").split())
    stated = "" if NO_TITLE.fullmatch(stated) or len(stated) > MAX_TITLE_CHARS else stated
    first = next((page for page in pages if page.lines), None)
    if first is None:
        return stated
    shown = "".join(re.findall(r"\w+", " ".join(line.text for line in first.lines).casefold()))
    if stated and "".join(re.findall(r"\w+", stated.casefold())) in shown:
        return stated
    largest = _largest_text(first, 0.0 if is_deck else _usual_size(pages))
    return stated if NO_TITLE.fullmatch(largest) else largest


def _largest_text(page: PdfPage, usual: float) -> str:
    """Join the first run of lines in the largest size; where nothing is larger than usual, take a short first line."""
    candidates = [line for line in page.lines if re.search(r"\w{2}", line.text) and not is_date_line(line.text)]
    if not candidates:
        return ""
    largest = max(line.size for line in candidates)
    run: list[Line] = []
    for line in candidates:
        if line.size >= 0.93 * largest:
            run.append(line)
        elif run:
            break
    if largest <= 1.1 * usual:
        return candidates[0].text if len(candidates[0].text) <= MAX_PLAIN_TITLE_CHARS else ""
    return " ".join(line.text for line in run)[:MAX_TITLE_CHARS]


def _usual_size(pages: Sequence[PdfPage]) -> float:
    sizes: Counter[float] = Counter()
    for line in (line for page in pages for line in page.lines):
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _without_repeated_lines(pages: Sequence[PdfPage]) -> list[PdfPage]:
    """Drop running heads, footers and page numbers: lines at the edges that recur with other digits."""
    counts = Counter(wording for page in pages for wording in {_running_wording(line) for line in _edges(page)})
    needed = max(MIN_REPEATS, 0.3 * len(pages))
    repeated = {wording for wording, count in counts.items() if wording and count >= needed}
    return [_without_edges(page, repeated) for page in pages]


def _without_edges(page: PdfPage, repeated: set[str]) -> PdfPage:
    edges = _edges(page)
    dropped = {
        line
        for place, line in enumerate(edges)
        if _running_wording(line) in repeated or (PAGE_NUMBER.fullmatch(line.text) and line in (edges[0], edges[-1]))
    }
    return replace(page, lines=tuple(line for line in page.lines if line not in dropped))


def _edges(page: PdfPage) -> list[Line]:
    by_height = sorted(page.lines, key=lambda line: -line.top)
    return list(dict.fromkeys((*by_height[:EDGE_LINES], *by_height[-EDGE_LINES:])))


def _running_wording(line: Line) -> str:
    return re.sub(r"\d+", "#", "".join(re.findall(r"\w+", line.text.casefold())))


def _cover_witnesses(pages: Sequence[PdfPage]) -> list[Witness]:
    """Read the date lines of page 1; the days of the event that it announces are no such line."""
    first = next((page for page in pages if page.lines), None)
    if first is None:
        return []
    edges = [*first.lines[:MAX_COVER_LINES], *first.lines[-EDGE_LINES:]]
    for line in dict.fromkeys(edges):
        dates = dates_in(line.text)
        if (
            dates
            and is_date_line(line.text)
            and not re.search(r"^\W*(?:date|when|дата|时间|日期)\W", line.text, re.IGNORECASE)
        ):
            date, start, end = dates[0]
            return [Witness(WitnessKind.COVER, date, line.text[start:end])]
    return []


def _metadata_witnesses(metadata: dict[str, str]) -> list[Witness]:
    stated = metadata.get("CreationDate", "")
    match = METADATA_DATE.match(stated)
    try:
        date = PartialDate(*(int(part) for part in match.groups() if part)) if match else None
    except ValueError:
        return []
    is_stated = date and (date.month, date.day) != (1, 1)
    return [Witness(WitnessKind.METADATA, date, f"CreationDate {stated[:16]}")] if date and is_stated else []
