"""Bounds on an HTML page before it is parsed: an article stands before its page's flood of text, tags or attributes.

Apart because these are about cost alone: what a parser and all readers of its tree can do within seconds.
"""

from __future__ import annotations

import re
from itertools import islice

MAX_TEXT_CHARS = 3_000_000
MAX_TAGS = 80_000  # the largest of 107 real pages has 5,279, counted with the tags that close
MAX_ATTRIBUTES = 2_000
LONG_TAG = re.compile(rf"<([a-z][a-z\d]*)([^<>]{{{2 * MAX_ATTRIBUTES},}})", re.IGNORECASE)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def without_floods(text: str) -> str:
    """Cut a page after its first characters and tags, and take the attributes of elements that have thousands."""
    text = text[:MAX_TEXT_CHARS]
    place = next(islice(re.finditer("<", text), MAX_TAGS, None), None)
    return LONG_TAG.sub(_bare_tag, text[: place.start()] if place else text)


def _bare_tag(match: re.Match[str]) -> str:
    # A parser compares each attribute with all before it.
    count = len(QUOTED.sub("", match[2]).split())
    return f"<{match[1]}" if count > MAX_ATTRIBUTES else match[0]
