"""The element of a page that holds nearly all of its prose: a second reading where an extractor runs all together.

Old pages part their text by `<br>`, `<div>` and table cells; an extractor that looks for paragraphs finds none there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from models.vocabulary import PassageKind
from pipeline.extraction.html_blocks import block_of_run, is_layout
from pipeline.extraction.runs import HEADINGS, Run, line_of, runs_of
from pipeline.extraction.wording import ideograph_count
from pipeline.values import Block

MIN_PROSE_CHARS = 60
MIN_PROSE_IDEOGRAPHS = 20
MAX_LINKED_SHARE = 0.3
NEARLY_ALL = 0.8
MIN_LINKS_RUN_IN = 3
MIN_RUN_CHARS = 3


def is_run_together(blocks: Sequence[Block], runs: Sequence[Run]) -> bool:
    """Tell blocks that are the whole page on one line, or that have the entries of a menu in one of them."""
    if len(blocks) == 1:
        return True
    shown = {run.text for run in runs}
    joined = [block for block in blocks if block.kind is not PassageKind.TABLE and block.text not in shown]
    entries = {run.text for run in runs if run.is_linked and len(run.text) >= MIN_RUN_CHARS} if joined else set()
    return any(sum(entry in block.text for entry in entries) >= MIN_LINKS_RUN_IN for block in joined)


def blocks_of_container(runs: Sequence[Run]) -> list[Block]:
    """Read all blocks of the deepest element that holds nearly all prose of the page; none where there is no prose."""
    held = Counter[HtmlElement]()
    prose = [run for run in runs if _is_prose(run)]
    # A photo essay is told below its pictures.
    for run in [run for run in prose if not run.is_caption] or prose:
        for element in (run.holder, *run.holder.iterancestors()):
            held[element] += len(run.text)
    if not held:
        return []
    container = max(held, key=held.__getitem__)
    needed = NEARLY_ALL * held[container]
    inner: HtmlElement | None = container
    while inner is not None:
        container, inner = inner, next((child for child in inner if held.get(child, 0) >= needed), None)
    return list(blocks_of_element(container))


def _is_prose(run: Run) -> bool:
    is_long = len(run.text) >= MIN_PROSE_CHARS or ideograph_count(run.text) >= MIN_PROSE_IDEOGRAPHS
    return is_long and run.holder.tag not in HEADINGS and run.linked_chars <= MAX_LINKED_SHARE * len(run.text)


def blocks_of_element(element: HtmlElement) -> Iterator[Block]:
    """Give all the text of an element: runs of words, and tables that carry content as one block each."""
    tables = {table: _table_text(table) for table in element.iter("table") if not is_layout(_cells_of(table))}
    given = set[HtmlElement]()
    for run in runs_of(element):
        table = next((each for each in (run.holder, *run.holder.iterancestors()) if each in tables), None)
        if table is None:
            yield block_of_run(run)
        elif table not in given:
            given.add(table)
            yield Block(PassageKind.TABLE, tables[table])


def _cells_of(table: HtmlElement) -> list[str]:
    return [line_of(cell.text_content()) for cell in table.iter("td", "th")]


def _table_text(table: HtmlElement) -> str:
    rows = ([line_of(cell.text_content()) for cell in row.iter("td", "th")] for row in table.iter("tr"))
    return "\n".join(" | ".join(row) for row in rows if any(row))
