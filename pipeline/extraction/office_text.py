"""Text of office files as blocks: lines at meant breaks, bullets typed by hand, tables; for slides and documents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.vocabulary import PassageKind
from pipeline.extraction.pdf_paragraphs import BULLET

LAYOUT_CELL_CHARS = 300
MAX_ROWS = 2000
MAX_CELLS = 200
BREAK = "\v"
UNPRINTED = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff\x00-\x08\x0e-\x1f]")
BETWEEN_IDEOGRAPHS = re.compile(r"(?<=[㐀-鿿，。、；：])[ \t]*\v\s*(?=[㐀-鿿])")


def line_of(text: str) -> str:
    """Write text as one line."""
    return " ".join(UNPRINTED.sub("", BETWEEN_IDEOGRAPHS.sub("", text)).split())


def lines_of(text: str) -> list[str]:
    """Split text at its line breaks, except inside a sentence."""
    lines: list[str] = []
    for line in filter(None, (line_of(part) for part in text.split(BREAK))):
        if lines and line[0].islower() and re.search(r"[\w,]$", lines[-1]):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return lines


def as_item(line: str) -> tuple[PassageKind, str]:
    """Tell a list item by a bullet that was typed, and take the bullet off."""
    bare = BULLET.sub("", line)
    return (PassageKind.LIST_ITEM, bare) if bare != line and bare else (PassageKind.PARAGRAPH, line)


def numbered(label: str, line: str) -> str:
    """Put a printed number before its line."""
    return f"{label}{line}" if label.endswith(("、", "．")) else f"{label} {line}".strip()


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """Write a table a row a line; rows and cells beyond any that is meant to be read are cut off."""
    written = (" | ".join(row[:MAX_CELLS]) for row in rows[:MAX_ROWS])
    return "\n".join(row for row in written if row.strip(" |"))


def is_layout_table(rows: Sequence[Sequence[str]]) -> bool:
    """Tell a table that only places text: one cell, or prose in its cells."""
    cells = [cell for row in rows for cell in row]
    return len(cells) == 1 or any(len(cell) > LAYOUT_CELL_CHARS for cell in cells)
