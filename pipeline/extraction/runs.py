"""The runs of words of an HTML page that no block parts, each with where it stands; the extractor's own view is apart.

What a person sees between two breaks of the page is one run: it is in links, in a caption, or it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extraction.wording import wording_of

PIECE_CHARS = 16
MAX_PIECES = 24
UNPRINTED = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
SEEN_TEXT = ".//text()[not(parent::style or parent::script)]"
BESIDE = frozenset({"nav", "aside", "footer"})
UNSEEN = BESIDE | {
    "script", "style", "noscript", "template", "head", "svg", "select", "button", "iframe", "object", "video", "audio",
}  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "figure", "figcaption", "ul", "ol",
    "dl", "li", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "pre", "blockquote",
    "form", "fieldset", "hr", "body", "address", "details", "summary", "center",
}  # fmt: skip
CAPTION_CLASS = re.compile(
    r"(?:^|[\s_]|(?<!text)-)caption|figcaption|img-?desc|photo-?credit|image-?credit", re.IGNORECASE
)


@dataclass(frozen=True)
class Run:
    """Words that no block parts: the element that holds them, and how many of their characters are in links."""

    text: str
    holder: HtmlElement
    linked_chars: int
    is_caption: bool

    @property
    def is_linked(self) -> bool:
        """Tell whether nearly all of it is a link."""
        return self.linked_chars >= 0.9 * len(self.text)


def runs_of(tree: HtmlElement) -> list[Run]:
    """List the runs of a page, or of one element of it, in the order of its text, without navigation and asides."""
    return list(_runs(tree))


def _runs(tree: HtmlElement) -> Iterator[Run]:
    holders, pieces, links, captions = [tree], list[tuple[str, bool]](), 0, [False]
    walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag
        is_block = tag in BLOCKS
        if (is_block or tag == "br") and pieces:
            yield from _run(pieces, holders[-1], is_caption=captions[-1])
        text: str | None = None
        if event == "start":
            links += tag == "a"
            captions.append(captions[-1] or is_caption(tag, element.get("class")))
            if is_block:
                holders.append(element)
            if tag in UNSEEN and element is not tree:
                walk.skip_subtree()
            else:
                text = element.text
        else:
            if event == "end":
                links -= tag == "a"
                captions.pop()
                if is_block:
                    holders.pop()
            if element is not tree:
                text = element.tail
        if text:
            pieces.append((text, links > 0))
    yield from _run(pieces, holders[-1], is_caption=captions[-1])


def _run(pieces: list[tuple[str, bool]], holder: HtmlElement, *, is_caption: bool) -> Iterator[Run]:
    text = line_of("".join([piece for piece, _ in pieces]))
    linked = line_of("".join([piece for piece, is_linked in pieces if is_linked])) if text else ""
    pieces.clear()
    if text:
        yield Run(text, holder, len(linked), is_caption)


@lru_cache(maxsize=4096)
def is_caption(tag: str, names: str | None) -> bool:
    """Tell an element that holds the caption of a picture or a table."""
    return tag in ("figcaption", "caption") or bool(names and CAPTION_CLASS.search(names))


def line_of(text: str) -> str:
    """Put a text on one line, without what is never printed."""
    return " ".join((text if text.isascii() else UNPRINTED.sub("", text)).split())


def share_held(text: str, wording: str) -> float:
    """Give the share of a text's pieces that stand in a wording: 1 where all of it does, but for small differences."""
    own = wording_of(text)
    starts = range(0, max(1, len(own) - PIECE_CHARS + 1), max(PIECE_CHARS, len(own) // MAX_PIECES))
    return sum(own[start : start + PIECE_CHARS] in wording for start in starts) / len(starts) if own else 0.0
