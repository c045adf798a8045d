"""Lines of PDF pages joined into headings, paragraphs and list items; apart because it knows nothing of PDF files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from models.vocabulary import PassageKind
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.pdf_columns import columns_of
from pipeline.extraction.pdf_cover import usual_size
from pipeline.extraction.pdf_letters import IDEOGRAPHS, RIGHT_TO_LEFT
from pipeline.extraction.pdf_lines import Line, PdfPage
from pipeline.extraction.pdf_notes import SEPARATOR, notes_of_page
from pipeline.extraction.pdf_tables import LEADERS, with_aligned_tables
from pipeline.extraction.pdf_words import WordStock
from pipeline.values import Block

BULLET = re.compile(r"^\s*(?:[•●◦▪■◆►➢➤✓✔❖‣⁃∙·§]|[-–—*o](?=\s))\s*(?=\S)")
ITEM_NUMBER = re.compile(
    r"^\s*(?:\(?[0-9]{1,2}[.)、](?!\d)|\(?[a-zа-я][.)]\s|[(（][0-9a-z一二三四五六七八九十ivx]{1,4}[)）]|[ivx]{1,4}[.)]\s"
    r"|第[一二三四五六七八九十百\d]+[条章节]|\d{1,2}(?:\.\d{1,2})+\.?\s|\[\d{1,3}\]\s)"
)
CLOSED = re.compile(r"[.!?。！？:：;；”\"»)）؟]\s*$")
ENDED = re.compile(r"[.!?。！？…؟][”\"»)）’』」]?\s*$")
IDEOGRAPH = re.compile(rf"[{IDEOGRAPHS}]")
MAX_HEADING_CHARS = 160
HEADING_SCALE = 1.12
GAP_SCALE = 1.35
SHORT_LINE_SHARE = 0.85
MIN_INDENT = 0.9
MAX_INDENT = 5.0
MIN_FILL = 0.5
MIN_WHOLE_FILL = 0.8


@dataclass(frozen=True)
class Margins:
    """Where the lines of a column begin and end, and the usual distance from one to the next, in points."""

    left: float
    right: float
    step: float
    size: float


@dataclass
class _Flow:
    """The blocks so far, and how much of the last column's width their last line fills."""

    blocks: list[Block]
    fill: float = 1.0


def blocks_of_pages(pages: Sequence[PdfPage], title: str) -> list[Block]:
    """Join the lines of a document's pages, footnotes last; a paragraph that runs on over a page's end is one block."""
    words = WordStock(pages)
    usual = usual_size(pages)
    flow = _Flow([])
    blocks = flow.blocks
    notes: list[Block] = []
    for page in pages:
        body, page_notes = notes_of_page(page, usual)
        _add_notes(notes, page_notes, page, words)
        for column in columns_of(body.lines):
            _add_column(flow, with_aligned_tables(column), page, usual, words)
        for column in columns_of(page.aside):
            blocks += [_block_of(group, page, usual, words) for group in grouped(column)]
    body_blocks = [block for block in blocks if not is_same_wording(block.text, title)]
    return [block for block in (*body_blocks, *notes) if re.search(r"[^\W_]", block.text)]


def _add_notes(notes: list[Block], found: Sequence[Sequence[Line]], page: PdfPage, words: WordStock) -> None:
    for place, note in enumerate(found):
        text = words.joined([plain(line.text) for line in note])
        goes_on = (
            place == 0
            and notes
            and not re.match(r"\W*[\d*†‡§¶①-⑳]|[a-z]\s", text)
            and notes[-1].page == page.number - 1
        )
        if goes_on:
            notes[-1] = replace(notes[-1], text=words.join(notes[-1].text, text))
        else:
            notes.append(Block(PassageKind.FOOTNOTE, text, page.number, page.label))


def plain(text: str) -> str:
    """Drop the marks around raised figures."""
    return text.replace("\ufdd0", "").replace("\ufdd1", "")


def _add_column(flow: _Flow, lines: Sequence[Line], page: PdfPage, usual: float, words: WordStock) -> None:
    blocks = flow.blocks
    margins = _margins_of(lines)
    for place, group in enumerate(grouped(lines)):
        block = _block_of(group, page, usual, words)
        before = _last_text(blocks)
        if before is not None and place == 0 and _runs_on(blocks[before], block, group[0], margins, flow.fill):
            blocks[before] = replace(blocks[before], text=words.join(blocks[before].text, block.text))
        else:
            blocks.append(block)
        if group[0].kind is None:
            flow.fill = _fill(group[-1], margins)


def _fill(line: Line, margins: Margins) -> float:
    width = max(margins.right - margins.left, 1.0)
    return (margins.right - line.left if RIGHT_TO_LEFT.search(line.text) else line.right - margins.left) / width


def _last_text(blocks: Sequence[Block]) -> int | None:
    """Find the last block that is no table: a paragraph runs on around one."""
    return next((at for at in range(len(blocks) - 1, -1, -1) if blocks[at].kind is not PassageKind.TABLE), None)


def grouped(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Group the lines of one paragraph of a column: one size, the usual gap, no new item."""
    margins = _margins_of(lines)
    group: list[Line] = []
    for line in lines:
        if group and _begins_anew(group, line, margins):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _margins_of(lines: Sequence[Line]) -> Margins:
    plain_lines = [line for line in lines if line.kind is None] or list(lines)
    steps = [
        before.bottom - after.bottom
        for before, after in pairwise(plain_lines)
        if 0.5 * after.size < before.bottom - after.bottom < 3 * after.size and abs(before.size - after.size) < 1
    ]
    sizes = [line.size for line in plain_lines]
    return Margins(
        left=min((line.left for line in plain_lines), default=0.0),
        right=max((line.right for line in plain_lines), default=0.0),
        step=_usual_step(steps) if steps else 1.2 * median(sizes or [0.0]),
        size=median(sizes or [0.0]),
    )


def _usual_step(steps: Sequence[float]) -> float:
    """Take a small step that is common: the larger ones part paragraphs."""
    ordered = sorted(steps)
    return ordered[len(ordered) // 3] if len(ordered) > 2 else ordered[0]  # noqa: PLR2004


def _begins_anew(group: Sequence[Line], line: Line, margins: Margins) -> bool:
    before = group[-1]
    if line.kind or before.kind or line.heading != before.heading or LEADERS.search(before.text):
        return True
    if _begins_item(group, line, margins) or SEPARATOR.fullmatch(line.text):
        return True
    if abs(line.size - before.size) > 0.1 * max(line.size, before.size):
        return True
    if abs(before.bottom - line.bottom) < 0.3 * line.size:
        return False
    return _stands_off(before, line, margins) or _begins_by_look(group, line, margins)


def _stands_off(before: Line, line: Line, margins: Margins) -> bool:
    """Tell whether more than the usual distance is between two lines."""
    step = before.bottom - line.bottom
    usual = margins.step if abs(line.size - margins.size) < 0.1 * margins.size else 1.25 * line.size
    return step < 0 or step > GAP_SCALE * max(usual, 0.9 * line.size) or step > 2.6 * line.size


def _begins_by_look(group: Sequence[Line], line: Line, margins: Margins) -> bool:
    """Tell the first line of a paragraph by its number, its weight, its indent or the line before it."""
    before = group[-1]
    is_after_end = CLOSED.search(before.text) or _is_short(before, margins) or ITEM_NUMBER.match(group[0].text)
    if _is_numbered(line.text) and is_after_end:
        return True
    if before.is_bold != line.is_bold and CLOSED.search(before.text) is None and len(before.text) < MAX_HEADING_CHARS:
        return not line.text[:1].islower()
    return _is_indented(group, line, margins) or _ends_before(group, line, margins)


def _begins_item(group: Sequence[Line], line: Line, margins: Margins) -> bool:
    """Tell an item of a list; a dash may also stand in the middle of a sentence."""
    if not BULLET.match(line.text):
        return False
    before = group[-1]
    is_dash = line.text[0] in "-–—"
    is_set_in = abs(line.left - group[0].left) > line.size / 2
    return not is_dash or bool(
        is_set_in or BULLET.match(group[0].text) or CLOSED.search(before.text) or _had_room(before, line, margins)
    )


def _is_numbered(text: str) -> bool:
    match = ITEM_NUMBER.match(text)
    return bool(match and text[match.end() :].strip())


def _is_indented(group: Sequence[Line], line: Line, margins: Margins) -> bool:
    """Tell the first line of a paragraph, set in further than the lines around it, or set out after an item."""
    before = group[-1]
    if RIGHT_TO_LEFT.search(line.text):
        return before.right - line.right > MIN_INDENT * line.size and abs(before.right - margins.right) < line.size / 2
    indent = line.left - before.left
    is_item = BULLET.match(group[0].text) or ITEM_NUMBER.match(group[0].text)
    if len(group) > 1 and -indent > MIN_INDENT * line.size and is_item:
        return True
    is_flush = before.left - margins.left < line.size / 2 or len(group) > 1
    is_set_in = MIN_INDENT * line.size < indent < MAX_INDENT * line.size
    is_centred = abs((line.left + line.right) - (before.left + before.right)) < line.size
    return is_set_in and is_flush and not is_item and not is_centred and (not line.text[:1].islower())


def _ends_before(group: Sequence[Line], line: Line, margins: Margins) -> bool:
    """Tell whether the line before ends a paragraph: it is short and closed, or very short."""
    before = group[-1]
    is_open = line.text[:1].islower() or before.text.endswith("-")
    if is_open or BULLET.match(group[0].text) or not _had_room(before, line, margins):
        return False
    return bool(CLOSED.search(before.text)) or _is_short(before, margins, share=0.6)


def _had_room(before: Line, line: Line, margins: Margins) -> bool:
    """Tell whether the first word of `line` would have fitted after `before`: a paragraph is broken only there."""
    is_rtl = RIGHT_TO_LEFT.search(line.text)
    room = before.left - margins.left if is_rtl else margins.right - before.right
    word = line.text.split(maxsplit=1)[0]
    letters = 2 if IDEOGRAPH.match(word) else len(word)
    width = letters * (line.right - line.left) / max(len(line.text), 1)
    return room > 1.15 * width + 0.6 * line.size


def _is_short(line: Line, margins: Margins, share: float = SHORT_LINE_SHARE) -> bool:
    width = margins.right - margins.left
    if RIGHT_TO_LEFT.search(line.text):
        return line.left > margins.right - share * width
    return line.right < margins.left + share * width


def _block_of(group: Sequence[Line], page: PdfPage, usual: float, words: WordStock) -> Block:
    if group[0].kind:
        return Block(group[0].kind, plain(group[0].text), page.number, page.label)
    text = words.joined([plain(line.text) for line in group])
    if group[0].heading:
        return Block(PassageKind.HEADING, text, page.number, page.label)
    if BULLET.match(text):
        return Block(PassageKind.LIST_ITEM, BULLET.sub("", text), page.number, page.label)
    kind = PassageKind.HEADING if _is_heading(group, text, usual) else PassageKind.PARAGRAPH
    return Block(kind, text, page.number, page.label)


def _is_heading(group: Sequence[Line], text: str, usual: float) -> bool:
    if len(text) > MAX_HEADING_CHARS or not re.search(r"[^\W\d_]", text) or LEADERS.search(text):
        return False
    is_large = min(line.size for line in group) >= HEADING_SCALE * usual
    return is_large or (all(line.is_bold for line in group) and not re.search(r"[.。;；,]\s*$", text))


def _runs_on(before: Block, after: Block, first: Line, margins: Margins, fill: float) -> bool:
    """Tell whether a column's first block goes on with the last one of the column or page before."""
    if before.kind is PassageKind.HEADING or after.kind is not PassageKind.PARAGRAPH or ENDED.search(before.text):
        return False
    if before.text.endswith(("-", "\u2010")):
        return True
    if BULLET.match(first.text) or ITEM_NUMBER.match(first.text) or fill < MIN_FILL:
        return False
    if CLOSED.search(before.text) or first.text[:1].islower():
        return first.text[:1].islower() and not re.search(r"[:：;；]\s*$", before.text)
    is_flush = first.left - margins.left < first.size / 2
    if IDEOGRAPH.match(first.text):
        return is_flush and fill > MIN_WHOLE_FILL
    is_open = re.search(r"[\w)\]]\s*$", before.text)
    return bool(is_open) and len(before.text) > MAX_HEADING_CHARS / 2 and is_flush and fill > MIN_WHOLE_FILL
