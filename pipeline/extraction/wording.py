"""Texts reduced to what is compared of them; apart because rules on words need it as well as rules on markup."""

from __future__ import annotations

import re

WORD = re.compile(r"\w+")
# What `WORD` keeps of ASCII, in lower case: one pass where most texts need no more.
ASCII_WORDING = {code: chr(code).lower() if WORD.match(chr(code)) else None for code in range(128)}
IDEOGRAPHS = re.compile(r"[㐀-鿿]+")


def wording_of(text: str) -> str:
    """Keep only a text's letters and digits, in lower case."""
    return text.translate(ASCII_WORDING) if text.isascii() else "".join(WORD.findall(text.casefold()))


def ideograph_count(text: str) -> int:
    """Count a text's Chinese characters."""
    return 0 if text.isascii() else sum(map(len, IDEOGRAPHS.findall(text)))
