"""Office files that are encrypted, damaged, hostile or of another kind: each has an honest fate."""

from __future__ import annotations

import io
import random
import struct
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from pptx.util import Inches

from models.vocabulary import PassageKind
from pipeline.extraction import office_package
from pipeline.extraction.extract import ExtractionProblem, FetchedPage, extract
from pipeline.extraction.slides import article_of_slides
from pipeline.extraction.word import article_of_word
from pipeline.values import Extracted, Rejected
from tests.office_files import (
    BLANK_LAYOUT,
    cover,
    empty_deck,
    empty_document,
    paragraph,
    repacked,
    replaced,
    run,
    saved,
    titled_slide,
    with_body,
    zip_of,
)

ADDRESS = "https://agency.example/documents/file"
TEXT = "The two agencies agreed to build a small satellite together and to share all of its data freely."
SLIDE = "ppt/slides/slide2.xml"


def fate(body: bytes) -> Extracted | Rejected | str:
    """What becomes of a file; any error but the honest one rises."""
    try:
        return extract(FetchedPage(body, ADDRESS))
    except ExtractionProblem as problem:
        return str(problem)


@pytest.fixture(scope="module")
def deck_file() -> bytes:
    """A small deck with notes and a table."""
    deck = empty_deck()
    cover(deck, "Cooperation in space", "Office for Outer Space Affairs\n17 February 2022")
    slide = titled_slide(deck, "Programme", [TEXT, "第二项：月球探测"])
    slide.notes_slide.notes_text_frame.text = "A note of the speaker"  # type: ignore[union-attr]
    slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table.cell(0, 0).text = "Cell"
    return saved(deck)


@pytest.fixture(scope="module")
def word_file() -> bytes:
    """A small document with a table."""
    document = empty_document()
    document.add_heading("Cooperation in space", 1)
    document.add_paragraph(TEXT)
    document.add_table(2, 2).cell(0, 0).text = "Cell"
    return saved(document)


@pytest.fixture(scope="module")
def files(deck_file: bytes, word_file: bytes) -> tuple[bytes, bytes]:
    """Both kinds of file."""
    return deck_file, word_file


def test_sound_files_are_read(files: tuple[bytes, bytes]) -> None:
    for body in files:
        found = fate(body)
        assert isinstance(found, Extracted)
        assert TEXT in found.text


def test_other_files_are_called_by_their_names() -> None:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = f'<Types xmlns="x"><Override PartName="/xl/workbook.xml" ContentType="{sheet}"/></Types>'.encode()
    open_document = "application/vnd.oasis.opendocument."
    assert fate(zip_of({"[Content_Types].xml": types})) == Rejected("a spreadsheet, which is not read")
    for mime, words in (
        (f"{open_document}text", "an OpenDocument text"),
        (f"{open_document}presentation", "an OpenDocument presentation"),
        ("application/epub+zip", "an e-book"),
        ("something/else", "a ZIP file"),
    ):
        assert fate(zip_of({"mimetype": mime.encode(), "content.xml": b"<a/>"})) == Rejected(
            f"{words}, which is not read"
        )
    assert fate(zip_of({"data.csv": b"1,2"})) == Rejected("a ZIP file, which is not read")
    assert fate(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)) == Rejected("an old office file, which is not read")


def test_a_document_with_embedded_sheets_is_no_sheet(word_file: bytes) -> None:
    embedded = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    body = replaced(
        word_file, "[Content_Types].xml", "</Types>", f'<Default Extension="xlsx" ContentType="{embedded}"/></Types>'
    )
    assert isinstance(fate(body), Extracted)


def test_an_encrypted_file_is_a_problem(word_file: bytes) -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    assert fate(container) == "the document is encrypted"
    with_password = bytearray(word_file)
    place = word_file.find(b"PK\x01\x02")
    while place >= 0:
        with_password[place + 8] |= 1
        place = word_file.find(b"PK\x01\x02", place + 4)
    assert fate(bytes(with_password)) == "the document is encrypted"


def test_truncated_files_are_damaged_wherever_they_end(files: tuple[bytes, bytes]) -> None:
    for body in files:
        for share in (0.001, 0.01, 0.1, 0.3, 0.5, 0.8, 0.95, 0.999):
            found = fate(body[: max(4, int(share * len(body)))])
            assert isinstance(found, str), share
            assert found.startswith("the document is damaged: ")


def test_fuzzed_bytes_raise_nothing_but_an_honest_problem(files: tuple[bytes, bytes]) -> None:
    chance = random.Random(4)
    for body in files:
        for _ in range(60):
            fuzzed = bytearray(body)
            for _ in range(chance.choice((1, 5, 50))):
                fuzzed[chance.randrange(len(fuzzed))] = chance.randrange(256)
            fate(b"PK\x03\x04" + bytes(fuzzed[4:]))


@pytest.mark.parametrize("seed", range(4))
def test_fuzzed_markup_raises_nothing_but_an_honest_problem(files: tuple[bytes, bytes], seed: int) -> None:
    chance = random.Random(seed)

    def damage(parts: dict[str, bytes]) -> None:
        for name in (SLIDE, "ppt/presentation.xml", "word/document.xml", "word/styles.xml", "word/numbering.xml"):
            if name in parts and chance.random() < 0.7:
                text = parts[name].decode()
                numbers = [place for place, letter in enumerate(text) if letter.isdigit() and place > 60]
                for place in chance.sample(numbers, min(30, len(numbers))):
                    text = f"{text[:place]}{chance.choice('x-0')}{text[place + 1 :]}"
                parts[name] = text.encode()

    for body in files:
        for _ in range(8):
            fate(repacked(body, damage))


def test_parts_that_are_missing_cost_a_document_or_nothing(files: tuple[bytes, bytes]) -> None:
    for body in files:
        with ZipFile(io.BytesIO(body)) as archive:
            names = [name for name in archive.namelist() if "slideLayout" not in name or "Layout1." in name]
        for name in names:
            fate(repacked(body, lambda parts, name=name: parts.pop(name)))  # type: ignore[misc]


def test_a_relationship_to_nothing_is_passed_over(word_file: bytes) -> None:
    relation = '<Relationship Id="rId99" Type="http://x/image" Target="NULL"/></Relationships>'
    body = replaced(word_file, "word/_rels/document.xml.rels", "</Relationships>", relation)
    assert isinstance(fate(body), Extracted)


def lying_about_its_size(body: bytes) -> bytes:
    """Make the directory of a ZIP file state that its document is small."""
    lying = bytearray(body)
    place = body.find(b"word/document.xml", body.find(b"PK\x01\x02")) - 46
    struct.pack_into("<I", lying, place + 24, 1000)
    return bytes(lying)


@pytest.mark.parametrize("name", ["plain", "lying", "many", "parts"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(word_file: bytes, name: str) -> None:
    blanks = {
        "plain": {"word/document.xml": b" " * 40_000_000},
        "lying": {"word/document.xml": b" " * 40_000_000},
        "many": {f"word/p{number}.xml": b" " * 2_000_000 for number in range(50)},
        "parts": {f"word/p{number}.xml": b"" for number in range(office_package.MAX_PARTS)},
    }[name]
    body = repacked(word_file, lambda parts: parts.update(blanks))
    found = fate(lying_about_its_size(body) if name == "lying" else body)
    assert isinstance(found, str)
    assert "too large" in found or "damaged" in found


def test_pictures_are_never_unpacked(word_file: bytes) -> None:
    body = repacked(word_file, lambda parts: parts.update({"word/media/film.mp4": bytes(100_000_000)}))
    assert isinstance(fate(body), Extracted)


def test_unusual_packing_is_refused(word_file: bytes) -> None:
    target = io.BytesIO()
    with ZipFile(io.BytesIO(word_file)) as archive, ZipFile(target, "w", ZIP_DEFLATED) as written:
        for name in archive.namelist():
            packing = ZIP_BZIP2 if name == "word/document.xml" else ZIP_DEFLATED
            written.writestr(name, archive.read(name), compress_type=packing)
    assert fate(target.getvalue()) == "the document is damaged: it is packed as no office file is"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_neither_expanded_nor_fetched(word_file: bytes, encoding: str) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/passwd">]><x>&a;&b;</x>'
    body = repacked(word_file, lambda parts: parts.update({"word/document.xml": laughs.encode(encoding)}))
    assert fate(body) == "the document is damaged: it declares entities, which no office file has"


def test_groups_in_groups_without_end_are_cut(deck_file: bytes) -> None:
    depth = 60
    inner = "<p:grpSp><p:nvGrpSpPr><p:cNvPr id='1' name=''/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>"
    body = replaced(deck_file, SLIDE, "</p:spTree>", inner * depth + "</p:grpSp>" * depth + "</p:spTree>")
    assert isinstance(fate(body), Extracted)


def test_markup_nested_without_end_is_damage(word_file: bytes) -> None:
    nested = "<w:ins>" * 5000 + "</w:ins>" * 5000
    assert str(fate(with_body(word_file, paragraph(nested)))).startswith("the document is damaged")


def test_thousands_of_shapes_are_cut_and_the_rest_is_read() -> None:
    deck = empty_deck()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
    slide.shapes.add_textbox(Inches(1), Inches(1), Inches(3), Inches(1)).text_frame.text = TEXT
    with ZipFile(io.BytesIO(saved(deck))) as archive:
        xml = archive.read("ppt/slides/slide1.xml").decode()
    shape = xml[xml.index("<p:sp>") : xml.index("</p:sp>") + len("</p:sp>")]
    body = replaced(saved(deck), "ppt/slides/slide1.xml", "</p:spTree>", shape * 6000 + "</p:spTree>")
    assert len(article_of_slides(body).blocks) <= 2000


def test_an_absurd_table_is_cut(word_file: bytes) -> None:
    cell = f"<w:tc>{paragraph(run('x'))}</w:tc>"
    row = f"<w:tr>{cell * 210}</w:tr>"
    body = with_body(word_file, f"<w:tbl>{row * 3}</w:tbl><w:tbl>{f'<w:tr>{cell}{cell}</w:tr>' * 2100}</w:tbl>")
    tables = [block.text for block in article_of_word(body).blocks if block.kind is PassageKind.TABLE]
    assert [(len(table.split("\n")), table.split("\n")[0].count("x")) for table in tables[:2]] == [(3, 200), (2000, 2)]


def test_styles_based_on_each_other_in_a_circle_end(word_file: bytes) -> None:
    circle = (
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="A"/><w:basedOn w:val="b"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="B"/><w:basedOn w:val="a"/></w:style></w:styles>'
    )
    body = with_body(word_file, paragraph(run(TEXT), properties='<w:pStyle w:val="a"/>'))
    assert isinstance(fate(replaced(body, "word/styles.xml", "</w:styles>", circle)), Extracted)


def test_a_deck_of_pictures_has_hardly_any_text() -> None:
    deck = empty_deck()
    deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
    assert fate(saved(deck)) == Rejected("hardly any text")


def test_the_bounds_leave_room_for_honest_documents() -> None:
    rows = "".join(paragraph(run(f"Article {number} of the agreement. {TEXT}")) for number in range(4_000))
    found = fate(with_body(saved(empty_document()), rows))
    assert isinstance(found, Extracted)
    assert len(found.passages) == 4_000
    assert office_package.MAX_PART_BYTES < office_package.MAX_XML_BYTES
