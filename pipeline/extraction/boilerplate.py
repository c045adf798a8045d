"""Which blocks of a page are not its article: menus, share lines, contact and `About us` tails, in four languages.

Apart from the extractor because these rules are the part that analysts argue about, and they know nothing of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.vocabulary import PassageKind
from perilune.dates import dates_in
from pipeline.extraction.boilerplate_wordings import (
    ABOUT_HEADING,
    BREADCRUMB,
    BYLINE,
    CONTACT_HEADING,
    CONTACT_LINE,
    CONTACT_REQUEST,
    COOKIES,
    COPYRIGHT,
    CREDIT,
    LINE_RULES,
    MORE_MARK,
    ORGANISATION_CUE,
    READ_ALSO,
    SENTENCE_END,
    SENTENCE_STOP,
    TIME_OF_DAY,
    TRAIL,
)
from pipeline.extraction.share_lines import is_share_line
from pipeline.extraction.wording import ideograph_count, wording_of
from pipeline.values import Block

MAX_LINE_CHARS = 300
MAX_SHORT_CHARS = 120
MAX_MENU_ENTRY_CHARS = 60
MIN_MENU_ENTRIES = 3
MENU_SHARE = 0.6
MAX_FOOTER_CELLS = 6
MIN_PROSE_CHARS = 140
MIN_PROSE_IDEOGRAPHS = 50
MAX_HEAD_BLOCKS = 6
MAX_ABOUT_BLOCKS = 4
MAX_TEASER_BLOCKS = 3
MAX_CONTACT_BLOCKS = 200
MAX_DATE_LINE_REST = 60
MIN_PROSE_AROUND = 3
MIN_TEASER_CHARS = 15
KEPT_LINKED = frozenset({PassageKind.TABLE, PassageKind.HEADING})


def content_blocks(blocks: Sequence[Block], title: str, *, linked: frozenset[str] = frozenset()) -> list[Block]:
    """Keep the blocks that belong to the article titled `title`, in order.

    `linked` holds the texts that are wholly a link on the page: only with it are lists of links known from lists.
    """
    below_title = _below_title(blocks, title)
    lines = [block for block in below_title if not _is_boilerplate_line(block, wording_of(title), linked)]
    kept = _without_inner_teasers(_without_head_matter(lines, linked), linked)
    sections = _without_links_at_end(_without_tail_sections(kept), linked)
    dropped_at_end = _count_after_prose(below_title) - _count_after_prose(sections)
    return _without_dangling_headings(_without_footer_rest(sections) if dropped_at_end else sections)


def is_same_wording(one: str, other: str) -> bool:
    """Tell whether two lines differ only in case, spaces and punctuation."""
    return bool(wording := wording_of(one)) and wording == wording_of(other)


def is_date_line(text: str, language: str | None = None) -> bool:
    """Tell a line that states one date and little else: a time, a place, a byline, share words."""
    if len(text) > MAX_SHORT_CHARS:
        return False
    dates = dates_in(text, language)
    if not dates or len({date for date, _, _ in dates}) != 1 or dates[0][0].month is None:
        return False
    rest = text
    for _, start, end in reversed(dates):
        rest = rest[:start] + rest[end:]
    return len(TIME_OF_DAY.sub("", rest).strip()) <= MAX_DATE_LINE_REST and not re.search(r"[.!?]\s|[。！？]", rest)


def _is_prose(block: Block) -> bool:
    weight = len(block.text) + (MIN_PROSE_CHARS // MIN_PROSE_IDEOGRAPHS) * ideograph_count(block.text)
    return block.kind is not PassageKind.HEADING and weight >= MIN_PROSE_CHARS


def _is_boilerplate_line(block: Block, title_wording: str, linked: frozenset[str]) -> bool:
    text = block.text.strip()
    if wording_of(text) in ("", title_wording):
        return True
    if block.kind is PassageKind.TABLE:
        return _is_table_of_menu(text, linked)
    if len(text) > MAX_LINE_CHARS:
        return False
    if is_share_line(text) or any(rule.fullmatch(text) for rule in LINE_RULES):
        return True
    return bool(
        COPYRIGHT.search(text)
        or (len(text) <= MAX_SHORT_CHARS + 40 and CREDIT.match(text))
        or COOKIES.search(text)
        or CONTACT_REQUEST.match(text)
        or (len(text) <= MAX_SHORT_CHARS and READ_ALSO.fullmatch(text) and block.kind is not PassageKind.HEADING)
    )


def _is_table_of_menu(text: str, linked: frozenset[str]) -> bool:
    """Tell a table that lays out the site's menu or its footer."""
    cells = [cell for row in text.splitlines() for cell in row.split(" | ") if wording_of(cell)]
    is_menu = len(cells) >= MIN_MENU_ENTRIES and sum(cell in linked for cell in cells) >= MENU_SHARE * len(cells)
    is_footer = len(cells) <= MAX_FOOTER_CELLS and any(COPYRIGHT.search(cell) for cell in cells)
    is_teasers = len(cells) > 1 and READ_ALSO.fullmatch(cells[0])
    return bool(is_menu or is_footer or is_teasers) or any(BREADCRUMB.fullmatch(row) for row in text.splitlines())


def _below_title(blocks: Sequence[Block], title: str) -> Sequence[Block]:
    """Start after the title where the page repeats it before its first prose: what stands above is the site's."""
    prose_count, wording = 0, wording_of(title)
    for place, block in enumerate(blocks):
        if wording and wording_of(block.text) == wording:
            below = blocks[place + 1 :]
            return below if _length(below) >= _length(blocks[:place]) else blocks
        # One long block may stand above: a teaser in the site's menu. Two are the article.
        prose_count += _is_prose(block)
        if prose_count > 1:
            break
    return blocks


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _count_after_prose(blocks: Sequence[Block]) -> int:
    return next((count for count, block in enumerate(reversed(blocks)) if _is_prose(block)), len(blocks))


def _without_footer_rest(blocks: Sequence[Block]) -> list[Block]:
    """Drop what a footer leaves behind once its contacts are gone: names without a sentence, texts that break off."""
    kept = list(blocks)
    while len(kept) > 1 and kept[-1].kind is PassageKind.PARAGRAPH and _is_footer_rest(kept[-1]):
        kept.pop()
    return kept


def _is_footer_rest(block: Block) -> bool:
    if re.search(r"\w\s?(?:\.\.\.|…)\s*$", block.text):
        return True
    return len(block.text) <= MAX_MENU_ENTRY_CHARS and not re.search(r"[.!?。！？:：;)）\d]\s*$", block.text)


def _without_head_matter(blocks: Sequence[Block], linked: frozenset[str]) -> list[Block]:
    """Drop date lines, bylines and menus that stand before the first prose."""
    first_prose = next((place for place, block in enumerate(blocks) if _is_prose(block)), len(blocks))
    head = [
        block
        for place, block in enumerate(blocks[:first_prose])
        if not (place < MAX_HEAD_BLOCKS and _is_head_matter(block))
    ]
    entries = [_is_menu_entry(block, linked) for block in head]
    if sum(entries) >= MIN_MENU_ENTRIES:
        head = [block for block, is_entry in zip(head, entries, strict=True) if not is_entry]
    return [*head, *blocks[first_prose:]]


def _without_inner_teasers(blocks: Sequence[Block], linked: frozenset[str]) -> list[Block]:
    """Drop lines that lead elsewhere from between two paragraphs of prose, unless the article introduces them."""
    prose = [place for place, block in enumerate(blocks) if _is_prose(block) and block.text not in linked]
    if len(prose) < MIN_PROSE_AROUND:
        return list(blocks)
    kept: list[Block] = []
    is_introduced = False
    for place, block in enumerate(blocks):
        is_teaser = block.text in linked and len(block.text) >= MIN_TEASER_CHARS and block.kind not in KEPT_LINKED
        if is_teaser and not is_introduced and prose[0] < place < prose[-1]:
            continue
        # The items that follow the first of an introduced list are introduced as well.
        is_introduced = (is_teaser and is_introduced) or _introduces(block)
        kept.append(block)
    return kept


def _introduces(block: Block) -> bool:
    return block.kind is PassageKind.HEADING or block.text.rstrip().endswith((":", "："))


def _is_head_matter(block: Block) -> bool:
    """Tell a date line, a byline or a table that lays out the site's menu."""
    if block.kind is PassageKind.TABLE:
        rows = block.text.splitlines()
        return any(BREADCRUMB.fullmatch(row) for row in rows) or not re.search(r"\d", block.text)
    text = block.text.strip()
    is_byline = len(text) <= MAX_LINE_CHARS / 2 and not SENTENCE_STOP.search(text) and BYLINE.fullmatch(text)
    if len(text) <= MAX_SHORT_CHARS and TRAIL.fullmatch(text):
        return True
    is_date = re.fullmatch(r"(?:19|20)\d\d|\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d\b.{0,20}", text)
    return bool(is_date_line(text) or is_date or is_byline)


def _is_menu_entry(block: Block, linked: frozenset[str]) -> bool:
    is_short = len(block.text) <= MAX_MENU_ENTRY_CHARS and not SENTENCE_END.search(block.text)
    return is_short and (
        block.text in linked or (block.kind is PassageKind.LIST_ITEM and not re.search(r"\d", block.text))
    )


@dataclass(frozen=True)
class _Spots:
    """Where the first and the last prose of an article and the last heading of a tail section stand; -1 for none."""

    first_prose: int
    last_prose: int
    last_opener: int


def _without_tail_sections(blocks: Sequence[Block]) -> list[Block]:
    """Drop contact blocks, `About <company>` and teasers of an institute, each with its heading."""
    prose = [place for place, block in enumerate(blocks) if _is_prose(block)] or [-1]
    openers = [place for place, block in enumerate(blocks) if _is_opener(block)] or [-1]
    spots = _Spots(prose[0], prose[-1], openers[-1])
    kept: list[Block] = []
    place = 0
    while place < len(blocks):
        length = _section_length(blocks, place, spots)
        if not length:
            kept.append(blocks[place])
        place += max(length, 1)
    return kept


def _section_length(blocks: Sequence[Block], place: int, spots: _Spots) -> int:
    """Count the blocks of the section of boilerplate that begins at `place`: 0 when none does."""
    block = blocks[place]
    if len(block.text) > MAX_SHORT_CHARS:
        return 0
    if CONTACT_HEADING.fullmatch(block.text):
        return _contact_length(blocks, place)
    if not 0 <= spots.first_prose < place:
        return 0
    if _is_contact_line(block) and spots.last_prose < place:
        return 1
    if ABOUT_HEADING.fullmatch(block.text) and not SENTENCE_STOP.search(block.text):
        return _about_length(blocks, place, spots)
    return _teaser_length(blocks, place, spots)


def _is_contact_line(block: Block) -> bool:
    return len(block.text) <= MAX_SHORT_CHARS and bool(CONTACT_LINE.match(block.text))


def _contact_length(blocks: Sequence[Block], place: int) -> int:
    """Count a contact heading and the short lines after it, to the last one that is an address or a number."""
    run = 1
    while (
        run < MAX_CONTACT_BLOCKS
        and place + run < len(blocks)
        and len(blocks[place + run].text) <= MAX_SHORT_CHARS
        and not _is_prose(blocks[place + run])
    ):
        run += 1
    is_at_end = place + run == len(blocks)
    contacts = [offset for offset in range(1, run) if _is_contact_line(blocks[place + offset])]
    if is_at_end and (contacts or run == 1):
        return run
    return contacts[-1] + 1 if contacts else 0


def _about_length(blocks: Sequence[Block], place: int, spots: _Spots) -> int:
    """Count an `About X` section when it describes an organisation and no more of the article follows it."""
    section = _section_after(blocks, place, MAX_ABOUT_BLOCKS + 1)
    text = " ".join(block.text for block in section)
    if not section or len(section) > MAX_ABOUT_BLOCKS or not ORGANISATION_CUE.search(text):
        return 0
    end = place + 1 + len(section)
    return 1 + len(section) if spots.last_opener >= end or spots.last_prose < end else 0


def _teaser_length(blocks: Sequence[Block], place: int, spots: _Spots) -> int:
    """Count a heading with a text that breaks off in `>> more`: a teaser of another page."""
    section = _section_after(blocks, place, MAX_TEASER_BLOCKS)
    ends = [offset for offset, block in enumerate(section, 1) if MORE_MARK.search(block.text)]
    is_last = spots.last_prose <= place + len(section)
    return 1 + ends[0] if ends and is_last and blocks[place].kind is PassageKind.HEADING else 0


def _section_after(blocks: Sequence[Block], place: int, most: int) -> list[Block]:
    section: list[Block] = []
    for block in blocks[place + 1 : place + 1 + most]:
        if block.kind is PassageKind.HEADING or _is_opener(block):
            break
        section.append(block)
    return section


def _is_opener(block: Block) -> bool:
    return len(block.text) <= MAX_SHORT_CHARS and bool(
        CONTACT_HEADING.fullmatch(block.text) or ABOUT_HEADING.fullmatch(block.text)
    )


def _without_links_at_end(blocks: Sequence[Block], linked: frozenset[str]) -> list[Block]:
    """Drop links that trail after the last prose, unless a heading of the article's own introduces them."""
    end = len(blocks)
    while end and (
        blocks[end - 1].text in linked
        or READ_ALSO.fullmatch(blocks[end - 1].text)
        or (not _is_prose(blocks[end - 1]) and MORE_MARK.search(blocks[end - 1].text))
    ):
        end -= 1
    is_introduced = end < len(blocks) and end and blocks[end - 1].kind is PassageKind.HEADING
    return list(blocks if is_introduced and not READ_ALSO.fullmatch(blocks[end].text) else blocks[:end])


def _without_dangling_headings(blocks: Sequence[Block]) -> list[Block]:
    kept = list(blocks)
    while len(kept) > 1 and kept[-1].kind is PassageKind.HEADING:
        kept.pop()
    return kept
