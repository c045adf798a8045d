"""What OCR read as an article: paragraphs, title and date; apart because it knows nothing of PDF files and programs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from models.vocabulary import APART, PassageKind
from perilune.dates import Witness, WitnessKind, dates_in
from pipeline.extraction.boilerplate import is_date_line, is_same_wording
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.ocr import EAST_ASIAN, OcrLine, OcrText
from pipeline.values import Block

MAX_TITLE_CHARS = 250
MAX_PLAIN_TITLE_CHARS = 120
MAX_HEADING_CHARS = 160
MAX_COVER_LINES = 30
HEADING_SCALE = 1.25
TITLE_SCALE = 0.85
GAP_SCALE = 2.2
SHORT_LINE_SHARE = 0.85
EDGE_LINES = 2
MIN_REPEATS = 3
REPEATED_SHARE = 0.3
PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|стр\.?|第)?\s*[\divxlcIVXLC]{1,6}(?:\s*(?:/|of|из|sur|de)\s*\d{1,4})?\s*页?\W*"
)
BULLET = re.compile(r"^\s*(?:[•●◦▪■◆►➢✓❖·§]|[-–—*](?=\s))\s*(?=\S)")
SENTENCE = re.compile(r"[.。;；,，]$")
CLOSED = re.compile(r"[.!?。！？:：;；”\"»)]\s*$")


def article_with_scans(article: DocumentArticle, texts: Mapping[int, OcrText]) -> DocumentArticle:
    """Put what was read on scanned pages into its place among the pages that have text."""
    pages = {number: text.lines for number, text in texts.items() if text.lines}
    if not pages:
        return article
    first = min((block.page or 0 for block in article.blocks if block.page not in pages), default=None)
    is_cover = first is None or min(pages) < first
    cover = pages[min(pages)]
    title = (_title_of(cover, pages) if is_cover else "") or article.title
    blocks = [*(block for block in article.blocks if block.page not in pages), *_blocks_of(pages, title)]
    # Sorting keeps the order within a page.
    blocks.sort(key=lambda block: (block.kind in APART, block.page or 0))
    witnesses = article.witnesses
    if is_cover:
        # The file's own date is the day of the scan, not that of what was scanned.
        others = (each for each in witnesses if each.kind not in {WitnessKind.METADATA, WitnessKind.COVER})
        witnesses = (*_cover_witnesses(cover), *others)
    return replace(article, title=title, blocks=tuple(blocks), witnesses=witnesses)


def _blocks_of(pages: Mapping[int, Sequence[OcrLine]], title: str) -> list[Block]:
    repeated = _repeated_wordings(pages)
    body = {number: _without_edges(lines, repeated) for number, lines in pages.items()}
    every = [line for lines in body.values() for line in lines]
    usual, words = _usual_size(every), _hyphenated_words(every)
    blocks: list[Block] = []
    for number, lines in body.items():
        for group in _grouped(lines):
            block = _block_of(group, number, usual, words)
            if blocks and _runs_on(blocks[-1], block):
                blocks[-1] = replace(blocks[-1], text=_joined([blocks[-1].text, block.text], words))
            else:
                blocks.append(block)
    return [block for block in blocks if re.search(r"\w", block.text) and not is_same_wording(block.text, title)]


def _repeated_wordings(pages: Mapping[int, Sequence[OcrLine]]) -> set[str]:
    """Find running heads and footers: lines at the edges that recur with other digits."""
    counts = Counter(wording for lines in pages.values() for wording in {_wording(line) for line in _edges(lines)})
    needed = max(MIN_REPEATS, REPEATED_SHARE * len(pages))
    return {wording for wording, count in counts.items() if wording and count >= needed}


def _without_edges(lines: Sequence[OcrLine], repeated: set[str]) -> list[OcrLine]:
    edges = _edges(lines)
    ends = (edges[0], edges[-1])
    dropped = {
        line for line in edges if _wording(line) in repeated or (line in ends and PAGE_NUMBER.fullmatch(line.text))
    }
    return [line for line in lines if line not in dropped]


def _edges(lines: Sequence[OcrLine]) -> list[OcrLine]:
    by_height = sorted(lines, key=lambda line: line.top)
    return list(dict.fromkeys((*by_height[:EDGE_LINES], *by_height[-EDGE_LINES:])))


def _wording(line: OcrLine) -> str:
    return re.sub(r"\d+", "#", "".join(re.findall(r"\w+", line.text.casefold())))


def _usual_size(lines: Sequence[OcrLine]) -> float:
    """Take the median size over all letters."""
    sizes = [line.size for line in lines for _ in range(len(line.text) // 4 + 1)]
    return median(sizes) if sizes else 0.0


def _grouped(lines: Sequence[OcrLine]) -> Iterator[list[OcrLine]]:
    """Group the lines of one paragraph: one block and size, the usual gap, no new item."""
    edges = _edges_of_blocks(lines)
    group: list[OcrLine] = []
    for line in lines:
        if group and _begins_anew(group[-1], line, edges[line.paragraph[0]]):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _edges_of_blocks(lines: Sequence[OcrLine]) -> dict[str, tuple[float, float]]:
    edges: dict[str, tuple[float, float]] = {}
    for line in lines:
        left, right = edges.get(line.paragraph[0], (line.left, line.right))
        edges[line.paragraph[0]] = (min(left, line.left), max(right, line.right))
    return edges


def _begins_anew(before: OcrLine, line: OcrLine, edges: tuple[float, float]) -> bool:
    """Tell a new paragraph; Tesseract also sees one wherever a line happens to be short."""
    larger, smaller = max(before.size, line.size), min(before.size, line.size)
    if before.paragraph[0] != line.paragraph[0] or larger > HEADING_SCALE * smaller or BULLET.match(line.text):
        return True
    if line.bottom - before.bottom > GAP_SCALE * larger:
        return True
    left, right = edges
    is_indented = line.left > left + smaller and before.left < line.left - smaller / 2
    is_short = before.right < left + SHORT_LINE_SHARE * (right - left)
    is_closed = CLOSED.search(before.text) is not None
    return (is_closed and (is_short or before.paragraph != line.paragraph)) or (
        is_indented and before.paragraph != line.paragraph
    )


def _block_of(group: Sequence[OcrLine], number: int, usual: float, words: Counter[str]) -> Block:
    text = _joined([line.text for line in group], words)
    if BULLET.match(text):
        return Block(PassageKind.LIST_ITEM, BULLET.sub("", text), number)
    is_large = median(line.size for line in group) >= HEADING_SCALE * usual
    is_heading = is_large and len(text) <= MAX_HEADING_CHARS and re.search(r"\w{2}", text)
    return Block(PassageKind.HEADING if is_heading else PassageKind.PARAGRAPH, text, number)


def _runs_on(before: Block, after: Block) -> bool:
    """Tell whether a paragraph goes on: on the next page, or where a line was taken for a paragraph's last one."""
    is_prose = before.kind is not PassageKind.HEADING and after.kind is PassageKind.PARAGRAPH
    is_open = not CLOSED.search(before.text) and len(before.text) > MAX_HEADING_CHARS / 2
    is_east_asian = EAST_ASIAN.match(after.text) and before.page != after.page
    return bool(is_prose and is_open and (after.text[:1].islower() or is_east_asian))


def _joined(texts: Sequence[str], words: Counter[str]) -> str:
    joined = texts[0]
    for text in texts[1:]:
        joined = _join(joined, text, words)
    return joined


def _join(left: str, right: str, words: Counter[str]) -> str:
    """Join two lines; the hyphen of a line end goes unless the document writes the word with one elsewhere."""
    broken = re.search(r"([^\W\d_]+)[-‐¬]$", left)
    rest = re.match(r"[^\W\d_]+", right)
    if broken and rest and right[:1].islower():
        is_compound = words[f"{broken[1]}-{rest[0]}".lower()]
        return f"{left[:-1]}-{right}" if is_compound else left[:-1] + right
    if re.search(r"\w-$", left):
        return left + right
    return f"{left}{right}" if EAST_ASIAN.match(left[-1:]) and EAST_ASIAN.match(right) else f"{left} {right}"


def _hyphenated_words(lines: Sequence[OcrLine]) -> Counter[str]:
    text = "\n".join(line.text for line in lines).lower()
    return Counter(re.findall(r"\b[^\W\d_]+-[^\W\d_]+\b", text))


def _title_of(cover: Sequence[OcrLine], pages: Mapping[int, Sequence[OcrLine]]) -> str:
    """Take the first run of the largest lines of the cover, or its first line where none is larger than usual."""
    repeated = _repeated_wordings(pages)
    lines = [line for line in _without_edges(cover, repeated) if re.search(r"[^\W\d_]{2}", line.text)]
    lines = [line for line in lines if not is_date_line(line.text)]
    if not lines:
        return ""
    usual = _usual_size([line for page in pages.values() for line in page])
    largest = max(line.size for line in lines)
    if largest < HEADING_SCALE * usual:
        plain = _joined([line.text for line in next(_grouped(lines))], Counter())
        return plain if len(plain) <= MAX_PLAIN_TITLE_CHARS and not SENTENCE.search(plain) else ""
    run: list[OcrLine] = []
    for line in lines:
        if line.size >= TITLE_SCALE * largest:
            run.append(line)
        elif run:
            break
    return _joined([line.text for line in run], Counter())[:MAX_TITLE_CHARS]


def _cover_witnesses(cover: Sequence[OcrLine]) -> list[Witness]:
    """Read the date line of the cover; the days of the event that it announces are no such line."""
    for line in dict.fromkeys((*cover[:MAX_COVER_LINES], *_edges(cover))):
        is_of_event = re.search(r"^\W*(?:date|when|дата|время|时间|日期)\W", line.text, re.IGNORECASE)
        dates = dates_in(line.text)
        if dates and is_date_line(line.text) and not is_of_event:
            date, start, end = dates[0]
            return [Witness(WitnessKind.COVER, date, line.text[start:end])]
    return []
