"""What the search line can say beyond words, against plain Python: NEAR, long texts, numbers, and forms of words."""

from __future__ import annotations

import random
import re

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models.search import index_article, parse_query, search
from models.search.terms import tokens_of
from tests.builders import ArticleDraft, an_article

Sessions = sessionmaker[Session]
WORDS = ("alpha", "beta", "gamma", "delta", "omega")


def _are_near(text: str, left: str, right: str, distance: int) -> bool:
    words = f" {text} "
    places = [
        {place for place in range(len(text.split())) if f"{' '.join(words.split()[place:])} ".startswith(f"{side} ")}
        for side in (left, right)
    ]
    for (firsts, first), (seconds, _) in (
        ((places[0], left), (places[1], right)),
        ((places[1], right), (places[0], left)),
    ):
        ends = {place + len(first.split()) for place in firsts}
        if any(0 <= second - end <= distance for end in ends for second in seconds):
            return True
    return False


def test_near_means_the_same_everywhere(sessions: Sessions) -> None:
    chance = random.Random(8)
    texts = [" ".join(chance.choices(WORDS, k=9)) for _ in range(25)]
    with sessions.begin() as session:
        ids = {text: an_article(session, ArticleDraft(title="omega", text=text)).id for text in texts}
        for article_id in ids.values():
            index_article(session, article_id)
    sides = [("alpha", "beta"), ("alpha beta", "gamma"), ("delta", "beta gamma"), ("alpha omega", "beta delta")]
    with sessions() as session:
        for left, right in sides:
            for distance in (0, 2, 50):
                hits = search(session, parse_query(f'"{left}" NEAR/{distance} "{right}"'), limit=100).hits
                expected = {ids[text] for text in texts if _are_near(text, left, right, distance)}
                assert {hit.article_id for hit in hits} == expected


def test_the_last_words_of_a_book_are_found(sessions: Sessions) -> None:
    filler = " ".join(f"orbit{number % 40_000} the station" for number in range(66_666))
    text = f"{filler} finally zenith over Баренцево 海阳 end"
    with sessions.begin() as session:
        article = an_article(session, ArticleDraft(text=text))
        index_article(session, article.id)
    lines = [
        "zenith",
        "orbit26665 zenith",
        '"over Баренцево 海阳 end"',
        "zenith NEAR/3 海阳",
        "баренцевом",
        "memorandum end",
    ]
    with sessions() as session:
        assert {line: search(session, parse_query(line)).total for line in lines} == dict.fromkeys(lines, 1)


NUMBERS_AND_HYPHENS = {
    "1,000": "1000 1,000 1.000",
    "2\u202f500\u00a0000": '2500000 "2 500 000" 2,500,000',
    "1 234 567": '1234567 "1 234 567"',
    "co-operation": "cooperation co-operation co-operations co-operat*",
    "cooperation": "co-operation co-operations",
    "Chang'e5": "Chang’e-5 Chang'e5 Change5 change-5",
    "Chang e 5": "Chang'e-5",
    "CZ-5B": "cz5b CZ-5B cz-5b cz5*",
    "U.S.": "US U.S.",
    "built": "build builds",
    "travaux spatiaux": "travail spatiale",
    "ils signent": "signer signé",
    "людей": "человек",
    "разработок": "разработка",
    "запущен": "запустить запущена",
}


def test_a_number_a_compound_and_a_form_are_found_however_written(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ids = {}
        for text in NUMBERS_AND_HYPHENS:
            language = "fr" if text.startswith(("travaux", "ils")) else "en"
            ids[text] = an_article(session, ArticleDraft(title="T", text=text, language=language)).id
            index_article(session, ids[text])
    with sessions() as session:
        for text, lines in NUMBERS_AND_HYPHENS.items():
            for line in re.findall('"[^"]+"|[^ ]+', lines):
                hits = {hit.article_id: hit for hit in search(session, parse_query(line)).hits}
                assert ids[text] in hits, (text, line)
                assert any(part.is_hit for part in hits[ids[text]].snippet), (text, line)


@pytest.mark.parametrize(
    ("one", "other"),
    [("嫦娥五號月球樣品", "嫦娥五号月球样品"), ("衛星導航", "卫星导航"), ("裡面 後來", "里面 后来"), ("著陸", "着陆")],
)
def test_traditional_and_simplified_characters_are_one(one: str, other: str) -> None:
    terms = [[token.term for token in tokens_of(text, "zh")] for text in (one, other)]
    assert terms[0] == terms[1]
    assert [token.start for token in tokens_of(one, "zh")] == [token.start for token in tokens_of(other, "zh")]
