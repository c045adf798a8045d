"""Styles and numbering of a text document (DOCX): what a paragraph inherits, and the number printed before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.etree import _Element

from pipeline.extraction.numerals import numeral

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VALUE = f"{WORD}val"
MAX_CHAIN = 20
MAX_LEVEL = 8
BODY_LEVEL = 9
POINTS_PER_UNIT = 0.5
USUAL_SIZE = 10.0
HEADING_NAME = re.compile(r"heading ([1-9])")


class Styles:
    """The paragraph styles of a document; names of built-in styles are English whatever the program's language."""

    def __init__(self, root: _Element | None) -> None:
        nodes = list(root.iterchildren(f"{WORD}style")) if root is not None else []
        self.by_id = {node.get(f"{WORD}styleId"): node for node in nodes}
        paragraphs = [node for node in nodes if node.get(f"{WORD}type") == "paragraph"]
        defaults = [node for node in paragraphs if is_on(node.get(f"{WORD}default", "0"))]
        self.default_id = defaults[0].get(f"{WORD}styleId") if defaults else None
        self.names: dict[str | None, list[str]] = {}
        self.inherited: dict[tuple[str | None, str], _Element | None] = {}
        self.document = root.find(f"{WORD}docDefaults/{WORD}rPrDefault") if root is not None else None

    def names_of(self, paragraph: _Element) -> list[str]:
        """List the names of a paragraph's style and of those that it is based on, in lower case."""
        style_id = self._style_of(paragraph)
        if style_id not in self.names:
            marks = (style.find(f"{WORD}name") for style in self._chain(style_id))
            self.names[style_id] = [(mark.get(VALUE) or "").lower() for mark in marks if mark is not None]
        return self.names[style_id]

    def outline_level(self, paragraph: _Element) -> int | None:
        """Tell the level of a heading, 0 for the highest; None for body text."""
        stated = self.stated(paragraph, f"{WORD}pPr/{WORD}outlineLvl")
        if stated is not None:
            level = stated.get(VALUE) or ""
            return int(level) if level.isdecimal() and int(level) < BODY_LEVEL else None
        named = next((found for name in self.names_of(paragraph) if (found := HEADING_NAME.fullmatch(name))), None)
        return int(named[1]) - 1 if named else None

    def stated(self, paragraph: _Element, path: str) -> _Element | None:
        """Find a property at the paragraph itself, else at the nearest style that states it."""
        own = paragraph.find(path)
        if own is not None:
            return own
        key = self._style_of(paragraph), path
        if key not in self.inherited:
            nodes = (style.find(path) for style in self._chain(key[0]))
            self.inherited[key] = next((node for node in nodes if node is not None), None)
        return self.inherited[key]

    def size_of(self, paragraph: _Element) -> float:
        """Tell the size of a paragraph's first run in points."""
        own = paragraph.find(f"{WORD}r/{WORD}rPr/{WORD}sz")
        size = own if own is not None else self.stated(paragraph, f"{WORD}rPr/{WORD}sz")
        if size is None and self.document is not None:
            size = self.document.find(f"{WORD}rPr/{WORD}sz")
        stated = (size.get(VALUE) or "") if size is not None else ""
        return POINTS_PER_UNIT * int(stated) if stated.isdecimal() else USUAL_SIZE

    def is_bold(self, paragraph: _Element) -> bool:
        """Tell whether every run with text is bold, by itself or by the paragraph's style."""
        runs = [run for run in paragraph.iter(f"{WORD}r") if any((t.text or "").strip() for t in run.iter(f"{WORD}t"))]
        inherited = self.stated(paragraph, f"{WORD}rPr/{WORD}b")
        marks = [run.find(f"{WORD}rPr/{WORD}b") for run in runs]
        return bool(runs) and all(is_set(mark if mark is not None else inherited) for mark in marks)

    def _style_of(self, paragraph: _Element) -> str | None:
        stated = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        return stated.get(VALUE) if stated is not None else self.default_id

    def _chain(self, style_id: str | None) -> Iterator[_Element]:
        # Styles based on each other in a circle end at the bound.
        for _ in range(MAX_CHAIN):
            style = self.by_id.get(style_id)
            if style is None:
                return
            yield style
            base = style.find(f"{WORD}basedOn")
            style_id = base.get(VALUE) if base is not None else None


class Numbering:
    """The lists of a document: counts them on, paragraph by paragraph."""

    def __init__(self, root: _Element | None) -> None:
        nodes = list(root) if root is not None else []
        self.abstract = {n.get(f"{WORD}abstractNumId"): n for n in nodes if n.tag == f"{WORD}abstractNum"}
        self.lists = {node.get(f"{WORD}numId"): node for node in nodes if node.tag == f"{WORD}num"}
        self.counts: dict[tuple[str | None, int], int] = {}
        self.begun: set[tuple[str, int]] = set()

    def label_of(self, list_id: str, level: int) -> str:
        """Count a paragraph of a list and write what is printed before it; empty for bullets and unknown forms."""
        key = self._key_of(list_id)
        if key not in self.abstract or level > MAX_LEVEL:
            return ""
        restart = self._restart_of(list_id, level)
        if restart is not None and (list_id, level) not in self.begun:
            self.counts.pop((key, level), None)
        self.begun.add((list_id, level))
        start = restart if restart is not None else self._start_of(key, level)
        self.counts[key, level] = self.counts.get((key, level), start - 1) + 1
        self.counts = {place: n for place, n in self.counts.items() if place[0] != key or place[1] <= level}
        return self._written(key, level)

    def _written(self, key: str | None, level: int) -> str:
        own = self._level_of(key, level)
        form, text = (_value(own, name) for name in ("numFmt", "lvlText"))
        if form in {"bullet", "none"}:
            return ""
        is_legal = own is not None and own.find(f"{WORD}isLgl") is not None
        for upper in range(level + 1):
            count = self.counts.get((key, upper), self._start_of(key, upper))
            shape = "decimal" if is_legal else _value(self._level_of(key, upper), "numFmt") or "decimal"
            mark = f"%{upper + 1}"
            written = numeral(count, shape)
            if mark in text and written is None:
                return ""
            text = text.replace(mark, written or "")
        return text.strip()

    def _key_of(self, list_id: str) -> str | None:
        node = self.lists.get(list_id)
        return _value(node, "abstractNumId") if node is not None else None

    def _level_of(self, key: str | None, level: int) -> _Element | None:
        nodes = self.abstract[key].iterchildren(f"{WORD}lvl")
        return next((node for node in nodes if node.get(f"{WORD}ilvl") == str(level)), None)

    def _start_of(self, key: str | None, level: int) -> int:
        stated = _value(self._level_of(key, level), "start")
        return int(stated) if stated.isdecimal() else 1

    def _restart_of(self, list_id: str, level: int) -> int | None:
        for node in self.lists[list_id].iterchildren(f"{WORD}lvlOverride"):
            stated = _value(node, "startOverride")
            if node.get(f"{WORD}ilvl") == str(level) and stated.isdecimal():
                return int(stated)
        return None


def is_on(value: str) -> bool:
    """Tell whether a switch is on as WordprocessingML writes it."""
    return value not in {"0", "false", "off"}


def is_set(mark: _Element | None) -> bool:
    """Tell whether a property that is a switch is there and on."""
    return mark is not None and is_on(mark.get(VALUE) or "1")


def list_of(styles: Styles, paragraph: _Element) -> tuple[str, int] | None:
    """Tell the list that a paragraph belongs to, and its level; None where it is no item."""
    number = styles.stated(paragraph, f"{WORD}pPr/{WORD}numPr/{WORD}numId")
    list_id = (number.get(VALUE) or "0") if number is not None else "0"
    level = styles.stated(paragraph, f"{WORD}pPr/{WORD}numPr/{WORD}ilvl")
    stated = (level.get(VALUE) or "0") if level is not None else "0"
    return (list_id, int(stated) if stated.isdecimal() else 0) if list_id != "0" else None


def section_ends(body: _Element) -> Sequence[tuple[_Element, bool]]:
    """List the sections' marks inside a body, each with whether the section after it begins a new page."""
    marks = list(body.iter(f"{WORD}sectPr"))
    types = [_value(mark, "type") or "nextPage" for mark in marks]
    return [(mark, after not in {"continuous", "nextColumn"}) for mark, after in zip(marks, types[1:], strict=False)]


def _value(holder: _Element | None, name: str) -> str:
    node = holder.find(f"{WORD}{name}") if holder is not None else None
    return (node.get(VALUE) or "") if node is not None else ""
