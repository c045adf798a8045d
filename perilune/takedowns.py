"""Taking articles down and putting them back, by an administrator's word; pages and everything else are kept.

What goes is the article's place: search, stories, facts and summaries are settled as where a page is refused. Its key
leaves a tombstone, and no rebuilding brings it back before the takedown is lifted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.alerts import recall_alerts
from models.article import Article, Version, find_article, other_copies_of
from models.corrections import hold_articles
from models.fate import ask_no_more, await_stage
from models.knowledge import Topic
from models.source import Link, Page
from models.story import Story
from models.takedown import Takedown, takedown_of, takedowns_of
from models.vocabulary import Stage
from perilune.archive import Archive
from perilune.correcting.said import name_of_person
from perilune.correcting.transaction import in_one_go
from perilune.problems import Problem
from perilune.topics import example_of
from pipeline.runners.places import drop_sentences_of_others, show_latest_version

MAX_REASON_CHARS = 500
WITHDRAWN = "withdrawn by an administrator"


def withdraw(archive: Archive, named: str, reason: str, *, by: str, now: dt.datetime) -> str:
    """Take down the article that a key or an address names, and say what was done; twice is once."""
    person, why = name_of_person(by), " ".join(reason.split())
    if not why:
        raise Problem("say why it is withdrawn; its tombstone shows the reason.")
    if len(why) > MAX_REASON_CHARS:
        raise Problem(f"the reason has {len(why)} characters; at most {MAX_REASON_CHARS} can be.")

    def work(session: Session) -> str:
        article = _named(session, named)
        hold_articles(session, [article])
        if takedown_of(session, article.key) is not None:
            return f"Article {article.key} is withdrawn already."
        copies = [each.key for each in other_copies_of(session, article)]
        session.add(Takedown(article_key=article.key, url=article.url, reason=why, made_by=person, made_at=now))
        session.flush()
        story_id = article.story_id
        show_latest_version(session, article, now=now)
        if story_id is not None and session.get(Story, story_id) is not None:
            drop_sentences_of_others(session, [story_id])
        ask_no_more(session, _links_of(article), WITHDRAWN)
        _forget_examples(session, article)
        recall_alerts(session, article.key)
        return f"Article {article.key} is withdrawn.{_remark_on(copies)}"

    return in_one_go(archive, work)


def restore(archive: Archive, named: str, *, by: str, now: dt.datetime) -> str:
    """Lift the takedown of an article: it is read anew with the next `perilune process`, and fetched again."""
    person = name_of_person(by)

    def work(session: Session) -> str:
        article = _named(session, named)
        hold_articles(session, [article])
        takedown = takedown_of(session, article.key)
        if takedown is None:
            raise Problem(f"article {article.key} is not withdrawn.")
        takedown.lifted_by, takedown.lifted_at = person, now
        session.flush()
        show_latest_version(session, article, now=now)
        await_stage(session, Stage.FETCH, session.scalars(_links_of(article)).all(), due_at=now)
        return f"Article {article.key} is back; the next `perilune process` finds its place."

    return in_one_go(archive, work)


def rows_of_takedowns(session: Session, *, with_lifted: bool) -> list[dict[str, object]]:
    """Read what is withdrawn, the newest first, as rows to print."""
    return [
        {
            "article": each.article_key,
            "address": each.url,
            "reason": each.reason,
            "withdrawn": each.made_at,
            "by": each.made_by,
            "restored": each.lifted_at,
        }
        for each in takedowns_of(session, with_lifted=with_lifted)
    ]


def _named(session: Session, named: str) -> Article:
    """Find an article by its key, its address, or the address of its page here."""
    line = named.strip()
    article = find_article(session, urlsplit(line).path.rstrip("/").rpartition("/")[2][:12])
    article = article or session.scalar(sa.select(Article).where(Article.url == line))
    if article is None or not article.versions:
        raise Problem(f"there is no article {named!r}; `perilune search` prints the keys.")
    return article


def _links_of(article: Article) -> sa.Select[int]:
    shown = sa.select(Page.link_id).join(Version, Version.page_id == Page.id).where(Version.article_id == article.id)
    return sa.select(Link.id).where(Link.id.in_(shown)).order_by(Link.id)


def _forget_examples(session: Session, article: Article) -> None:
    """Take its words out of the examples of topics, where somebody gave it as one."""
    its = {example_of(version) for version in article.versions}
    for topic in session.scalars(sa.select(Topic)):
        if not its.isdisjoint(topic.examples):
            topic.examples = [text for text in topic.examples if text not in its]


def _remark_on(copies: Sequence[str]) -> str:
    if not copies:
        return ""
    return f" The same text still stands as {', '.join(copies)}; withdraw those too if it is the text that must go."
