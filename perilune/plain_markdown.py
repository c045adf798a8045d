"""Foreign text as Markdown in which nothing is markup; apart because digests and exports write it alike."""

from __future__ import annotations

import re
from urllib.parse import quote

MARKUP = re.compile(r"[\\`*_\[\]<>|~$@]|(?<=:)//|(?<=www)\.|&(?=#?\w)|#(?=#*$)", re.IGNORECASE)
"""What CommonMark, footnotes, tables, formulas and automatic links read as markup within a line, or at its end."""
OPENING = re.compile(r"^(?:[#+=:-]|\d{1,9}(?=[.)]))")
"""What opens a heading, a list or a rule at the head of a block."""


def escaped_line(line: str) -> str:
    """Escape what would be markup in one line of text."""
    line = MARKUP.sub(lambda found: f"\\{found[0]}", line)
    opening = OPENING.match(line)
    if opening:
        place = opening.end() if opening[0].isdigit() else 0
        line = f"{line[:place]}\\{line[place:]}"
    return line


def bracketed(address: str) -> str:
    """Put an address between angle brackets; some signs would end it there."""
    return "<" + "".join(quote(sign) if sign in '<>\\`"' else sign for sign in address) + ">"
