"""The search line and the query object: each says what the other says, and faults are named with their place."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.search import Query, QueryProblem, Sort, Vocabulary, parse_query
from models.vocabulary import DocType, Relevance

FULL_LINE = (
    'moon OR 月球 "lunar base" explor* -mars relevance:core,space topic:lunar-exploration country:CN+GB,FR actor:cnsa '
    "source:un_unoosa lang:zh type:white-paper story:0a1b after:2021-03-01 before:2022-01-01 copies:yes sort:newest"
)


def test_a_line_with_every_filter_reads_back_as_itself() -> None:
    query = parse_query(FULL_LINE)
    assert query == Query(
        text='moon OR 月球 "lunar base" explor* -mars',
        relevance=(Relevance.CORE, Relevance.SPACE),
        topics=("lunar-exploration",),
        countries=("CN+GB", "FR"),
        actors=("cnsa",),
        sources=("un_unoosa",),
        languages=("zh",),
        doc_types=(DocType.WHITE_PAPER,),
        story=("0a1b",),
        after=dt.date(2021, 3, 1),
        before=dt.date(2022, 1, 1),
        with_copies=True,
        sort=Sort.NEWEST,
    )
    assert query.line == FULL_LINE
    assert parse_query(query.line) == query


@pytest.mark.parametrize(
    ("line", "canonical"),
    [
        ("", ""),
        ("  moon \t base ", "moon base"),
        ("NOT mars moon", "moon -mars"),
        ("moon AND base", "moon base"),
        ("moon moon", "moon"),
        ("“lunar  base” «база»", '"lunar base" "база"'),
        ("topic：law-policy", "topic:law-policy"),
        ("country:cn country:GB,cn", "country:CN,GB"),
        ("after:2021 before:2021-03", "after:2021-01-01 before:2021-03-01"),
        ("moon — base !", "moon base"),
        ("sort:relevance copies:no", ""),
        ("https://unoosa.org/a?b=c:d", "https://unoosa.org/a?b=c:d"),
        ("10:30 тема:луна", "10:30 тема:луна"),
        ("a\0b", "a b"),
        ("--mars", "-mars"),
        ("(moon OR lunar) (china OR russia)", "moon OR lunar china OR russia"),
        ("(moon base) OR mars", "moon OR mars base OR mars"),
        ("（月球 OR 火星） -(мир OR луна)", "月球 OR 火星 -мир -луна"),
        ("f(x) (ESA)", "f(x) ESA"),
        ("moon NEAR/10 base", "moon NEAR base"),
        ('(moon OR lunar) NEAR/3 "space station"', 'moon NEAR/3 "space station" OR lunar NEAR/3 "space station"'),
        ("NOT moon NEAR/0 base x", "x -moon NEAR/0 base"),
        ('title:moon Title："lunar base" -title:expl*', 'title:moon title:"lunar base" -title:expl*'),
        ("-topic:launch -country:us,gb+cn", "-country:GB+CN -country:US -topic:launch"),
        ("year:2024", "after:2024-01-01 before:2025-01-01"),
        ("year:2020..2024", "after:2020-01-01 before:2025-01-01"),
    ],
)
def test_a_line_is_made_canonical(line: str, canonical: str) -> None:
    assert parse_query(line).line == canonical


def test_a_colon_in_free_words_given_apart_is_no_filter() -> None:
    query = Query(text="topic:moon -lang:x", countries=("cn",))
    assert query.line == '"topic:moon" -"lang:x" country:CN'
    assert parse_query(query.line) == query


@pytest.mark.parametrize(
    ("line", "words", "position"),
    [
        ("moon topc:law-policy", "did you mean topic?", 5),
        ("moon country:China", "did you mean CN?", 5),
        ("country:Китай", "did you mean CN?", 0),
        ("country:uk", "did you mean GB?", 0),
        ("lang:chinese", "did you mean zh?", 0),
        ("type:whitepaper", "did you mean white-paper?", 0),
        ("relevance:cor", "did you mean core?", 0),
        ("sort:new", "did you mean newest?", 0),
        ("after:2021-13", "no date of the calendar", 0),
        ("after:soon", "2021-03-09", 0),
        ("copies:maybe", "yes or no", 0),
        ("after:2021 after:2022", "stands twice", 11),
        ("topic:", "needs a value", 0),
        ("topic:a,", "needs a value", 0),
        ("source:a/b", "no name of", 0),
        ("-after:2021", "cannot be excluded", 0),
        ("-topic:moon!", "no name of", 0),
        ("year:soon", "2020..2024", 0),
        ("year:2024..2020", "2020..2024", 0),
        ("after:2021 year:2022", "stand there already", 11),
        ("moon NEAR", "between two words", 5),
        ("NEAR moon", "between two words", 0),
        ("moon NEAR/99 base", "0 to 50", 5),
        ("a NEAR b NEAR c", "joins only two", 9),
        ("moon NEAR/2 ba*", "whole words", 5),
        ("moon NEAR moon", "different words", 5),
        ("moon AND", "between two words", 5),
        ("(moon OR base", "never closed", 0),
        ("moon) base", "closes nothing", 4),
        ("moon ()", "nothing to search for", 5),
        ("(topic:x)", "outside the parentheses", 1),
        ("x -(moon base)", "as a group", 2),
        ("title:", "a word or a phrase", 0),
        ("x title:(moon OR base)", "a word or a phrase", 2),
        ("moon OR", "between two words", 5),
        ("OR moon", "between two words", 0),
        ("moon OR -mars", "each word its own minus", 8),
        ("moon topic:x OR base", "between two words", 13),
        ("moon NOT", "before a word", 5),
        ('moon "base', "never closed", 5),
        ("a*", "too short", 0),
        ("!!!", "no letter or digit", 0),
        ("月" * 200, "at most 128", 0),
    ],
)
def test_a_fault_is_named_with_its_place(line: str, words: str, position: int) -> None:
    with pytest.raises(QueryProblem, match=r"\(at character") as caught:
        parse_query(line)
    assert words in str(caught.value)
    assert caught.value.position == position


@pytest.mark.parametrize("line", ["moon " * 2000, " ".join(f"w{number}" for number in range(65))])
def test_a_line_that_wants_too_much_is_refused(line: str) -> None:
    with pytest.raises(QueryProblem, match="at most"):
        parse_query(line)


def test_slugs_are_checked_against_a_vocabulary() -> None:
    vocabulary = Vocabulary(frozenset({"launch"}), frozenset({"cnsa"}), frozenset({"un_unoosa"}))
    assert parse_query("topic:launch actor:cnsa source:un_unoosa", vocabulary).topics == ("launch",)
    with pytest.raises(QueryProblem, match=r"topic 'lanch' is unknown; did you mean launch\?"):
        parse_query("topic:launch+lanch", vocabulary)


def test_a_changed_query_is_canonical_too() -> None:
    query = Query(text="moon").with_(countries=["cn", "cn"], sort="newest")
    assert query == Query(text="moon", countries=("CN",), sort=Sort.NEWEST)


WORDS = "moon ( ) -( NEAR NEAR/3 title:a title: -lang:zh year:2021 f(x) "
WORDS += "- OR NOT AND -x ab* * ** : topic:a topic: 月球 “ » -- after:2021 country:GB+CN copies:yes"
LINES = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*WORDS.split(" "), '"', "sort:newest", "a-b", "l'a", "é", "\0", "http://a"]), max_size=8
    ).map(" ".join),
    st.text(alphabet='a*-":()（OR NT月，\0\ud800’.', max_size=20),
)


@settings(max_examples=400, deadline=None)
@given(line=LINES)
def test_any_line_that_is_understood_reads_back_as_itself(line: str) -> None:
    for make in (parse_query, Query):
        try:
            query = make(line)
        except QueryProblem:
            continue
        assert parse_query(query.line) == query
        assert parse_query(query.line).line == query.line
