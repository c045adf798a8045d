"""Floors of the quality of extraction, on pages of many looks that are built around texts of our own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

import pytest

from benchmarks.extraction_pages import LOOKS, BuiltPage, article_page, built_pages
from benchmarks.extraction_quality import answer_of
from benchmarks.extraction_scores import Answer, Gold, Tally, shingle_scores, words_of
from benchmarks.extraction_sets import Case, built_cases
from benchmarks.extraction_stories import LANGUAGES
from pipeline.extraction.extract import FetchedPage, extract

PAGES = 72
SEEDS = (1, 2)
NEVER = dt.date.max


@cache
def readings(seed: int) -> tuple[tuple[BuiltPage, Case, Answer], ...]:
    """Read every page of a seed once."""
    pages = tuple(built_pages(PAGES, seed))
    cases = built_cases(iter(pages))
    return tuple(
        (page, case, answer_of(extract(FetchedPage(case.body, case.url, "text/html", fetched_on=case.fetched_on))))
        for page, case in zip(pages, cases, strict=True)
    )


def tally_of(rows: Iterator[tuple[BuiltPage, Case, Answer]]) -> Tally:
    tally = Tally()
    for _, case, answer in rows:
        tally.add(answer, case.gold, case.fetched_on)
    return tally


@pytest.mark.parametrize("seed", SEEDS)
def test_the_text_of_built_pages_is_found_and_little_else(seed: int) -> None:
    tally = tally_of(iter(readings(seed)))
    assert tally.mean(tally.precision) >= 0.98
    assert tally.mean(tally.recall) >= 0.975
    assert tally.mean(tally.f1) >= 0.98


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_is_read(look: str) -> None:
    tally = tally_of(row for seed in SEEDS for row in readings(seed) if row[0].look == look)
    assert tally.page_count >= 2 * PAGES // len(LOOKS)
    assert tally.mean(tally.f1) >= 0.96


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_read(language: str) -> None:
    tally = tally_of(row for seed in SEEDS for row in readings(seed) if f"-{language}-" in row[0].name)
    assert tally.mean(tally.f1) >= 0.97


@pytest.mark.parametrize("seed", SEEDS)
def test_stated_days_are_right_and_none_is_wrong_or_in_the_future(seed: int) -> None:
    tally = tally_of(iter(readings(seed)))
    assert tally.share("day right", "days stated") >= 0.97
    assert tally.facts["day wrong"] <= 1
    assert tally.facts["day in the future"] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_where_no_day_is_stated_hardly_any_is_invented(seed: int) -> None:
    tally = tally_of(iter(readings(seed)))
    assert tally.facts["days not stated"] >= 5
    assert tally.facts["day invented"] <= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_titles_are_right(seed: int) -> None:
    assert tally_of(iter(readings(seed))).share("title right", "titles") >= 0.97


def test_the_same_seed_builds_the_same_pages_and_another_one_others() -> None:
    first, again, other = (tuple(built_pages(12, seed)) for seed in (3, 3, 4))
    assert first == again
    assert not {page.text for page in first} & {page.text for page in other}


def test_a_sites_articles_all_state_their_day_and_have_one_container() -> None:
    for number in range(5):
        page = article_page(number)
        assert page.day is not None
        assert f'content="{page.day}T' in page.html
        assert page.html.count('<div class="article-body">') == 1


def test_shingles_count_what_is_missing_and_what_is_too_much() -> None:
    gold = "one two three four five six"
    assert shingle_scores(gold, gold) == (1.0, 1.0, 1.0)
    assert shingle_scores("", gold) == (0.0, 0.0, 0.0)
    precision, recall, _ = shingle_scores("one two three four and menu", gold)
    assert (precision, recall) == (1 / 3, 1 / 3)


def test_each_chinese_character_is_a_word() -> None:
    assert words_of("嫦娥6号 Launch") == ["嫦", "娥", "6", "号", "launch"]


def test_a_first_line_that_is_the_title_is_neither_text_nor_too_much() -> None:
    gold = Gold(text="one two three four five", title="A title")
    tally = Tally()
    for text in ("A title\none two three four five", "one two three four five"):
        tally.add(Answer(text), gold, NEVER)
    assert tally.mean(tally.f1) == 1.0


def test_days_are_right_wrong_missing_invented_or_in_the_future() -> None:
    tally = Tally()
    stated, none_stated = Gold(day=dt.date(2022, 3, 10)), Gold(has_day=False)
    for answer, gold in (("2022-03-10", stated), ("2022-03-11", stated), (None, stated), ("2030-01-01", none_stated)):
        tally.add(Answer("", date=answer), gold, dt.date(2025, 1, 1))
    counted = [tally.facts[f"day {fate}"] for fate in ("right", "wrong", "missing", "invented", "in the future")]
    assert counted == [1, 1, 1, 1, 1]
