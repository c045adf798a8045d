"""The footnotes of a PDF page, and the raised marks in the text that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.extraction.pdf_columns import rows_of
from pipeline.extraction.pdf_letters import MARK_START, MARKED
from pipeline.extraction.pdf_lines import MAX_LAID_OUT_LINES, Line, PdfPage, Rule

MAX_NOTE_SIZE = 0.94
"""Of the size of the document's text."""
MAX_SEPARATOR_SHARE = 0.55
MIN_SEPARATOR = 20.0
MAX_RULE_HEIGHT = 3.0
MAX_GAP = 1.6
"""In font sizes, between the lines of notes."""
SEPARATOR = re.compile(r"[_‗―—–-]{5,}|(?:[_—–-] ?){8,}")
NOTE_START = re.compile(
    rf"{MARK_START}[^\s]|\[?(\d{{1,3}})\]?[.)]?\s+\S|[*†‡§¶]{{1,3}}\s*\S|[a-z]\s+[A-ZА-Я]|[①-⑳]|\(\d{{1,2}}\)\s|注[:：\d]"
)
NOTE_NUMBER = re.compile(rf"^(?:{MARK_START}?[\[(]?(\d{{1,3}}|[a-z]\b|[*†‡§¶]{{1,3}})|([①-⑳]))")


def notes_of_page(page: PdfPage, usual: float) -> tuple[PdfPage, list[list[Line]]]:
    """Part the footnotes from a page whose document's text has the size `usual`: the lines of each, in order.

    The first may go on from the page before: it has no mark then.
    """
    if len(page.lines) > MAX_LAID_OUT_LINES:
        return page, []
    separators = [line for line in page.lines if SEPARATOR.fullmatch(line.text)]
    lines = [line for line in page.lines if line not in separators]
    candidates = _at_the_foot(lines, usual, separators)
    candidates = _from_the_first_note(page, lines, candidates, separators)
    chosen = {id(line) for line in candidates}
    rest = [line for line in lines if id(line) not in chosen]
    notes = list(_parted(candidates))
    numbers = {number for note in notes if (number := _number_of(note[0]))}
    return replace(page, lines=tuple(_without_marks(line, numbers) for line in rest)), notes


def _at_the_foot(lines: Sequence[Line], usual: float, separators: Sequence[Line]) -> list[Line]:
    """Take the small lines, or those below a row of dashes, that have no text of the usual size below them."""
    floor = min((line.bottom for line in separators), default=0.0)
    small = [
        line
        for line in lines
        if line.kind is None and (line.size <= MAX_NOTE_SIZE * usual or line.top <= floor + line.size / 2)
    ]
    chosen = {id(line) for line in small}
    large = [line for line in lines if id(line) not in chosen]
    return [
        line
        for line in small
        if not any(other.top < line.top and other.left < line.right and line.left < other.right for other in large)
    ]


def _from_the_first_note(
    page: PdfPage, lines: Sequence[Line], candidates: Sequence[Line], separators: Sequence[Line]
) -> list[Line]:
    """Leave out what stands above the first note's mark or the line drawn above the notes, in each column."""
    found: list[Line] = []
    rules = [rule for rule in page.rules if _is_separator(rule, page)]
    for column in _by_column(candidates):
        top = max(line.top for line in column)
        below: list[Line | Rule] = [
            *separators,
            *(rule for rule in rules if rule.left < column[0].right and column[0].left < rule.right),
        ]
        near = [edge for edge in below if top - 4 * column[0].size <= edge.bottom <= top + 3 * column[0].size]
        edge = max((edge.bottom for edge in near), default=None)
        started = [line for line in column if edge is None or line.top <= edge + column[0].size / 2]
        if _is_tabular(started):
            continue
        if edge is not None and not any(separator.bottom == edge for separator in separators):
            started = started if started and (_starts_note(started[0]) or len(rules) == 1) else []
        if edge is None:
            first = next((at for at, line in enumerate(started) if _starts_note(line)), len(started))
            started = started[first:]
            if not started or not _has_text_above(started[0], lines):
                continue
            if NOTE_NUMBER.match(started[0].text) is None:
                continue
        found += started
    return found


def _is_tabular(lines: Sequence[Line]) -> bool:
    """Tell rows of cells, which are no notes."""
    rows = rows_of(lines)
    return sum(len(row) > 1 for row in rows) > len(rows) / 2


def _has_text_above(line: Line, lines: Sequence[Line]) -> bool:
    return any(other.bottom >= line.top - line.size / 2 and other.size > line.size for other in lines)


def _is_separator(rule: Rule, page: PdfPage) -> bool:
    width = rule.right - rule.left
    return rule.top - rule.bottom <= MAX_RULE_HEIGHT and MIN_SEPARATOR <= width <= MAX_SEPARATOR_SHARE * page.width


def _by_column(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Group lines that overlap across into columns, from top to bottom, and keep of each the lines at its end."""
    columns: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.left - line.right):
        overlapping = next(
            (
                column
                for column in columns
                if any(other.left < line.right and line.left < other.right for other in column)
            ),
            None,
        )
        if overlapping is None:
            columns.append([line])
        else:
            overlapping.append(line)
    for column in sorted(columns, key=lambda column: min(line.left for line in column)):
        ordered = sorted(column, key=lambda line: (-round(line.bottom / max(line.size / 2, 1)), line.left))
        gaps = [before.bottom - after.top > MAX_GAP * after.size for before, after in pairwise(ordered)]
        start = len(gaps) - gaps[::-1].index(True) if any(gaps) else 0
        yield ordered[start:]


def _starts_note(line: Line) -> bool:
    return bool(NOTE_START.match(line.text))


def _parted(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Part the lines of a page's notes where a mark begins one; figures inside a note must count on to do so."""
    note: list[Line] = []
    last: int | None = None
    for line in lines:
        number = _number_of(line)
        value = int(number) if number and number.isdecimal() else None
        is_raised = line.text.startswith(MARK_START)
        is_next = value is not None and (last is None or is_raised or last < value <= last + 3)
        if note and _starts_note(line) and (value is None or is_next):
            yield note
            note = []
        if value is not None and (not note):
            last = value
        note.append(line)
    if note:
        yield note


def _number_of(line: Line) -> str | None:
    match = NOTE_NUMBER.match(line.text)
    return (match[1] or match[2]) if match else None


def _without_marks(line: Line, numbers: set[str]) -> Line:
    """Drop the raised marks that lead to notes; other raised figures stay as they are."""
    if MARK_START not in line.text:
        return line

    def kept(match: re.Match[str]) -> str:
        named = re.findall(r"\w+|[*†‡§¶]+", match[1])
        return "" if named and all(name in numbers for name in named) else match[1]

    return replace(line, text=MARKED.sub(kept, line.text).strip() or line.text)
