"""Publication dates on invented pages of many shapes, and the rules that each of them needs."""

from __future__ import annotations

import datetime as dt

import pytest
from lxml.html import document_fromstring

from benchmarks.dates import SHAPES, score_of, with_perilune
from benchmarks.dates_pages import pages_of
from benchmarks.dates_wordings import TUNING
from benchmarks.dates_wordings_held_out import HELD_OUT
from perilune.dates import PartialDate, Witness, WitnessKind, decide_date
from pipeline.extraction.date_lines import witness_of_line
from pipeline.extraction.date_numbers import Reading, machine_day
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.extraction.witnesses import address_witness
from pipeline.values import Extracted

ADDRESS = "https://agency.example/news/item"
PROSE = "The two agencies agreed to build a small satellite together and to share all of its data freely. " * 4


def reading(language: str, *, url: str = ADDRESS, code: str | None = None) -> Reading:
    return Reading(document_fromstring(f"<html lang='{code or language}'><body>x</body></html>"), language, url)


def day_on(line: str, language: str) -> str | None:
    witness = witness_of_line(line, reading(language))
    return str(witness.date) if witness else None


def extracted(body: str, *, head: str = "", last_modified: dt.date | None = None) -> Extracted:
    text = f"<html><head><title>An agreement</title>{head}</head><body>{body}<p>{PROSE}</p></body></html>"
    outcome = extract(
        FetchedPage(text.encode(), ADDRESS, fetched_on=dt.date(2025, 1, 1), last_modified=last_modified),
    )
    assert isinstance(outcome, Extracted)
    return outcome


@pytest.mark.parametrize("words", [TUNING, HELD_OUT], ids=["tuning", "held out"])
def test_invented_pages_have_the_right_day_or_none(words: object) -> None:
    assert words in (TUNING, HELD_OUT)
    pages = pages_of(SHAPES, TUNING if words is TUNING else HELD_OUT, seed=3, rounds=1)
    stated = sum(page.gold is not None and page.gold.day is not None for page in pages)
    counts = score_of(with_perilune, pages).counts
    assert counts["right day"] >= 0.97 * stated
    assert counts["wrong, none stated"] <= 1
    assert counts["in the future"] == 0


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("发布时间：2024-03-05 10:22 来源：新华社", "zh", "2024-03-05"),
        ("来源：新华社 时间：2024-03-05 10:22", "zh", "2024-03-05"),
        ("Опубликовано: 5 марта 2024, 10:22", "ru", "2024-03-05"),
        ("Publié le 5 mars 2024 à 10h22 - Mis à jour le 7 mars 2024", "fr", "2024-03-05"),
        ("Updated 7 March 2024 | Published 5 March 2024", "en", "2024-03-05"),
        ("FOR IMMEDIATE RELEASE March 5, 2024", "en", "2024-03-05"),
        ("By Jane Miller | Tue, Mar 5, 2024", "en", "2024-03-05"),
        ("Paris, le 5 mars 2024", "fr", "2024-03-05"),
        ("中華民國113年03月05日", "zh", "2024-03-05"),
        ("發布日期：113-03-05", "zh", "2024-03-05"),
        ("令和6年3月5日", "ja", "2024-03-05"),
        ("２０２４年３月５日", "zh", "2024-03-05"),
        ("5/III/2024", "fr", "2024-03-05"),
        ("05.03.24", "ru", "2024-03-05"),
        ("Submitted by admin on Tue, 03/05/2024 - 10:22", "en", "2024-03-05"),
        ("Новости 05.03.2024", "ru", "2024-03-05"),
        ("发布时间：24-03-05", "zh", "2024-03-05"),
        ("Last updated: 5 March 2024", "en", None),
        ("Today is Tuesday, 5 March 2024", "en", None),
        ("Founded 5 March 2004", "en", None),
        ("Born Tue, Mar 5, 1974", "en", None),
        ("Date: 5 March 2024 Venue: Vienna", "en", None),
        ("Entered into force on 5 March 2024", "en", None),
        ("会议时间：2024年3月5日", "zh", None),
        ("成立于2004年3月5日", "zh", None),
        ("Дата вступления в силу: 5 марта 2024", "ru", None),
        ("5-9 March 2024, Vienna", "en", None),
    ],
)
def test_the_words_before_a_date_decide_what_it_is(line: str, language: str, expected: str | None) -> None:
    assert day_on(line, language) == expected


@pytest.mark.parametrize(
    ("url", "language", "code", "expected"),
    [
        ("https://www.agency.gov.uk/item", "en", "en", "2024-05-04"),
        ("https://www.agency.gov/item", "en", "en", "2024-04-05"),
        ("https://agency.org/item", "en", "en-US", "2024-04-05"),
        ("https://agency.org/item", "fr", "fr", "2024-05-04"),
        ("https://agency.org/2024/04/item", "en", "en", "2024-04-05"),
        ("https://agency.org/item", "en", "en", None),
    ],
)
def test_address_country_and_language_settle_slashed_dates(
    url: str, language: str, code: str, expected: str | None
) -> None:
    witness = witness_of_line("Posted on 04/05/2024", reading(language, url=url, code=code))
    assert (str(witness.date) if witness else None) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/202403/t20240305_998.shtml", "2024-03-05"),
        ("https://a.example/world/2024/mar/05/item", "2024-03-05"),
        ("https://a.example/2024/03/item", "2024-03"),
        ("https://a.example/docs/2024-25/item", None),
    ],
)
def test_the_fullest_date_of_an_address_is_taken(url: str, expected: str | None) -> None:
    witness = address_witness(url)
    assert (str(witness.date) if witness else None) == expected


def test_the_folder_of_a_file_on_disk_is_no_address() -> None:
    assert address_witness("file:///papers/2021-05-06/treaty.pdf") is None


def test_week_dates_and_ordinal_dates_of_machines_are_days() -> None:
    assert machine_day("2024-W10-2") == machine_day("2024-065") == "2024-03-05"
    assert machine_day("2024-999") == "2024-999"


def test_json_ld_of_other_articles_says_nothing_of_this_one() -> None:
    other = '{"@type": "NewsArticle", "headline": "Something else entirely", "datePublished": "2023-01-05"}'
    found = extracted("<h1>An agreement</h1>", head=f'<script type="application/ld+json">{other}</script>')
    assert found.published.date is None


def test_dates_of_other_articles_and_comments_are_no_witnesses() -> None:
    teaser = '<li><a href="/n/1">Another story of some length</a> <span>5 March 2024</span></li>'
    comment = '<div class="comment">Posted on 6 March 2024</div>'
    found = extracted(f"<ul>{teaser * 3}</ul><h1>An agreement</h1>{comment}")
    assert found.published.date is None


def test_last_modified_supports_a_date_and_is_none() -> None:
    modified = dt.date(2024, 3, 5)
    shown = "<h1>An agreement</h1><p>Published 5 March 2024</p>"
    assert extracted("<h1>An agreement</h1>", last_modified=modified).published.date is None
    alone, supported = extracted(shown).published, extracted(shown, last_modified=modified).published
    assert supported.date == alone.date == PartialDate(2024, 3, 5)
    assert supported.confidence > alone.confidence


def test_a_page_made_for_its_visitor_has_no_last_modified() -> None:
    found = extracted("<h1>An agreement</h1>", last_modified=dt.date(2024, 12, 31))
    assert found.published.witnesses == ()


def test_a_label_outlives_the_date_that_a_move_of_the_site_wrote() -> None:
    moved = Witness(WitnessKind.STRUCTURED, PartialDate(2019, 1, 1), "meta")
    bare = Witness(WitnessKind.VISIBLE, PartialDate(2014, 5, 6), "6 May 2014")
    labelled = Witness(WitnessKind.VISIBLE, PartialDate(2014, 5, 6), "Published 6 May 2014", is_labelled=True)
    today = dt.date(2025, 1, 1)
    assert decide_date([moved, labelled], not_after=today).date == PartialDate(2014, 5, 6)
    assert decide_date([moved, bare], not_after=today).date == PartialDate(2019, 1, 1)


def test_the_day_shown_beats_the_day_of_a_machine_in_another_zone() -> None:
    machine = Witness(WitnessKind.STRUCTURED, PartialDate(2024, 3, 4), "2024-03-04T22:30:00Z")
    shown = Witness(WitnessKind.VISIBLE, PartialDate(2024, 3, 5), "2024年3月5日")
    assert decide_date([machine, shown], not_after=dt.date(2025, 1, 1)).date == PartialDate(2024, 3, 5)
