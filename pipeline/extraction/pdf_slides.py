"""Slide decks exported as PDF, known by their geometry: each slide has its heading, items and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.vocabulary import PassageKind
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.pdf_columns import columns_of
from pipeline.extraction.pdf_cover import usual_size_of
from pipeline.extraction.pdf_lines import Line, PdfPage
from pipeline.extraction.pdf_paragraphs import BULLET, HEADING_SCALE, MAX_HEADING_CHARS, grouped, plain
from pipeline.extraction.pdf_tables import with_aligned_tables
from pipeline.extraction.pdf_words import WordStock
from pipeline.values import Block

MAX_SLIDE_WORDS = 170
MIN_DECK_PAGES = 3
IDEOGRAPHS_PER_WORD = 2
THANKS = re.compile(
    r"(?:thanks?|thank you|merci|спасибо|благодар\w+|谢谢|感谢|gracias)[^.。]{0,40}|q ?& ?a|questions\??", re.IGNORECASE
)


def is_slide_deck(pages: Sequence[PdfPage]) -> bool:
    """Tell slides: several landscape pages with few words each."""
    landscape = [page for page in pages if page.width > page.height]
    words = [sum(map(_words_count, page.lines)) for page in landscape]
    is_wide = len(pages) >= MIN_DECK_PAGES and 2 * len(landscape) > len(pages)
    return is_wide and sum(words) / len(words) <= MAX_SLIDE_WORDS


def _words_count(line: Line) -> int:
    return len(line.text.split()) + len(re.findall(r"[㐀-鿿]", line.text)) // IDEOGRAPHS_PER_WORD


def blocks_of_slides(pages: Sequence[PdfPage], title: str) -> list[Block]:
    """Give each slide its heading, items and paragraphs, without the deck's title and a closing `Thanks`."""
    words = WordStock(pages)
    margin = max((line.right for page in pages for line in page.lines), default=0.0)
    blocks: list[Block] = []
    for place, page in enumerate(pages):
        slide = [
            Block(kind, text, page.number, page.label)
            for kind, text in _slide_parts(page, words, margin, has_heading=place > 0)
            if re.search(r"[^\W_]", text) and not is_same_wording(text, title)
        ]
        if not all(THANKS.fullmatch(block.text.strip(" !.！。")) for block in slide):
            blocks.extend(slide)
    return blocks


def _slide_parts(
    page: PdfPage, words: WordStock, margin: float, *, has_heading: bool
) -> Iterator[tuple[PassageKind, str]]:
    usual = usual_size_of(page.lines)
    columns = [with_aligned_tables(column) for column in columns_of((*page.lines, *page.aside))]
    groups = [
        part for column in columns for group in grouped(column) for part in _cut_where_words_would_fit(group, margin)
    ]
    largest = max((line.size for line in page.lines), default=0)
    for place, group in enumerate(groups):
        text = group[0].text if group[0].kind else words.joined([plain(line.text) for line in group])
        is_large = group[0].size > HEADING_SCALE * usual or (group[0].is_bold and len(groups) > 1)
        if group[0].kind:
            yield group[0].kind, plain(text)
        elif BULLET.match(text):
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
