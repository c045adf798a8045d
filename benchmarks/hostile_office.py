"""Slide decks, text documents and scans for the hostile benchmark, and bombs in their formats.

Apart because the shared folders hold none: they are made with the libraries that offices' files are made with.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator

from PIL import Image, ImageDraw

from tests.office_files import (
    cover,
    empty_deck,
    empty_document,
    paragraph,
    repacked,
    replaced,
    run,
    saved,
    text_box,
    titled_slide,
    with_body,
    with_notes,
)

DECKS = 16
DOCUMENTS = 16
SCANS = 6
SEED = 5
SLIDE = "ppt/slides/slide1.xml"
BODY = "word/document.xml"
SENTENCES = (
    "The two agencies agreed to build a small satellite together and to share all of its data freely.",
    "Les deux agences construiront ensemble un petit satellite et partageront toutes ses données.",
    "Агентства договорились построить спутник и делиться всеми его данными.",
    "两国航天机构同意共同研制一颗小卫星,并免费共享其全部数据。",
)


def office_files() -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of good decks, documents and scans of growing size; the same ones each time."""
    chance = random.Random(SEED)
    for number in range(1, DECKS + 1):
        yield f"deck of {2 * number} slides", _deck(2 * number, chance)
    for number in range(1, DOCUMENTS + 1):
        yield f"document of {20 * number} paragraphs", _document(20 * number, chance)
    for number in range(1, SCANS + 1):
        yield f"scan of {number} pages", _scan(number)


def office_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes), each made only when it is asked for."""
    chance = random.Random(SEED)
    deck, document = _deck(2, chance), _document(20, chance)
    for name, make in BOMBS.items():
        yield name, make(deck if name.startswith("deck") else document)


def _deck(count: int, chance: random.Random) -> bytes:
    deck = empty_deck()
    cover(deck, "Cooperation in space", "Office for Outer Space Affairs\n17 February 2022")
    for number in range(count):
        slide = titled_slide(deck, f"Part {number}", chance.choices(SENTENCES, k=4))
        text_box(slide, chance.choice(SENTENCES), (1, 5, 6, 1))
    return saved(deck)


def _document(count: int, chance: random.Random) -> bytes:
    rows = "".join(paragraph(run(f"{number}. {chance.choice(SENTENCES)}")) for number in range(count))
    notes = {number: chance.choice(SENTENCES) for number in range(1, 4)}
    return with_notes(with_body(saved(empty_document()), rows), "footnote", notes)


def _scan(count: int) -> bytes:
    sheets = []
    for number in range(count):
        sheet = Image.new("L", (1240, 1754), "white")
        ImageDraw.Draw(sheet).text((100, 100), f"Page {number}\n" + "\n".join(SENTENCES[:1] * 30), fill="black")
        sheets.append(sheet)
    target = io.BytesIO()
    sheets[0].save(target, "PDF", save_all=True, append_images=sheets[1:])
    return target.getvalue()


def _with_parts(body: bytes, parts: dict[str, bytes]) -> bytes:
    return repacked(body, lambda known: known.update(parts))


def _with_shapes(body: bytes, count: int) -> bytes:
    shape = (
        "<p:sp><p:nvSpPr><p:cNvPr id='9' name=''/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/>"
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{SENTENCES[0]}</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    return replaced(body, SLIDE, "</p:spTree>", shape * count + "</p:spTree>")


def _with_groups(body: bytes, depth: int) -> bytes:
    group = "<p:grpSp><p:nvGrpSpPr><p:cNvPr id='1' name=''/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>"
    return replaced(body, SLIDE, "</p:spTree>", group * depth + "</p:grpSp>" * depth + "</p:spTree>")


def _laughs() -> bytes:
    lines = "".join(f'<!ENTITY l{place} "{f"&l{place - 1};" * 10}">' for place in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{lines}]><x>&l9;</x>'.encode()


CELL = f"<w:tc>{paragraph(run('x'))}</w:tc>"
BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "document of 400 MB of spaces": lambda body: _with_parts(body, {BODY: b" " * 400_000_000}),
    "document of entities that multiply": lambda body: _with_parts(body, {BODY: _laughs()}),
    "document of 30,000 parts": lambda body: _with_parts(body, {f"word/p{place}.xml": b"" for place in range(30_000)}),
    "document of 100,000 paragraphs": lambda body: with_body(body, paragraph(run(SENTENCES[0])) * 100_000),
    "document of one long paragraph": lambda body: with_body(body, paragraph(run("word " * 2_000_000))),
    "document of 200,000 runs": lambda body: with_body(body, paragraph(run("word ") * 200_000)),
    "document nested without end": lambda body: with_body(body, paragraph("<w:ins>" * 50_000 + "</w:ins>" * 50_000)),
    "document with a wide table": lambda body: with_body(body, f"<w:tbl><w:tr>{CELL * 50_000}</w:tr></w:tbl>"),
    "document with a long table": lambda body: with_body(body, f"<w:tbl>{f'<w:tr>{CELL}</w:tr>' * 50_000}</w:tbl>"),
    "document without its body": lambda body: _with_parts(body, {BODY: b""}),
    "deck of 30,000 shapes": lambda body: _with_shapes(body, 30_000),
    "deck of groups in groups": lambda body: _with_groups(body, 5_000),
    "deck of entities that multiply": lambda body: _with_parts(body, {SLIDE: _laughs()}),
    "deck of 400 MB of spaces": lambda body: _with_parts(body, {SLIDE: b" " * 400_000_000}),
    "deck with an empty slide": lambda body: _with_parts(body, {SLIDE: b""}),
}
