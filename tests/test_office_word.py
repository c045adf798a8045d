"""Text documents (DOCX): what is read of them, on which page it stands, and what is left out."""

from __future__ import annotations

import datetime as dt

import pytest
from docx.enum.text import WD_BREAK

from models.vocabulary import PassageKind
from perilune.dates import WitnessKind
from pipeline.extraction.word import article_of_word
from tests.office_files import (
    empty_document,
    kinds,
    paragraph,
    repacked,
    replaced,
    run,
    saved,
    texts,
    with_body,
    with_notes,
)


@pytest.fixture(scope="module")
def word_file() -> bytes:
    """A statement with headings, lists, a table and page breaks."""
    document = empty_document()
    document.core_properties.author = "python-docx"
    document.core_properties.title = "Joint Statement on Lunar Cooperation"
    document.core_properties.created = dt.datetime(2021, 3, 9, tzinfo=dt.UTC)
    document.add_paragraph("Joint Statement on Lunar Cooperation", style="Title")
    document.add_paragraph("China National Space Administration")
    document.add_paragraph("Beijing, 9 March 2021")
    document.add_heading("Scope", 1)
    document.add_paragraph("The two agencies will build a lunar research station. 双方将建设国际月球科研站。")
    document.add_paragraph("Stations on the surface", style="List Bullet")
    document.add_paragraph("Plan the missions", style="List Number")
    document.add_paragraph("Share the data", style="List Number")
    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_heading("Partners", 2)
    table = document.add_table(2, 2)
    for place, text in enumerate(["Partner", "Role", "Роскосмос", "Посадочный модуль"]):
        table.cell(place // 2, place % 2).text = text
    last = document.add_paragraph("The text before the break.")
    last.add_run().add_break(WD_BREAK.PAGE)
    last.add_run("Les deux agences inviteront d'autres pays.")
    document.sections[0].header.paragraphs[0].text = "A running head"
    document.sections[0].footer.paragraphs[0].text = "A running foot"
    return saved(document)


def test_a_document_is_read_in_its_order_with_pages(word_file: bytes) -> None:
    assert [(block.kind.value, block.text, block.page) for block in article_of_word(word_file).blocks] == [
        ("paragraph", "China National Space Administration", 1),
        ("paragraph", "Beijing, 9 March 2021", 1),
        ("heading", "Scope", 1),
        ("paragraph", "The two agencies will build a lunar research station. 双方将建设国际月球科研站。", 1),
        ("list-item", "Stations on the surface", 1),
        ("list-item", "1. Plan the missions", 1),
        ("list-item", "2. Share the data", 1),
        ("heading", "Partners", 2),
        ("table", "Partner | Role\nРоскосмос | Посадочный модуль", 2),
        ("paragraph", "The text before the break.", 2),
        ("paragraph", "Les deux agences inviteront d'autres pays.", 3),
    ]


def test_a_document_tells_its_title_day_and_issuer_but_no_author_that_a_program_filled_in(word_file: bytes) -> None:
    article = article_of_word(word_file)
    assert (article.title, article.authors, article.page_count) == ("Joint Statement on Lunar Cooperation", (), 3)
    assert article.issuer == "China National Space Administration"
    assert [(witness.kind, str(witness.date)) for witness in article.witnesses] == [
        (WitnessKind.COVER, "2021-03-09"),
        (WitnessKind.METADATA, "2021-03-09"),
    ]


def test_the_template_of_a_library_is_no_date_and_an_old_first_version_neither() -> None:
    document = empty_document()
    document.add_paragraph("A text without any date, written by a program that left its template as it was.")
    assert article_of_word(saved(document)).witnesses == ()
    document.core_properties.created = dt.datetime(2015, 5, 5, tzinfo=dt.UTC)
    document.core_properties.modified = dt.datetime(2022, 5, 5, tzinfo=dt.UTC)
    assert article_of_word(saved(document)).witnesses == ()


def test_pages_that_breaks_do_not_tell_are_unknown() -> None:
    document = empty_document()
    document.add_paragraph("One paragraph without any break.")
    assert article_of_word(saved(document)).blocks[0].page is None
    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_paragraph("Another one after it.")
    long = replaced(saved(document), "docProps/app.xml", "<Pages>1</Pages>", "<Pages>9</Pages>")
    assert {block.page for block in article_of_word(long).blocks} == {None}


def test_breaks_that_word_has_rendered_count_once_beside_those_of_the_author() -> None:
    explicit = '<w:br w:type="page"/>'
    rendered = "<w:lastRenderedPageBreak/>"
    xml = (
        paragraph(run("First page. " * 3))
        + paragraph(f"<w:r>{explicit}</w:r>")
        + paragraph(run("Second page, after a break of the author.", rendered))
        + paragraph(run("A sentence that runs over "), run("the end of the second page.", rendered))
        + paragraph(run("Third page."))
        + paragraph(run("Fourth page.", rendered), properties="<w:pageBreakBefore/>")
    )
    blocks = article_of_word(with_body(saved(empty_document()), xml)).blocks
    assert [block.page for block in blocks] == [1, 2, 2, 3, 4]


def test_deleted_and_hidden_text_comments_and_contents_are_left_out_and_insertions_kept() -> None:
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph(run('Scope ... 3'))}</w:sdtContent></w:sdt>"
    )
    xml = (
        contents
        + paragraph(
            run("The agencies will "),
            '<w:del w:id="1" w:author="x"><w:r><w:delText>perhaps </w:delText></w:r></w:del>',
            f'<w:ins w:id="2" w:author="x">{run("jointly ")}</w:ins>',
            run("launch a satellite"),
            run(" in secret", "<w:rPr><w:vanish/></w:rPr>"),
            run("."),
        )
        + paragraph(run("A sentence that "), properties='<w:rPr><w:del w:id="3" w:author="x"/></w:rPr>')
        + paragraph(run("was one paragraph with this."))
        + f"<w:sdt><w:sdtContent>{paragraph(run('Inside a content control.'))}</w:sdtContent></w:sdt>"
    )
    assert texts(article_of_word(with_body(saved(empty_document()), xml)).blocks)[-3:] == [
        "The agencies will jointly launch a satellite.",
        "A sentence that was one paragraph with this.",
        "Inside a content control.",
    ]


def test_text_boxes_are_read_once_after_their_paragraph() -> None:
    shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    inside = f"<w:txbxContent>{paragraph(run('In the box: a call for proposals.'))}</w:txbxContent>"
    box = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps" xmlns:wps="{shape}"><w:drawing><wps:wsp><wps:txbx>{inside}</wps:txbx></wps:wsp>'
        "</w:drawing></mc:Choice>"
        f'<mc:Fallback><w:pict><v:textbox xmlns:v="urn:schemas-microsoft-com:vml">{inside}</v:textbox></w:pict>'
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    xml = paragraph(run("Before."), properties="") + paragraph(run("The anchor."), box) + paragraph(run("After."))
    found = texts(article_of_word(with_body(saved(empty_document()), xml)).blocks)
    assert found[-3:] == ["The anchor.", "In the box: a call for proposals.", "After."]


def test_footnotes_and_endnotes_stand_last_with_the_page_that_calls_them() -> None:
    call = '<w:r><w:{0}Reference w:id="{1}"/></w:r>'
    xml = (
        paragraph(run("On the first page"), call.format("endnote", 1), run("."))
        + paragraph('<w:r><w:br w:type="page"/></w:r>')
        + paragraph(run("The treaty"), call.format("footnote", 5), run(" and the law"), call.format("footnote", 2))
        + paragraph(run("The last paragraph."))
    )
    body = with_body(saved(empty_document()), xml)
    body = with_notes(body, "footnotes", {2: "Закон о космосе.", 5: "A/RES/2222 (XXI).", 7: "Called by nobody."})
    blocks = article_of_word(with_notes(body, "endnotes", {1: "See annex."})).blocks
    assert [(block.kind.value, block.text, block.page) for block in blocks[-4:]] == [
        ("paragraph", "The last paragraph.", 2),
        ("footnote", "1 A/RES/2222 (XXI).", 2),
        ("footnote", "2 Закон о космосе.", 2),
        ("footnote", "i See annex.", 1),
    ]


@pytest.mark.parametrize(("style_id", "name"), [("1", "heading 1"), ("berschrift1", "heading 1"), ("Titre", "Titre")])
def test_headings_are_told_whatever_the_language_of_the_program(style_id: str, name: str) -> None:
    level = "" if name == "heading 1" else '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'
    style = (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{level}</w:style>'
        f'<w:style w:type="paragraph" w:styleId="own"><w:name w:val="Own"/><w:basedOn w:val="{style_id}"/></w:style>'
    )
    xml = (
        paragraph(run("What this paper is about, in a few words."))
        + paragraph(run("一、合作原则"), properties='<w:pStyle w:val="own"/>')
        + paragraph(run("双方本着平等互利的原则开展合作。"))
    )
    body = replaced(with_body(saved(empty_document()), xml), "word/styles.xml", "</w:styles>", f"{style}</w:styles>")
    assert kinds(article_of_word(body).blocks)["一、合作原则"] is PassageKind.HEADING


def test_printed_numbers_of_many_kinds_are_kept() -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate(
            [("decimal", "Article %1"), ("lowerLetter", "(%2)"), ("chineseCounting", "第%3条"), ("hebrew1", "%4.")]
        )
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="77">{levels}</w:abstractNum>'
        '<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num>'
    )
    rows = [(0, "Scope"), (1, "data"), (1, "crew"), (0, "Costs"), (1, "paid by each"), (2, "生效"), (3, "unknown form")]
    xml = paragraph(run("Agreement between two agencies")) + "".join(
        paragraph(run(text), properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
        for level, text in rows
    )
    # Abstract lists stand before lists: one that is not there yet is found all the same.
    body = replaced(
        with_body(saved(empty_document()), xml), "word/numbering.xml", "</w:numbering>", f"{numbering}</w:numbering>"
    )
    assert texts(article_of_word(body).blocks)[-7:] == [
        "Article 1 Scope",
        "(a) data",
        "(b) crew",
        "Article 2 Costs",
        "(a) paid by each",
        "第一条 生效",
        "unknown form",
    ]


def test_a_table_that_only_places_text_gives_paragraphs() -> None:
    document = empty_document()
    document.add_paragraph("A memorandum in two columns")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "The parties agree on the following. " * 10
    table.cell(0, 1).text = "双方同意如下。" * 10
    found = kinds(article_of_word(saved(document)).blocks)
    assert set(found.values()) == {PassageKind.PARAGRAPH}


def test_the_company_of_the_properties_is_the_issuer_unless_a_program_filled_it_in(word_file: bytes) -> None:
    named = replaced(word_file, "docProps/app.xml", "<Company/>", "<Company>Institute of Space Law</Company>")
    assert article_of_word(named).issuer == "Institute of Space Law"
    filled = replaced(word_file, "docProps/app.xml", "<Company/>", "<Company>SPecialiST RePack</Company>")
    assert article_of_word(filled).issuer == "China National Space Administration"


def test_the_strict_form_of_the_standard_is_read_alike(word_file: bytes) -> None:
    def strict(parts: dict[str, bytes]) -> None:
        for name, content in parts.items():
            changed = content
            for word in (b"officeDocument", b"wordprocessingml", b"drawingml"):
                changed = changed.replace(
                    b"http://schemas.openxmlformats.org/" + word + b"/2006/",
                    b"http://purl.oclc.org/ooxml/" + word + b"/",
                )
            parts[name] = changed

    assert article_of_word(repacked(word_file, strict)).blocks == article_of_word(word_file).blocks
