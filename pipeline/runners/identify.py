"""Runs identification: the version's language, and which articles are copies of which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, CopyBand, Version, other_copies_of
from models.fate import Outcome, await_stage
from models.vocabulary import Stage
from perilune.languages import language_of
from pipeline.runners.places import current_versions_of, leave_copies, leave_story, let_best_lead
from pipeline.runners.runner import done, skipped
from pipeline.stories.duplicates import is_copy, signature_of

MAX_CANDIDATES = 200


class IdentifyRunner:
    """Finds copies by shared MinHash bands, then by the precise check; the best copy leads."""

    stage = Stage.IDENTIFY
    version = "2"
    batch_size = 500

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, None]]:
        """Yield the items; copies are judged one after the other, each against those stored before."""
        del sessions
        return ((item_id, None) for item_id in item_ids)

    def store(self, session: Session, item_id: int, result: None, *, now: dt.datetime) -> Outcome:
        """Record language and copies of one version."""
        del result
        version = session.get_one(Version, item_id)
        article = version.article
        if article.current_version_id != version.id:
            return skipped("a newer version is there")
        version.language = version.language or language_of(f"{version.title}\n{version.text}")
        bands = sorted(set(signature_of(version.text).bands))
        copies = [other for other in _candidates(session, article, bands) if _is_copy(article, other)]
        session.execute(sa.delete(CopyBand).where(CopyBand.article_id == article.id))
        session.add_all(CopyBand(article_id=article.id, band=band) for band in bands)
        _settle(session, article, copies, now=now)
        await_stage(session, Stage.EMBED, [version.id], due_at=now)
        return done()


def _candidates(session: Session, article: Article, bands: Sequence[int]) -> list[Article]:
    sharing = sa.select(CopyBand.article_id).where(CopyBand.band.in_(bands)).distinct()
    return list(
        session.scalars(
            sa.select(Article)
            .where(Article.id.in_(sharing), Article.id != article.id)
            .order_by(Article.key)
            .limit(MAX_CANDIDATES)
        )
    )


def _is_copy(one: Article, other: Article) -> bool:
    a, b = one.current_version, other.current_version
    return a is not None and b is not None and is_copy(a.title, a.text, b.title, b.text)


def _settle(session: Session, article: Article, copies: Sequence[Article], *, now: dt.datetime) -> None:
    """Let the best of an article and its copies lead; one whose text is another's now leaves those it was with."""
    others = other_copies_of(session, article)
    strangers = [other for other in others if other not in copies]
    if others and len(strangers) == len(others):
        leave_copies(session, article, now=now)
        leave_story(session, article, now=now)
    elif article.copy_of_id is None:
        await_stage(session, Stage.IDENTIFY, current_versions_of(strangers), due_at=now)
    heads = {copy.copy_of_id or copy.id for copy in copies} | {article.copy_of_id or article.id}
    is_member = Article.id.in_(heads) | Article.copy_of_id.in_(heads)
    let_best_lead(session, session.scalars(sa.select(Article).where(is_member)).all(), now=now)
