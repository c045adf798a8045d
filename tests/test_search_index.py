"""The index that the search reads: kept with its article, cut into parts and terms that lose nothing."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from models.search import (
    Query,
    index_article,
    parse_query,
    renew_index,
    search,
    unindex_article,
)
from models.search.index import MAX_OCCURRENCES, Placed, parts_of, tsvectors_of
from models.search.terms import tokens_of
from models.tables import Article, IndexRules
from tests.builders import ArticleDraft, a_version, an_article

Sessions = sessionmaker[Session]


def test_a_new_version_replaces_the_old_in_the_index(sessions: Sessions) -> None:
    with sessions.begin() as session:
        article = an_article(session)
        index_article(session, article.id)
        index_article(session, article.id)
    with sessions.begin() as session:
        current = session.get_one(Article, article.id)
        a_version(session, current, ArticleDraft(title="Talks end", text="The treaty was dropped.", url=article.url))
        index_article(session, article.id)
    with sessions.begin() as session:
        assert search(session, parse_query("memorandum")).total == 0
        assert search(session, parse_query("treaty")).total == 1
        unindex_article(session, article.id)
        unindex_article(session, article.id)
        assert search(session, parse_query("treaty")).total == 0
        assert search(session, Query()).total == 1
        index_article(session, 999)


def test_an_index_written_in_a_transaction_is_undone_with_it(sessions: Sessions) -> None:
    with sessions.begin() as session:
        article_id = an_article(session).id
    with sessions() as session:
        index_article(session, article_id)
        session.rollback()
        assert search(session, parse_query("memorandum")).total == 0


def test_an_index_of_older_rules_is_made_anew_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for _ in range(3):
            an_article(session)
    assert renew_index(sessions) == 3
    assert renew_index(sessions) == 0
    with sessions.begin() as session:
        assert search(session, parse_query("memorandum")).total == 3
        session.execute(sa.update(IndexRules).values(rules=1))
    assert renew_index(sessions) == 3
    with sessions.begin() as session:
        session.execute(sa.update(IndexRules).values(through_id=2))
    assert renew_index(sessions) == 1


@settings(max_examples=20, deadline=None)
@given(seeds=st.lists(st.integers(min_value=0, max_value=3), min_size=300, max_size=2000))
def test_parts_hold_every_phrase_and_no_word_too_often(seeds: list[int]) -> None:
    tokens = tokens_of(" ".join(f"w{seed}" for seed in seeds), "en")
    placed = [Placed(place, token, "D") for place, token in enumerate(tokens)]
    parts = parts_of(placed)
    starts = [part[0].place for part in parts]
    ends = [part[-1].place for part in parts]
    assert starts[0] == 0
    assert ends[-1] == len(placed) - 1
    assert all(end - start == 127 for end, start in zip(ends, starts[1:], strict=False))
    for part in parts:
        terms = [each.token.term for each in part]
        assert max(map(terms.count, set(terms))) <= MAX_OCCURRENCES


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=40), language=st.sampled_from(["en", "fr", "ru", "zh", None]))
def test_terms_are_letters_and_digits_in_their_places(text: str, language: str | None) -> None:
    place = 0
    for token in tokens_of(text, language):
        assert place <= token.start < token.end <= len(text) or token.start == place - 1
        assert token.term
        assert not {"'", '"', "\\", " ", "=", "\0", ":", "*"} & set(token.term + token.form + token.joined)
        place = token.start


def test_neighbouring_ideographs_are_pairs_of_one_field() -> None:
    (terms,) = tsvectors_of(tokens_of("国际月", "zh"), tokens_of("球面A基地", "zh"), None)
    assert {each.strip("'") for each in terms.split() if len(each) == len("'国际'")} >= {"国际", "际月", "球面", "基地"}
    assert "'月球'" not in terms
    assert "'面基'" not in terms
