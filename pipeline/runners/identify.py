"""Runs identification: the version's language, and which articles are copies of which."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload, sessionmaker

from models.article import Article, CopyBand, Version, other_copies_of
from models.fate import Outcome, await_stage
from models.vocabulary import Stage
from perilune.languages import language_of
from pipeline.runners.places import current_versions_of, leave_copies, leave_story, let_best_lead
from pipeline.runners.runner import done, skipped
from pipeline.stories.duplicates import is_copy
from pipeline.stories.parts import first_page_of, later_pages_of
from pipeline.stories.signatures import signature_of
from pipeline.stories.tokens import words_of

MAX_CANDIDATES = 200
# Shorter titles, such as "News", name no article.
MIN_TITLE_WORDS = 3
# A cookie wall has the same bands on a hundred thousand pages: of each band so many articles are read, no more.
MAX_SHARING_A_BAND = 200


class IdentifyRunner:
    """Finds copies by shared MinHash bands, then by the precise check; the best copy leads."""

    stage = Stage.IDENTIFY
    version = "4"
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
        copies += [part for part in _parts(session, article) if part not in copies]
        session.execute(sa.delete(CopyBand).where(CopyBand.article_id == article.id))
        session.add_all(CopyBand(article_id=article.id, band=band) for band in bands)
        _settle(session, article, copies, now=now)
        await_stage(session, Stage.EMBED, [version.id], due_at=now)
        return done()


_SHARING = (
    sa.select(CopyBand.article_id).where(CopyBand.band == sa.bindparam("band")).limit(sa.literal(MAX_SHARING_A_BAND))
)


def _candidates(session: Session, article: Article, bands: Sequence[int]) -> list[Article]:
    """Read the articles that share bands with this one, those that share most first; one index look-up a band."""
    # One statement for all bands would have to be put together anew each time, which takes longer than to ask.
    connection = session.connection()
    shared = Counter(one for band in bands for one in connection.scalars(_SHARING, {"band": band}))
    shared.pop(article.id, None)
    most = sorted(shared, key=lambda one: (-shared[one], one))[:MAX_CANDIDATES]
    found = session.scalars(
        sa.select(Article).where(Article.id.in_(most)).options(selectinload(Article.current_version))
    )
    return sorted(found, key=lambda one: (-shared[one.id], one.key))


def _parts(session: Session, article: Article) -> list[Article]:
    """Read the other pages of an article that its site spreads over several: its first page, or those that follow."""
    first, _ = first_page_of(article.url)
    version = article.current_version
    if version is None or article.is_standing or len(words_of(version.title)) < MIN_TITLE_WORDS:
        return []
    near = session.scalars(
        sa.select(Article)
        .where(Article.url.in_(first or later_pages_of(article.url)), Article.source_id == article.source_id)
        .order_by(Article.key)
    )
    mine = words_of(version.title)
    return [one for one in near if one.current_version and words_of(one.current_version.title) == mine]


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
