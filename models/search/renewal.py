"""Making the search index anew after an upgrade that cuts words otherwise; apart since it commits as it goes.

An article that comes in meanwhile is indexed by the new rules anyway. A kill costs at most one batch, and two processes
at once do the same work twice.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger

from models.article import Article
from models.base import insert_into
from models.index_rules import IndexRules
from models.search.index import index_article
from models.search.terms import RULES

RENEWED_AT_ONCE = 200
log = get_logger()


def index_is_outdated(session: Session) -> bool:
    """Tell whether articles are still to be indexed by today's rules."""
    state = session.get(IndexRules, RULES)
    return state is None or state.through_id is not None


def renew_index(sessions: sessionmaker[Session]) -> int:
    """Index every article anew that was indexed by other rules, and return how many there were."""
    with sessions.begin() as session:
        state = _state(session)
        place = state.through_id
        if place is None:
            return 0
    count = 0
    while ids := _renew_batch(sessions, place):
        place = ids[-1]
        count += len(ids)
    if count:
        log.info("the search index was made anew, since words are cut otherwise now", articles=count)
    return count


def _state(session: Session) -> IndexRules:
    """Read the row of today's rules; where it is missing, every article is still to be indexed by them."""
    state = session.get(IndexRules, RULES)
    if state is None:
        session.execute(sa.delete(IndexRules).where(IndexRules.rules != RULES))
        # Another process may be writing it at this moment.
        row = insert_into(session, IndexRules).values(rules=RULES, through_id=0)
        session.execute(row.on_conflict_do_nothing())
        state = session.get_one(IndexRules, RULES)
    return state


def _renew_batch(sessions: sessionmaker[Session], place: int) -> list[int]:
    following = sa.select(Article.id).where(Article.id > place, Article.current_version_id.is_not(None))
    with sessions.begin() as session:
        state = _state(session)
        ids = list(session.scalars(following.order_by(Article.id).limit(RENEWED_AT_ONCE)))
        for article_id in ids:
            index_article(session, article_id)
        state.through_id = ids[-1] if ids else None
    return ids
