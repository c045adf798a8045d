"""Saved searches held against an article find what each would find by itself, whatever is asked."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.saved_queries import SavedQueries, subjects_of
from models.saved_search import SavedSearch
from models.search import QueryProblem, index_article, matching_ids, parse_query
from models.tables import Account, Actor, Article, Topic, VersionActor
from models.vocabulary import DocType, Relevance, Role
from tests.builders import ArticleDraft, a_story, an_article
from tests.conftest import NOW

WORDS = {
    "en": "lunar moon station agency agencies agree agreement explore exploration Chang'e-5 U.K. data the of",
    "fr": "l'agence accord coopération lunaires été signé cœur du spatiale traité station",
    "ru": "соглашение о лунной станции подписали Роскосмос её космос спутники",
    "zh": "月球 嫦娥五号 合作 中国 空间站 协议 卫星",
}
TOPICS = ("launch", "lunar-exploration", "diplomacy")
COUNTRIES = ("CN", "GB", "RU")
FILTERS = (
    "topic:launch",
    "topic:launch,diplomacy",
    "topic:launch+diplomacy",
    "topic:old-launch",
    "country:CN",
    "country:GB+CN,RU",
    "actor:cnsa",
    "source:aa_news",
    "lang:fr,ru",
    "type:report",
    "relevance:core",
    "after:2022-03-05",
    "before:2022-03-08",
    "copies:yes",
    "story:STORY",
    "-topic:launch+diplomacy",
    "-topic:old-launch",
    "-country:CN",
    "-lang:fr",
    "-source:aa_news",
    "-story:STORY",
    "-relevance:core",
)


def _text(chance: random.Random, language: str, length: int) -> str:
    return ("" if language == "zh" else " ").join(chance.choices(WORDS[language].split(), k=length))


def _articles(session: Session, chance: random.Random, count: int) -> str:
    story = a_story(session)
    made: list[Article] = []
    for _ in range(count):
        language = chance.choice(sorted(WORDS))
        draft = ArticleDraft(
            title=_text(chance, language, 3),
            text=_text(chance, language, chance.randint(3, 25)),
            language=language,
            source=chance.choice(("aa_news", "bb_news")),
            published=chance.choice((None, "2022-03", "2022-03-04", "2022-03-09")),
            relevance=chance.choice(list(Relevance)),
            topics=tuple(chance.sample(TOPICS, chance.randint(0, 2))),
            countries=tuple(chance.sample(COUNTRIES, chance.randint(0, 2))),
            doc_type=chance.choice((DocType.NEWS, DocType.REPORT)),
            story=story if chance.random() < 0.3 else None,
            is_copy_of=chance.choice(made) if made and chance.random() < 0.2 else None,
        )
        article = an_article(session, draft)
        if chance.random() < 0.3:
            assert article.current_version is not None
            article.current_version.actors.append(VersionActor(actor_slug="cnsa", mention_count=1, start=0, end=1))
            session.flush()
        index_article(session, article.id)
        made.append(article)
    return story.key


def _wanted(chance: random.Random) -> str:
    words = WORDS[chance.choice(sorted(WORDS))].split()
    word = chance.choice(words)
    kind = chance.random()
    if kind < 0.2:
        return f'"{word} {chance.choice(words)}"'
    if kind < 0.4:
        if kind < 0.25:
            return f"{word} NEAR/{chance.randint(0, 4)} {chance.choice(words)}"
        if kind < 0.3:
            return f"title:{word}"
        return f"{word[:5]}*" if len(word) > 5 else word
    return f"-{word}" if kind < 0.5 else word


def _line(chance: random.Random, story_key: str) -> str:
    parts = [_wanted(chance) for _ in range(chance.randint(0, 3))]
    if len(parts) > 1 and not any(part.startswith("-") for part in parts[:2]) and chance.random() < 0.4:
        parts.insert(1, "OR")
    parts += chance.sample(FILTERS, chance.choice((0, 0, 1, 2)))
    return " ".join(dict.fromkeys(parts)).replace("STORY", story_key) or "sort:newest"


def _is_understood(line: str) -> bool:
    try:
        parse_query(line)
    except QueryProblem:  # such as two sides of NEAR that are one word
        return False
    return True


@pytest.mark.parametrize("seed", [1, 2])
def test_all_searches_at_once_find_what_each_finds_alone(sessions: sessionmaker[Session], seed: int) -> None:
    chance = random.Random(seed)
    with sessions.begin() as session:
        session.add_all(Topic(slug=slug, name=slug, description="") for slug in TOPICS)
        session.flush()
        session.add(Topic(slug="old-launch", name="Old", description="", merged_into="launch", is_active=False))
        session.add(Actor(slug="cnsa", name="CNSA", kind="agency"))
        session.flush()
        story_key = _articles(session, chance, 50)
        account = Account(login="ada", name="Ada", role=Role.READER, created_at=NOW)
        session.add(account)
        session.flush()
        lines = list(filter(_is_understood, (_line(chance, story_key) for _ in range(250))))
        session.add_all(
            SavedSearch(account_id=account.id, name="s", query=line, asked_at=NOW, created_at=NOW) for line in lines
        )
    with sessions() as session:
        saved = SavedQueries()
        ids = session.scalars(sa.select(Article.id)).all()
        found = {
            (article_id, search_id)
            for article_id, answered in saved.answered_by(session, subjects_of(session, ids))
            for search_id in answered
        }
        expected = {
            (article_id, search.id)
            for search in session.scalars(sa.select(SavedSearch))
            for article_id in session.scalars(matching_ids(session, parse_query(search.query)))
        }
        assert not saved.problems
    assert len({search for _, search in expected}) > len(lines) / 3
    assert found == expected
