"""Questions as analysts type them, made of words of an archive's own articles: 200 of ten kinds, the same each run."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.search import Query, parse_query

COUNT, ARTICLES_READ = 200, 400
WORD, CHINESE = re.compile(r"[^\W\d_]{4,}"), re.compile("[\u4e00-\u9fff]{4,}")
TOPICS = ("topic:{0}", "country:CN", "lang:{1}", "after:2015", "type:news", "relevance:core,space", "country:US+CN")


@dataclass(frozen=True)
class Question:
    """A query, and its free words alone, which is all that plain engines are asked."""

    query: Query
    words: tuple[str, ...]
    """What must all be there: words, or phrases of several words."""


def questions_of(session: Session, topics: Sequence[str]) -> list[Question]:
    """Make the questions from articles all over the archive."""
    lot = random.Random(60)
    newest = session.scalar(sa.select(sa.func.max(Article.id))) or 0
    ids = lot.sample(range(1, newest + 1), min(ARTICLES_READ, newest))
    texts = session.execute(
        sa.select(Version.text, Version.language)
        .join(Article, Article.current_version_id == Version.id)
        .where(Article.id.in_(ids))
        .order_by(Version.id)
    ).all()
    questions: list[Question] = []
    while len(questions) < COUNT:
        text, language = lot.choice(texts)
        questions.append(_question(lot, len(questions) % 10, text, str(language), lot.choice(topics)))
    return questions


def _question(lot: random.Random, kind: int, text: str, language: str, topic: str) -> Question:
    words = _words(lot, text, language, 3)
    wanted = [f'"{word}"' if " " in word or language == "zh" else word for word in words]
    filters = " ".join(lot.sample(TOPICS, 2)).format(topic, language)
    line, plain = (
        (wanted[0], words[:1]),
        (" ".join(wanted[:2]), words[:2]),
        (" ".join(wanted), words),
        (f"{wanted[0]} {filters}", words[:1]),
        (f'"{_phrase(lot, text, language)}"', [_phrase(random.Random(str(words)), text, language)]),
        (f"{wanted[0]} OR {wanted[1]} {filters}", words[:1]),
        (f"{words[0][:5]}* {wanted[1]}" if language != "zh" else wanted[0], words[1:2]),
        (f"{wanted[0]} -{wanted[1]} after:2018", words[:1]),
        (f"{wanted[0]} sort:newest", words[:1]),
        (filters, words[:1]),
    )[kind]
    return Question(parse_query(line), tuple(plain))


def _words(lot: random.Random, text: str, language: str, count: int) -> list[str]:
    """Draw words of a text, Chinese ones of two characters."""
    if language == "zh":
        runs = CHINESE.findall(text)
        starts = [(run, lot.randrange(len(run) - 1)) for run in lot.choices(runs, k=count)]
        return [run[start : start + 2] for run, start in starts]
    return lot.sample(sorted(set(WORD.findall(text))), count)


def _phrase(lot: random.Random, text: str, language: str) -> str:
    if language == "zh":
        return str(lot.choice(CHINESE.findall(text)))[:4]
    words = re.findall(r"[^\W\d_]+ [^\W\d_]+ [^\W\d_]+", text)
    return str(lot.choice(words))
