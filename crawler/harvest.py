"""What the pipeline made of the pages of a visit: a query, apart because it alone looks at articles."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from crawler.health.observations import ArticlesSeen
from models.article import Article, Version
from models.fate import Fate
from models.source import CrawlRun, Page
from models.vocabulary import FateState, Stage

UNSETTLED = (FateState.WAITING, FateState.CLAIMED)
NO_CHANGE = "no change in the text"
COMPARED_ARTICLES = 100


def articles_seen(session: Session, run: CrawlRun) -> ArticlesSeen | None:
    """Count what became of a run's pages; None while the pipeline has not come to all of them."""
    fates = session.execute(
        sa.select(Fate.state, Fate.reason, Fate.due_at)
        .join(Page, (Page.id == Fate.item_id) & (Fate.stage == Stage.EXTRACT))
        .where(Page.crawl_run_id == run.id)
    ).all()
    if any(state in UNSETTLED or due_at is not None for state, _, due_at in fates):
        return None
    is_read = (Page.crawl_run_id == run.id) & Version.withdrawn.is_(None)
    versions = session.scalars(sa.select(Version).join(Page, Version.page_id == Page.id).where(is_read)).all()
    return ArticlesSeen(
        article_count=len(versions),
        refused_count=sum(state != FateState.DONE and reason != NO_CHANGE for state, reason, _ in fates),
        median_chars=round(statistics.median(len(version.text) for version in versions)) if versions else 0,
        dated_count=sum(version.published is not None for version in versions),
        redated_count=_redated_count(session, versions),
        repeated_count=_repeated_count(session, run, versions),
    )


def _redated_count(session: Session, versions: Sequence[Version]) -> int:
    """Count the versions that state another publication date than the version before."""
    before = aliased(Version)
    changed = (
        sa.select(sa.func.count())
        .select_from(Version)
        .join(before, (before.article_id == Version.article_id) & (before.number == Version.number - 1))
        .where(Version.id.in_([version.id for version in versions if version.number > 1]))
        .where(Version.published_first_on != before.published_first_on)
    )
    return session.scalar(changed) or 0


def _repeated_count(session: Session, run: CrawlRun, versions: Sequence[Version]) -> int:
    """Count the texts that an earlier one of the source's latest articles has word for word."""
    if not versions:
        return 0
    latest = session.execute(
        sa.select(Version.id, Version.article_id, Version.text)
        .join(Article, Version.article_id == Article.id)
        .where(Article.source_id == run.source_id, Version.id <= max(version.id for version in versions))
        .order_by(Version.id.desc())
        .limit(COMPARED_ARTICLES)
    ).all()
    return sum(
        any(
            text == version.text and version_id < version.id and article_id != version.article_id
            for version_id, article_id, text in latest
        )
        for version in versions
    )
