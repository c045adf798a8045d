"""Small pictures of numbers: bars that are read on light and on dark paper; the same bytes for the same numbers."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import lru_cache

from digest.content import IssueContent

WIDTH, HEIGHT = 144, 24
"""In CSS pixels; drawn at twice that for sharp screens."""
SCALE = 2
GAP = 3
BAR, LAST_BAR, BASE = (74, 134, 197, 255), (201, 120, 10, 255), (128, 138, 150, 255)


@lru_cache(maxsize=256)
def bars_of(counts: Sequence[int]) -> bytes:
    """Draw a bar for each number, the last one in another colour, as a PNG with a transparent ground."""
    from PIL import Image, ImageDraw

    width, height = WIDTH * SCALE, HEIGHT * SCALE
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    step, most = width / max(1, len(counts)), max(1, *counts) if counts else 1
    for place, count in enumerate(counts):
        left, right = round(place * step), round((place + 1) * step) - GAP * SCALE
        top = height - 1 - round((height - SCALE) * count / most)
        colour = LAST_BAR if place == len(counts) - 1 else BAR
        pen.rectangle((left, min(top, height - SCALE), right, height), fill=colour if count else BASE)
    content = io.BytesIO()
    picture.quantize(8).save(content, "PNG", optimize=True)
    return content.getvalue()


def picture_name(issue_key: str, number: int) -> str:
    """Name the picture of an issue's trend with this number, from 1, as a Content-ID (RFC 2392)."""
    return f"trend-{number}.{issue_key}@perilune"


def pictures_of(content: IssueContent) -> dict[str, bytes]:
    """Draw the pictures that an issue's mail carries, by their names."""
    return {picture_name(content.key, number): bars_of(trend.counts) for number, trend in enumerate(content.trends, 1)}


def inlined(picture: bytes) -> str:
    """Make the address that holds a picture itself, for pages and files that carry no parts."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
