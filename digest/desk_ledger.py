"""Keeps the ledger right while an editor works: what is dropped is left out, what is added is included, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import IssueContent, Item
from digest.desk import DeskProblem, items_of
from models.article import Article, Version, find_article
from models.edition import Issue, IssueEdit, LedgerRow
from models.vocabulary import LedgerFate

Saved = dict[str, object]
"""A ledger row as it was; without a fate where there was none."""
Place = tuple[str, int]
"""An article's key and a version's number."""


@dataclass(frozen=True)
class Change:
    """What one edit made of an issue, and whose it was; one that reverts gives rows back as the machine had them."""

    before: IssueContent
    after: IssueContent
    by: str
    is_reverting: bool = False


def settle(session: Session, issue: Issue, change: Change) -> list[Saved]:
    """Make the ledger say what an edit did, in the caller's transaction; returns the rows as they were.

    DeskProblem where an edit would let two issues print the same for the first time.
    """
    was, now = set(_places(change.before)), set(_places(change.after))
    ids = _ids(session, issue, was ^ now)
    first = _first_saved(session, issue) if change.is_reverting else {}
    saved = []
    for place in sorted(ids):
        article_id, version_id = ids[place]
        is_in = place in now
        row = session.get(LedgerRow, (issue.edition_id, version_id))
        is_of_another = row is not None and row.issue_id != issue.id and row.fate == LedgerFate.INCLUDED
        if row is not None and is_of_another and is_in:
            _refuse_twice(session, issue, row, change)
        saved.append(_saved(article_id, version_id, row))
        if version_id in first:
            if not is_of_another:
                _give_back(session, issue, row, first[version_id])
        else:
            fate = LedgerFate.INCLUDED if is_in else LedgerFate.LEFT_OUT
            reason = f"{'added' if is_in else 'dropped'} by {change.by}"
            _decide(session, issue, row, _Decision(article_id, version_id, fate, reason))
    session.flush()
    return saved


@dataclass(frozen=True)
class _Decision:
    article_id: int
    version_id: int
    fate: LedgerFate
    reason: str


def _decide(session: Session, issue: Issue, row: LedgerRow | None, decision: _Decision) -> None:
    """Write one row; what an earlier issue included stays that issue's."""
    if row is None:
        session.add(LedgerRow(edition_id=issue.edition_id, issue_id=issue.id, **vars(decision)))
    elif row.issue_id == issue.id or row.fate != LedgerFate.INCLUDED:
        row.issue_id, row.fate, row.reason = issue.id, decision.fate, decision.reason


def _refuse_twice(session: Session, issue: Issue, row: LedgerRow, change: Change) -> None:
    """Refuse what another issue has by now; what an earlier one had is added with a word of that."""
    other = session.get_one(Issue, row.issue_id)
    if change.is_reverting or other.number > issue.number:
        titles = (item.title for item in items_of(change.after) if item.article_key == row.article.key)
        title = next(titles, row.article.url)
        raise DeskProblem(f"issue {other.number} has “{title}” by now; drop it there first.")


def _give_back(session: Session, issue: Issue, row: LedgerRow | None, saved: Saved) -> None:
    if "fate" not in saved:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = LedgerRow(edition_id=issue.edition_id, version_id=saved["version_id"], article_id=saved["article_id"])
        session.add(row)
    row.issue_id, row.reason = int(str(saved["issue_id"])), str(saved["reason"])
    row.fate = LedgerFate(str(saved["fate"]))


def _saved(article_id: int, version_id: int, row: LedgerRow | None) -> Saved:
    saved: Saved = {"article_id": article_id, "version_id": version_id}
    if row is None:
        return saved
    return saved | {"issue_id": row.issue_id, "fate": str(row.fate), "reason": row.reason}


def _first_saved(session: Session, issue: Issue) -> dict[int, Saved]:
    """Read what the ledger said of each version before anybody edited the issue."""
    first: dict[int, Saved] = {}
    rows = sa.select(IssueEdit.ledger_before).where(IssueEdit.issue_id == issue.id).order_by(IssueEdit.id)
    for saved in (each for rows_before in session.scalars(rows) for each in rows_before):
        first.setdefault(int(str(saved["version_id"])), saved)
    return first


def _places(content: IssueContent) -> Iterator[Place]:
    yield from ((item.article_key, item.version) for item in items_of(content))


def _ids(session: Session, issue: Issue, places: set[Place]) -> dict[Place, tuple[int, int]]:
    """Map versions to the ids of article and version, also of one that belongs to another article by now."""
    rows = session.execute(
        sa.select(Article.key, Version.number, Article.id, Version.id)
        .join(Version, Version.article_id == Article.id)
        .where(sa.tuple_(Article.key, Version.number).in_(list(places)))
    )
    found = {(key, number): (article_id, version_id) for key, number, article_id, version_id in rows}
    for place in places - set(found):
        if (article := find_article(session, place[0])) and (row := _row_of(session, issue, article)):
            found[place] = (article.id, row.version_id)
    return found


def _row_of(session: Session, issue: Issue, article: Article) -> LedgerRow | None:
    rows = sa.select(LedgerRow).where(LedgerRow.issue_id == issue.id, LedgerRow.article_id == article.id)
    return session.scalars(rows.order_by(LedgerRow.version_id.desc()).limit(1)).first()


def earlier_issue(session: Session, issue: Issue, items: Iterable[Item]) -> int | None:
    """Return the number of the last earlier issue of the edition that included one of these articles, if one did."""
    keys = [item.article_key for item in items]
    return session.scalar(
        sa.select(sa.func.max(Issue.number))
        .join(LedgerRow, LedgerRow.issue_id == Issue.id)
        .join(Article, Article.id == LedgerRow.article_id)
        .where(
            LedgerRow.edition_id == issue.edition_id,
            LedgerRow.fate == LedgerFate.INCLUDED,
            Issue.number < issue.number,
            Article.key.in_(keys),
        )
    )
