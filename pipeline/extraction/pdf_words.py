"""Printed lines joined into running text: what becomes of the hyphens and spaces between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.extraction.pdf_letters import IDEOGRAPHS
from pipeline.extraction.pdf_lines import PdfPage

_EAST_ASIAN = re.compile(rf"[{IDEOGRAPHS}]")
_BROKEN = re.compile(r"([^\W\d_]+)[-\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


class WordStock:
    """The words that a document writes inside its lines, with and without a hyphen, and how often."""

    def __init__(self, pages: Sequence[PdfPage]) -> None:
        self.hyphenated: Counter[str] = Counter()
        self.plain: Counter[str] = Counter()
        for page in pages:
            text = "\n".join(line.text for line in page.lines).lower().replace("\u2010", "-")
            self.hyphenated.update(re.findall(r"\b[^\W\d_]+-[^\W\d_]+\b", text))
            self.plain.update(re.findall(r"[^\W\d_]{5,}", text))

    def joined(self, texts: Sequence[str]) -> str:
        """Join the texts of lines that follow one another."""
        whole = texts[0]
        for text in texts[1:]:
            whole = self.join(whole, text)
        return whole

    def join(self, left: str, right: str) -> str:
        """Join two lines; the hyphen of a line end goes unless the document writes the word with one elsewhere."""
        broken = _BROKEN.search(left)
        rest = _WORD.match(right)
        if broken and rest:
            return left[:-1] + ("-" if self._keeps_hyphen(broken[1], rest[0]) else "") + right
        if left[-1:] in "-\u2010" and re.match(r"\w", right) and re.search(r"\w.$", left):
            return left + right
        if left[-1:] == "/" and re.match(r"\w", right) and "://" in left[-80:]:
            return left + right
        is_east_asian = _EAST_ASIAN.search(left[-1:]) and _EAST_ASIAN.match(right)
        return f"{left}{right}" if is_east_asian else f"{left} {right}"

    def _keeps_hyphen(self, left: str, rest: str) -> bool:
        if not rest[0].islower():
            return not (left.isupper() and rest.isupper())
        with_hyphen = self.hyphenated[f"{left}-{rest}".lower()]
        return with_hyphen > self.plain[f"{left}{rest}".lower()]
