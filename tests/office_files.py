"""Office files made on the spot: decks and documents of our domain, and the parts that the libraries cannot write."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.document import Document as WordDocument
from pptx import Presentation
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Inches

from models.vocabulary import PassageKind
from pipeline.values import Block

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
NOTE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
TITLE_LAYOUT, BODY_LAYOUT, BLANK_LAYOUT = 0, 1, 6


def saved(document: Deck | WordDocument) -> bytes:
    """Write a deck or document."""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def repacked(body: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Change the parts of a file, whatever they are."""
    with ZipFile(io.BytesIO(body)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return zip_of(parts)


def zip_of(parts: dict[str, bytes]) -> bytes:
    """Pack parts into a ZIP file."""
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def replaced(body: bytes, name: str, old: str, new: str) -> bytes:
    """Replace text in one part of a file."""

    def change(parts: dict[str, bytes]) -> None:
        assert old.encode() in parts[name]
        parts[name] = parts[name].replace(old.encode(), new.encode())

    return repacked(body, change)


def titled_slide(deck: Deck, title: str, items: Sequence[str] = ()) -> Slide:
    """Add a slide with a title and a list."""
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[BODY_LAYOUT])
    assert slide.shapes.title is not None
    slide.shapes.title.text = title
    slide.placeholders[1].text_frame.text = "\n".join(items)
    return slide


def text_box(slide: Slide, text: str, place: tuple[float, float, float, float]) -> None:
    """Put a text on a slide; its place is left, top, width and height in inches."""
    left, top, width, height = map(Inches, place)
    box = slide.shapes.add_textbox(left, top, width, height)
    box.text_frame.text = text


def cover(deck: Deck, title: str, lines: str) -> Slide:
    """Add a cover with a title and the lines below it."""
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[TITLE_LAYOUT])
    assert slide.shapes.title is not None
    slide.shapes.title.text = title
    slide.placeholders[1].text_frame.text = lines
    return slide


def empty_deck() -> Deck:
    """Begin a deck."""
    return Presentation()


def empty_document() -> WordDocument:
    """Begin a document."""
    return Document()


def with_body(body: bytes, xml: str) -> bytes:
    """Put paragraphs written by hand at the start of a document's body."""

    def change(parts: dict[str, bytes]) -> None:
        text = parts["word/document.xml"].decode()
        parts["word/document.xml"] = re.sub(r"<w:body>", lambda _: f"<w:body>{xml}", text, count=1).encode()

    return repacked(body, change)


def with_notes(body: bytes, kind: str, notes: dict[int, str]) -> bytes:
    """Add a part of footnotes or endnotes, as Word writes it."""
    tag = kind.removesuffix("s")
    written = "".join(
        f'<w:{tag} w:id="{number}"><w:p><w:r><w:t xml:space="preserve"> {text}</w:t></w:r></w:p></w:{tag}>'
        for number, text in notes.items()
    )
    separator = f'<w:{tag} w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:{tag}>'

    def change(parts: dict[str, bytes]) -> None:
        parts[f"word/{kind}.xml"] = f'<w:{kind} xmlns:w="{WORD}">{separator}{written}</w:{kind}>'.encode()
        relation = f'<Relationship Id="rId9{kind}" Type="{OFFICE}/relationships/{kind}" Target="{kind}.xml"/>'
        override = f'<Override PartName="/word/{kind}.xml" ContentType="{NOTE_TYPE.format(kind)}"/>'
        for name, end, added in (
            ("word/_rels/document.xml.rels", "</Relationships>", relation),
            ("[Content_Types].xml", "</Types>", override),
        ):
            parts[name] = parts[name].replace(end.encode(), f"{added}{end}".encode())

    return repacked(body, change)


def run(text: str, inside: str = "") -> str:
    """Write a run of text."""
    return f'<w:r>{inside}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    """Write a paragraph of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def texts(blocks: tuple[Block, ...], page: int | None = None) -> list[str]:
    """List the texts of blocks, of one page only where it is named."""
    return [block.text for block in blocks if page is None or block.page == page]


def kinds(blocks: tuple[Block, ...]) -> dict[str, PassageKind]:
    """Map the texts of blocks to what they are."""
    return {block.text: block.kind for block in blocks}
