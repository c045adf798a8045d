"""What an extractor left out of an article: the lead below the title, paragraphs between those that it took."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import takewhile

from lxml.html import HtmlElement

from models.vocabulary import PassageKind
from pipeline.extraction.html_blocks import block_of_run
from pipeline.extraction.runs import HEADINGS, Run, share_held
from pipeline.extraction.wording import ideograph_count, wording_of
from pipeline.values import Block

MIN_LEAD_CHARS = 60
MAX_LEAD_CHARS = 900
MIN_LEAD_IDEOGRAPHS = 25
MAX_BETWEEN = 40
MIN_HELD = 0.8
MIN_DESCRIBED = 0.7
LEAD_CLASS = re.compile(
    r"lead(?!er)|\blede|teaser|stand-?first|intro|summary|\bdek\b|chapo|chapeau|sub-?(?:title|head|line)|excerpt"
    r"|abstract|sapo|strapline|deck|kicker-text|description|аннотац|лид",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)]*\s*$")


def head_of(runs: Sequence[Run], blocks: Sequence[Block], title: str) -> list[Run]:
    """List the runs from the title, or from not far above, down to the first block; none where that is not found."""
    first = next(iter(_places_of(runs, blocks[:3]).values()), None)
    if first is None:
        return []
    earliest = max(0, first - MAX_BETWEEN)
    spots = [place for place in range(earliest, first) if _is_title(runs[place].text, title)]
    return list(runs[min(spots, default=earliest) : first])


def lead_of(head: Sequence[Run], blocks: Sequence[Block], title: str, descriptions: Sequence[str]) -> list[Block]:
    """Find the lead that stands in the head of an article, where the extractor passed it over.

    It is what the page also gives as its description, or prose below the title that its markup calls a lead.
    """
    held = wording_of("".join(block.text for block in blocks))
    is_below_title = bool(head) and _is_title(head[0].text, title)
    found = [
        run
        for run in head
        if _may_be_lead(run) and not _is_title(run.text, title) and share_held(run.text, held) < MIN_HELD
    ]
    described = [run for run in found if any(_is_described(run.text, each) for each in descriptions)]
    called = [run for run in found if is_below_title and _is_called_lead(run)]
    return [Block(PassageKind.PARAGRAPH, run.text) for run in (described or called)[:2]]


def with_gaps_filled(blocks: Sequence[Block], runs: Sequence[Run]) -> list[Block]:
    """Put back the paragraphs and list items between two blocks that stand beside those that were taken."""
    places = _places_of(runs, blocks)
    holders = {runs[place].holder for place in places.values()}
    neighbourhood = holders | {holder.getparent() for holder in holders}
    held = wording_of("".join(block.text for block in blocks))
    whole: list[Block] = []
    last = None
    for number, block in enumerate(blocks):
        place = places.get(number)
        if place is not None:
            if last is not None:
                lost = (run for run in runs[last + 1 : place] if _is_lost(run, neighbourhood))
                whole.extend(block_of_run(run) for run in lost if share_held(run.text, held) < MIN_HELD)
            last = place
        whole.append(block)
    if last is not None:
        below = takewhile(lambda run: run.holder.tag == "li" and _is_lost(run, neighbourhood), runs[last + 1 :])
        whole.extend(block_of_run(run) for run in below if share_held(run.text, held) < MIN_HELD)
    return whole


def _is_lost(run: Run, neighbourhood: set[HtmlElement | None]) -> bool:
    """Tell text that is a neighbour of what was taken: a sentence beside it, or an item of a list beside it."""
    if run.is_caption or 2 * run.linked_chars > len(run.text):
        return False
    parent = run.holder.getparent()
    if run.holder.tag == "li":
        return parent is not None and (parent in neighbourhood or parent.getparent() in neighbourhood)
    is_text = run.holder.tag in {"p", "blockquote", "div", "td"} and SENTENCE.search(run.text)
    return bool(is_text) and (run.holder in neighbourhood or parent in neighbourhood)


def _places_of(runs: Sequence[Run], blocks: Sequence[Block]) -> dict[int, int]:
    """Map the blocks that are found again, by their number, to their run's place; in the order of both."""
    known: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        known.setdefault(run.text, []).append(place)
    places: dict[int, int] = {}
    last = -1
    for number, block in enumerate(blocks):
        same = known.get(block.text, [])
        later = bisect_right(same, last)
        if later < len(same):
            places[number] = last = same[later]
    return places


def _is_title(text: str, title: str) -> bool:
    return len(text) <= len(title) + MAX_BETWEEN and wording_of(text) == wording_of(title)


def _may_be_lead(run: Run) -> bool:
    length = len(run.text)
    is_long = length >= MIN_LEAD_CHARS or ideograph_count(run.text) >= MIN_LEAD_IDEOGRAPHS
    is_plain = not run.is_caption and not run.is_linked and run.holder.tag != "h1"
    return is_long and length <= MAX_LEAD_CHARS and is_plain


def _is_described(text: str, description: str) -> bool:
    """Tell whether a description is this text or its beginning, but for a place or a source put before it."""
    shorter, longer = sorted((text, description), key=len)
    return share_held(shorter, wording_of(longer)) >= MIN_DESCRIBED


def _is_called_lead(run: Run) -> bool:
    """Tell prose in an element whose classes, or those of the elements around it, call it a lead."""
    if not SENTENCE.search(run.text) and run.holder.tag not in HEADINGS:
        return False
    around = (run.holder, run.holder.getparent())
    return any(LEAD_CLASS.search(element.get("class") or "") for element in around if element is not None)
