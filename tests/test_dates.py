"""Dates in four languages, and what becomes of witnesses that disagree."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune.dates import PartialDate, Precision, Witness, WitnessKind, dates_in, decide_date

TODAY = dt.date(2023, 1, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06 Sep 2017", ["2017-09-06"]),
        ("Dec 29, 2011     Print", ["2011-12-29"]),
        ("Feb.2022", ["2022-02"]),
        ("on November 8, 2007 at Beijing", ["2007-11-08"]),
        ("the 1st of July 2021", ["2021-07-01"]),
        ("2021-03-09T10:00:00Z", ["2021-03-09"]),
        ("2021年3月9日", ["2021-03-09"]),
        ("二〇二一年三月二十九日", ["2021-03-29"]),
        ("2005年1月", ["2005-01"]),
        ("18 сентября 2021 г.", ["2021-09-18"]),
        ("в марте 2022 года", ["2022-03"]),
        ("1er mars 2022", ["2022-03-01"]),
        ("3 decembre 2020", ["2020-12-03"]),
        ("25.04.2022", ["2022-04-25"]),
        ("04/05/2022", ["2022"]),
        ("25-29 April 2022", ["2022-04-25", "2022-04-29"]),
        ("Sept. 18 to 21, 2020", ["2020-09-18", "2020-09-21"]),
        ("с 18 по 21 сентября 2020 года", ["2020-09-18", "2020-09-21"]),
        ("du 28 février au 2 mars 2022", ["2022-02-28", "2022-03-02"]),
        ("2020年9月18日至21日", ["2020-09-18", "2020-09-21"]),
        ("was held in Jordan in 2018.", ["2018"]),
    ],
)
def test_a_written_date_is_found(text: str, expected: list[str]) -> None:
    assert [str(date) for date, _, _ in dates_in(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "the Mars 2020 rover",
        "a mass of 2018 kg",
        "2016-2020",
        "Tel: 86-10-68597592",
        "25-29, April",
        "V1.2.2020.3",
        "30/02/2021",
    ],
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert dates_in(text) == []


def test_the_language_settles_which_number_is_the_month() -> None:
    assert dates_in("04/05/2022", "fr")[0][0] == PartialDate(2022, 5, 4)
    assert dates_in("04/05/2022", "en")[0][0] == PartialDate(2022)


def test_spans_hold_the_words_of_each_date() -> None:
    text = "The workshop (25-29 April 2022) was announced on 17 February 2022."
    assert [text[start:end] for _, start, end in dates_in(text)] == ["25", "29 April 2022", "17 February 2022"]


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    assert all(0 <= start < end <= len(text) for _, start, end in dates_in(text))


def witness(kind: WitnessKind, date: str) -> Witness:
    return Witness(kind, PartialDate.parse(date), date)


def test_nothing_stated_is_unknown() -> None:
    assert decide_date([], not_after=TODAY).date is None


def test_the_most_trusted_witness_decides() -> None:
    decision = decide_date(
        [witness(WitnessKind.METADATA, "2020-01-05"), witness(WitnessKind.COVER, "2022-02")], not_after=TODAY
    )
    assert (decision.date, decision.decided_by) == (PartialDate(2022, 2), WitnessKind.COVER)


def test_two_other_kinds_outvote_a_date_reset_by_a_site_move() -> None:
    decision = decide_date(
        [
            witness(WitnessKind.STRUCTURED, "2022-05-01"),
            witness(WitnessKind.VISIBLE, "2019-03-02"),
            witness(WitnessKind.ADDRESS, "2019-03"),
        ],
        not_after=TODAY,
    )
    assert decision.date == PartialDate(2019, 3, 2)


def test_agreement_raises_the_confidence_and_dissent_lowers_it() -> None:
    alone = [witness(WitnessKind.VISIBLE, "2019-03-02")]
    agreed = decide_date([*alone, witness(WitnessKind.ADDRESS, "2019-03")], not_after=TODAY)
    disputed = decide_date([*alone, witness(WitnessKind.ADDRESS, "2017-03")], not_after=TODAY)
    assert disputed.confidence < decide_date(alone, not_after=TODAY).confidence < agreed.confidence <= 1


def test_nothing_is_believed_that_lies_in_the_future_or_at_the_epoch() -> None:
    witnesses = [witness(WitnessKind.STRUCTURED, "2023-02-01"), witness(WitnessKind.FEED, "1970-01-01")]
    decision = decide_date(witnesses, not_after=TODAY)
    assert decision.date is None
    assert decision.witnesses == tuple(witnesses)


def test_the_local_day_beats_the_day_in_another_time_zone() -> None:
    witnesses = [
        witness(WitnessKind.STRUCTURED, "2020-02-25"),
        witness(WitnessKind.VISIBLE, "2020-02-24"),
        witness(WitnessKind.ADDRESS, "2020-02-24"),
    ]
    assert decide_date(witnesses, not_after=TODAY).date == PartialDate(2020, 2, 24)


def test_a_partial_date_is_bounded_by_its_precision() -> None:
    february = PartialDate.parse("2024-02")
    assert (february.first, february.last) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    assert february.precision is Precision.MONTH
    assert str(PartialDate.of(dt.date(2024, 2, 9), Precision.YEAR)) == "2024"
    with pytest.raises(ValueError, match="a day without a month"):
        PartialDate(2024, None, 9)
