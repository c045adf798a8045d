"""Finds the documents that an article reports on, such as a white paper, among those that the archive holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.fact import NamedDocument
from models.search import Query, QueryProblem, matching_ids
from models.search.words import QUOTES
from perilune.titles import plain_title

MAX_LOOKED_AT = 300
MIN_TITLE_CHARS = 4
_QUOTE = re.compile(f"[{QUOTES}]")


def held_documents(session: Session, named: Sequence[NamedDocument], *, besides: Article) -> dict[int, Article]:
    """Find which of an article's named documents the archive holds, by their ordinals; never the article itself.

    A document is held whose address the page links, or whose title is the one named. A title that says more counts
    where it is that of a document of the same type, and not of news about it.
    """
    held: dict[int, Article] = {}
    for each in named:
        found = _linked(session, each, besides) or _titled(session, each, besides)
        if found is not None:
            held[each.ordinal] = found
    return held


def _linked(session: Session, named: NamedDocument, besides: Article) -> Article | None:
    if not named.url:
        return None
    select = sa.select(Article).where(Article.url == named.url, Article.current_version_id.is_not(None))
    return session.scalar(select.where(Article.id != besides.id))


def _titled(session: Session, named: NamedDocument, besides: Article) -> Article | None:
    """Look for the title as a phrase, by the search index, and keep the article whose own title it is."""
    title = plain_title(named.title)
    if len(title) < MIN_TITLE_CHARS:
        return None
    try:
        matching = matching_ids(session, Query(text=f'"{_QUOTE.sub(" ", named.title)}"'))
    except QueryProblem:  # the title has no word that can be searched for
        return None
    select = (
        sa.select(Article, Version.title, Version.doc_type)
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.id.in_(matching), Article.id != besides.id, Article.id.is_distinct_from(besides.copy_of_id))
        .order_by(Version.published_first_on.asc().nulls_last(), Article.key)
        .limit(MAX_LOOKED_AT)
    )
    found = [(article, plain_title(own), kind) for article, own, kind in session.execute(select)]
    exact = (article for article, own, _ in found if own == title)
    longer = (article for article, own, kind in found if title in own and kind == named.doc_type)
    return next(exact, None) or next(longer, None)
