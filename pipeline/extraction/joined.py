"""Blocks in which an extractor ran several lines of the page together, parted again where the page parts them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from models.vocabulary import PassageKind
from pipeline.extraction.html_blocks import block_of_run
from pipeline.extraction.runs import Run
from pipeline.extraction.wording import wording_of
from pipeline.values import Block

MIN_JOINED_CHARS = 80


def with_lines_parted(blocks: Sequence[Block], runs: Sequence[Run]) -> list[Block]:
    """Give for each block that is several runs of the page, one after the other, these runs; the others as they are."""
    shown = {run.text for run in runs}
    if not any(_may_be_joined(block, shown) for block in blocks):
        return list(blocks)
    wordings = [wording_of(run.text) for run in runs]
    ends = list(accumulate(map(len, wordings)))
    page = "".join(wordings)
    parted: list[Block] = []
    for block in blocks:
        lines = _lines_of(block, runs, page, ends) if _may_be_joined(block, shown) else []
        parted.extend(lines or [block])
    return parted


def _may_be_joined(block: Block, shown: set[str]) -> bool:
    return len(block.text) >= MIN_JOINED_CHARS and block.kind is not PassageKind.TABLE and block.text not in shown


def _lines_of(block: Block, runs: Sequence[Run], page: str, ends: Sequence[int]) -> list[Block]:
    """Find the runs that are exactly a block's words; a line that goes on inside a sentence is no line of its own."""
    wording = wording_of(block.text)
    start = page.find(wording)
    end = start + len(wording)
    first = 0 if start == 0 else bisect_left(ends, start) + 1
    last = bisect_left(ends, end)
    if start < 0 or (start and ends[first - 1] != start) or last >= len(ends) or ends[last] != end:
        return []
    lines: list[Block] = []
    for run in runs[first : last + 1]:
        line = block_of_run(run)
        if lines and line.text[:1].islower() and re.search(r"[\w,]$", lines[-1].text):
            lines[-1] = Block(lines[-1].kind, f"{lines[-1].text} {line.text}")
        else:
            lines.append(line)
    return lines
