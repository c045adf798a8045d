"""The cooperation matrix as a picture: SVG with a title and a description, for light and dark; pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import permutations

CELL = 34
CHAR = 6.6
MARGIN = 16
HEAD = 44
FOOT = 34
MIN_LABEL = 60
MAX_LABEL_CHARS = 28
LEVELS = 5
MEDIA_TYPE = "image/svg+xml; charset=utf-8"

STYLE = """
.ground{fill:#ffffff}.ink{fill:#1a2030}.soft{fill:#565e70}
.h0{fill:#f0efeb}.h1{fill:#d6e0f5}.h2{fill:#a9c0ec}.h3{fill:#6f93d9}.h4{fill:#3f66b5}.h5{fill:#1f3f86}
.n1,.n2{fill:#1a2030}.n3,.n4,.n5{fill:#ffffff}
@media (prefers-color-scheme:dark){.ground{fill:#11141b}.ink{fill:#e6e8ee}.soft{fill:#a4acbd}
.h0{fill:#1d222d}.h1{fill:#22325a}.h2{fill:#2f4a8a}.h3{fill:#4a6cba}.h4{fill:#7f9de0}.h5{fill:#b9cbfa}
.n1,.n2,.n3{fill:#ffffff}.n4,.n5{fill:#10131a}}
text{font-family:-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans","Noto Sans CJK SC",Arial,sans-serif}
"""


@dataclass(frozen=True)
class HeatMap:
    """What a picture shows: members by name, in order, and the counts of their pairs (by places in the list)."""

    title: str
    description: str
    names: Sequence[str]
    counts: Mapping[tuple[int, int], int]


def level_of(count: int, most: int) -> int:
    """Give the shade of a count, 0 to 5: the square root keeps small counts from looking like none."""
    if count <= 0 or most <= 0:
        return 0
    return max(1, min(LEVELS, round(LEVELS * math.sqrt(count / most))))


def svg_of(heat_map: HeatMap) -> str:
    """Draw a heat map."""
    labels = [_shortened(name) for name in heat_map.names]
    label = max([MIN_LABEL, *(_width_of(each) for each in labels)])
    left, top = MARGIN + label + 8, MARGIN + HEAD + label
    side = CELL * len(labels)
    width = max(left + side + MARGIN + label // 2, 560)
    height = top + side + FOOT + MARGIN
    lead = heat_map.description.partition(". ")[0]
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" ',
            f'height="{height}" role="img" aria-labelledby="title description">',
            f'<title id="title">{escape(heat_map.title)}</title>',
            f'<desc id="description">{escape(heat_map.description)}</desc><style>{STYLE}</style>',
            f'<rect class="ground" width="{width}" height="{height}"/>',
            _text(heat_map.title, (MARGIN, MARGIN + 16), size=17),
            _text(lead, (MARGIN, MARGIN + 36), tone="soft"),
            *_labels(labels, left, top),
            *_squares(heat_map, left, top),
            *_legend(max(heat_map.counts.values(), default=0), left, top + side + 18),
            "</svg>\n",
        ]
    )


def _text(value: str, place: tuple[int, int], *, tone: str = "ink", size: int = 12, more: str = "") -> str:
    x, y = place
    return f'<text class="{tone}" x="{x}" y="{y}" font-size="{size}"{more}>{escape(value)}</text>'


def _labels(labels: Sequence[str], left: int, top: int) -> Iterator[str]:
    for number, name in enumerate(labels):
        middle = number * CELL + CELL // 2
        yield _text(name, (left - 8, top + middle + 4), more=' text-anchor="end"')
        x, y = left + middle, top - 8
        yield _text(name, (x + 4, y), more=f' transform="rotate(-60 {x} {y})"')


def _squares(heat_map: HeatMap, left: int, top: int) -> Iterator[str]:
    most = max(heat_map.counts.values(), default=0)
    for row, column in permutations(range(len(heat_map.names)), 2):
        count = heat_map.counts.get((row, column)) or heat_map.counts.get((column, row), 0)
        x, y, level = left + column * CELL, top + row * CELL, level_of(count, most)
        told = escape(f"{heat_map.names[row]} and {heat_map.names[column]}: {count}")
        side = CELL - 2
        square = f'<rect class="h{level}" x="{x + 1}" y="{y + 1}" width="{side}" height="{side}" rx="3"/>'
        middle = (x + CELL // 2, y + CELL // 2 + 4)
        number = _text(str(count), middle, tone=f"n{level}", size=11, more=' text-anchor="middle"') if count else ""
        yield f"<g><title>{told}</title>{square}{number}</g>"


def _legend(most: int, x: int, y: int) -> Iterator[str]:
    if not most:
        return
    for level in range(1, LEVELS + 1):
        yield f'<rect class="h{level}" x="{x + (level - 1) * 26}" y="{y}" width="24" height="10" rx="2"/>'
    yield _text(f"1 to {most}", (x + LEVELS * 26 + 6, y + 9), tone="soft", size=11)


def _shortened(name: str) -> str:
    return name if len(name) <= MAX_LABEL_CHARS else f"{name[: MAX_LABEL_CHARS - 1].rstrip()}…"


def _width_of(name: str) -> int:
    return round(sum(2 * CHAR if ord(character) > 0x2E80 else CHAR for character in name))  # noqa: PLR2004 - East Asian scripts are wide
