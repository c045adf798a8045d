"""From the line forms of content files to blocks (paragraphs, headings, lists); shared by HTML and slides."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONG_TEXT_CHARS = 320
# A sentence that ends in a word of three lower-case letters: no initial and no "Mr." is taken for an end.
_SENTENCE_END = re.compile(r"(?<=[a-zа-яà-ÿ]{3}[.!?])\s+|(?<=[。！？])")


@dataclass(frozen=True)
class Block:
    """One block of a text: kind is `p`, `h`, `ul` or `tail` (not part of the article)."""

    kind: str
    lines: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


def blocks_of(text: str) -> tuple[Block, ...]:
    """Split a text into its blocks; one long paragraph is cut in the middle, as an editor would."""
    body, _, tail = text.partition("[[")
    blocks = [_block(chunk) for chunk in _chunks(body)]
    if len(blocks) == 1 and blocks[0].kind == "p":
        blocks = [Block("p", (part,)) for part in halves_of(" ".join(blocks[0].lines))]
    if tail:
        blocks.append(Block("tail", blocks=tuple(_block(chunk) for chunk in _chunks(tail.partition("]]")[0]))))
    return tuple(blocks)


def slides_of(text: str) -> tuple[tuple[Block, ...], ...]:
    """Split a deck into the blocks of each slide."""
    return tuple(tuple(_block(chunk) for chunk in _chunks(slide)) for slide in text.split("\n---\n"))


def halves_of(paragraph: str) -> tuple[str, ...]:
    """Cut a long paragraph at the sentence end nearest to its middle; a short one stays whole."""
    ends = [match for match in _SENTENCE_END.finditer(paragraph) if match.end() < len(paragraph)]
    if len(paragraph) < LONG_TEXT_CHARS or not ends:
        return (paragraph,)
    cut = min(ends, key=lambda match: abs(match.start() - len(paragraph) / 2))
    return paragraph[: cut.start()], paragraph[cut.end() :]


def _chunks(text: str) -> list[str]:
    return [chunk.strip() for chunk in re.split(r"\n\s*\n", text) if chunk.strip()]


def _block(chunk: str) -> Block:
    lines = chunk.splitlines()
    if chunk.startswith("## "):
        return Block("h", (chunk[3:],))
    if all(line.startswith("- ") for line in lines):
        return Block("ul", tuple(line[2:] for line in lines))
    return Block("p", tuple(lines))
