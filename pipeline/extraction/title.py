"""The title of an HTML page: the wording that most of the places agree on that could state it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from lxml.html import HtmlElement

from perilune.urls import site_of
from pipeline.extraction.markup import Markup
from pipeline.extraction.runs import SEEN_TEXT, line_of
from pipeline.extraction.wording import wording_of

MAX_TITLE_CHARS = 300
MAX_LINE_CHARS = 1_000
TITLE_METAS = ("articletitle", "citation_title", "og:title", "twitter:title", "dc.title")
TITLE_SEPARATOR = re.compile(r"\s+[|–—·•»«:-]+\s+|\s*[|_»]+\s*|--+|(?<=[㐀-鿿”》！？!?])-(?=[㐀-鿿])")


def title_of(markup: Markup, title_hint: str | None) -> str:
    """Choose the title that most parts of the page agree on, a main heading before all."""
    headings = [line_of(" ".join(node.xpath(SEEN_TEXT))) for node in islice(markup.tree.iter("h1"), 4)]
    stated = [markup.metas.get(name, "") for name in TITLE_METAS]
    stated += [str(item.get("headline") or "") for item in markup.objects[:3]]
    headings, stated = ([text[:MAX_LINE_CHARS] for text in texts] for texts in (headings, stated))
    window = line_of(" ".join(markup.tree.xpath("//head/title[1]//text()")))[:MAX_LINE_CHARS]
    sources = [line_of(source) for source in (*headings, *stated, window, title_hint or "") if source.strip()]
    sources += [] if headings else _short_lines(markup.tree, window)
    wordings = [wording_of(source) for source in sources]
    candidates = [*headings, *map(line_of, stated), title_hint or "", *TITLE_SEPARATOR.split(window), window]
    # A heading may be the section's; the list's title for the page, standing there and leading nowhere, is its own.
    is_own_line = bool(title_hint) and wording_of(title_hint or "") in {
        wording_of(line) for line in _unlinked_lines(markup.tree)
    }
    site = {wording_of(markup.site_name or ""), wording_of(site_of(markup.url).split(".")[0])}
    ranked = [
        (
            _support(candidate, wordings)
            + 1.5 * (candidate in headings)
            + 2.5 * (candidate == title_hint and is_own_line)
            - 9 * (wording_of(candidate) in site),
            -place,
            candidate,
        )
        for place, candidate in enumerate(candidates)
        if wording_of(candidate) and len(candidate) <= MAX_TITLE_CHARS and not re.search(r"[<{]", candidate)
    ]
    return max(ranked)[2] if ranked else ""


def _unlinked_lines(tree: HtmlElement) -> set[str]:
    """Give the body's lines that are no links."""
    return {line_of(str(text)) for text in tree.xpath("//body//text()[not(ancestor::a)][string-length() > 3]")}


def _short_lines(tree: HtmlElement, window: str) -> list[str]:
    """List the lines of the body that the window's title contains: its article's heading is one of them."""
    lines = {line_of(str(text)) for text in tree.xpath("//body//text()[string-length() > 9]")}
    return [line for line in lines if line and line in window]


def _support(candidate: str, sources: Sequence[str]) -> float:
    """Count the places whose wording contains the candidate's; a long agreement says more than a short one."""
    wording = wording_of(candidate)
    return sum(wording in source for source in sources) + min(len(wording), 40) / 40
