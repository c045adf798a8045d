"""The shapes of one slide with their text, in reading order; what python-pptx knows of a slide ends here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lxml.etree import _Element

from models.vocabulary import PassageKind
from pipeline.extraction.office_package import settle_alternatives, xml_of
from pipeline.extraction.office_text import as_item, is_layout_table, line_of, lines_of, numbered, table_text
from pipeline.extraction.reading_order import Box, in_reading_order
from pipeline.extraction.slide_text import (
    CHART,
    CHART_2014,
    DIAGRAM,
    DRAWING,
    SlideLine,
    chart_title,
    diagram_texts,
    paragraphs_of,
    rows_of,
)

if TYPE_CHECKING:
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide

SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TITLES = frozenset({"title", "ctrTitle"})
FURNITURE = frozenset({"dt", "ftr", "hdr", "sldNum", "sldImg"})
UNTITLED_STYLES = {"title": "titleStyle", "ctrTitle": "titleStyle"}
MAX_SHAPES = 2000
MAX_GROUP_DEPTH = 20
MAX_HEAD_CHARS = 80


@dataclass(frozen=True)
class SlidePart:
    """A paragraph, item or table of a slide; `top` and `bottom` are shares of the slide's height."""

    kind: PassageKind
    text: str
    size: float
    top: float
    bottom: float
    is_title: bool = False
    is_bold: bool = False


@dataclass(frozen=True)
class Frame:
    """Where the coordinates of a group lie on the slide."""

    left: float = 0.0
    top: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0


@dataclass(frozen=True)
class PlacedShape:
    """A shape and its rectangle on the slide."""

    shape: BaseShape
    left: float
    top: float
    right: float
    bottom: float


def parts_of_slide(slide: Slide, width: int, height: int) -> list[SlidePart]:
    """Read the parts of a slide in reading order; `width` and `height` are the slide's."""
    settle_alternatives(slide.element)
    placed = list(islice(_placed(slide.shapes, Frame()), MAX_SHAPES))
    shown = [
        item for item in placed if item.right >= 0 and item.bottom >= 0 and item.left < width and item.top < height
    ]
    read = [(item, list(_parts_of_shape(slide, item, height))) for item in shown]
    full = [(item, parts) for item, parts in read if parts]
    boxes = [
        Box(item.left, item.top, item.right, item.bottom, place, _is_head(parts))
        for place, (item, parts) in enumerate(full)
    ]
    ordered = [part for box in in_reading_order(boxes) for part in full[box.place][1]]
    # A title is read first wherever its designer has put it.
    return sorted(ordered, key=lambda part: not part.is_title)


def _is_head(parts: list[SlidePart]) -> bool:
    return len(parts) == 1 and parts[0].kind is not PassageKind.TABLE and len(parts[0].text) <= MAX_HEAD_CHARS


def _placed(shapes: Iterable[BaseShape], frame: Frame, depth: int = 0) -> Iterator[PlacedShape]:
    """Place shapes on the slide, those of groups by the group's own coordinates."""
    for shape in shapes:
        if _is_hidden(shape):
            continue
        if shape.element.tag == f"{SLIDE}grpSp":
            if depth < MAX_GROUP_DEPTH:
                yield from _placed(shape.shapes, _frame_of(shape.element, frame), depth + 1)  # type: ignore[attr-defined]
            continue
        left, top = frame.left + frame.scale_x * (shape.left or 0), frame.top + frame.scale_y * (shape.top or 0)
        right, bottom = left + frame.scale_x * (shape.width or 0), top + frame.scale_y * (shape.height or 0)
        yield PlacedShape(shape, left, top, right, bottom)


def _is_hidden(shape: BaseShape) -> bool:
    return any(node.get("hidden") in {"1", "true"} for node in shape.element.iterfind(f"*/{SLIDE}cNvPr"))


def _frame_of(group: _Element, frame: Frame) -> Frame:
    """Map a group's inner coordinates to those of the slide."""
    transform = group.find(f"{SLIDE}grpSpPr/{DRAWING}xfrm")
    if transform is None:
        return frame
    left, top = _pair(transform, "off", "x", "y")
    width, height = _pair(transform, "ext", "cx", "cy")
    inner_left, inner_top = _pair(transform, "chOff", "x", "y")
    inner_width, inner_height = _pair(transform, "chExt", "cx", "cy")
    scale_x = frame.scale_x * (width / inner_width if inner_width else 1.0)
    scale_y = frame.scale_y * (height / inner_height if inner_height else 1.0)
    return Frame(
        frame.left + frame.scale_x * left - scale_x * inner_left,
        frame.top + frame.scale_y * top - scale_y * inner_top,
        scale_x,
        scale_y,
    )


def _pair(transform: _Element, name: str, *keys: str) -> tuple[float, float]:
    node = transform.find(f"{DRAWING}{name}")
    one, other = (float(node.get(key) or 0) if node is not None else 0.0 for key in keys)
    return one, other


def _parts_of_shape(slide: Slide, item: PlacedShape, height: int) -> Iterator[SlidePart]:
    span = item.top / height, item.bottom / height
    element = item.shape.element
    role = _role_of(element)
    if role in FURNITURE:
        return
    if element.tag == f"{SLIDE}graphicFrame":
        for kind, text in _graphic_parts(slide, element):
            yield SlidePart(kind, text, 0.0, *span)
        return
    body = element.find(f"{SLIDE}txBody")
    lines = paragraphs_of(body, _styles_of(slide, body, item.shape, role)) if body is not None else []
    if role in TITLES:
        text = line_of(" ".join(line.text for line in lines))
        if text:
            yield SlidePart(PassageKind.HEADING, text, lines[0].size, *span, is_title=True)
        return
    for line in lines:
        for kind, text in _printed(line):
            yield SlidePart(kind, text, line.size, *span, is_bold=line.is_bold)


def _printed(line: SlideLine) -> Iterator[tuple[PassageKind, str]]:
    if line.is_item:
        yield PassageKind.LIST_ITEM, numbered(line.label, line_of(line.text))
    else:
        yield from map(as_item, lines_of(line.text))


def _role_of(element: _Element) -> str | None:
    """Tell a placeholder's type; None for what is no placeholder."""
    mark = element.find(f"*/{SLIDE}nvPr/{SLIDE}ph")
    return (mark.get("type") or "obj") if mark is not None else None


def _styles_of(slide: Slide, body: _Element, shape: BaseShape, role: str | None) -> list[_Element]:
    """List the styles that a text body takes its bullets and sizes from, nearest first."""
    styles = [body.find(f"{DRAWING}lstStyle")]
    if role is not None:
        index = shape.placeholder_format.idx
        styles += [
            mark.element.find(f"{SLIDE}txBody/{DRAWING}lstStyle")
            for mark in list(slide.slide_layout.placeholders)
            if mark.placeholder_format.idx == index
        ][:1]
        master = slide.slide_layout.slide_master.element
        styles.append(master.find(f"{SLIDE}txStyles/{SLIDE}{UNTITLED_STYLES.get(role, 'bodyStyle')}"))
    return [style for style in styles if style is not None]


def _graphic_parts(slide: Slide, frame: _Element) -> Iterator[tuple[PassageKind, str]]:
    table = next(frame.iter(f"{DRAWING}tbl"), None)
    if table is not None:
        rows = rows_of(table)
        if is_layout_table(rows):
            yield from (as_item(cell) for row in rows for cell in row if cell)
        elif text := table_text(rows):
            yield PassageKind.TABLE, text
    for model in _related(slide, frame, f"{DIAGRAM}relIds", f"{RELATION}dm"):
        yield from ((PassageKind.LIST_ITEM, text) for text in diagram_texts(model))
    for space in (CHART, CHART_2014):
        for chart in _related(slide, frame, f"{space}chart", f"{RELATION}id"):
            if title := chart_title(chart):
                yield PassageKind.PARAGRAPH, title


def _related(slide: Slide, frame: _Element, tag: str, key: str) -> Iterator[_Element]:
    """Read the part that an element of a frame refers to, where it is there."""
    for node in frame.iter(tag):
        relation = node.get(key) or ""
        if relation in slide.part.rels:
            yield xml_of(slide.part.related_part(relation).blob)
