"""Slide decks: what is read of them, on which slide it stands, and what is left out."""

from __future__ import annotations

import datetime as dt

import pytest
from pptx.chart.data import ChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches, Pt

from models.vocabulary import DocType, PassageKind
from perilune.dates import PartialDate, WitnessKind
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.extraction.reading_order import Box, in_reading_order
from pipeline.extraction.slides import article_of_slides
from pipeline.values import Extracted
from tests.office_files import (
    BLANK_LAYOUT,
    cover,
    empty_deck,
    kinds,
    repacked,
    replaced,
    saved,
    text_box,
    texts,
    titled_slide,
)

ADDRESS = "https://agency.example/documents/file"
TITLE = "Partnership Workshop on Lunar Exploration"
FOOTER = "UN/China Global Partnership Workshop, 2022"


@pytest.fixture(scope="module")
def deck_file() -> bytes:
    """A deck as agencies give it: cover, programme, columns, a hidden slide, a table, a closing slide, notes."""
    deck = empty_deck()
    deck.core_properties.author = "Li Wei"
    deck.core_properties.created = dt.datetime(2022, 2, 15, tzinfo=dt.UTC)
    deck.core_properties.title = "PowerPoint Presentation"
    cover(deck, f"{TITLE}\v月球探测合作研讨会", "China National Space Administration\nVienna, 17 February 2022")
    programme = titled_slide(deck, "Tentative programme", ["Opening by the two agencies", "月球样品数据向各国开放"])
    programme.notes_slide.notes_text_frame.text = "Say that the dates are not approved yet.\n感谢主办方。"  # type: ignore[union-attr]
    columns = titled_slide(deck, "Coopération et сотрудничество")
    text_box(columns, "Роскосмос подписал соглашение с CNSA.", (5, 2, 4, 2.5))
    text_box(columns, "Le CNES participe à la mission SVOM.", (0.5, 2.05, 4, 0.6))
    text_box(columns, "La charge utile est prête.", (0.5, 3, 4, 0.6))
    hidden = titled_slide(deck, "Internal figures", ["Not to be shown to anybody"])
    hidden.element.set("show", "0")
    table = titled_slide(deck, "Missions").shapes.add_table(2, 3, Inches(1), Inches(2), Inches(8), Inches(1)).table
    for place, text in enumerate(["Mission", "Partner", "Launch", "SMILE", "ESA", "2025"]):
        table.cell(place // 3, place % 3).text = text
    titled_slide(deck, TITLE, ["A last word on data policy"])
    titled_slide(deck, "谢谢！ Thank you for your attention!", ["li.wei@agency.example"])
    for number, slide in enumerate(deck.slides, start=1):
        text_box(slide, FOOTER, (0.3, 7.05, 3, 0.3))
        text_box(slide, f"{number} / 7", (9, 7.05, 0.8, 0.3))
    return saved(deck)


def test_every_passage_of_a_deck_has_its_slide(deck_file: bytes) -> None:
    blocks = article_of_slides(deck_file).blocks
    assert texts(blocks, 1) == ["China National Space Administration", "Vienna, 17 February 2022"]
    assert texts(blocks, 2)[:3] == ["Tentative programme", "Opening by the two agencies", "月球样品数据向各国开放"]
    assert texts(blocks, 5) == ["Missions", "Mission | Partner | Launch\nSMILE | ESA | 2025"]
    assert texts(blocks, 6) == [TITLE, "A last word on data policy"]
    assert [block.page for block in blocks if block.kind is not PassageKind.NOTE] == [
        1,
        1,
        2,
        2,
        2,
        3,
        3,
        3,
        3,
        5,
        5,
        6,
        6,
    ]


def test_hidden_slides_footers_numbers_and_thanks_are_no_content(deck_file: bytes) -> None:
    joined = "\n".join(texts(article_of_slides(deck_file).blocks))
    assert "Internal" not in joined
    assert FOOTER not in joined
    assert "Thank you" not in joined
    assert "/ 7" not in joined


def test_columns_of_a_slide_are_read_one_after_the_other(deck_file: bytes) -> None:
    assert texts(article_of_slides(deck_file).blocks, 3)[1:] == [
        "Le CNES participe à la mission SVOM.",
        "La charge utile est prête.",
        "Роскосмос подписал соглашение с CNSA.",
    ]


def test_speakers_notes_stand_last_with_the_number_of_their_slide(deck_file: bytes) -> None:
    blocks = article_of_slides(deck_file).blocks
    notes = [block for block in blocks if block.kind is PassageKind.NOTE]
    assert [(note.text, note.page) for note in notes] == [
        ("Say that the dates are not approved yet.", 2),
        ("感谢主办方。", 2),
    ]
    assert blocks[-2:] == tuple(notes)


def test_a_deck_tells_its_title_day_author_and_issuer(deck_file: bytes) -> None:
    article = article_of_slides(deck_file)
    assert article.title == f"{TITLE} 月球探测合作研讨会"
    assert [(witness.kind, witness.date) for witness in article.witnesses] == [
        (WitnessKind.COVER, PartialDate(2022, 2, 17)),
        (WitnessKind.METADATA, PartialDate(2022, 2, 15)),
    ]
    assert article.authors == ("Li Wei",)
    assert article.issuer == "China National Space Administration"
    assert (article.page_count, article.is_slide_deck) == (7, True)


def test_an_extracted_deck_is_a_report_whose_passages_stand_where_they_say(deck_file: bytes) -> None:
    found = extract(FetchedPage(deck_file, ADDRESS))
    assert isinstance(found, Extracted)
    assert (found.doc_type, found.published.date) == (DocType.REPORT, PartialDate(2022, 2, 17))
    assert all(found.text[passage.start : passage.end] == passage.text for passage in found.passages)


def test_a_deck_title_that_every_slide_repeats_is_dropped() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "Space Research Institute")
    for number in range(4):
        text_box(titled_slide(deck, f"Part {number}", [f"Item {number} of the plan"]), TITLE, (0.2, 0.05, 3, 0.3))
    blocks = article_of_slides(saved(deck)).blocks
    assert TITLE not in texts(blocks)
    assert texts(blocks, 3) == ["Part 1", "Item 1 of the plan"]


def test_shapes_of_groups_are_read_where_the_group_stands() -> None:
    deck = empty_deck()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
    text_box(slide, "Below the group: the agreement enters into force", (1, 5, 3, 0.6))
    group = slide.shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    for text, top in (("second in the group", 0.5), ("first in the group", 0)):
        box = inner.shapes.add_textbox(Inches(0), Inches(top), Inches(3), Inches(0.4))
        box.text_frame.text = text
    group.left, group.top = Inches(1), Inches(3)
    text_box(slide, "Above the group: two agencies met", (1, 1, 3, 0.6))
    assert texts(article_of_slides(saved(deck)).blocks, 1) == [
        "first in the group",
        "second in the group",
        "Below the group: the agreement enters into force",
    ]
    assert article_of_slides(saved(deck)).title == "Above the group: two agencies met"


def test_bullets_are_items_and_numbered_ones_keep_their_numbers() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "ESA")
    slide = titled_slide(deck, "Principles", ["Peaceful use", "Open data", "No bullet here, only a remark"])
    paragraphs = slide.placeholders[1].text_frame.paragraphs
    for item in paragraphs[:2]:
        number = item._p.get_or_add_pPr().makeelement(
            "{http://schemas.openxmlformats.org/drawingml/2006/main}buAutoNum", {"type": "arabicPeriod", "startAt": "3"}
        )
        item._p.get_or_add_pPr().append(number)
    nothing = paragraphs[2]._p.get_or_add_pPr()
    nothing.append(nothing.makeelement("{http://schemas.openxmlformats.org/drawingml/2006/main}buNone", {}))
    text_box(slide, "• typed by hand", (1, 6.2, 3, 0.6))
    found = kinds(article_of_slides(saved(deck)).blocks)
    assert found["3. Peaceful use"] is found["4. Open data"] is PassageKind.LIST_ITEM
    assert found["No bullet here, only a remark"] is PassageKind.PARAGRAPH
    assert found["typed by hand"] is PassageKind.LIST_ITEM
    assert found["Principles"] is PassageKind.HEADING


def test_charts_give_their_title() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "ESA")
    values = ChartData()  # type: ignore[no-untyped-call]
    values.categories = ["2020", "2021"]
    values.add_series("launches", (39, 56))  # type: ignore[no-untyped-call]
    slide = titled_slide(deck, "Figures")
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(6), Inches(4), values)
    frame.chart.has_title = True  # type: ignore[attr-defined]
    frame.chart.chart_title.text_frame.text = "Launches of China by year"  # type: ignore[attr-defined]
    assert texts(article_of_slides(saved(deck)).blocks, 2) == ["Figures", "Launches of China by year"]


def test_points_of_a_diagram_are_items_in_the_order_of_its_tree() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "ESA")
    titled_slide(deck, "Phases of the station")
    space = "http://schemas.openxmlformats.org/drawingml/2006/"
    offices = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    points = "".join(
        f'<dgm:pt modelId="{key}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for key, text in ((3, "Utilisation"), (1, "Reconnaissance 勘察"), (2, "Construction"))
    )
    links = "".join(f'<dgm:cxn modelId="9{n}" srcId="0" destId="{n}" srcOrd="{n}"/>' for n in (2, 1, 3))
    circle = '<dgm:cxn modelId="99" srcId="3" destId="1" srcOrd="0"/>'
    model = (
        f'<dgm:dataModel xmlns:dgm="{space}diagram" xmlns:a="{space}main"><dgm:ptLst><dgm:pt modelId="0" type="doc"/>'
        f"{points}</dgm:ptLst><dgm:cxnLst>{links}{circle}</dgm:cxnLst></dgm:dataModel>"
    )
    frame = (
        "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id='9' name=''/><p:cNvGraphicFramePr/><p:nvPr/>"
        "</p:nvGraphicFramePr><p:xfrm><a:off x='0' y='2000000'/><a:ext cx='9' cy='9'/></p:xfrm><a:graphic>"
        f"<a:graphicData uri='{space}diagram'><dgm:relIds xmlns:dgm='{space}diagram' xmlns:r='{offices}' r:dm='rId77'/>"
        "</a:graphicData></a:graphic></p:graphicFrame></p:spTree>"
    )
    relation = f'<Relationship Id="rId77" Type="{offices}/diagramData" Target="../diagrams/data1.xml"/></Relationships>'

    def add(parts: dict[str, bytes]) -> None:
        parts["ppt/diagrams/data1.xml"] = model.encode()

    body = replaced(saved(deck), "ppt/slides/slide2.xml", "</p:spTree>", frame)
    body = replaced(body, "ppt/slides/_rels/slide2.xml.rels", "</Relationships>", relation)
    blocks = article_of_slides(repacked(body, add)).blocks
    assert texts(blocks, 2) == ["Phases of the station", "Reconnaissance 勘察", "Construction", "Utilisation"]
    assert blocks[-1].kind is PassageKind.LIST_ITEM


def test_what_lies_beside_the_slide_or_is_hidden_is_not_read() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "ESA")
    slide = titled_slide(deck, "Programme", ["An item"])
    text_box(slide, "Left over beside the slide", (20, 1, 3, 0.6))
    text_box(slide, "Hidden by its author", (1, 6, 3, 0.6))
    slide.shapes[-1].element.xpath("./p:nvSpPr/p:cNvPr")[0].set("hidden", "1")
    assert texts(article_of_slides(saved(deck)).blocks, 2) == ["Programme", "An item"]


def test_a_closing_slide_may_repeat_the_cover() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "Space Research Institute")
    titled_slide(deck, "Спасибо за внимание!", ["Space Research Institute", "info@iki.example"])
    titled_slide(deck, "Thanks to ESA", ["The launch window was kept open for us."])
    assert {block.page for block in article_of_slides(saved(deck)).blocks} == {1, 3}


def test_a_large_or_bold_line_of_a_slide_is_a_heading() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "ESA")
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
    box = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(8), Inches(3)).text_frame
    for text, size, is_bold in (
        ("Coming meetings", 30, False),
        ("The committee meets in June in Vienna.", 16, False),
        ("Deadlines", 16, True),
        ("Papers are due in May, says the secretariat.", 16, False),
    ):
        written = box.add_paragraph().add_run()
        written.text, written.font.size, written.font.bold = text, Pt(size), is_bold
    found = kinds(article_of_slides(saved(deck)).blocks)
    assert [text for text, kind in found.items() if kind is PassageKind.HEADING] == ["Coming meetings", "Deadlines"]


def test_a_deck_for_display_is_read_like_any_other(deck_file: bytes) -> None:
    plain = "presentationml.presentation.main"
    show = replaced(deck_file, "[Content_Types].xml", plain, "presentationml.slideshow.main")
    macros = replaced(
        deck_file,
        "[Content_Types].xml",
        f"openxmlformats-officedocument.{plain}",
        "ms-powerpoint.presentation.macroEnabled.main",
    )
    assert article_of_slides(show) == article_of_slides(macros) == article_of_slides(deck_file)


def test_head_lines_of_columns_are_read_with_their_column() -> None:
    boxes = [Box(0, 0, 4, 1, 0, True), Box(5, 0, 9, 1, 1, True), Box(0, 1, 4, 5, 2), Box(5, 1, 9, 5, 3)]
    assert [box.place for box in in_reading_order(boxes)] == [0, 2, 1, 3]


def test_a_slide_without_printed_number_one_keeps_both_numbers() -> None:
    deck = empty_deck()
    cover(deck, TITLE, "ESA")
    titled_slide(deck, "Second", ["An item of the second slide"])
    deck.element.set("firstSlideNum", "11")
    blocks = article_of_slides(saved(deck)).blocks
    assert [(block.page, block.label) for block in blocks] == [(1, "11"), (2, "12"), (2, "12")]
