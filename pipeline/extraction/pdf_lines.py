"""The lines of a PDF page with their places and sizes; the only module that speaks to the PDF library's text layer."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from models.vocabulary import PassageKind
from pipeline.extraction.pdf_letters import (
    HYPHEN_MARKS,
    IDEOGRAPHS,
    MARK_END,
    MARK_START,
    Box,
    in_logical_order,
    may_read_from_the_right,
    mended,
    reads_from_the_right,
    with_brackets_paired,
    without_spread_letters,
)

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

MAX_ALIKE = 200  # of one wording on a page are looked through for what is printed over itself
BOLD_WEIGHT = 600
MAX_PAGE_CHARS = 60_000
"""What a page holds beyond is cut: only a page made to harm holds it."""
MAX_LAID_OUT_LINES = 1200
"""A page of more lines is read in the order of its text layer: no reader could follow it either."""
MAX_WORD_GAP = 0.8
"""In font sizes; the parts of a printed line that stand further apart are lines of their own."""
MAX_JUSTIFIED_GAP = 2.0
MAX_WRITTEN_GAP = 8.0
MAX_UNEVENNESS = 1.8
MAX_EVEN = 1.15
MIN_GAP = 0.2
MIN_SPACE = 0.14
MAX_SET_GAP = 0.22
MAX_RAISED_SIZE = 0.86
MIN_RISE = 0.08
PRINTED_LINE = re.compile(rf"[^\r\n{HYPHEN_MARKS}]+[{HYPHEN_MARKS}]?")
RAISED = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[*†‡§¶]{1,3}|[ivx]{1,4})[\])]?(?:,\s?\d{1,3})*")
MARK_LETTERS = frozenset("0123456789*†‡§¶")
RAISED_START = re.compile(r"^(\d{1,3}|[*†‡§¶]{1,3})([^\W\d].*)$")
RAISED_END = re.compile(r"^(.*?[^\d\s])(\d{1,3}(?:,\d{1,3})*|[*†‡§¶]{1,3})([.,;:]?)$")
LONE_MARK = re.compile(r"(?:[•●◦▪■◆►➢➤✓✔❖‣⁃∙·§–—*o-]|\(?\w{1,4}[.)、])$")


@dataclass(frozen=True)
class Line:
    """A printed line: text, its box in points from the page's lower left corner, font size and whether it is bold.

    `heading` is the number of the bookmark that names it, 0 without one; `kind` is set for a whole table.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    is_bold: bool = False
    heading: int = 0
    kind: PassageKind | None = None

    @property
    def height(self) -> float:
        """Give the height of its box."""
        return self.top - self.bottom


@dataclass(frozen=True)
class Rule:
    """A thin line or a filled box drawn on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class PdfPage:
    """A PDF page: 1-based number, size in points, lines in the text layer's order, what it prints as its number.

    Lines that are printed in another direction than most stand `aside`, in coordinates of their own.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    aside: tuple[Line, ...] = ()
    rules: tuple[Rule, ...] = ()
    label: str | None = None
    is_turned: bool = False


class _Layer:
    """The text layer of one page, character by character."""

    def __init__(self, text_page: PdfTextPage) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._page = text_page.raw
        self._corners = [ctypes.c_double() for _ in range(4)]
        self._references = [ctypes.byref(corner) for corner in self._corners]
        self._loose = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()

    def box(self, place: int) -> Box:
        """Give the ink's box: left, bottom, right, top."""
        left, right, bottom, top = self._references
        self._raw.FPDFText_GetCharBox(self._page, place, left, right, bottom, top)
        corners = self._corners
        return corners[0].value, corners[2].value, corners[1].value, corners[3].value

    def loose_box(self, place: int) -> Box:
        """Give the box of the character's full height."""
        self._raw.FPDFText_GetLooseCharBox(self._page, place, ctypes.byref(self._loose))
        return self._loose.left, self._loose.bottom, self._loose.right, self._loose.top

    def size(self, place: int) -> float:
        """Give the font size in points as it is printed, whatever scales it."""
        stated: float = self._raw.FPDFText_GetFontSize(self._page, place)
        self._raw.FPDFText_GetMatrix(self._page, place, ctypes.byref(self._matrix))
        matrix = self._matrix
        return stated * math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or stated

    def turns(self, place: int) -> int | None:
        """Count the quarter turns against the clock of its baseline; None when it is oblique."""
        self._raw.FPDFText_GetMatrix(self._page, place, ctypes.byref(self._matrix))
        turns = math.atan2(self._matrix.b, self._matrix.a) / (math.pi / 2)
        return round(turns) % 4 if abs(turns - round(turns)) < 0.1 else None  # noqa: PLR2004

    def is_set(self, place: int) -> bool:
        """Tell whether the document itself writes the character, which the library may have put in."""
        generated: int = self._raw.FPDFText_IsGenerated(self._page, place)
        return generated == 0

    def is_bold(self, place: int) -> bool:
        """Tell whether the font is a bold one."""
        weight: int = self._raw.FPDFText_GetFontWeight(self._page, place)
        return weight >= BOLD_WEIGHT


@dataclass(frozen=True)
class _Piece:
    """A part of a printed line, not yet in the coordinates in which it lies level."""

    line: Line
    turns: int | None


def lines_of_text(text_page: PdfTextPage, width: float, height: float) -> tuple[list[Line], list[Line], bool]:
    """Give the lines of a page `width` and `height` points large that lie level, and those aside.

    The third value tells whether the level lines go up or down the page as it is stored, so that its sides change.
    """
    pieces = list(_pieces_of(text_page))
    letters: Counter[int | None] = Counter()
    for piece in pieces:
        letters[piece.turns] += len(piece.line.text)
    main = next((turns for turns, _ in letters.most_common() if turns is not None), 0)
    by_turns = {
        turns: _joined_in_rows(
            [_levelled(piece.line, turns or 0, width, height) for piece in pieces if piece.turns == turns]
        )
        for turns in letters
    }
    aside = [line for turns, lines in by_turns.items() if turns != main for line in lines]
    return by_turns.get(main, []), aside, main % 2 == 1


def _levelled(line: Line, turns: int, width: float, height: float) -> Line:
    """Turn the page so that a line with `turns` quarter turns lies level."""
    if turns == 0:
        return line
    left, bottom, right, top = {
        1: (line.bottom, width - line.right, line.top, width - line.left),
        2: (width - line.right, height - line.top, width - line.left, height - line.bottom),
        3: (height - line.top, line.left, height - line.bottom, line.right),
    }[turns]
    return replace(line, left=left, bottom=bottom, right=right, top=top)


def _pieces_of(text_page: PdfTextPage) -> Iterator[_Piece]:
    count = min(text_page.count_chars(), MAX_PAGE_CHARS)
    text = text_page.get_text_range(0, count) if count else ""
    layer = _Layer(text_page)
    # Characters beyond the basic plane count twice in the library's indices.
    shift = 0
    for match in PRINTED_LINE.finditer(text):
        raw = match[0]
        start = match.start() + shift
        astral = sum(letter > "\uffff" for letter in raw) if not raw.isascii() else 0
        shift += astral
        body = raw.rstrip(HYPHEN_MARKS)
        words = [(found.start(), found.end()) for found in re.finditer(r"\S+", body)]
        if words:
            places = _places(body, start) if astral else range(start, start + len(body))
            ending = "-" if len(body) < len(raw) else ""
            yield from _pieces_of_line(layer, body + ending, words, _within(places, count))


def _within(places: Sequence[int], count: int) -> Sequence[int]:
    return places if places[-1] < count else [place for place in places if place < count]


def _places(text: str, start: int) -> list[int]:
    places = []
    for letter in text:
        places.append(start)
        start += 2 if letter > "\uffff" else 1
    return places


def _pieces_of_line(
    layer: _Layer, text: str, words: Sequence[tuple[int, int]], places: Sequence[int]
) -> Iterator[_Piece]:
    """Cut a printed line where its words stand far apart."""
    last = len(places) - 1
    size = layer.size(places[min(words[0][0], last)])
    boxes = [(layer.box(places[min(start, last)]), layer.box(places[min(end - 1, last)])) for start, end in words]
    if layer.turns(places[min(words[0][0], last)]) != 0:
        yield _piece(layer, text, words, places, [])
        return
    gaps = [max(after[0][0] - before[1][2], before[1][0] - after[0][2]) / size for before, after in pairwise(boxes)]
    narrowest = max(min(gaps), MIN_GAP) if len(gaps) > 1 else MIN_GAP
    is_even = len(gaps) > 1 and max(gaps) < MAX_EVEN * narrowest
    begin = 0
    for at in range(1, len(words) + 1):
        if at < len(words):
            is_mark = at - begin == 1 and LONE_MARK.match(text[words[begin][0] : words[begin][1]])
            gap = gaps[at - 1] / 4 if is_mark else gaps[at - 1]
            if gap <= MAX_WORD_GAP or not _parts(
                gap, narrowest, is_set=is_even or layer.is_set(places[min(words[at][0] - 1, last)])
            ):
                continue
        part = text if at == len(words) else text[: words[at - 1][1]]
        yield _piece(layer, part, words[begin:at], places, gaps[begin : at - 1])
        begin = at


def _parts(gap: float, narrowest: float, *, is_set: bool) -> bool:
    """Tell a gap between columns or cells from the spaces of a justified line, which are alike and often written."""
    if is_set:
        return gap > MAX_WRITTEN_GAP or (gap > MAX_JUSTIFIED_GAP and gap > MAX_UNEVENNESS * narrowest)
    return gap > MAX_JUSTIFIED_GAP or gap > MAX_UNEVENNESS * narrowest


def _piece(
    layer: _Layer, text: str, words: Sequence[tuple[int, int]], places: Sequence[int], gaps: Sequence[float]
) -> _Piece:
    last = len(places) - 1
    sampled = [places[min(at, last)] for at in (words[0][0], words[len(words) // 2][0], words[-1][1] - 1)]
    boxes = [layer.loose_box(place) for place in sampled]
    line = Line(
        text=_text_of(layer, text, words, places, gaps),
        left=min(box[0] for box in boxes),
        right=max(box[2] for box in boxes),
        top=max(box[3] for box in boxes),
        bottom=min(box[1] for box in boxes),
        size=round(median(layer.size(place) for place in sampled), 1),
        is_bold=sum(layer.is_bold(place) for place in sampled) > 1,
    )
    return _Piece(line, layer.turns(sampled[1]))


def _text_of(
    layer: _Layer, text: str, words: Sequence[tuple[int, int]], places: Sequence[int], gaps: Sequence[float]
) -> str:
    start = words[0][0]
    printed = text[start:]
    if may_read_from_the_right(printed) and layer.turns(places[0]) == 0:
        box_of = lambda at: layer.box(places[min(start + at, len(places) - 1)])  # noqa: E731
        return mended(in_logical_order(printed.rstrip("-"), box_of, layer.size(places[min(start, len(places) - 1)])))
    if len(gaps) == len(words) - 1:
        if not printed.isascii():
            printed = _without_narrow_spaces(text, words, gaps) + text[words[-1][1] :]
        if printed.count(" ") == len(gaps):
            printed = without_spread_letters(printed, gaps)
    return mended(_with_raised_marks(layer, printed, text, words, places))


def _without_narrow_spaces(text: str, words: Sequence[tuple[int, int]], gaps: Sequence[float]) -> str:
    """Drop the spaces between ideographs that are only the setting's, which are narrow."""
    parts = [text[slice(*words[0])]]
    for (_, end), (start, stop), gap in zip(words, words[1:], gaps, strict=False):
        is_set = (
            gap < MAX_SET_GAP
            and re.match(rf"[{IDEOGRAPHS}]", text[end - 1])
            and re.match(rf"[{IDEOGRAPHS}]", text[start])
        )
        parts.append(text[start:stop] if is_set else f" {text[start:stop]}")
    return "".join(parts)


def _with_raised_marks(
    layer: _Layer, printed: str, text: str, words: Sequence[tuple[int, int]], places: Sequence[int]
) -> str:
    """Set the raised figures at the ends of words between marks."""
    if MARK_LETTERS.isdisjoint(printed):
        return printed
    if not re.search(r"[^\d\s](?:\d|[*†‡§¶])|^(?:\d{1,3}|[*†‡§¶])[^\W\d]", printed):
        return printed
    first_word = text[slice(*words[0])]
    glued = RAISED_START.match(first_word)
    if glued and layer.size(places[words[0][0]]) < MAX_RAISED_SIZE * layer.size(places[words[0][0] + glued.end(1)]):
        printed = printed.replace(first_word, f"{MARK_START}{glued[1]}{MARK_END} {glued[2]}", 1)
    for start, end in words:
        word = text[start:end]
        match = RAISED_END.match(word)
        if match and end <= len(places):
            first, last = places[start], places[start + match.end(2) - 1]
            if layer.size(last) < MAX_RAISED_SIZE * layer.size(first) and layer.box(last)[1] > layer.box(first)[1]:
                printed = printed.replace(word, f"{match[1]}{MARK_START}{match[2]}{MARK_END}{match[3]}", 1)
    return printed


def _joined_in_rows(lines: Sequence[Line]) -> list[Line]:
    """Join what follows on the same row close by; text that is printed twice at one place counts once."""
    joined: list[Line] = []
    seen: defaultdict[str, deque[Line]] = defaultdict(lambda: deque(maxlen=MAX_ALIKE))
    for line in lines:
        if not line.text or any(_lies_on(line, other) for other in seen[line.text]):
            continue
        seen[line.text].append(line)
        before = joined[-1] if joined else None
        if before and _continues(before, line):
            joined[-1] = _as_one(before, line)
        else:
            joined.append(line)
    return [line for line in joined if line.text.strip()]


def _lies_on(line: Line, other: Line) -> bool:
    across = min(line.right, other.right) - max(line.left, other.left)
    along = min(line.top, other.top) - max(line.bottom, other.bottom)
    return across > 0.6 * (line.right - line.left) and along > 0.6 * line.height


def _continues(before: Line, line: Line) -> bool:
    size = max(before.size, line.size)
    along = min(before.top, line.top) - max(before.bottom, line.bottom)
    if along < 0.4 * min(before.height, line.height) or before.text.endswith("-"):
        return False
    gap = max(line.left - before.right, before.left - line.right)
    is_raised = before.size < MAX_RAISED_SIZE * line.size and RAISED.fullmatch(before.text)
    is_mark = (LONE_MARK.match(before.text) or is_raised) and line.left > before.right
    return -0.3 * size < gap <= (4 if is_mark else 1) * MAX_WORD_GAP * size


def _as_one(before: Line, line: Line) -> Line:
    larger = before if len(before.text) >= len(line.text) else line
    whole = replace(
        larger,
        text=_texts_joined(before, line),
        left=min(before.left, line.left),
        right=max(before.right, line.right),
        top=max(before.top, line.top),
        bottom=min(before.bottom, line.bottom),
    )
    return replace(whole, top=larger.top, bottom=larger.bottom) if before.size != line.size else whole


def _texts_joined(before: Line, line: Line) -> str:
    is_raised = line.size < MAX_RAISED_SIZE * before.size and line.bottom > before.bottom + MIN_RISE * before.size
    if is_raised and RAISED.fullmatch(line.text):
        return f"{before.text}{MARK_START}{line.text}{MARK_END}"
    if (
        before.size < MAX_RAISED_SIZE * line.size
        and RAISED.fullmatch(before.text)
        and before.top >= line.top - line.size / 4
    ):
        return f"{MARK_START}{before.text}{MARK_END} {line.text}"
    if reads_from_the_right(before.text + line.text):
        first, second = sorted((before, line), key=lambda part: -part.left)
        return with_brackets_paired(f"{first.text} {second.text}")
    gap = max(line.left - before.right, before.left - line.right)
    is_close = gap < MIN_SPACE * min(before.size, line.size)
    return before.text + line.text if is_close else f"{before.text} {line.text}"
