"""The article as a page states it for machines (JSON-LD `articleBody`), found again among what it shows to people.

What is stated has no paragraphs and may be cut; what is shown has both, and much beside.
Together they tell what is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from models.vocabulary import PassageKind
from pipeline.values import Block

MIN_STATED_CHARS = 400
MAX_STATED_CHARS = 500_000
SHINGLE_CHARS = 16
MIN_SHARE = 0.6
MIN_COVERED = 0.85
MIN_HELD = 0.95
UNPRINTED = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
WHOLE_END = re.compile(r"[.!?。！？…»”\"')）\]]\s*$")
CUT_END = re.compile(r"(?:\.\.\.|…)\s*$")
KINDS = {
    "li": PassageKind.LIST_ITEM,
    "blockquote": PassageKind.QUOTE,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), PassageKind.HEADING),
}
UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "svg", "select", "button"})
BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "figure",
        "figcaption",
        "ul",
        "ol",
        "dl",
    }
    | {"li", "dt", "dd", "table", "tbody", "tr", "td", "th", "pre", "blockquote", "form", "hr", "body", *KINDS}
)


def stated_body(objects: Iterable[Mapping[str, object]]) -> str:
    """Give the longest text that a page states to be its article's; empty for none, a short or a cut one."""
    stated = [
        _plain(text)
        for item in objects
        if isinstance(text := item.get("articleBody"), str) and len(text) <= MAX_STATED_CHARS
    ]
    longest = max(stated, key=len, default="")
    is_whole = WHOLE_END.search(longest) and not CUT_END.search(longest)
    return longest if len(longest) >= MIN_STATED_CHARS and is_whole else ""


def blocks_stated(tree: HtmlElement, stated: str) -> list[Block]:
    """Find the blocks of a page whose words are stated; none where too little of what is stated is shown."""
    known = _shingles(stated)
    blocks, seen = [], set[str]()
    for tag, text in _runs(tree):
        own = _shingles(text)
        if text not in seen and own and len(own & known) >= MIN_SHARE * len(own):
            seen.add(text)
            blocks.append(Block(KINDS.get(tag, PassageKind.PARAGRAPH), text))
    covered = set[str]().union(*(_shingles(block.text) for block in blocks)) if blocks else set()
    return blocks if len(covered & known) >= MIN_COVERED * len(known) else []


def without_rest(blocks: Sequence[Block], stated: str) -> list[Block]:
    """Cut off what follows the last block that is stated, of blocks that hold all of it; none where they do not."""
    known = _shingles(stated)
    own = [_shingles(block.text) for block in blocks]
    covered = set[str]().union(*own) & known if own else set()
    if len(covered) < MIN_HELD * len(known):
        return []
    last = max(place for place, each in enumerate(own) if each and len(each & known) >= MIN_SHARE * len(each))
    return list(blocks[: last + 1])


def _runs(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield each run of words that no block's beginning or end parts, with the tag of the block that holds it."""
    words: list[str] = []
    holders = ["div"]
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        is_block = isinstance(element.tag, str) and (element.tag in BLOCKS or element.tag in UNSEEN)
        if is_block or (element.tag == "br" and event == "start"):
            yield from _run(words, holders[-1])
        if event == "start":
            holders += [element.tag] if is_block else []
            words.append(element.text or "")
        else:
            if is_block and event == "end":
                holders.pop()
            words.append(element.tail or "")
    yield from _run(words, holders[-1])


def _run(words: list[str], holder: str) -> Iterator[tuple[str, str]]:
    text = " ".join(UNPRINTED.sub("", "".join(words)).split())
    words.clear()
    if text and holder not in UNSEEN:
        yield holder, text


def _shingles(text: str) -> set[str]:
    letters = "".join(re.findall(r"\w+", text.casefold()))
    if len(letters) < SHINGLE_CHARS:
        return {letters} if letters else set()
    return {letters[start : start + SHINGLE_CHARS] for start in range(len(letters) - SHINGLE_CHARS + 1)}


def _plain(text: str) -> str:
    if "<" in text or "&" in text:
        try:
            text = str(lxml_html.fromstring(f"<div>{text}</div>").xpath("string()"))
        except etree.ParserError:
            return ""
    return " ".join(UNPRINTED.sub("", text).split())
