"""Which pages were pruned: their fate at the stage extract says by which rule, and when their bytes were deleted.

What is cited is never among them: an article of an issue, a story's evidence, a fact's witness, what people kept,
corrected or withdrew, and what a saved search told of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

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


def is_pruned(page_id: InstrumentedAttribute[int] = Page.id) -> sa.Exists:
    """Say of a page that its bytes were given up by a policy; asks for one fate by its key, not for those of all."""
    return (
        sa.exists()
        .where(Fate.stage == Stage.EXTRACT, Fate.item_id == page_id, Fate.reason.startswith(PRUNED))
        .correlate_except(Fate)
    )


def hold_citations(session: Session) -> None:
    """Let nobody cite anything until this transaction ends; SQLite's first write holds everything."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.update(Fate).where(Fate.item_id == -1).values(attempt_count=0))
    else:
        session.execute(sa.text(f"LOCK TABLE {', '.join(CITING)} IN SHARE MODE"))


@dataclass(frozen=True)
class Named:
    """The keys that issues and corrections name, and how far these were read."""

    keys: frozenset[str] = frozenset()
    issue_id: int = 0
    correction_id: int = 0


def keys_named(session: Session, since: Named = Named()) -> Named:
    """Read the keys in issues, as composed and as editors had them, and in what corrections say; further to `since`.

    What is held at a desk may change and is read each time. Whoever goes on from here holds citations while reading.
    """
    chosen = (Issue.id > since.issue_id) | (Issue.state == IssueState.HELD)
    contents = session.execute(sa.select(Issue.content, Issue.composed_content).where(chosen))
    values = session.scalars(sa.select(Correction.value).where(Correction.id > since.correction_id))
    written = [json.dumps(content) for row in contents for content in row] + [json.dumps(value) for value in values]
    return Named(
        since.keys.union(*map(KEY.findall, written)),
        session.scalar(sa.select(sa.func.max(Issue.id))) or 0,
        session.scalar(sa.select(sa.func.max(Correction.id))) or 0,
    )


def is_cited(session: Session, named: Named) -> sa.ColumnElement[bool]:
    """Say of an article that it is cited, that one which was cited moved into it, or that one of its copies is."""
    shown = sa.select(LedgerRow.article_id).where(LedgerRow.fate != LedgerFate.LEFT_OUT)
    witnesses = (sa.select(one.version_id) for one in (Evidence, FactWitness))
    by_version = sa.select(Version.article_id).where(Version.id.in_(sa.union(*witnesses)))
    by_key = sa.union(*(sa.select(one.article_key) for one in BY_KEY), _as_rows(session, named.keys))
    one, other, copy = aliased(Article), aliased(Article), aliased(Article)
    first = sa.union(shown, by_version, sa.select(one.id).where(one.key.in_(by_key))).subquery()
    cited = sa.select(first.c[0].label("id")).cte("cited", recursive=True)
    moved = sa.select(other.moved_to_id).join(cited, other.id == cited.c.id).where(other.moved_to_id.is_not(None))
    cited = cited.union(moved)
    heads = sa.select(sa.func.coalesce(copy.copy_of_id, copy.id)).join(cited, copy.id == cited.c.id)
    return sa.func.coalesce(Article.copy_of_id, Article.id).in_(heads)


def _as_rows(session: Session, keys: Collection[str]) -> sa.Select[str]:
    """Select keys as rows, from one value: of very many values a statement takes no more."""
    text = sa.literal(json.dumps(sorted(keys)), sa.Text)
    if session.get_bind().dialect.name == "sqlite":
        rows = sa.func.json_each(text)
    else:
        rows = sa.func.json_array_elements_text(sa.cast(text, sa.JSON))
    return sa.select(rows.table_valued("value", name="named_key").c.value)
