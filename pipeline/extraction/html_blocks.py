"""The blocks of an HTML page: what the extractor gives of its text, headings and tables and lists kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from models.vocabulary import PassageKind
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.runs import HEADINGS, Run, line_of
from pipeline.extraction.wording import ideograph_count
from pipeline.values import Block

MIN_TEXT_CHARS = 250
BARE_GAIN = 1.2
MUCH_MORE = 2.0
RUN_TOGETHER_SHARE = 0.3
LENIENT_GAIN = 2.5
IDEOGRAPH_WEIGHT = 3
MAX_HEADING_CHARS = 300
MAX_HEADINGS = 100
OPENING_CHARS = 10
LAYOUT_CELL_CHARS = 300
PARAGRAPHS = "//p[not(ancestor::nav or ancestor::footer or ancestor::aside or ancestor::header)]"
BULLET = re.compile(r"^\s*(?:[•●◦▪■◆►‣⁃∙·*\uf0b7\uf0d8\uf0a7]|[-–](?=\s))\s*")
UNSEEN_TEXT = frozenset({"script", "style"})
TEXT_TAGS = {"head": PassageKind.HEADING, "quote": PassageKind.QUOTE}
RUN_TAGS = {
    "li": PassageKind.LIST_ITEM,
    "blockquote": PassageKind.QUOTE,
    **dict.fromkeys(HEADINGS, PassageKind.HEADING),
}


def raw_blocks(tree: HtmlElement, url: str) -> list[Block]:
    """Extract fast; where that yields little, take the page's bare paragraphs, then the full and the lenient mode."""
    best = _extracted_blocks(tree, url, {"fast": True})
    bare = list(_bare_paragraphs(tree))
    if _weight(best) >= MIN_TEXT_CHARS and len(best) > 1:
        return best if _weight(bare) < MUCH_MORE * _weight(best) else _fuller(best, bare, tree, url)
    # A single block is the library's last resort: the whole page run together.
    needed = RUN_TOGETHER_SHARE if len(best) == 1 else BARE_GAIN
    best = bare if _weight(bare) > needed * _weight(best) else best
    if _weight(best) >= MIN_TEXT_CHARS:
        return best
    for options in ({"fast": False}, {"fast": True, "favor_recall": True}):
        blocks = _extracted_blocks(tree, url, options)
        # Lenient modes sweep up menus: a short page is better read strictly than at a little more length.
        if _weight(blocks) > LENIENT_GAIN * _weight(best) and (len(blocks) > 1 or not best):
            best = blocks
    return best


def _fuller(best: list[Block], bare: Sequence[Block], tree: HtmlElement, url: str) -> list[Block]:
    """Read once more in full where the page has many more paragraphs; take that if it has more of them."""
    full = _extracted_blocks(tree, url, {"fast": False})
    paragraphs = {block.text for block in bare}
    had, has = (sum(len(block.text) for block in blocks if block.text in paragraphs) for blocks in (best, full))
    return full if has > BARE_GAIN * had else best


def _bare_paragraphs(tree: HtmlElement) -> Iterator[Block]:
    """Yield the lines of the paragraphs outside navigation whose text is mostly not links."""
    for node in tree.xpath(PARAGRAPHS):
        lines = [line_of(line) for line in "".join(_pieces_of(node)).split("\0")]
        if 2 * sum(len(link.text_content()) for link in node.iter("a")) <= sum(map(len, lines)):
            yield from (_block_of_line(line, PassageKind.PARAGRAPH) for line in lines if line)


def _pieces_of(node: HtmlElement) -> Iterator[str]:
    """Yield the texts of a paragraph, with a zero character for each line break."""
    if not len(node):
        yield node.text or ""
        return
    # XPath puts texts and breaks together in time that grows with their square.
    for event, element in etree.iterwalk(node, events=("start", "end", "comment", "pi")):
        if event == "start":
            yield "\0" if element.tag == "br" else ""
            yield "" if element.tag in UNSEEN_TEXT else element.text or ""
        elif element is not node:
            yield element.tail or ""


def _extracted_blocks(tree: HtmlElement, url: str, options: Mapping[str, bool]) -> list[Block]:
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(tree, url=url or None, include_comments=False, with_metadata=False, **options)
    except (etree.ParserError, ValueError):
        return []
    return list(_blocks_of(document.body)) if document is not None else []


def with_lost_headings(blocks: Sequence[Block], tree: HtmlElement) -> list[Block]:
    """Put back the headings that the library drops: without them an `About us` looks like the article's end."""
    openings: dict[str, list[tuple[str, str]]] = {}
    for node in islice(tree.iter("h2", "h3", "h4", "h5", "h6"), MAX_HEADINGS):
        heading, after = line_of(node.text_content()), node.getnext()
        text = line_of(after.text_content()) if after is not None and isinstance(after.tag, str) else ""
        if heading and text and len(heading) <= MAX_HEADING_CHARS:
            openings.setdefault(text[:OPENING_CHARS], []).append((text, heading))
    known = {block.text for block in blocks}
    whole: list[Block] = []
    for block in blocks:
        for text, heading in openings.get(block.text[:OPENING_CHARS], ()):
            if heading not in known and text.startswith(block.text[: 5 * OPENING_CHARS]):
                whole.append(Block(PassageKind.HEADING, heading))
                known.add(heading)
        whole.append(block)
    return whole


def block_of_run(run: Run) -> Block:
    """Make a run a block of the kind that its element has."""
    return _block_of_line(run.text, RUN_TAGS.get(str(run.holder.tag), PassageKind.PARAGRAPH))


def _weight(blocks: Sequence[Block]) -> int:
    text = "".join(block.text for block in blocks)
    return len(text) + IDEOGRAPH_WEIGHT * ideograph_count(text)


def _blocks_of(body: HtmlElement) -> Iterator[Block]:
    for element in body:
        if element.tag == "list":
            yield from _items_of(element)
        elif element.tag == "table":
            yield from _blocks_of_table(element)
        else:
            for line in _lines_of(element):
                yield _block_of_line(line, TEXT_TAGS.get(element.tag, PassageKind.PARAGRAPH))


def _block_of_line(line: str, kind: PassageKind) -> Block:
    bare = BULLET.sub("", line)
    return Block(PassageKind.LIST_ITEM, bare) if bare != line and bare else Block(kind, line)


def _items_of(element: HtmlElement) -> Iterator[Block]:
    for item in element.iter("item"):
        text = line_of(" ".join(_own_text(item)))
        if text:
            yield Block(PassageKind.LIST_ITEM, BULLET.sub("", text) or text)


def _own_text(item: HtmlElement) -> Iterator[str]:
    """Yield the text of a list item without that of the items nested in it."""
    yield item.text or ""
    for child in item:
        if child.tag not in ("list", "item"):
            yield "".join(child.itertext())
        yield child.tail or ""


def _blocks_of_table(element: HtmlElement) -> Iterator[Block]:
    """Keep a table in one block, a row a line; a table that only lays out the page gives paragraphs."""
    cells = [line_of(" ".join(cell.itertext())) for cell in element.iter("cell")]
    if is_layout(cells):
        for cell in element.iter("cell"):
            for line in _lines_of(cell):
                yield _block_of_line(line, PassageKind.PARAGRAPH)
        return
    rows = [" | ".join(line_of(" ".join(cell.itertext())) for cell in row.iter("cell")) for row in element.iter("row")]
    text = "\n".join(row for row in rows if row.strip(" |"))
    if text:
        yield Block(PassageKind.TABLE, text)


def is_layout(cells: Sequence[str]) -> bool:
    """Tell by its cells a table that only lays out the page from one that carries content."""
    return any(len(cell) > LAYOUT_CELL_CHARS for cell in cells) or len(cells) <= 1


def _lines_of(element: HtmlElement) -> list[str]:
    """Split at line breaks, except inside a sentence, and at nested paragraphs."""
    parts = [[element.text or ""]]
    for child in element.iterdescendants():
        if child.tag in ("lb", "p", "row", "item"):
            parts.append([])
        parts[-1].append(child.text or "")
        if child.tag in ("p", "row", "item") and child.tail and child.tail.strip():
            parts.append([])
        parts[-1].append(child.tail or "")
    lines: list[list[str]] = []
    for line in filter(None, (line_of("".join(part)) for part in parts)):
        if lines and line[0].islower() and re.search(r"[\w,]$", lines[-1][-1][-1:]):
            lines[-1].append(line)
        elif not (lines and len(lines[-1]) == 1 and is_same_wording(lines[-1][0], line)):
            lines.append([line])
    return [" ".join(line) for line in lines]
