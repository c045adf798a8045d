"""Which pages were pruned: their fate at the stage extract says by which rule, and when their bytes were deleted.

What is cited is never among them: an article of an issue, a story's evidence, a fact's witness, what people kept,
corrected or withdrew, and what a saved search told of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.article import Article, Version
from models.edition import Issue, LedgerRow
from models.fact import FactWitness
from models.fate import Fate
from models.knowledge import Correction
from models.notebook import CollectionItem, Note, Star
from models.saved_search import SearchHit
from models.source import Page
from models.story import Evidence
from models.takedown import Takedown
from models.vocabulary import IssueState, LedgerFate, Stage

PRUNED = "pruned: "
KEY = re.compile(r"\b[0-9a-f]{12}\b")
BY_KEY = (Star, Note, CollectionItem, Correction, Takedown, SearchHit)
CITING = (
    "issue",
    "star",
    "note",
    "collection_item",
    "correction",
    "takedown",
    "saved_search_hit",
    "ledger",
    "evidence",
    "fact_witness",
)


def is_pruned() -> sa.Exists:
    """Say of a page that its bytes were given up by a policy; asks for one fate by its key, not for those of all."""
    return (
        sa.exists()
        .where(Fate.stage == Stage.EXTRACT, Fate.item_id == Page.id, Fate.reason.startswith(PRUNED))
        .correlate(Page)
    )


def hold_citations(session: Session) -> None:
    """Let nobody cite anything until this transaction ends; SQLite's first write holds everything."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.update(Fate).where(Fate.item_id == -1).values(attempt_count=0))
    else:
        session.execute(sa.text(f"LOCK TABLE {', '.join(CITING)} IN SHARE MODE"))


def is_cited(keys_of_issues: Collection[str]) -> sa.ColumnElement[bool]:
    """Say of an article that it is cited, or folded with one that is; `keys_of_issues` are those that issues name."""
    shown = sa.select(LedgerRow.article_id).where(LedgerRow.fate != LedgerFate.LEFT_OUT)
    witnesses = (sa.select(one.version_id) for one in (Evidence, FactWitness))
    by_version = sa.select(Version.article_id).where(Version.id.in_(sa.union(*witnesses)))
    by_key = sa.union(*(sa.select(one.article_key) for one in BY_KEY))
    named = Article.key.in_(by_key) | Article.key.in_(keys_of_issues)
    cited = sa.union(shown, by_version, sa.select(Article.id).where(named)).subquery()
    ids = sa.select(cited.c[0])
    copy = aliased(Article)
    leads = sa.select(copy.copy_of_id).where(copy.id.in_(ids), copy.copy_of_id.is_not(None))
    # An article that is nobody's copy is not unknown to be cited: it is not.
    return Article.id.in_(ids) | Article.id.in_(leads) | sa.func.coalesce(Article.copy_of_id, 0).in_(ids)


def keys_in_issues(session: Session, *, after: int = 0) -> frozenset[str]:
    """Read the keys that issues name, as composed and as editors had them: those of later ids than `after`, or held."""
    chosen = (Issue.id > after) | (Issue.state == IssueState.HELD)
    contents = session.execute(sa.select(Issue.content, Issue.composed_content).where(chosen))
    return frozenset(key for row in contents for content in row for key in KEY.findall(json.dumps(content)))


def newest_issue(session: Session) -> int:
    """Give the id of the newest issue; 0 where there is none."""
    return session.scalar(sa.select(sa.func.max(Issue.id))) or 0
