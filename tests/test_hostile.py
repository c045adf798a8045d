"""The worst kinds of hostile files, each a small one: every one comes to an honest outcome and none to an escape."""

from __future__ import annotations

import pytest

from benchmarks.hostile_bombs import BODIES, PAGES, PROSE
from perilune.dates import dates_in
from perilune.verdicts import verdict_on_page
from pipeline.extraction.extract import ExtractionProblem, FetchedPage, extract
from pipeline.extraction.floods import MAX_ATTRIBUTES, MAX_TAGS, without_floods
from pipeline.extraction.share_lines import is_share_line
from pipeline.values import Extracted, Rejected

WORST_PAGES = [
    "nested div",
    "nested lists",
    "unclosed attribute",
    "unclosed noscript",
    "opening brackets",
    "span of a billion",
    "bad entities",
    "deep JSON-LD",
    "deep JSON-LD entities",
    "numbers of 5,000 digits",
    "author of separators",
    "zero characters",
    "huge title",
    "combining marks",
    "SVG and MathML",
]
SLOW_TO_MAKE_OR_READ = {"gzip bomb", "zip bomb", "plain text", "high bytes", "PDF of single letters"}
WORST_BODIES = sorted(set(BODIES) - {"PDF of a gigabyte of zeros", *SLOW_TO_MAKE_OR_READ})


def outcome(body: bytes, content_type: str | None) -> Extracted | Rejected | ExtractionProblem:
    """Extract, or give the problem that says why not."""
    try:
        return extract(FetchedPage(body, "https://example.org/news/1", content_type))
    except ExtractionProblem as problem:
        return problem


@pytest.mark.parametrize("name", WORST_PAGES)
def test_a_hostile_page_has_an_honest_outcome(name: str) -> None:
    body = f"<!DOCTYPE html><html><body>{PAGES[name]()}</body></html>".encode("utf-8", "replace")
    result = outcome(body, "text/html")
    assert isinstance(result, Rejected | Extracted)
    assert not isinstance(result, Rejected) or result.reason


@pytest.mark.parametrize("name", WORST_BODIES)
def test_a_hostile_file_has_an_honest_outcome(name: str) -> None:
    make, content_type = BODIES[name]
    assert isinstance(outcome(make(), content_type), Extracted | Rejected | ExtractionProblem)


def test_an_article_before_a_flood_is_read_as_without_it() -> None:
    head = "<html><body><h1>News of the launch</h1>"
    flood = f"<!--{'x' * 4_000_000}-->"
    result = outcome(f"{head}{PROSE}{flood}".encode(), "text/html")
    assert isinstance(result, Extracted)
    assert any("launched a satellite" in passage.text for passage in result.passages)


@pytest.mark.parametrize("word", ["провер", "доступ", "access was ", "请求", "you ", "<noscript>провер"])
def test_words_of_gates_repeated_cost_no_more_than_their_length(word: str) -> None:
    body = f"<html><title>x</title><noscript>{word * 30_000}</noscript></html>".encode()
    assert verdict_on_page(200, "text/html; charset=utf-8", body) != "login wall"


@pytest.mark.parametrize(
    "unit", ["2020年", "1 to 2 ", "in 2020 ", "2020-", "1 - 2020", "1 may 2020 to ", "2020" + " " * 50]
)
def test_halves_of_dates_repeated_are_read_to_the_end(unit: str) -> None:
    assert isinstance(dates_in(unit * 2_000), list)


@pytest.mark.parametrize("unit", ["share on x ", "微信【", "扫一扫x", "partager sur x ", "small", "a+"])
def test_a_line_of_share_words_that_ends_otherwise_is_none(unit: str) -> None:
    line = (unit * 300)[:280]
    assert not is_share_line(f"{line} $ the launch of the new satellite")
    assert is_share_line(unit * 3)


def test_a_page_is_cut_after_its_first_tags() -> None:
    assert without_floods("<p>text" + "<i></i>" * MAX_TAGS).count("<") == MAX_TAGS
    assert without_floods("<p class='a'>text</p>") == "<p class='a'>text</p>"


def test_an_element_with_thousands_of_attributes_loses_them_and_keeps_its_text() -> None:
    flood = " ".join(f"a{place}=1" for place in range(MAX_ATTRIBUTES + 1))
    assert without_floods(f"<p {flood}>text</p>") == "<p>text</p>"
    styled = f"<p title='{'a word ' * MAX_ATTRIBUTES}'>text</p>"
    assert without_floods(styled) == styled
