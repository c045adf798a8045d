"""The pure parts of web: headers, changes, marks, words for values and the search form, without a database."""

from __future__ import annotations

import datetime as dt

import pytest

from models.search import Query, QueryProblem, Vocabulary
from perilune.changes import sentences_of
from perilune.dates import PartialDate
from web.archived import archived_headers
from web.changes import changes_between
from web.labels import date_in_words, period_in_words, size_in_words
from web.links import outward_link
from web.passages import Span, pieces_of
from web.search_form import SearchForm, fault_of, query_of


@pytest.mark.parametrize(
    ("content_type", "sent", "disposition"),
    [
        ("text/html; charset=gb2312", "text/html; charset=gb2312", "inline"),
        ("TEXT/HTML;Charset='utf-8'", "text/html; charset=utf-8", "inline"),
        ("application/pdf", "application/pdf", "inline"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html; charset=x\r\nSet-Cookie: a=b", "text/html; charset=x", "inline"),
        (None, "application/octet-stream", "attachment"),
    ],
)
def test_only_text_and_pdf_are_shown(content_type: str | None, sent: str, disposition: str) -> None:
    headers = archived_headers(content_type, "x-v1")
    assert headers["Content-Type"] == sent
    assert headers["Content-Disposition"].startswith(f'{disposition}; filename="x-v1.')
    assert ("sandbox" in headers["Content-Security-Policy"]) == (sent != "application/pdf")


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        (["Same. Old words."], ["Same. New words."], ["Old words."], ["New words."]),
        (["中国签署。旧句。"], ["中国签署。新句。"], ["旧句。"], ["新句。"]),
        (["Да. Нет."], ["Да."], ["Нет."], []),
        (["One."], ["One.", "Two."], [], ["Two."]),
        (["A costs 3.5 tonnes."], ["A costs 3.6 tonnes."], ["A costs 3.5 tonnes."], ["A costs 3.6 tonnes."]),
        (["Same."], ["Same."], [], []),
    ],
)
def test_changes_are_told_by_sentence(
    before: list[str], after: list[str], removed: list[str], added: list[str]
) -> None:
    changes = changes_between(before, after)
    assert ["".join(piece.text for piece in each) for change in changes for each in change.before] == removed
    assert ["".join(piece.text for piece in each) for change in changes for each in change.after] == added


@pytest.mark.parametrize("text", ["", "...", "No end", "A.B. c\nd", "“引文。”后文", "См. «Да.» Нет…"])
def test_cutting_sentences_loses_nothing(text: str) -> None:
    assert "".join("".join(sentences_of(text)).split()) == "".join(text.split())


def test_marks_follow_code_points_beyond_the_basic_plane() -> None:
    pieces = pieces_of("a🌕b月c", 10, [Span(11, 13)])
    assert [(piece.text, piece.is_marked) for piece in pieces] == [("a", False), ("🌕b", True), ("月c", False)]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2022", None, "2022"),
        ("2022-03", "2022-03", "March 2022"),
        ("2022-04-25", "2022-04-29", "25–29 April 2022"),
        ("2022-04-29", "2022-05-02", "29 April–2 May 2022"),
        ("2021-12-30", "2022-01-02", "30 December 2021 – 2 January 2022"),
        ("2021", "2022-01-02", "2021 – 2 January 2022"),
        (None, None, "date not stated"),
    ],
)
def test_periods_are_as_exact_as_their_ends(start: str | None, end: str | None, words: str) -> None:
    first, last = (PartialDate.parse(text) if text else None for text in (start, end))
    assert period_in_words(first, last) == words


def test_values_are_put_into_words() -> None:
    assert date_in_words(dt.date(2022, 3, 1)) == "1 March 2022"
    assert [size_in_words(size) for size in (12, 1600, 2_500_000)] == ["12 bytes", "2 kB", "2.5 MB"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "http://", "http://[", ""])
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert outward_link(url) is None


def test_the_form_widens_lists_and_replaces_dates() -> None:
    vocabulary = Vocabulary(frozenset({"launch", "security"}), frozenset(), frozenset())
    form = SearchForm(q="moon topic:launch after:2020", topic="security", after="2021", sort="newest")
    expected = Query(text="moon", topics=("launch", "security"), after=dt.date(2021, 1, 1), sort="newest")  # type: ignore[arg-type]  # as typed
    assert query_of(form, vocabulary) == expected
    with pytest.raises(QueryProblem):
        query_of(SearchForm(q="", topic="unheard-of"), vocabulary)


def test_a_fault_without_a_place_marks_nothing() -> None:
    fault = fault_of("moon", QueryProblem("too long"))
    assert (fault.before, fault.at, fault.after) == ("moon", "", "")
