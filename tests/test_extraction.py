"""Frozen pages of the kinds that our sources have, each with the article that must come out of it."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from models.vocabulary import DocType, PassageKind
from perilune.dates import PartialDate, Witness, WitnessKind
from pipeline.extraction.boilerplate import content_blocks
from pipeline.extraction.extract import ExtractionProblem, FetchedPage, extract
from pipeline.values import Block, Extracted, Rejected

PAGES = Path(__file__).parent / "extraction"
ADDRESS = "https://agency.example/news/item.html"
PROSE = (
    "The two agencies agreed on Tuesday to build a small satellite together and to share all of its data freely. " * 3
)


def article_at(page: FetchedPage) -> Extracted:
    outcome = extract(page)
    assert isinstance(outcome, Extracted), outcome
    return outcome


def html_page(body: str, head: str = "") -> FetchedPage:
    return FetchedPage(f"<html><head>{head}</head><body>{body}</body></html>".encode(), ADDRESS)


def pdf_of(pages: Sequence[Sequence[tuple[float, str]]], size: tuple[float, float]) -> bytes:
    """Print pages of (font size, text) lines from top to bottom."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=size, invariant=1)
    for lines in pages:
        height = size[1] - 60
        for font_size, text in lines:
            canvas.setFont("Helvetica", font_size)
            canvas.drawString(50, height, text)
            height -= 1.3 * font_size if text else 2 * font_size
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in PAGES.glob("*/page.json")))
def test_a_frozen_page_gives_its_article(folder: str) -> None:
    expected = json.loads((PAGES / folder / "page.json").read_text(encoding="utf-8"))
    found = article_at(FetchedPage((PAGES / folder / "page.html").read_bytes(), ADDRESS))
    assert found.title == expected["title"]
    assert found.language == expected["language"]
    assert (str(found.published.date) if found.published.date else None) == expected["published"]
    assert [[passage.kind.value, passage.text] for passage in found.passages] == expected["passages"]


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in PAGES.glob("*/page.json")))
def test_passages_stand_where_they_say_they_do(folder: str) -> None:
    found = article_at(FetchedPage((PAGES / folder / "page.html").read_bytes(), ADDRESS))
    assert all(found.text[passage.start : passage.end] == passage.text for passage in found.passages)


@pytest.fixture(scope="module")
def deck() -> Extracted:
    title = "Example Partnership Workshop on Lunar Exploration"
    slides = [
        [(28, title), (28, ""), (18, "Example Space Administration"), (18, ""), (18, "Feb.2022")],
        [
            (14, title),
            (14, ""),
            (26, "Tentative Programme"),
            (26, ""),
            (16, "Date: 25-29, April"),
            (16, ""),
            (16, "- Opening ceremony with the heads of agencies"),
            (16, "- International rules and policies"),
        ],
        [(14, title), (14, ""), (26, "Format"), (26, ""), (16, "The workshop is expected to be held in hybrid mode.")],
        [(14, title), (14, ""), (26, "THANKS")],
    ]
    return article_at(FetchedPage(pdf_of(slides, landscape(A4)), "https://un.example/deck.pdf"))


def test_a_slide_deck_is_a_report_dated_by_its_cover(deck: Extracted) -> None:
    assert deck.doc_type is DocType.REPORT
    assert deck.published.date == PartialDate(2022, 2)
    assert deck.published.decided_by is WitnessKind.COVER


def test_the_title_that_every_slide_repeats_is_no_content(deck: Extracted) -> None:
    assert deck.title == "Example Partnership Workshop on Lunar Exploration"
    assert deck.title not in deck.text
    assert "THANKS" not in deck.text


def test_slides_keep_their_headings_items_and_pages(deck: Extracted) -> None:
    parts = [(passage.kind, passage.text, passage.page) for passage in deck.passages]
    assert (PassageKind.HEADING, "Tentative Programme", 2) in parts
    assert (PassageKind.LIST_ITEM, "International rules and policies", 2) in parts
    assert (PassageKind.PARAGRAPH, "The workshop is expected to be held in hybrid mode.", 3) in parts


def test_running_headers_page_numbers_and_line_end_hyphens_leave_a_document() -> None:
    pages = [
        [
            (9, "Example Agency Report 7"),
            (9, ""),
            (11, f"Paragraph {word} says that the international commu-"),
            (11, f"nity will share its data with partner {word} of the programme in the"),
            (11, f"coming {word} years."),
            (11, ""),
            (9, str(number)),
        ]
        for number, word in enumerate(("one", "two", "three", "four"), 1)
    ]
    found = article_at(FetchedPage(pdf_of(pages, A4), "https://agency.example/report.pdf"))
    assert "Example Agency Report" not in found.text
    assert "Paragraph two says that the international community will share its data with partner two" in found.text
    assert [passage.page for passage in found.passages] == [1, 2, 3, 4]


def test_a_damaged_pdf_is_a_problem_and_an_empty_one_a_scan() -> None:
    with pytest.raises(ExtractionProblem, match=r"the PDF is damaged: "):
        extract(FetchedPage(b"%PDF-1.7\nnothing of a PDF follows", "https://agency.example/a.pdf"))
    assert extract(FetchedPage(pdf_of([[], []], A4), "https://agency.example/b.pdf")) == Rejected("scanned")


def test_an_encrypted_pdf_is_a_problem() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, encrypt="secret")
    canvas.drawString(50, 700, "Nobody reads this.")
    canvas.save()
    with pytest.raises(ExtractionProblem, match=r"^the PDF is encrypted$"):
        extract(FetchedPage(target.getvalue(), "https://agency.example/a.pdf"))


def test_the_date_of_the_event_reported_is_no_publication_date() -> None:
    body = f"<h1>Ambassador meets the team</h1><p>On November 25, 2019, Ambassador Liu met the team. {PROSE}</p>"
    assert article_at(html_page(body)).published.date is None


@pytest.mark.parametrize(
    "line",
    ["Updated: 3 May 2021", "Venue: Vienna, 3 May 2021", "25-29 April 2022, Haikou", "Deadline 3 May 2021"],
)
def test_dates_of_updates_and_events_beside_the_title_are_no_witnesses(line: str) -> None:
    assert (
        article_at(html_page(f"<h1>A workshop on the Moon</h1><div>{line}</div><p>{PROSE}</p>")).published.date is None
    )


def test_a_line_that_says_when_the_page_was_published_counts_wherever_it_stands() -> None:
    last = "<p>Publié le 15/07/2021 - Dernière modification : 16/08/2021</p>"
    related = "<ul><li><a href='/b'>Another treaty</a> (3 May 2021)</li></ul>"
    page = html_page(f"<h1>A treaty enters into force</h1><p>{PROSE}</p>{last}<div>{related}</div>")
    assert article_at(page).published.date == PartialDate(2021, 7, 15)


def test_a_paragraph_that_begins_with_the_title_is_not_where_the_title_stands() -> None:
    title = "On the treaty that enters into force"
    day = "<div>18 March 2021</div>"
    body = f"{day}<h1>{title}</h1><p>{title}, as the ministry told today. {PROSE}</p><div>12 March 2021</div>"
    assert article_at(html_page(body)).published.date == PartialDate(2021, 3, 18)


def test_a_short_chinese_paragraph_with_a_date_in_it_is_no_date_line() -> None:
    paragraphs = (
        "2021年5月14日，中国国家航天局与法国国家空间研究中心在北京商定，将中法海洋卫星的任务期延长。",
        "目前共有26个国家的约400名用户免费获取该卫星的数据，并用于各自的研究。",
        "该卫星于2018年10月发射升空，用于测量全球海面的波浪和海风，为海洋研究提供观测资料。",
    )
    body = "".join(f"<p>{text}</p>" for text in ("发布时间：2021年5月15日 来源：国家航天局", *paragraphs))
    found = article_at(html_page(f"<article><h1>中法延长海洋卫星任务</h1>{body}</article>"))
    assert tuple(passage.text for passage in found.passages) == paragraphs


def test_a_month_in_the_title_and_the_time_of_an_update_are_no_publication_dates() -> None:
    title = "Orders and deliveries: February 2021"
    update = "<span class='updated'>1 May 2021</span>"
    body = f"<h1>{title}</h1><div>{update}</div><div>12 March 2021</div><p>{PROSE}</p>"
    assert article_at(html_page(body)).published.date == PartialDate(2021, 3, 12)


def test_markup_beats_hints_and_hints_beat_nothing() -> None:
    hint = Witness(WitnessKind.FEED, PartialDate(2021, 5, 3), "Mon, 03 May 2021")
    bare = html_page(f"<h1>A treaty enters into force</h1><p>{PROSE}</p>")
    known = FetchedPage(bare.body, ADDRESS, date_hints=(hint,), fetched_on=dt.date(2022, 1, 1))
    assert article_at(known).published.decided_by is WitnessKind.FEED
    meta = '<meta property="article:published_time" content="2021-04-01T08:00:00Z">'
    marked = FetchedPage(bare.body.replace(b"<head>", f"<head>{meta}".encode()), ADDRESS, date_hints=(hint,))
    assert article_at(marked).published.date == PartialDate(2021, 4, 1)


def test_json_ld_of_related_articles_is_not_this_page() -> None:
    related = '{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","datePublished":"2020-01-05"}]}'
    head = f'<script type="application/ld+json">{related}</script>'
    found = article_at(html_page(f"<h1>A treaty enters into force</h1><p>{PROSE}</p>", head))
    assert found.published.date is None
    assert found.doc_type is None


def test_feeds_images_and_gates_are_rejected_with_a_reason() -> None:
    assert extract(FetchedPage(b'<?xml version="1.0"?><rss version="2.0"></rss>', ADDRESS)) == Rejected(
        "a feed or sitemap, not an article"
    )
    assert isinstance(extract(FetchedPage(b"\x89PNG\r\n", ADDRESS)), Rejected)
    assert extract(html_page("<h1>Just a moment...</h1><script>window._cf_chl_opt={}</script>")) == Rejected(
        "challenge page", may_change=True
    )


def test_plain_text_keeps_its_paragraphs() -> None:
    found = article_at(FetchedPage(f"A declaration\n\n{PROSE}\n\n{PROSE}".encode(), "https://agency.example/a.txt"))
    assert found.title == "A declaration"
    assert len(found.passages) == 2


def test_a_section_about_the_mission_is_kept_and_one_about_the_company_is_not() -> None:
    heading, paragraph = PassageKind.HEADING, PassageKind.PARAGRAPH
    article = [Block(paragraph, PROSE), Block(heading, "About the mission"), Block(paragraph, PROSE)]
    about = [
        Block(heading, "About Example Launch"),
        Block(paragraph, "Example Launch is a leading provider of launch services."),
    ]
    assert content_blocks([*article, *about], "A launch") == article


def test_a_list_inside_the_article_is_kept() -> None:
    items = [Block(PassageKind.LIST_ITEM, place) for place in ("Beijing, China", "London, UK", "Oxford, UK")]
    article = [Block(PassageKind.PARAGRAPH, PROSE), *items, Block(PassageKind.PARAGRAPH, PROSE)]
    assert content_blocks(article, "Workshops") == article


def test_a_sentence_that_speaks_of_copyright_is_kept() -> None:
    article = [
        Block(PassageKind.PARAGRAPH, PROSE),
        Block(PassageKind.PARAGRAPH, "The treaty leaves copyright in images open."),
    ]
    notice = Block(PassageKind.PARAGRAPH, "Copyright 2014 Example Agency")
    assert content_blocks([*article, notice], "A treaty") == article
