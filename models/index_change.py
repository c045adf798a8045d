"""The outbox of the search index: articles whose rows changed, in the order of the changes, for what is derived.

On SQLite, triggers (migration 0015) write a row with every change of what an index holds of an article, whoever makes
it; what no trigger sees, such as the words themselves, is noted by `note_change` in the same transaction.
"""

from collections.abc import Iterable
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

KEPT_CHANGES = 100_000
"""How many are kept although every index has them, for readers that look seldom."""


class IndexChange(Base):
    """That an article must be indexed anew, or leave a derived index; numbers rise and are never given twice."""

    __tablename__ = "index_change"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own declaration form

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.Integer)
    """No foreign key: an article that is gone leaves its change behind."""


def note_change(session: Session, article_ids: Iterable[int]) -> None:
    """Note, in the caller's transaction, that derived indexes must read these articles anew."""
    if rows := [{"article_id": article_id} for article_id in article_ids]:
        session.execute(sa.insert(IndexChange), rows)


def newest_change(session: Session) -> int:
    """Return the number of the newest change; 0 where there was none yet."""
    return session.scalar(sa.select(sa.func.max(IndexChange.id))) or 0


def changes_since(session: Session, position: int, *, limit: int) -> list[tuple[int, int]]:
    """Read the next changes after a number, in order: their numbers and articles."""
    change = sa.select(IndexChange.id, IndexChange.article_id).where(IndexChange.id > position)
    rows = session.execute(change.order_by(IndexChange.id).limit(limit))
    return [(change_id, article_id) for change_id, article_id in rows]


def changes_kept(session: Session) -> tuple[int | None, int]:
    """Return the numbers of the oldest and newest change that are there; each by itself, which SQLite has at hand."""
    oldest, newest = session.execute(_select_ends()).one()
    return oldest, newest or 0


@cache
def _select_ends() -> sa.Select[int | None, int | None]:
    return sa.select(*(sa.select(end(IndexChange.id)).scalar_subquery() for end in (sa.func.min, sa.func.max)))


def has_all_since(kept: tuple[int | None, int], position: int) -> bool:
    """Tell whether every change after a number is still there, and that number is of this table."""
    oldest, newest = kept
    return position <= newest and (oldest is None or oldest <= position + 1)


def forget_changes(session: Session, until: int) -> None:
    """Delete the changes up to a number, but for the newest, which readers that look seldom may still want."""
    end = min(until, newest_change(session) - KEPT_CHANGES)
    if end > 0:
        session.execute(sa.delete(IndexChange).where(IndexChange.id <= end))
