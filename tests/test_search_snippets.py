"""Snippets: what is cut around likely places alone is what cutting every text into words would show."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from models.search.candidates import flat
from models.search.chinese import simplified
from models.search.hits import hit_spans
from models.search.inflections import FORMS_BY_WORD
from models.search.patterns import Alternatives, clauses_of
from models.search.problem import QueryProblem
from models.search.query import parse_query
from models.search.snippets import PassageText, snippet_of
from models.search.terms import folded, tokens_of

WORDS = {
    "en": "lunar stations U.S. U.S Chang'e-5 Change5 e-mail 1,000 1000 1 000 2,021 2021 km² ½ №5 … GPS卫星 moo\xadn "
    "moon's flies fly die dying skies sky don’t under_score ＧＰＳ café cafe\u0301 ÉTAT İstanbul STRASSE straße agency "
    "agencies held hold",
    "fr": "l'accord l’Étoile coopération cœur œuvre signe signent qu'elle aujourd’hui 10\u202f000 journaux journal ÇA",
    "ru": "космос ёлка елка ЛУННАЯ станции сто́ит й и\u0306 Чанъэ-5 тöт schön людей человек МКС разработок",
    "zh": "嫦娥五号 國際合作 国际合作项目 月 球 月球，探测 中国МКС 2021年 1,000公里 ｶﾞﾝﾀﾞﾑ ガンダム か\u3099 探测 际合作",
}
ALPHABET = sorted({sign for words in WORDS.values() for sign in words})


def _plain(passages: Sequence[PassageText], clauses: Sequence[Alternatives], language: str) -> list[str]:
    """Name the hits of the best passage, found by cutting all of each."""
    best: list[str] = []
    most = (0, 0)
    for passage in passages:
        hits = hit_spans(tokens_of(passage.text, language), clauses)
        merit = (len({hit.clause for hit in hits}), len(hits))
        if merit > most:
            best, most = [passage.text[hit.start : hit.end] for hit in hits], merit
    return best


def _line(lot: random.Random, words: list[str]) -> str:
    one, other, third = (lot.choice(words) for _ in range(3))
    return lot.choice(
        (
            f'"{one}"',
            f'"{one}" "{other}"',
            f'"{one} {other}"',
            f'"{one}" OR "{other}" "{third}"',
            f'"{one[: lot.randint(1, 9)]}" NEAR/2 "{other}"',
            f"{one[:4]}* title:{other}",
            f'"{"".join(lot.choices(ALPHABET, k=3))}" "{one[1:4]}"',
        )
    )


@pytest.mark.parametrize("language", WORDS)
def test_snippets_are_those_of_cutting_everything(language: str) -> None:
    lot = random.Random(language)
    words = WORDS[language].split(" ") + lot.choices(" ".join(WORDS.values()).split(), k=6)
    for _ in range(150):
        passages = []
        for _ in range(3):
            text = lot.choice((" ", " ", "", ", ", "-")).join(lot.choices(words, k=lot.randint(1, 9)))
            passages.append(PassageText(text.replace("e", lot.choice("eé")), None))
        try:
            clauses = clauses_of(parse_query(_line(lot, words)).expression)
        except QueryProblem:
            continue
        snippet = snippet_of(passages, clauses, language)
        expected = _plain(passages, clauses, language)
        apart = not expected and any(part.is_hit for part in snippet.parts)
        assert apart or [part.text for part in snippet.parts if part.is_hit] == expected, (clauses, passages)


def test_a_text_is_folded_sign_by_sign_as_it_is_whole() -> None:
    for word in " ".join(WORDS.values()).split():
        if word.isalpha():
            assert simplified(folded(word)) in flat(word).text.split("\n")
    for forms in FORMS_BY_WORD.values():
        for word in (word for pair in forms.items() for word in " ".join(pair).split()):
            assert flat(word).text == folded(word)
