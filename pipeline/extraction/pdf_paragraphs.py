"""Lines of PDF pages joined into headings, paragraphs and list items; apart because it knows nothing of PDF files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from models.vocabulary import PassageKind
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.pdf_lines import Line, PdfPage
from pipeline.values import Block

BULLET = re.compile(r"^\s*(?:[•●◦▪■◆►➢➤✓✔❖‣⁃∙·§]|[-–—*o](?=\s))\s*(?=\S)")
ITEM_NUMBER = re.compile(
    r"^\s*(?:\(?[0-9]{1,2}[.)、]|\(?[a-zа-я][.)]\s|[(（][0-9一二三四五六七八九十ivx]{1,4}[)）]|第[一二三四五六七八九十\d]+[条章])"
)
CLOSED = re.compile(r"[.!?。！？:：;；”\"»)]\s*$")
IDEOGRAPH = re.compile(r"[㐀-鿿　-〿＀-￯]")
THANKS = re.compile(
    r"(?:thanks?|thank you|merci|спасибо|благодар\w+|谢谢|感谢)[^.。]{0,40}|q ?& ?a|questions\??", re.IGNORECASE
)
MAX_HEADING_CHARS = 160
HEADING_SCALE = 1.12
GAP_SCALE = 1.35
SHORT_LINE_SHARE = 0.8


def blocks_of_pages(pages: Sequence[PdfPage], title: str) -> list[Block]:
    """Join the lines of a document's pages; a paragraph that runs on over a page's end becomes one block."""
    words = _hyphenated_words(pages)
    usual = _usual_size([line for page in pages for line in page.lines])
    blocks: list[Block] = []
    for page in pages:
        for group in _grouped(page.lines, usual):
            block = _block_of(group, page.number, usual, words)
            if blocks and _runs_on(blocks[-1], block):
                joined = _joined([blocks[-1].text, block.text], words)
                blocks[-1] = Block(blocks[-1].kind, joined, blocks[-1].page)
            else:
                blocks.append(block)
    return [block for block in blocks if re.search(r"\w", block.text) and not is_same_wording(block.text, title)]


def blocks_of_slides(pages: Sequence[PdfPage], title: str) -> list[Block]:
    """Give each slide its heading, items and paragraphs, without the deck's title and a closing `Thanks`."""
    words = _hyphenated_words(pages)
    margin = max((line.right for page in pages for line in page.lines), default=0.0)
    blocks: list[Block] = []
    for place, page in enumerate(pages):
        slide = [
            Block(kind, text, page.number)
            for kind, text in _slide_parts(page, words, margin, has_heading=place > 0)
            if re.search(r"\w", text) and not is_same_wording(text, title)
        ]
        if not all(THANKS.fullmatch(block.text.strip(" !.！。")) for block in slide):
            blocks.extend(slide)
    return blocks


def _slide_parts(
    page: PdfPage, words: Counter[str], margin: float, *, has_heading: bool
) -> Iterator[tuple[PassageKind, str]]:
    usual = _usual_size(page.lines)
    groups = [part for group in _grouped(page.lines, usual) for part in _cut_where_words_would_fit(group, margin)]
    largest = max((line.size for line in page.lines), default=0)
    for place, group in enumerate(groups):
        text = _joined([line.text for line in group], words)
        is_large = group[0].size > HEADING_SCALE * usual or (group[0].is_bold and len(groups) > 1)
        if BULLET.match(text):
            yield PassageKind.LIST_ITEM, BULLET.sub("", text)
        elif has_heading and len(text) <= MAX_HEADING_CHARS and (is_large or (place == 0 and group[0].size == largest)):
            yield PassageKind.HEADING, text
        else:
            yield PassageKind.PARAGRAPH, text


def _cut_where_words_would_fit(group: Sequence[Line], margin: float) -> Iterator[list[Line]]:
    """Part lines of a slide where the next line's first word had room before the margin: the break was meant."""
    part = [group[0]]
    for line in group[1:]:
        before = part[-1]
        word = line.text.split(maxsplit=1)[0]
        width = (line.right - line.left) * (len(word) + 1) / max(len(line.text), 1)
        if line.bottom < before.bottom and before.right + width < margin and not line.text[:1].islower():
            yield part
            part = []
        part.append(line)
    yield part


def _usual_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _grouped(lines: Sequence[Line], usual: float) -> Iterator[list[Line]]:
    """Group the lines of one paragraph: one size, the usual gap, no new item."""
    gaps = [
        before.bottom - after.bottom
        for before, after in pairwise(lines)
        if 0 < before.bottom - after.bottom < 4 * usual
    ]
    usual_gap = median(gaps) if gaps else usual
    right = max((line.right for line in lines), default=0)
    group: list[Line] = []
    for line in lines:
        if group and _begins_anew(group, line, usual_gap, right):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins_anew(group: Sequence[Line], line: Line, usual_gap: float, right: float) -> bool:
    before = group[-1]
    if BULLET.match(line.text) or (ITEM_NUMBER.match(line.text) and CLOSED.search(before.text)):
        return True
    if abs(line.size - before.size) > 0.1 * max(line.size, before.size):
        return True
    if abs(before.bottom - line.bottom) < 0.3 * line.size:
        return False
    gap = before.bottom - line.bottom
    if gap > GAP_SCALE * max(usual_gap, line.size) or gap < -line.size:
        # A new column continues a sentence that the last one left open.
        return gap > 0 or bool(CLOSED.search(before.text)) or not line.text[:1].islower()
    if before.is_bold != line.is_bold and CLOSED.search(before.text) is None and len(before.text) < MAX_HEADING_CHARS:
        return not line.text[:1].islower()
    is_short = before.right < SHORT_LINE_SHARE * right
    is_open = BULLET.match(group[0].text) or line.text[:1].islower()
    return is_short and not is_open and (bool(CLOSED.search(before.text)) or before.right < 0.6 * right)


def _block_of(group: Sequence[Line], number: int, usual: float, words: Counter[str]) -> Block:
    text = _joined([line.text for line in group], words)
    if BULLET.match(text):
        return Block(PassageKind.LIST_ITEM, BULLET.sub("", text), number)
    is_large = min(line.size for line in group) >= HEADING_SCALE * usual
    is_emphasised = all(line.is_bold for line in group) and not re.search(r"[.。;；,]\s*$", text)
    is_heading = len(text) <= MAX_HEADING_CHARS and re.search(r"\w{2}", text) and (is_large or is_emphasised)
    return Block(PassageKind.HEADING if is_heading else PassageKind.PARAGRAPH, text, number)


def _runs_on(before: Block, after: Block) -> bool:
    is_prose = before.kind is not PassageKind.HEADING and after.kind is PassageKind.PARAGRAPH
    is_open = not CLOSED.search(before.text) and len(before.text) > MAX_HEADING_CHARS / 2
    begins_inside = after.text[:1].islower() or (IDEOGRAPH.match(after.text) and not ITEM_NUMBER.match(after.text))
    return bool(is_prose and before.page != after.page and is_open and begins_inside)


def _joined(texts: Sequence[str], words: Counter[str]) -> str:
    joined = texts[0]
    for text in texts[1:]:
        joined = _join(joined, text, words)
    return joined


def _join(left: str, right: str, words: Counter[str]) -> str:
    """Join two lines; the hyphen of a line end goes unless the document writes the word with one elsewhere."""
    broken = re.search(r"(\w+)-$", left)
    rest = re.match(r"[^\W\d_]\w*", right)
    if broken and rest and right[:1].islower():
        return left + right if words[f"{broken[1]}-{rest[0]}".lower()] else left[:-1] + right
    if left.endswith("-") and broken:
        return left + right
    is_east_asian = IDEOGRAPH.search(left[-1:]) and IDEOGRAPH.match(right)
    return f"{left}{right}" if is_east_asian else f"{left} {right}"


def _hyphenated_words(pages: Sequence[PdfPage]) -> Counter[str]:
    """Count the words that the document writes with a hyphen inside a line."""
    text = "\n".join(line.text for page in pages for line in page.lines).lower()
    return Counter(re.findall(r"\b[^\W\d_]+-[^\W\d_]+\b", text))
