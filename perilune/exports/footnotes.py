"""Footnotes in a Word document (ECMA-376, part 1, 17.11): their part, its relationship, their styles and their marks.

python-docx writes everything else of a document and knows no footnotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from perilune.exports.record import plain

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.paragraph import Paragraph

PART_NAME = "/word/footnotes.xml"
SEPARATORS = (("separator", -1), ("continuationSeparator", 0))
TEXT_STYLE, MARK_STYLE = "FootnoteText", "FootnoteReference"
Piece = tuple[str, str | None]
"""Some text, and the address that it links."""


class Footnotes:
    """Collects the footnotes of a document; `finish` writes their part."""

    def __init__(self, document: Document) -> None:
        from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import XmlPart

        self._root = _made("w:footnotes")
        for kind, number in SEPARATORS:
            note = self._note(number)
            note.set(_name("w:type"), kind)
            run = _child(_child(note, "w:p"), "w:r")
            _child(run, f"w:{kind}")
        package = document.part.package
        assert package is not None
        self._part = XmlPart(PackURI(PART_NAME), CONTENT_TYPE.WML_FOOTNOTES, self._root, package)
        document.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        self._count = 0
        _declare(document)

    def _note(self, number: int) -> BaseOxmlElement:
        note = _child(self._root, "w:footnote")
        note.set(_name("w:id"), str(number))
        return note

    def add(self, paragraph: Paragraph, pieces: Sequence[Piece]) -> int:
        """Put the mark of a new footnote at the end of a paragraph; returns its number."""
        self._count += 1
        reference = _child(_marked_run(paragraph._p), "w:footnoteReference")  # noqa: SLF001 - its element, as python-docx's own code takes it
        reference.set(_name("w:id"), str(self._count))
        text = _child(self._note(self._count), "w:p")
        _child(_child(text, "w:pPr"), "w:pStyle").set(_name("w:val"), TEXT_STYLE)
        _child(_marked_run(text), "w:footnoteRef")
        _add_text(text, " ")
        for words, address in pieces:
            _add_text(self._linked(text, address) if address else text, words)
        return self._count

    def _linked(self, parent: BaseOxmlElement, address: str) -> BaseOxmlElement:
        from docx.opc.constants import RELATIONSHIP_TYPE

        link = _child(parent, "w:hyperlink")
        link.set(_name("r:id"), self._part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        return link


def _declare(document: Document) -> None:
    """Name the separators in the settings, and make the two styles that Word gives footnotes."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    # The settings' children have an order; footnotePr stands right before compat.
    settings = document.settings.element
    properties = _made("w:footnotePr")
    for _, number in SEPARATORS:
        _child(properties, "w:footnote").set(_name("w:id"), str(number))
    settings.find(_name("w:compat")).addprevious(properties)
    text = document.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH)
    text.base_style, text.font.size, text.paragraph_format.space_after = document.styles["Normal"], Pt(9), Pt(2)
    text.element.set(_name("w:styleId"), TEXT_STYLE)
    mark = document.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
    mark.font.superscript = True
    mark.element.set(_name("w:styleId"), MARK_STYLE)


def _marked_run(parent: BaseOxmlElement) -> BaseOxmlElement:
    run = _child(parent, "w:r")
    _child(_child(run, "w:rPr"), "w:rStyle").set(_name("w:val"), MARK_STYLE)
    return run


def _add_text(parent: BaseOxmlElement, words: str) -> None:
    text = _child(_child(parent, "w:r"), "w:t")
    text.text = words if words == " " else _spaced(words)
    text.set(_name("xml:space"), "preserve")


def _spaced(words: str) -> str:
    """Put words on one line; the spaces around them separate pieces."""
    before, after = (" " if words[:1].isspace() else ""), (" " if words[-1:].isspace() else "")
    return f"{before}{plain(words)}{after}"


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(tag))


def _made(tag: str) -> BaseOxmlElement:
    from docx.oxml.parser import OxmlElement

    return cast("BaseOxmlElement", OxmlElement(tag))


def _child(parent: BaseOxmlElement, tag: str) -> BaseOxmlElement:
    child = _made(tag)
    parent.append(child)
    return child
