"""The text of one shape's XML on a slide: paragraphs with their size and bullet, tables, charts' titles, SmartArt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.etree import _Element

from pipeline.extraction.numerals import numeral
from pipeline.extraction.office_text import BREAK, MAX_CELLS, MAX_ROWS, line_of

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CHART_2014 = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
BULLET_TAGS = frozenset(f"{DRAWING}{name}" for name in ("buNone", "buChar", "buAutoNum", "buBlip"))
OWN_FIELDS = re.compile(r"slidenum|datetime", re.IGNORECASE)
USUAL_SIZE = 18.0
SIZE_UNITS_PER_POINT = 100
MAX_LEVEL = 8
MAX_PARAGRAPHS = 2000
MAX_POINTS = 2000
MAX_POINT_DEPTH = 50
NUMBER_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "ea1Chs": "chineseCounting",
    "ea1Cht": "chineseCounting",
    "circleNum": "decimalEnclosedCircle",
}
NUMBER_FRAMES = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}", "": "{}"}


@dataclass(frozen=True)
class SlideLine:
    """A paragraph of a shape; `label` is the number that its list prints before it."""

    text: str
    size: float
    is_item: bool = False
    is_bold: bool = False
    label: str = ""


def paragraphs_of(body: _Element, styles: Sequence[_Element]) -> list[SlideLine]:
    """Read the paragraphs of a text body; `styles` are the list styles that it inherits from, nearest first."""
    lines: list[SlideLine] = []
    counts: dict[int, int] = {}
    for paragraph in islice(body.iterchildren(f"{DRAWING}p"), MAX_PARAGRAPHS):
        text = text_of(paragraph)
        if not text.strip(f" {BREAK}"):
            continue
        level, layers = _layers_of(paragraph, styles)
        bullet = next((node for layer in layers for node in layer if node.tag in BULLET_TAGS), None)
        counts = {other: count for other, count in counts.items() if other <= level}
        label = _label_of(bullet, counts, level)
        is_item = bullet is not None and not bullet.tag.endswith("buNone")
        lines.append(SlideLine(text, _size_of(paragraph, layers), is_item, _is_bold(paragraph), label))
    return lines


def text_of(paragraph: _Element) -> str:
    """Join the runs of a paragraph, with BREAK for each line break; fields of date and slide number are left out."""
    pieces: list[str] = []
    for node in paragraph.iter(f"{DRAWING}t", f"{DRAWING}br", MATH_TEXT):
        if node.tag == f"{DRAWING}br":
            pieces.append(BREAK)
        elif not _is_own_field(node.getparent()):
            pieces.append((node.text or "").replace("_x000B_", BREAK))
    return "".join(pieces)


def _is_own_field(node: _Element | None) -> bool:
    return node is not None and bool(OWN_FIELDS.match(node.get("type") or ""))


def rows_of(table: _Element) -> list[list[str]]:
    """Read a table's cells row by row; cells that a merged one covers are empty."""
    rows = islice(table.iterchildren(f"{DRAWING}tr"), MAX_ROWS)
    return [[_cell_text(cell) for cell in islice(row.iterchildren(f"{DRAWING}tc"), MAX_CELLS)] for row in rows]


def chart_title(chart: _Element) -> str:
    """Read the title that a chart prints, empty where it has none."""
    for space in (CHART, CHART_2014):
        title = next(chart.iterfind(f".//{space}chart/{space}title"), None)
        if title is not None:
            return line_of(" ".join(text_of(paragraph) for paragraph in title.iter(f"{DRAWING}p")))
    return ""


def diagram_texts(model: _Element) -> list[str]:
    """Read the points of a SmartArt's model in the order of its tree; a tree that turns on itself ends there."""
    points = {point.get("modelId"): point for point in islice(model.iter(f"{DIAGRAM}pt"), MAX_POINTS)}
    children: dict[str | None, list[tuple[int, str | None]]] = {}
    for link in islice(model.iter(f"{DIAGRAM}cxn"), MAX_POINTS):
        if link.get("type", "parOf") == "parOf":
            order = int(link.get("srcOrd") or 0)
            children.setdefault(link.get("srcId"), []).append((order, link.get("destId")))
    roots = [key for key, point in points.items() if point.get("type") == "doc"]
    ordered = list(dict.fromkeys(key for root in roots for key in _descendants(root, children, set())))
    rest = [key for key, point in points.items() if key not in ordered and point.get("type", "node") == "node"]
    texts = (_point_text(points[key]) for key in [*ordered, *rest] if key in points)
    return [text for text in texts if text]


def _descendants(
    key: str | None, children: dict[str | None, list[tuple[int, str | None]]], seen: set[str | None], depth: int = 0
) -> Iterator[str | None]:
    if key in seen or depth > MAX_POINT_DEPTH:
        return
    seen.add(key)
    yield key
    for _, child in sorted(children.get(key, ()), key=lambda link: link[0]):
        yield from _descendants(child, children, seen, depth + 1)


def _point_text(point: _Element) -> str:
    body = point.find(f"{DIAGRAM}t")
    return line_of(" ".join(text_of(p) for p in body.iter(f"{DRAWING}p"))) if body is not None else ""


def _cell_text(cell: _Element) -> str:
    if cell.get("hMerge") in {"1", "true"} or cell.get("vMerge") in {"1", "true"}:
        return ""
    return line_of(" ".join(text_of(paragraph) for paragraph in cell.iter(f"{DRAWING}p")))


def _layers_of(paragraph: _Element, styles: Sequence[_Element]) -> tuple[int, list[_Element]]:
    """Tell a paragraph's level, and list what formats it, nearest first."""
    own = paragraph.find(f"{DRAWING}pPr")
    stated = (own.get("lvl") if own is not None else None) or "0"
    level = min(int(stated), MAX_LEVEL) if stated.isascii() and stated.isdigit() else 0
    inherited = [style.find(f"{DRAWING}lvl{level + 1}pPr") for style in styles]
    return level, [layer for layer in (own, *inherited) if layer is not None]


def _label_of(bullet: _Element | None, counts: dict[int, int], level: int) -> str:
    """Count on in a numbered list and write its number; anything else at that level ends the count."""
    if bullet is None or not bullet.tag.endswith("buAutoNum"):
        counts.pop(level, None)
        return ""
    start = bullet.get("startAt") or "1"
    counts[level] = counts[level] + 1 if level in counts else int(start) if start.isdecimal() else 1
    scheme = re.fullmatch(r"(\w+?)(?:Jpn|Wd\w+)?(Period|ParenR|ParenBoth|Plain|)", bullet.get("type") or "")
    if scheme is None or scheme[1] not in NUMBER_FORMS:
        return ""
    return NUMBER_FRAMES[scheme[2]].format(numeral(counts[level], NUMBER_FORMS[scheme[1]]) or "")


def _size_of(paragraph: _Element, layers: Sequence[_Element]) -> float:
    inherited = [layer.find(f"{DRAWING}defRPr") for layer in layers]
    marks = [*paragraph.iter(f"{DRAWING}rPr"), *(node for node in inherited if node is not None)]
    size = next((size for size in (mark.get("sz") for mark in marks) if size), "")
    return int(size) / SIZE_UNITS_PER_POINT if size.isdecimal() else USUAL_SIZE


def _is_bold(paragraph: _Element) -> bool:
    runs = [run for run in paragraph.iterchildren(f"{DRAWING}r") if (run.findtext(f"{DRAWING}t") or "").strip()]
    marks = [run.find(f"{DRAWING}rPr") for run in runs]
    return bool(runs) and all(mark is not None and mark.get("b") in {"1", "true"} for mark in marks)
