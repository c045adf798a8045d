"""White papers and decks told section by section, with the PDF pages that their sentences stand on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.vocabulary import PassageKind
from perilune.demo.content import load_library
from perilune.demo.slides import deck_pdf
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.summaries.sections import SectionedSummary, sections_of
from pipeline.values import Block, Extracted, Passage, passages_from_blocks

BODY = (
    "The agency cooperates with {0} partner countries in the field of {1}. It signed {0} agreements on {1} in 2021."
    " Further projects on {1} are planned until 2035, according to the programme of the agency."
)
HEADING, PARAGRAPH = PassageKind.HEADING, PassageKind.PARAGRAPH


def _paper(headings: Sequence[str]) -> tuple[Passage, ...]:
    blocks = []
    for page, heading in enumerate(headings, 2):
        blocks += [Block(PARAGRAPH, "China's Space Programme", page), Block(HEADING, heading, page)]
        blocks.append(Block(PARAGRAPH, BODY.format(page, f"{heading.split()[-1].lower()} research"), page))
    return passages_from_blocks(blocks)


def _assert_cited(summary: SectionedSummary, passages: Sequence[Passage]) -> None:
    for sentence in [*summary.overview, *(one for section in summary.sections for one in section.sentences)]:
        home = next(each for each in passages if each.start <= sentence.span.start < each.end)
        own = home.text[sentence.span.start - home.start : sentence.span.end - home.start]
        assert (own, home.page) == (sentence.text, sentence.page)


def test_each_section_is_told_with_its_pages_and_the_whole_in_a_paragraph() -> None:
    passages = _paper(["Introduction", "1 Launchers", "2 Navigation", "3 Exploration"])
    summary = sections_of("China's Space Programme", passages, language="en")
    _assert_cited(summary, passages)
    assert [(one.heading, one.first_page, one.last_page) for one in summary.sections] == [
        ("Introduction", 2, 2),
        ("1 Launchers", 3, 3),
        ("2 Navigation", 4, 4),
        ("3 Exploration", 5, 5),
    ]
    assert all(one.sentences for one in summary.sections)
    assert 3 <= len(summary.overview) <= 5
    assert "China's Space Programme" not in {one.text for one in summary.overview}


@pytest.mark.parametrize(
    "heading", ["Table of contents", "References", "Remerciements", "Содержание", "参考文献", "Annex 2"]
)
def test_what_is_no_content_is_not_told(heading: str) -> None:
    passages = _paper(["1 Launchers", "2 Navigation", "3 Exploration", heading])
    summary = sections_of("A paper", passages, language="en")
    assert [one.heading for one in summary.sections] == ["1 Launchers", "2 Navigation", "3 Exploration"]


def test_many_small_sections_are_told_together() -> None:
    passages = _paper([f"Article {number}" for number in range(1, 41)])
    summary = sections_of("A treaty", passages, language="en")
    _assert_cited(summary, passages)
    assert len(summary.sections) == 12
    told = [heading for one in summary.sections for heading in (one.heading, *one.told_with_it)]
    assert told == [f"Article {number}" for number in range(1, 41)]
    assert summary.sections[-1].last_page == 41


def test_parts_are_told_before_their_articles() -> None:
    headings = ["Part I Principles"] + [f"Article {n}" for n in range(1, 31)] + ["Part II Resolutions", "Article 31"]
    summary = sections_of("Treaties", _paper(headings), language="en")
    assert [one.heading for one in summary.sections] == ["Part I Principles", "Part II Resolutions"]


def test_chapters_of_markdown_are_sections() -> None:
    lines = [
        "# 1. Navigation<a id='1'></a>",
        BODY.format(3, "navigation"),
        "## 1.1. Launchers",
        BODY.format(4, "launch"),
    ]
    passages = passages_from_blocks([Block(PARAGRAPH, line) for line in lines])
    summary = sections_of("", passages, language="en")
    assert [(one.heading, one.first_page) for one in summary.sections] == [
        ("1. Navigation", None),
        ("1.1. Launchers", None),
    ]


def test_chinese_articles_are_headings() -> None:
    text = "各缔约国在进行探索和利用外层空间的各种活动方面，应遵守国际法和联合国宪章，以维护国际和平与安全。"
    blocks = [Block(PARAGRAPH, line, 7) for line in ("第一条", text, "第二条", text.replace("国际法", "本条约"))]
    summary = sections_of("外层空间条约", passages_from_blocks(blocks), language="zh")
    assert [one.heading for one in summary.sections] == ["第一条", "第二条"]


CHINESE_BODY = (
    "过去五年，中国在{0}领域取得{1}项进展，与有关国家签署{1}份合作文件，并将继续开放合作。未来五年将开展新的任务。"
)
WHITE_PAPERS = {
    "zh": [
        "前言",
        "一、开启全面建设新征程",
        "（一）发展宗旨",
        "（二）发展愿景",
        "二、发展空间技术",
        "第三章 展望",
        "1.重型火箭",
    ],
    "ru": ["ОБЩИЕ ПОЛОЖЕНИЯ", "РАЗДЕЛ II. Международное сотрудничество", "2.1. Соглашения", "2.2. Проекты"],
    "fr": [
        "I. Le cadre de la coopération",
        "1. Les accords",
        "2. Les projets",
        "II. Les lanceurs",
        "Chapitre 3",
        "A. Sites",
    ],
}


@pytest.mark.parametrize("language", WHITE_PAPERS)
def test_numbered_lines_and_capitals_are_headings_where_pages_mark_none(language: str) -> None:
    lines = WHITE_PAPERS[language]
    blocks = []
    for page, line in enumerate(lines, 1):
        body = (CHINESE_BODY if language == "zh" else BODY).format(line.split(" ")[-1].strip("（）"), page + 1)
        blocks += [Block(PARAGRAPH, line, page), Block(PARAGRAPH, body, page)]
    passages = passages_from_blocks(blocks)
    summary = sections_of("", passages, language=language)
    _assert_cited(summary, passages)
    assert [heading for one in summary.sections for heading in (one.heading, *one.told_with_it)] == lines


def test_items_of_a_list_and_formulas_are_no_headings() -> None:
    items = ["1. Launchers of the agency", "2. Satellites of the agency", "3. Ground segment", "A. x = y"]
    blocks = [Block(HEADING, "Plans", 1), *(Block(PARAGRAPH, each, 1) for each in items)]
    passages = passages_from_blocks([*blocks, Block(PARAGRAPH, BODY.format(3, "launch"), 1)])
    assert sections_of("A paper", passages, language="en").sections == ()


def test_what_a_table_of_contents_does_not_list_stands_below_what_it_does() -> None:
    listed = [f"{letter}. Accord {letter}" for letter in "BCDEFG"]
    contents = [Block(PARAGRAPH, f"{each} ........ 7", 1) for each in listed]
    blocks = []
    for page, each in enumerate(listed, 2):
        for line in (each, "A. Aims", "B. Means", "C. Ends", "D. Costs"):
            blocks += [Block(PARAGRAPH, line, page), Block(PARAGRAPH, BODY.format(page, line.lower()), page)]
    summary = sections_of("", passages_from_blocks([*contents, *blocks]), language="en")
    assert [one.heading for one in summary.sections] == listed
    assert [one.first_page for one in summary.sections] == [2, 3, 4, 5, 6, 7]


def test_a_table_of_contents_without_leaders_is_no_section() -> None:
    headings = ["前言", "一、发展宗旨", "二、主要进展", "三、国际合作"]
    blocks = [Block(PARAGRAPH, line, 1) for line in ["中国的航天", "目录", *headings]]
    for page, heading in enumerate(headings, 2):
        body = CHINESE_BODY.format(heading.strip("一二三、"), page)
        blocks += [Block(PARAGRAPH, heading, page), Block(PARAGRAPH, body, page)]
    summary = sections_of("中国的航天", passages_from_blocks(blocks), language="zh")
    assert [(one.heading, one.first_page) for one in summary.sections] == list(zip(headings, range(2, 6), strict=True))


def test_a_deck_is_told_slide_by_slide_with_lines_that_no_mark_ends() -> None:
    page = next(one for one in load_library().pages if one.id == "seed-deck")
    deck = extract(FetchedPage(deck_pdf(page.title, page.text), page.address, "application/pdf"))
    assert isinstance(deck, Extracted)
    summary = sections_of(deck.title, deck.passages, language="en")
    _assert_cited(summary, deck.passages)
    told = {one.heading: one for one in summary.sections}
    assert told["Background"].first_page == 2
    assert "Date: 25-29, April" in [one.text for one in told["Tentative Programme"].sentences]
    assert any("25 to 29 April" in one.text for one in summary.overview)
    assert len(summary.sections) <= 12


@pytest.mark.parametrize("texts", [[], [""], ["Menu"], ["..... 7"], ["Title", "Title", "Title"]])
def test_nothing_worth_telling_gives_nothing(texts: list[str]) -> None:
    passages = passages_from_blocks([Block(PARAGRAPH, text) for text in texts])
    assert sections_of("", passages) == SectionedSummary()


def test_an_article_without_headings_has_an_overview_only() -> None:
    passages = passages_from_blocks([Block(PARAGRAPH, BODY.format(n, f"topic{n}")) for n in range(4)])
    summary = sections_of("An article", passages, language="en")
    assert summary.sections == ()
    assert summary.overview
