"""The slide deck as a PDF, drawn with reportlab: landscape, the deck's title on each slide, a number at the foot."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, Paragraph

from perilune.demo.blocks import Block, slides_of

WIDTH, HEIGHT = landscape(A4)
MARGIN = 50  # points
_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=17, leading=21, textColor=HexColor("#12356b"))
_COVER = ParagraphStyle("cover", parent=_TITLE, fontSize=30, leading=38, alignment=1, spaceBefore=90)
_HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", fontSize=20, leading=25, spaceAfter=12)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=16, leading=21, spaceAfter=8)
_ITEM = ParagraphStyle("item", parent=_TEXT, leftIndent=18, bulletIndent=4)
_CENTRED = ParagraphStyle("centred", parent=_TEXT, alignment=1, fontSize=20, leading=30, spaceBefore=24)


def deck_pdf(title: str, text: str) -> bytes:
    """Draw the slides of `text`; the same words always give the same bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(title)
    slides = slides_of(text)
    for number, blocks in enumerate(slides, start=1):
        _draw_slide(canvas, title, blocks, number)
    canvas.save()
    return buffer.getvalue()


def _draw_slide(canvas: Canvas, title: str, blocks: tuple[Block, ...], number: int) -> None:
    is_cover = number == 1
    story: list[Flowable] = [Paragraph(escape(title), _COVER if is_cover else _TITLE)]
    story += [flowable for block in blocks for flowable in _flowables(block, centred=is_cover)]
    if not is_cover:
        canvas.setStrokeColorRGB(0.07, 0.21, 0.42)
        canvas.line(MARGIN, HEIGHT - 66, WIDTH - MARGIN, HEIGHT - 66)
    frame = Frame(MARGIN, 40, WIDTH - 2 * MARGIN, HEIGHT - 70, showBoundary=0)
    story[0].spaceAfter = 26
    frame.addFromList(story, canvas)
    if story:
        raise ValueError(f"slide {number} is too full: {len(story)} blocks are left over")
    canvas.setFont("Helvetica", 10)
    canvas.drawRightString(WIDTH - MARGIN, 24, str(number))
    canvas.showPage()


def _flowables(block: Block, *, centred: bool) -> list[Flowable]:
    if block.kind == "h":
        return [Paragraph(escape(line), _HEADING) for line in block.lines]
    if block.kind == "ul":
        return [Paragraph(escape(line), _ITEM, bulletText="•") for line in block.lines]
    return [Paragraph(escape(" ".join(block.lines)), _CENTRED if centred else _TEXT)]
