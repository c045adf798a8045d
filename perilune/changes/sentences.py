"""Where the sentences of a passage end, in four languages; coarse, since a cut too many makes a change only smaller."""

from __future__ import annotations

import re

# A mark ends a sentence before white space and a capital, a digit or an opening sign; a wide mark always does.
SENTENCE_END = re.compile(
    r"(?<=[。！？])(?![。！？”」』）])|(?<=[。！？][”」』）])"
    r"|(?<=[.!?…][\"'”’»)])\s+(?=[^\W_])"
    r"|(?<=[.!?…])\s+(?=[\"'“‘«(\[]?[^\W_])"
)
ABBREVIATED = re.compile(
    r"(?:^|[\s(«“])(?:[^\W\d_]|[^\W\d_]{1,3}\.[^\W\d_]{1,3}|Mr|Mrs|Ms|Dr|Prof|No|Nos|St|art|см|ст|гг|им"
    r"|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|янв|февр?|апр|авг|сент?|окт|нояб?|дек|janv|févr|juill|déc)\.$"
)
LONGEST_ABBREVIATION_CHARS = 12


def sentences_of(text: str) -> list[str]:
    """Cut a passage into sentences, and a table into rows; but for white space nothing of it is lost."""
    return [sentence for line in text.splitlines() for sentence in _sentences_of_line(" ".join(line.split()))]


def _sentences_of_line(line: str) -> list[str]:
    sentences: list[str] = []
    for piece in filter(None, (part.strip() for part in SENTENCE_END.split(line))):
        if sentences and _goes_on(sentences[-1], piece):
            sentences[-1] = f"{sentences[-1]} {piece}"
        else:
            sentences.append(piece)
    return sentences


def _goes_on(sentence: str, piece: str) -> bool:
    if sentence[-1] in "。！？”」』）":
        return False
    return piece[0].islower() or bool(ABBREVIATED.search(sentence[-LONGEST_ABBREVIATION_CHARS:]))
