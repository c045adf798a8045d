"""What becomes of an article after it was first seen: edits, vanishing, returning; written by crawler and pipeline."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, ArticleEvent, Version
from models.source import Link, Page
from models.takedown import Takedown, withdrawn_keys
from models.vocabulary import HistoryKind

A_DAY_APART = dt.timedelta(hours=20)
PRESENCE = (HistoryKind.VANISHED, HistoryKind.RETURNED)


def note_event(
    session: Session, article_id: int, kind: HistoryKind, *, at: dt.datetime, version_id: int | None = None
) -> None:
    """Record what happened to an article; the same thing twice is one event."""
    known = sa.select(ArticleEvent.id).where(
        ArticleEvent.article_id == article_id, ArticleEvent.kind == kind, ArticleEvent.at == at
    )
    if session.scalar(known) is None:
        session.add(ArticleEvent(article_id=article_id, kind=kind, at=at, version_id=version_id))


def note_gone(session: Session, link: Link, *, now: dt.datetime) -> bool:
    """Note that a link whose page we have answers that there is none; tells whether its articles have vanished.

    One such answer may be a mishap: they have when it comes again a day later.
    """
    link.gone_at = link.gone_at or now
    if now - link.gone_at < A_DAY_APART:
        return False
    for article_id in _articles_at(session, link):
        if _last_presence(session, article_id) is not HistoryKind.VANISHED:
            note_event(session, article_id, HistoryKind.VANISHED, at=now)
    return True


def note_present(session: Session, link: Link, *, now: dt.datetime) -> None:
    """Note that a link answers with a page; articles that had vanished have returned."""
    if link.gone_at is None:
        return
    link.gone_at = None
    for article_id in _articles_at(session, link):
        if _last_presence(session, article_id) is HistoryKind.VANISHED:
            note_event(session, article_id, HistoryKind.RETURNED, at=now)


def events_of(session: Session, article: Article) -> list[ArticleEvent]:
    """Read an article's history, the latest first."""
    events = sa.select(ArticleEvent).where(ArticleEvent.article_id == article.id)
    return list(session.scalars(events.order_by(ArticleEvent.at.desc(), ArticleEvent.id.desc())))


def has_vanished(session: Session, article: Article) -> bool:
    """Tell whether an article's address answers no more."""
    return _last_presence(session, article.id) is HistoryKind.VANISHED


def leads_to_withdrawn() -> sa.ColumnElement[bool]:
    """Tell in a query of links whether each leads to an article that an administrator withdrew."""
    addresses = sa.select(Takedown.url).where(Takedown.lifted_at.is_(None))
    shown = sa.select(Version.id).join(Page, Page.id == Version.page_id).join(Article, Article.id == Version.article_id)
    is_shown = shown.where(Page.link_id == Link.id, Article.key.in_(withdrawn_keys())).exists()
    return is_shown | Link.url.in_(addresses)


def _articles_at(session: Session, link: Link) -> list[int]:
    current = sa.select(Article.id).join(Version, Version.id == Article.current_version_id)
    return list(session.scalars(current.join(Page, Page.id == Version.page_id).where(Page.link_id == link.id)))


def _last_presence(session: Session, article_id: int) -> HistoryKind | None:
    last = sa.select(ArticleEvent.kind).where(ArticleEvent.article_id == article_id, ArticleEvent.kind.in_(PRESENCE))
    kind = session.scalar(last.order_by(ArticleEvent.at.desc(), ArticleEvent.id.desc()).limit(1))
    return None if kind is None else HistoryKind(kind)
