"""Articles drawn by lot, and changes of all that a search index holds of them: its tests make sure that it follows."""

from __future__ import annotations

import random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version, VersionCountry
from models.search import index_article, unindex_article
from models.takedown import Takedown
from models.vocabulary import DocType, Relevance
from tests.builders import ArticleDraft, a_story, a_version, an_article
from tests.conftest import NOW

WORDS = {
    "en": "lunar station crew agencies signed cooperation agreement Chang'e-5 U.S. orbiter change moon launches 2021",
    "fr": "l'accord lunaire station coopération spatiale signée Chang’e-5 lanceurs européens",
    "ru": "космос лунная станция сотрудничество соглашение подписано экипаж орбита",
    "zh": "嫦娥五号 月球 探测 合作 航天 国际 协定 签署 空间站",
}


def a_drawn_draft(lot: random.Random) -> ArticleDraft:
    """Draw an article of words that other ones have too."""
    language = lot.choice(list(WORDS))
    words = WORDS[language].split()
    return ArticleDraft(
        title=" ".join(lot.choices(words, k=4)),
        text="\n\n".join(" ".join(lot.choices(words, k=lot.randint(3, 30))) for _ in range(2)),
        language=language,
        source=lot.choice(("one", "two", "three")),
        published=lot.choice((None, "2020", "2021-03", "2021-03-09", "2022-01-01")),
        topics=tuple(lot.sample(("lunar-exploration", "launch", "law-policy"), lot.randint(0, 2))),
        countries=tuple(lot.sample(("CN", "RU", "GB"), lot.randint(0, 2))),
        relevance=lot.choice(list(Relevance)),
        doc_type=lot.choice((DocType.NEWS, DocType.REPORT)),
    )


def change_somehow(session: Session, article: Article, lot: random.Random) -> None:
    """Change what an index holds of an article, in one of many ways, or add one."""
    lot.choice((_change_article, _change_version))(session, article, lot)


def _change_article(session: Session, article: Article, lot: random.Random) -> None:
    match lot.randrange(7):
        case 0:
            index_article(session, article.id)
        case 1:
            unindex_article(session, article.id)
        case 2:
            columns = {"article_key": article.key, "url": article.url, "reason": "asked", "made_by": "me"}
            session.merge(Takedown(id=article.id, made_at=NOW, **columns))
        case 3:
            article.story_id = a_story(session, f"Story {article.id}").id
        case 4:
            article.copy_of_id = 1
        case 5:
            article.current_version_id = None
        case _:
            index_article(session, an_article(session, a_drawn_draft(lot)).id)


def _change_version(session: Session, article: Article, lot: random.Random) -> None:
    version_id = article.current_version_id
    match lot.randrange(5):
        case 0:
            session.execute(sa.update(Version).where(Version.id == version_id).values(relevance="off"))
        case 1:
            session.execute(sa.update(Version).where(Version.id == version_id).values(published_first_on=NOW.date()))
        case 2:
            session.execute(sa.delete(TopicAssignment).where(TopicAssignment.version_id == version_id))
        case 3 if version_id is not None:
            session.merge(VersionCountry(version_id=version_id, country="JP", rank=9))
        case _:
            a_version(session, article, a_drawn_draft(lot))
