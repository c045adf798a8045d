"""The body of a text document (DOCX) read in its order into lines, each with its page as far as breaks tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from models.vocabulary import PassageKind
from pipeline.extraction.boilerplate import is_date_line
from pipeline.extraction.office_text import (
    BREAK,
    as_item,
    is_layout_table,
    line_of,
    lines_of,
    numbered,
    table_text,
)
from pipeline.extraction.pdf_paragraphs import MAX_HEADING_CHARS
from pipeline.extraction.slides import SENTENCE_END
from pipeline.extraction.word_styles import VALUE, WORD, Numbering, Styles, is_set, list_of, section_ends

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MAX_LINES = 30_000
NOTE_MARKS = {f"{WORD}footnoteReference": "footnotes", f"{WORD}endnoteReference": "endnotes"}
# What is not printed, or not as the document stands: deletions, instructions of fields, formatting, readings of signs.
UNPRINTED = frozenset(
    f"{WORD}{name}"
    for name in ("del", "moveFrom", "delText", "instrText", "delInstrText", "pPr", "rPr", "sdtPr", "rt", "trPr", "tcPr")
)
SIGNS = {f"{WORD}tab": " ", f"{WORD}ptab": " ", f"{WORD}cr": BREAK, f"{WORD}noBreakHyphen": "-"}
WRAPPERS = frozenset(f"{WORD}{name}" for name in ("ins", "moveTo", "customXml", "smartTag", "sdtContent"))
GRAPHICS = frozenset(f"{WORD}{name}" for name in ("drawing", "pict", "object"))
LISTINGS = ("toc ", "table of figures", "table of authorities", "index ")


@dataclass(frozen=True)
class WordLine:
    """A paragraph, item or table, the page that it begins on, and its size in points."""

    kind: PassageKind
    text: str
    page: int
    size: float = 0.0
    is_title: bool = False


@dataclass(frozen=True)
class NoteMark:
    """Where a footnote or endnote is called: the kind of note, its id and the page."""

    kind: str
    note_id: str
    page: int


@dataclass
class Pages:
    """Counts pages by the breaks that an office program has left; an explicit one is seen twice when rendered."""

    page: int = 1
    has_rendered: bool = False
    has_explicit: bool = False
    is_fresh: bool = True
    is_broken_just_now: bool = False

    def rendered(self) -> None:
        """Note that the text went on to a new page when it was last laid out."""
        self.has_rendered = True
        if not self.is_broken_just_now:
            self.page += 1
        self.is_fresh, self.is_broken_just_now = True, False

    def broken(self, *, is_forced: bool = True) -> None:
        """Note a break that an author has set; one that is not forced only asks for a fresh page."""
        self.has_explicit = True
        if is_forced or not self.is_fresh:
            self.page += 1
            self.is_fresh = self.is_broken_just_now = True

    def written(self) -> None:
        """Note text on the page."""
        self.is_fresh = self.is_broken_just_now = False


@dataclass
class WordReader:
    """Reads block after block; one for the body, and one for each footnote, which has no pages."""

    styles: Styles
    numbering: Numbering
    pages: Pages = field(default_factory=Pages)
    lines: list[WordLine] = field(default_factory=list)
    notes: list[NoteMark] = field(default_factory=list)
    boxes: list[_Element] = field(default_factory=list)
    ends: dict[_Element, bool] = field(default_factory=dict)
    carried: str = ""

    def read_body(self, body: _Element) -> None:
        """Read all blocks of a document's body; beyond MAX_LINES it is cut."""
        self.ends = dict(section_ends(body))
        self.read(body)

    def read(self, holder: _Element) -> None:
        """Read the blocks that an element holds."""
        for node in holder:
            if len(self.lines) >= MAX_LINES:
                return
            if node.tag == f"{WORD}p":
                self._read_paragraph(node)
            elif node.tag == f"{WORD}tbl":
                self._read_table(node)
            elif node.tag in WRAPPERS:
                self.read(node)
            elif node.tag == f"{WORD}sdt" and not _is_table_of_contents(node):
                for content in node.iterchildren(f"{WORD}sdtContent"):
                    self.read(content)

    def _read_paragraph(self, node: _Element) -> None:
        if is_set(self.styles.stated(node, f"{WORD}pPr/{WORD}pageBreakBefore")):
            self.pages.broken(is_forced=False)
        segments = self._segments_of(node)
        if is_set(node.find(f"{WORD}pPr/{WORD}rPr/{WORD}del")):
            # The paragraph's end is deleted: its text runs on into the next.
            self.carried = "".join(text for _, text in segments)
            return
        names = self.styles.names_of(node)
        if not any(name.startswith(LISTINGS) for name in names):
            self.lines += _lines_of_paragraph(self, node, segments, names)
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.read(box)
        mark = node.find(f"{WORD}pPr/{WORD}sectPr")
        if mark is not None and self.ends.get(mark):
            self.pages.broken()

    def _segments_of(self, node: _Element) -> list[tuple[int, str]]:
        """Read a paragraph's text, parted at explicit page breaks; each part has the page of its first letter."""
        segments: list[tuple[int, list[str]]] = [(self.pages.page, [self.carried] if self.carried else [])]
        is_blank, self.carried = not self.carried.strip(), ""
        for piece in self._pieces(node):
            if piece is None:
                segments.append((self.pages.page, []))
                is_blank = True
                continue
            if piece.strip():
                self.pages.written()
            if is_blank:
                segments[-1] = (self.pages.page, segments[-1][1])
                is_blank = not piece.strip()
            segments[-1][1].append(piece)
        return [(page, "".join(pieces)) for page, pieces in segments]

    def _pieces(self, node: _Element) -> Iterator[str | None]:
        """Yield the printed pieces of an element's text, None for each page break."""
        for child in node:
            if child.tag in {f"{WORD}t", f"{MATH}t"}:
                yield child.text or ""
            elif child.tag in SIGNS:
                yield SIGNS[child.tag]
            elif child.tag == f"{WORD}br":
                yield from self._break(child)
            elif child.tag == f"{WORD}lastRenderedPageBreak":
                self.pages.rendered()
            elif child.tag in NOTE_MARKS:
                self.notes.append(NoteMark(NOTE_MARKS[child.tag], child.get(f"{WORD}id") or "", self.pages.page))
            elif child.tag in GRAPHICS:
                self.boxes += _text_boxes(child)
            elif child.tag not in UNPRINTED and not is_set(child.find(f"{WORD}rPr/{WORD}vanish")):
                yield from self._pieces(child)

    def _break(self, node: _Element) -> Iterator[str | None]:
        if node.get(f"{WORD}type") == "page":
            self.pages.broken()
            yield None
        else:
            yield BREAK

    def _read_table(self, node: _Element) -> None:
        """Read a table into one line, or one that only places text into the lines of its cells."""
        before, self.lines = self.lines, []
        rows = [
            [self._lines_of_cell(cell) for cell in _children(row, f"{WORD}tc")]
            for row in _children(node, f"{WORD}tr")
            if row.find(f"{WORD}trPr/{WORD}del") is None
        ]
        self.lines = before
        texts = [[" ".join(line.text.replace("\n", " ") for line in cell) for cell in row] for row in rows]
        lines = [line for row in rows for cell in row for line in cell]
        if is_layout_table(texts):
            self.lines += lines
        elif text := table_text(texts):
            self.lines.append(WordLine(PassageKind.TABLE, text, lines[0].page))

    def _lines_of_cell(self, cell: _Element) -> list[WordLine]:
        self.lines = []
        self.read(cell)
        return self.lines


def _children(holder: _Element, tag: str) -> Iterator[_Element]:
    """Yield the rows or cells of a table, those inside content controls and insertions too."""
    for node in holder:
        if node.tag == tag:
            yield node
        elif node.tag in WRAPPERS or node.tag == f"{WORD}sdt":
            yield from _children(node, tag)


def _lines_of_paragraph(
    reader: WordReader, node: _Element, segments: Sequence[tuple[int, str]], names: Sequence[str]
) -> list[WordLine]:
    size = reader.styles.size_of(node)
    item = list_of(reader.styles, node)
    whole = line_of(" ".join(text for _, text in segments))
    if not whole:
        return []
    label = reader.numbering.label_of(*item) if item else ""
    is_title = "title" in names[:1]
    page = next(page for page, text in segments if line_of(text))
    if is_title or (reader.styles.outline_level(node) is not None and len(whole) <= 2 * MAX_HEADING_CHARS):
        return [WordLine(PassageKind.HEADING, numbered(label, whole), page, size, is_title)]
    parts = [(page, line) for page, text in segments for line in lines_of(text)]
    if item:
        lines = [WordLine(PassageKind.LIST_ITEM, text, page, size) for page, text in parts]
        return [replace(lines[0], text=numbered(label, lines[0].text)), *lines[1:]]
    if any("quote" in name for name in names[:1]):
        return [WordLine(PassageKind.QUOTE, text, page, size) for page, text in parts]
    if reader.styles.is_bold(node) and may_be_heading(whole):
        return [WordLine(PassageKind.HEADING, text, page, size) for page, text in parts]
    return [WordLine(*as_item(text), page, size) for page, text in parts]


def may_be_heading(text: str) -> bool:
    """Tell whether a text that its format sets apart may be a heading: short, no sentence, no date."""
    return len(text) <= MAX_HEADING_CHARS and not SENTENCE_END.search(text) and not is_date_line(text)


def _text_boxes(graphic: _Element) -> list[_Element]:
    """List the contents of a graphic's text boxes, the outermost only."""
    boxes = dict.fromkeys(graphic.iter(f"{WORD}txbxContent"))
    return [box for box in boxes if not any(parent in boxes for parent in box.iterancestors(f"{WORD}txbxContent"))]


def _is_table_of_contents(control: _Element) -> bool:
    gallery = control.find(f"{WORD}sdtPr/{WORD}docPartObj/{WORD}docPartGallery")
    return gallery is not None and "table of contents" in (gallery.get(VALUE) or "").lower()
