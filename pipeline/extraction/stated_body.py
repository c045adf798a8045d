"""The article as a page states it for machines (JSON-LD `articleBody`), found again among what it shows to people.

What is stated has no paragraphs and may be cut; what is shown has both, and much beside.
Together they tell what is text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from lxml import etree
from lxml import html as lxml_html

from models.vocabulary import PassageKind
from pipeline.extraction.html_blocks import block_of_run
from pipeline.extraction.runs import Run, line_of, share_held
from pipeline.extraction.wording import wording_of
from pipeline.values import Block

MIN_STATED_CHARS = 400
MAX_STATED_CHARS = 500_000
MIN_SHARE = 0.6
MIN_COVERED = 0.85
MIN_HELD = 0.95
WHOLE_END = re.compile(r"[.!?。！？…»”\"')）\]]\s*$")
CUT_END = re.compile(r"(?:\.\.\.|…)\s*$")


def stated_body(objects: Iterable[Mapping[str, object]]) -> str:
    """Give the longest text that a page states to be its article's; empty for none, a short or a cut one."""
    bodies = (text for item in objects if isinstance(text := item.get("articleBody"), str))
    stated = [_plain(text) for text in bodies if len(text) <= MAX_STATED_CHARS]
    longest = max(stated, key=len, default="")
    is_whole = WHOLE_END.search(longest) and not CUT_END.search(longest)
    return longest if len(longest) >= MIN_STATED_CHARS and is_whole else ""


def blocks_stated(runs: Sequence[Run], stated: str) -> list[Block]:
    """Find the blocks of a page whose words are stated; none where too little of what is stated is shown."""
    wording, seen = wording_of(stated), dict[str, Run]()
    for run in runs:
        if run.text not in seen and share_held(run.text, wording) >= MIN_SHARE:
            seen[run.text] = run
    shown = wording_of("".join(seen))
    return [block_of_run(run) for run in seen.values()] if share_held(stated, shown) >= MIN_COVERED else []


def without_rest(blocks: Sequence[Block], stated: str, *, linked: Collection[str]) -> list[Block]:
    """Cut off what follows the last block that is stated, and leave out links between that are not stated.

    Gives none of blocks that do not hold all that is stated.
    """
    if share_held(stated, wording_of("".join(block.text for block in blocks))) < MIN_HELD:
        return []
    wording = wording_of(stated)
    shares = [share_held(block.text, wording) for block in blocks]
    last = max((place for place, share in enumerate(shares) if share >= MIN_SHARE), default=-1)
    kept: list[Block] = []
    for block, share in zip(blocks[: last + 1], shares, strict=False):
        if block.text not in linked or share >= MIN_SHARE:
            kept.append(block)
        elif kept and kept[-1].kind is PassageKind.HEADING and share_held(kept[-1].text, wording) < MIN_SHARE:
            kept.pop()
    return kept


def _plain(text: str) -> str:
    if "<" in text or "&" in text:
        try:
            text = str(lxml_html.fromstring(f"<div>{text}</div>").xpath("string()"))
        except etree.ParserError:
            return ""
    return line_of(text)
