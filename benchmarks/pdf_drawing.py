"""Draws the benchmark's PDF files with reportlab: footnotes, page labels, bookmarks, tables, rows across columns."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest

from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, Paragraph, Table

from benchmarks.pdf_gold import GoldDocument, Part
from benchmarks.pdf_printing import HEADS, table_rows
from models.vocabulary import PassageKind

FONT_FILES = {
    "DejaVu": "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "DejaVuSans": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
}
FOOT = 60
GUTTER = 22


class _Press:
    """A canvas with the look that a seed draws, and what it has printed so far."""

    def __init__(self, chance: random.Random, language: str, column_count: int) -> None:
        self.chance = chance
        self.language = language
        self.column_count = column_count
        self.size = chance.choice((A4, LETTER))
        self.target = io.BytesIO()
        self.canvas = Canvas(self.target, pagesize=self.size, invariant=1)
        self.margin = chance.choice((56, 64, 72))
        font = (
            chance.choice(tuple(FONT_FILES))
            if language == "ru"
            else chance.choice(("Times-Roman", "Helvetica", "DejaVu"))
        )
        points = chance.choice((9.5, 10, 11)) - (column_count > 1)
        self.text = ParagraphStyle(
            "text", fontName=font, fontSize=points, leading=points * 1.25,
            spaceAfter=points * chance.choice((0.5, 0.8)),
            alignment=chance.choice((0, 4)), firstLineIndent=chance.choice((0, 0, 14)),
        )  # fmt: skip
        self.heading = ParagraphStyle(
            "heading", parent=self.text, fontSize=points * 1.35, leading=points * 1.7, spaceBefore=6, spaceAfter=5,
            firstLineIndent=0, alignment=0,
        )  # fmt: skip
        self.note = ParagraphStyle(
            "note", parent=self.text, fontSize=points * 0.78, leading=points * 0.95, spaceAfter=1, firstLineIndent=0
        )
        self.story: list[tuple[Part, Flowable]] = []
        self.bookmarks: list[tuple[str, int]] = []
        self.parts: list[Part] = []
        self.notes: list[Part] = []

    def head_and_foot(self, number: int, label: str) -> None:
        """Draw a running head, other on even pages, and the page's label."""
        width, height = self.size
        self.canvas.setFont("DejaVuSans", 8)
        head = HEADS[self.language] if number % 2 else f"{self.language.upper()} series, volume 12"
        self.canvas.drawString(self.margin, height - 34, head)
        self.canvas.drawCentredString(width / 2, 30, label)

    def footnotes(self, notes: Sequence[str], first: int, page: int) -> float:
        """Draw notes at the foot of a page and give the height above them."""
        base = float(FOOT)
        width = self.size[0] - 2 * self.margin
        for at in reversed(range(len(notes))):
            drawn = Paragraph(f"<super>{first + at}</super> {escape(notes[at])}", self.note)
            _, tall = drawn.wrap(width, 400)
            drawn.drawOn(self.canvas, self.margin, base)
            base += tall + 1
        self.notes += [Part(PassageKind.FOOTNOTE, f"{first + at} {note}", page) for at, note in enumerate(notes)]
        if notes:
            self.canvas.line(self.margin, base + 4, self.margin + 120, base + 4)
            base += 10
        return base


def drawn_by_reportlab(name: str, texts: Mapping[str, Sequence[str]], seed: int) -> GoldDocument:
    """Draw a document of one to three columns with notes, headings, a table, roman labels and bookmarks."""
    chance = random.Random(seed)
    for font, file in FONT_FILES.items():
        registerFont(TTFont(font, file))
    language = chance.choice(("en", "en", "fr", "es", "ru"))
    press = _Press(chance, language, 1 + seed % 3)
    drawn = chance.sample(list(texts[language]), min(len(texts[language]), 46))
    story_size = 7 * len(drawn) // 10
    press.story = _story(press, drawn[:story_size])
    roman_count = chance.choice((0, 0, 2))
    labels = {}
    page = note = 0
    while press.story and page < 14:
        page += 1
        label = ("i", "ii")[page - 1] if page <= roman_count else str(page - roman_count)
        labels[page] = label
        note = _print_page(press, page, label, note, spare=drawn[story_size:])
    press.canvas.save()
    body = _with_labels(press.target.getvalue(), roman_count, press.bookmarks)
    parts = (*press.parts, *press.notes)
    group = f"drawn, {press.column_count} columns"
    return GoldDocument(name, body, parts, labels if roman_count else {}, group)


def _story(press: _Press, texts: Sequence[str]) -> list[tuple[Part, Flowable]]:
    story: list[tuple[Part, Flowable]] = []
    for at, text in enumerate(texts):
        if at % 5 == 0:
            heading = " ".join(text.split()[:5]).strip(" ,.;:()")
            story.append((Part(PassageKind.HEADING, heading), Paragraph(escape(heading), press.heading)))
        if at == 6 and press.column_count < 3:
            rows = table_rows(press.chance)
            style = press.chance.choice(
                ([("GRID", (0, 0), (-1, -1), 0.5, "black")], [("LINEBELOW", (0, 0), (-1, 0), 0.7, "black")])
            )
            part = Part(PassageKind.TABLE, "\n".join(" | ".join(row) for row in rows))
            story.append((part, Table(rows, style=[*style, ("FONTSIZE", (0, 0), (-1, -1), 8)])))
        story.append((Part(PassageKind.PARAGRAPH, text), Paragraph(escape(text), press.text)))
    return story


def _print_page(press: _Press, page: int, label: str, note: int, *, spare: Sequence[str]) -> int:
    """Fill one page's columns; give the number of the last note."""
    press.head_and_foot(page, label)
    note_count = press.chance.randint(0, 3)
    notes = [spare[(note + at) % len(spare)][:220] for at in range(note_count)]
    base = press.footnotes(notes, note + 1, page)
    marks = [f"<super>{note + at + 1}</super>" for at in range(note_count)]
    width = (press.size[0] - 2 * press.margin - GUTTER * (press.column_count - 1)) / press.column_count
    for column in range(press.column_count):
        frame = Frame(
            press.margin + column * (width + GUTTER), base, width, press.size[1] - 60 - base,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        _fill(press, frame, page, marks)
    press.canvas.showPage()
    return note + note_count


def _fill(press: _Press, frame: Frame, page: int, marks: list[str]) -> None:
    story = press.story
    while story:
        part, flowable = story[0]
        is_new = part.page is None
        if is_new and marks and part.kind is PassageKind.PARAGRAPH:
            flowable = Paragraph(escape(part.text) + marks[0], press.text)
        placed = Part(part.kind, part.text, page) if is_new else part
        if frame.add(flowable, press.canvas):
            story.pop(0)
        else:
            halves = frame.split(flowable, press.canvas)
            if len(halves) < 2:
                return
            frame.add(halves[0], press.canvas)
            story[0] = (placed, halves[1])
        if is_new:
            press.parts.append(placed)
            if part.kind is PassageKind.PARAGRAPH and marks:
                marks.pop(0)
            if part.kind is PassageKind.HEADING:
                press.bookmarks.append((part.text, page))
        if story and story[0][0] is placed:
            return


def _with_labels(body: bytes, roman_count: int, bookmarks: Sequence[tuple[str, int]]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(body)))
    if roman_count:
        last = len(writer.pages) - 1
        writer.set_page_label(0, min(roman_count - 1, last), style="/r")
        if last >= roman_count:
            writer.set_page_label(roman_count, last, style="/D", start=1)
    for title, page in bookmarks:
        writer.add_outline_item(title, page - 1)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def drawn_across_columns(name: str, texts: Mapping[str, Sequence[str]], seed: int) -> GoldDocument:
    """Draw two columns line by line across, as some producers write them, below a title and a lead of full width."""
    chance = random.Random(seed)
    texts_drawn = chance.sample(list(texts["en"]), 12)
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    parts = [Part(PassageKind.HEADING, HEADS["en"], 1), Part(PassageKind.PARAGRAPH, texts_drawn[0], 1)]
    height = A4[1] - 80
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, height, HEADS["en"])
    height = _draw_lines(canvas, simpleSplit(texts_drawn[0], "Times-Roman", 10, 475), 60, height - 26)
    columns = []
    for side in (texts_drawn[1:4], texts_drawn[4:7]):
        lines: list[str] = []
        for text in side:
            lines += [*simpleSplit(text, "Times-Roman", 10, 225), ""]
            parts.append(Part(PassageKind.PARAGRAPH, text, 1))
        columns.append(lines[:52])
    parts = [
        part for part in parts if part.kind is PassageKind.HEADING or _is_printed(part.text, columns, texts_drawn[0])
    ]
    for left, right in zip_longest(*columns, fillvalue=""):
        height -= 12.5
        canvas.drawString(60, height, left)
        canvas.drawString(310, height, right)
    canvas.save()
    return GoldDocument(name, target.getvalue(), tuple(parts), group="rows across columns")


def _is_printed(text: str, columns: Sequence[Sequence[str]], lead: str) -> bool:
    return text == lead or any(" ".join(text.split()) in " ".join(column) for column in columns)


def _draw_lines(canvas: Canvas, lines: Sequence[str], left: float, height: float) -> float:
    canvas.setFont("Times-Roman", 10)
    for line in lines:
        canvas.drawString(left, height, line)
        height -= 12.5
    return height
