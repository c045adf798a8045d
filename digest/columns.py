"""Breaks plain text into columns for the text version of a mail; wide signs of Chinese count as two."""

from __future__ import annotations

import re
import unicodedata

WIDTH = 72
WIDE = "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
NEVER_FIRST = "、。，．：；？！）」』】》〉”’…·,.:;?!)"
# Wide signs may part anywhere, except before a closing mark; other words stay whole.
UNIT = re.compile(rf"(?P<space>\s*)(?P<word>[{WIDE}][{NEVER_FIRST}]*|[^\s{WIDE}]+[、。，．：；？！）」』】》〉]*)")
INVISIBLE = frozenset({"Cc", "Cs", "Co", "Cn"})
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str, max_chars: int | None = None) -> str:
    """Put foreign text on one line, without control characters, and cut it at a word where it is too long."""
    # What is printable has no sign to take out or replace, and nearly all text is.
    line = " ".join((text if text.isprintable() else "".join(map(_visible, text))).split())
    if max_chars is None or len(line) <= max_chars:
        return line
    cut = line[: max_chars - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[max_chars // 2 :] else cut).rstrip(" ,;:-–—") + "…"


def _visible(sign: str) -> str:
    if sign.isspace():
        return " "
    return "" if sign in BIDI_CONTROLS or unicodedata.category(sign) in INVISIBLE else sign


def columns_of(text: str) -> int:
    """Count the columns that a text takes on a terminal or in a fixed-width font."""
    return len(text) if text.isascii() else sum(map(_columns_of_sign, text))


def _columns_of_sign(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """Wrap a text to 72 columns; `first` opens its first line and `rest` the others. Addresses are never broken."""
    margin = " " * columns_of(first) if rest is None else rest
    lines, line, width, is_empty = [], first, columns_of(first), True
    for unit in UNIT.finditer(one_line(text)):
        word = f" {unit['word']}" if unit["space"] and not is_empty else unit["word"]
        if not is_empty and width + columns_of(word) > WIDTH:
            lines.append(line)
            line, width, word = margin, columns_of(margin), unit["word"]
        line, width, is_empty = line + word, width + columns_of(word), False
    return "\n".join([*lines, line])
