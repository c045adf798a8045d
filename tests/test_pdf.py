"""PDF files drawn on the spot, each with what its reading must give: order, pages, footnotes, tables, failures."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from itertools import zip_longest

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

from models.vocabulary import PassageKind
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.pdf import article_of_pdf
from pipeline.extraction.pdf_letters import mended
from pipeline.extraction.problems import ExtractionProblem
from pipeline.values import Block

WORDS = (
    "satellite", "data", "partner", "agency", "orbit", "launch", "treaty", "council", "moon", "research", "station",
    "climate", "sensor", "ocean", "forest", "signal", "budget", "mission", "partnership", "workshop", "delegation",
    "instrument", "calibration", "archive", "programme",
)  # fmt: skip
SIZE, STEP = 10, 12.5


def prose(seed: int, count: int = 60) -> str:
    """Write a paragraph that no other seed writes."""
    return f"Paragraph {seed} says that {' '.join(random.Random(seed).choices(WORDS, k=count))}."


def drawn(draw: Callable[[Canvas], None], size: tuple[float, float] = A4) -> bytes:
    """Draw a file."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=size, invariant=1)
    draw(canvas)
    canvas.save()
    return target.getvalue()


def lines_at(canvas: Canvas, lines: Sequence[str], left: float, top: float, size: float = SIZE) -> float:
    """Draw lines one below the other and give the height below them."""
    canvas.setFont("Helvetica", size)
    for line in lines:
        canvas.drawString(left, top, line)
        top -= 1.25 * size
    return top


def print_lines(canvas: Canvas, lines: Sequence[str]) -> None:
    """Draw lines high on a page."""
    lines_at(canvas, lines, 55, 700)


def wrapped(text: str, width: float, size: float = SIZE) -> list[str]:
    """Break a paragraph into lines."""
    lines: list[str] = simpleSplit(text, "Helvetica", size, width)
    return lines


def texts_of(article: DocumentArticle, kind: PassageKind | None = None) -> list[str]:
    """Give the texts of the blocks of one kind, or of all."""
    return [block.text for block in article.blocks if kind in (None, block.kind)]


@pytest.mark.parametrize("column_count", [1, 2, 3])
@pytest.mark.parametrize("is_across", [False, True])
def test_columns_are_read_one_after_the_other(column_count: int, is_across: bool) -> None:  # noqa: FBT001
    width = (480 - 20 * (column_count - 1)) / column_count
    columns = [[prose(3 * column + at, 40) for at in range(3)] for column in range(column_count)]
    printed = [[line for text in texts for line in (*wrapped(text, width), "")] for texts in columns]

    def draw(canvas: Canvas) -> None:
        lines_at(canvas, ["A report on cooperation in space"], 55, 790, 18)
        lefts = [55 + at * (width + 20) for at in range(column_count)]
        if not is_across:
            for left, lines in zip(lefts, printed, strict=True):
                lines_at(canvas, lines, left, 750)
            return
        canvas.setFont("Helvetica", SIZE)
        for row, parts in enumerate(zip_longest(*printed, fillvalue="")):
            for left, part in zip(lefts, parts, strict=True):
                canvas.drawString(left, 750 - row * STEP, part)

    article = article_of_pdf(drawn(draw))
    assert article.title == "A report on cooperation in space"
    assert texts_of(article) == [text for texts in columns for text in texts]


def test_a_lead_over_the_full_width_comes_before_the_columns() -> None:
    lead, left, right = prose(1, 70), prose(2, 90), prose(3, 90)

    def draw(canvas: Canvas) -> None:
        below = lines_at(canvas, wrapped(lead, 480), 55, 780)
        lines_at(canvas, wrapped(right, 230), 305, below - 10)
        lines_at(canvas, wrapped(left, 230), 55, below - 10)

    assert texts_of(article_of_pdf(drawn(draw))) == [lead, left, right]


def long_document(canvas: Canvas, page_count: int = 5) -> None:
    """Draw pages with a running head, other on even pages, a number, and paragraphs that run over the pages' ends."""
    lines = [line for seed in range(12) for line in (*wrapped(prose(seed, 130), 480), "")]
    per_page = -(-len(lines) // page_count)
    for page in range(page_count):
        head = "Space Agency Report" if page % 2 else "Series of documents, number 12"
        lines_at(canvas, [head], 55, 815, 8)
        lines_at(canvas, lines[page * per_page : (page + 1) * per_page], 55, 770)
        lines_at(canvas, [f"- {page + 1} -"], 290, 30, 8)
        canvas.showPage()


def test_a_paragraph_over_a_pages_end_is_whole_and_has_the_page_where_it_begins() -> None:
    article = article_of_pdf(drawn(long_document))
    assert texts_of(article) == [prose(seed, 130) for seed in range(12)]
    pages = [block.page or 0 for block in article.blocks]
    assert pages == sorted(pages)
    assert set(pages) == {1, 2, 3, 4, 5}
    assert all(block.label is None for block in article.blocks)


def test_page_labels_are_kept_where_they_differ_from_the_number() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(drawn(long_document))))
    writer.set_page_label(0, 1, style="/r", start=4)
    writer.set_page_label(2, 4, style="/D", start=3)
    target = io.BytesIO()
    writer.write(target)
    labels = {block.page: block.label for block in article_of_pdf(target.getvalue()).blocks}
    assert labels == {1: "iv", 2: "v", 3: None, 4: None, 5: None}


def test_printed_numbers_label_the_pages_of_a_file_without_labels() -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(4):
            lines_at(canvas, wrapped(prose(page, 90), 480), 55, 760)
            lines_at(canvas, [str(page + 17)], 290, 30, 8)
            canvas.showPage()

    assert [block.label for block in article_of_pdf(drawn(draw)).blocks] == ["17", "18", "19", "20"]


def test_footnotes_stand_last_with_their_pages_and_leave_no_mark_in_the_text() -> None:
    def draw(canvas: Canvas) -> None:
        for page in (1, 2):
            below = lines_at(canvas, wrapped(prose(page, 90), 480), 55, 760) + STEP
            width = canvas.stringWidth(wrapped(prose(page, 90), 480)[-1], "Helvetica", SIZE)
            canvas.setFont("Helvetica", 6)
            canvas.drawString(55 + width, below + 4, str(page))
            canvas.line(55, 92, 175, 92)
            canvas.drawString(55, 83, str(page))
            lines_at(canvas, [f"United Nations, Treaty Series, volume {page}10,", f"part {page * 3}."], 60, 80, 7.5)
            canvas.showPage()

    article = article_of_pdf(drawn(draw))
    assert list(article.blocks) == [
        Block(PassageKind.PARAGRAPH, prose(1, 90), 1),
        Block(PassageKind.PARAGRAPH, prose(2, 90), 2),
        Block(PassageKind.FOOTNOTE, "1 United Nations, Treaty Series, volume 110, part 3.", 1),
        Block(PassageKind.FOOTNOTE, "2 United Nations, Treaty Series, volume 210, part 6.", 2),
    ]


def test_raised_figures_that_lead_to_no_footnote_stay() -> None:
    def draw(canvas: Canvas) -> None:
        lines_at(canvas, wrapped(prose(1, 60), 480), 55, 760)
        lines_at(canvas, ["The receiver has an area of 12 m"], 55, 600)
        width = canvas.stringWidth("The receiver has an area of 12 m", "Helvetica", SIZE)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(55 + width, 604, "2")

    assert texts_of(article_of_pdf(drawn(draw)))[-1] == "The receiver has an area of 12 m2"


ROWS = [["Country", "Launches", "Main mission"], ["Austria", "3", "small satellite"], ["Ghana", "12", "radar mission"],
        ["Japan", "31", "lunar orbiter"], ["Brazil", "8", "weather satellite"]]  # fmt: skip


@pytest.mark.parametrize("has_rules", [True, False])
def test_tables_keep_rows_and_cells_and_their_words_stand_once(has_rules: bool) -> None:  # noqa: FBT001
    def draw(canvas: Canvas) -> None:
        below = lines_at(canvas, wrapped(prose(1), 480), 55, 780)
        table = Table(ROWS, style=[("GRID", (0, 0), (-1, -1), 0.5, "black")] if has_rules else [])
        _, height = table.wrap(480, 400)
        table.drawOn(canvas, 55, below - height - 10)
        lines_at(canvas, wrapped(prose(2), 480), 55, below - height - 40)

    article = article_of_pdf(drawn(draw))
    assert [(block.kind, block.text) for block in article.blocks] == [
        (PassageKind.PARAGRAPH, prose(1)),
        (PassageKind.TABLE, "\n".join(" | ".join(row) for row in ROWS)),
        (PassageKind.PARAGRAPH, prose(2)),
    ]


def test_prose_in_boxes_stays_prose() -> None:
    def draw(canvas: Canvas) -> None:
        for left, seed in ((55, 1), (305, 2)):
            canvas.rect(left - 6, 560, 236, 220)
            canvas.line(left - 6, 640, left + 230, 640)
            lines_at(canvas, wrapped(prose(seed, 40), 225), left, 765)
            lines_at(canvas, wrapped(prose(seed + 2, 30), 225), left, 625)

    article = article_of_pdf(drawn(draw))
    assert {block.kind for block in article.blocks} == {PassageKind.PARAGRAPH}
    assert texts_of(article) == [prose(1, 40), prose(3, 30), prose(2, 40), prose(4, 30)]


def test_bookmarks_make_their_lines_headings() -> None:
    def draw(canvas: Canvas) -> None:
        below = lines_at(canvas, wrapped(prose(1), 480), 55, 780)
        canvas.bookmarkPage("aims")
        canvas.addOutlineEntry("Aims of the programme", "aims")
        below = lines_at(canvas, ["2. Aims of the programme"], 55, below)
        lines_at(canvas, wrapped(prose(2), 480), 55, below)

    article = article_of_pdf(drawn(draw))
    assert [(block.kind, block.text) for block in article.blocks] == [
        (PassageKind.PARAGRAPH, prose(1)),
        (PassageKind.HEADING, "2. Aims of the programme"),
        (PassageKind.PARAGRAPH, prose(2)),
    ]


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("the e\ufb03cient \ufb02ow of o\ufb00ers", "the efficient flow of offers"),
        ("a di\x0berent de\x0cnition", "a different definition"),
        ("une coop´eration f¨ur alle", "une coopération für alle"),
        ("中 国 国 家 航 天 局", "中国国家航天局"),
        ("第一条 总则", "第一条 总则"),
        ("\u2f00\u2f08 NASA", "一人 NASA"),
    ],
)
def test_letters_are_made_whole(printed: str, meant: str) -> None:
    assert mended(printed) == meant


def test_hyphens_of_line_ends_go_and_those_of_words_stay() -> None:
    lines = [
        "The space-based sensors of the two agencies were calibrated in a common institu-",
        "tion of both partners, and the results of these space-",
        "based sensors, together with those of the Franco-",
        "Chinese satellite, are open to all of the world's scientists and to students.",
    ]
    [text] = texts_of(article_of_pdf(drawn(lambda canvas: print_lines(canvas, lines))))
    assert "common institution of both" in text
    assert "these space-based sensors" in text
    assert "Franco-Chinese satellite" in text


def test_text_printed_twice_or_unseen_under_itself_counts_once() -> None:
    def draw(canvas: Canvas) -> None:
        for shift in (0, 0.4):
            canvas.drawString(55 + shift, 700, "A heading printed twice to look bold")
        lines_at(canvas, wrapped(prose(1), 480), 55, 660)
        hidden = canvas.beginText(55, 660)
        hidden.setFont("Helvetica", SIZE)
        hidden.setLeading(1.25 * SIZE)
        hidden.setTextRenderMode(3)
        hidden.textLines(wrapped(prose(1), 480))
        canvas.drawText(hidden)

    article = article_of_pdf(drawn(draw))
    assert article.title == "A heading printed twice to look bold"
    assert texts_of(article) == [prose(1)]


def test_the_text_layer_of_a_scan_is_read_and_pages_without_text_are_empty() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.showPage()
        hidden = canvas.beginText(55, 700)
        hidden.setTextRenderMode(3)
        hidden.textLines(wrapped(prose(1), 400, 12))
        canvas.drawText(hidden)
        canvas.rect(0, 0, 595, 842, fill=1)

    assert [(block.page, block.text) for block in article_of_pdf(drawn(draw)).blocks] == [(2, prose(1))]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_text_is_read_line_by_line(turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(*{90: (595, 0), 180: (595, 842), 270: (0, 842)}[turn])
        canvas.rotate(turn)
        below = lines_at(canvas, wrapped(prose(1, 90), 450), 55, 500)
        lines_at(canvas, wrapped(prose(2, 90), 450), 55, below - 12)
        canvas.setPageRotation(turn)

    assert texts_of(article_of_pdf(drawn(draw))) == [prose(1, 90), prose(2, 90)]


def test_slides_keep_headings_items_and_tables_without_the_decks_title() -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(1, 5):
            lines_at(canvas, ["Workshop on lunar exploration"], 60, 500 if page > 1 else 300, 12 if page > 1 else 32)
            if page > 1:
                lines_at(canvas, [f"Session {page}"], 60, 440, 26)
                lines_at(canvas, [f"• Item {page} of the agenda", f"• Another item, {page}"], 60, 380, 18)
            lines_at(canvas, [str(page)], 780, 20, 10)
            canvas.showPage()

    article = article_of_pdf(drawn(draw, landscape(A4)))
    assert article.is_slide_deck
    assert article.title == "Workshop on lunar exploration"
    assert [(block.kind.value, block.text, block.page) for block in article.blocks[:3]] == [
        ("heading", "Session 2", 2), ("list-item", "Item 2 of the agenda", 2), ("list-item", "Another item, 2", 2)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("author", "first_line", "authors", "issuer"),
    [
        ("Example Space Agency", "A report", (), "Example Space Agency"),
        ("Anna Ivanova; Li Wei", "State Information Office", ("Anna Ivanova", "Li Wei"), "State Information Office"),
        ("user", "Министерство иностранных дел", (), "Министерство иностранных дел"),
        ("", "A day at the beach", (), None),
    ],
)  # fmt: skip
def test_the_issuer_is_an_organisation_and_authors_are_persons(
    author: str, first_line: str, authors: tuple[str, ...], issuer: str | None
) -> None:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont("DejaVuSans", "DejaVuSans.ttf"))

    def draw(canvas: Canvas) -> None:
        canvas.setAuthor(author)
        canvas.setFont("DejaVuSans", 12)
        canvas.drawString(55, 780, first_line)
        lines_at(canvas, ["White paper on space activities"], 55, 740, 24)
        lines_at(canvas, wrapped(prose(1), 480), 55, 660)

    article = article_of_pdf(drawn(draw))
    assert (article.title, article.authors, article.issuer) == ("White paper on space activities", authors, issuer)


def cyclic(body: bytes) -> bytes:
    """Make page tree and outline of a file come back to themselves."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(body)))
    root = writer.root_object
    pages = root["/Pages"].get_object()
    assert isinstance(pages, DictionaryObject)
    kids = pages["/Kids"]
    assert isinstance(kids, ArrayObject)
    kids.append(root.raw_get("/Pages"))
    entry = DictionaryObject({NameObject("/Title"): TextStringObject("Again")})
    reference = writer._add_object(entry)
    entry[NameObject("/Next")] = reference
    entry[NameObject("/First")] = reference
    outline = DictionaryObject({NameObject("/First"): reference, NameObject("/Count"): NumberObject(1)})
    root[NameObject("/Outlines")] = writer._add_object(outline)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_file_that_comes_back_to_itself_is_read_once() -> None:
    found = texts_of(article_of_pdf(cyclic(drawn(lambda canvas: long_document(canvas, 2)))))
    assert prose(0, 130) in found
    assert len(found) == len(set(found))


def blocks_if_any(body: bytes) -> Sequence[Block]:
    """Read a file that may be refused."""
    try:
        return article_of_pdf(body).blocks
    except ExtractionProblem:
        return ()


def test_damaged_files_are_read_in_part_or_refused_and_nothing_else_happens() -> None:
    chance = random.Random(7)
    whole = drawn(long_document)
    for _ in range(40):
        body = bytearray(whole)
        if chance.random() < 0.5:
            del body[chance.randrange(20, len(body)) :]
        for _ in range(chance.randint(0, 60)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        assert all(block.text and block.page for block in blocks_if_any(bytes(body)))


def test_a_page_of_countless_scraps_is_read_all_the_same() -> None:
    chance = random.Random(3)

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 4)
        for number in range(3000):
            canvas.drawString(chance.random() * 590, chance.random() * 830, f"scrap{number}")

    text = " ".join(texts_of(article_of_pdf(drawn(draw))))
    assert sum(f"scrap{number}" in text for number in range(3000)) > 2900
