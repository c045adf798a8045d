"""Scans made on the spot: text drawn as pictures, a little noisy and askew; tests and the benchmark share them."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

FONTS = "/usr/share/fonts/opentype/noto"
DPI = 200
DOTS = (1654, 2339)
MARGIN = 190
TITLE_DOTS = 62
BODY_DOTS = 32
LINE_PITCH = 1.55
PAPER = 246
INK = 30
LETTERS_PER_LINE = 68
IDEOGRAPHS_PER_LINE = 38
Line = tuple[int, str]


def lines_of(title: str, date: str, paragraphs: Sequence[str]) -> list[Line]:
    """Set a page: a title, a date line, paragraphs with an empty line after each."""
    is_chinese = any("一" <= letter <= "鿿" for text in (title, *paragraphs) for letter in text)
    per_line = IDEOGRAPHS_PER_LINE if is_chinese else LETTERS_PER_LINE
    lines = [(TITLE_DOTS, part) for part in textwrap.wrap(title, per_line // 2)]
    lines += [(BODY_DOTS, ""), (BODY_DOTS, date), (BODY_DOTS, "")]
    for paragraph in paragraphs:
        lines += [(BODY_DOTS, part) for part in textwrap.wrap(paragraph, per_line)] + [(BODY_DOTS, "")]
    return [line for line in lines if date or line != (BODY_DOTS, "")]


def picture_of(lines: Sequence[Line], *, degrees: float = 0.5, noise: float = 8.0) -> Image.Image:
    """Draw lines of (size in dots, text) as a scanner would see them."""
    picture = Image.new("L", DOTS, PAPER)
    pen = ImageDraw.Draw(picture)
    height = float(MARGIN)
    for size, text in lines:
        face = "Bold" if size == TITLE_DOTS else "Regular"
        font = ImageFont.truetype(f"{FONTS}/NotoSansCJK-{face}.ttc", size, index=2)
        pen.text((MARGIN, height), text, font=font, fill=INK)
        height += LINE_PITCH * size
    turned = picture.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=PAPER)
    return Image.blend(turned, Image.effect_noise(DOTS, noise * 6), noise / 100)


def pdf_of_pictures(pictures: Sequence[Image.Image], *, stamp: str = "") -> bytes:
    """Bind pictures as a scanner does, each over its whole page, with a line of text over it where one is stamped."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    for picture in pictures:
        draw_scan(canvas, picture)
        if stamp:
            canvas.setFont("Helvetica", 7)
            canvas.drawString(20, 12, stamp)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def draw_scan(canvas: Canvas, picture: Image.Image) -> None:
    """Draw a picture over the whole page, as JPEG."""
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=80)
    canvas.drawImage(ImageReader(io.BytesIO(held.getvalue())), 0, 0, *A4)
