"""Queries on what analysts keep beside articles: what somebody may see of it, which is their own and what is shared."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from models.account import Account
from models.notebook import Collection, CollectionItem, Note, Star


def account_id_of(session: Session, login: str) -> int:
    """Return the number of somebody's account; 0, which nobody has, for who kept nothing yet and needed none."""
    return session.scalar(sa.select(Account.id).where(Account.login == login)) or 0


def starred_by(session: Session, account_id: int, *, limit: int | None = None) -> list[str]:
    """Name the articles that somebody starred, the latest first."""
    stars = sa.select(Star.article_key).where(Star.account_id == account_id)
    return list(session.scalars(stars.order_by(Star.made_at.desc(), Star.article_key).limit(limit)))


def starred_among(session: Session, account_id: int, keys: Several[str]) -> frozenset[str]:
    """Name those of some articles that somebody starred."""
    stars = sa.select(Star.article_key).where(Star.account_id == account_id, Star.article_key.in_(keys))
    return frozenset(session.scalars(stars))


def notes_on(session: Session, account_id: int, keys: Several[str]) -> list[Note]:
    """Read the notes on an article, by any of its keys, that somebody may see: their own and shared ones, by age."""
    is_seen = (Note.account_id == account_id) | Note.is_shared
    notes = sa.select(Note).where(Note.article_key.in_(keys), is_seen).options(joinedload(Note.account))
    return list(session.scalars(notes.order_by(Note.made_at, Note.id)))


def notes_by(session: Session, account_id: int, *, limit: int | None = None) -> list[Note]:
    """Read somebody's own notes, the latest first."""
    notes = sa.select(Note).where(Note.account_id == account_id).options(joinedload(Note.account))
    return list(session.scalars(notes.order_by(Note.made_at.desc(), Note.id.desc()).limit(limit)))


def own_note(session: Session, account_id: int, key: str) -> Note | None:
    """Find a note of somebody's own."""
    return session.scalar(sa.select(Note).where(Note.key == key, Note.account_id == account_id))


def collections_seen_by(session: Session, account_id: int, *, only_own: bool = False) -> list[Collection]:
    """Read the collections that somebody may see, by name: their own, then those that others share."""
    is_own = Collection.account_id == account_id
    found = sa.select(Collection).where(is_own if only_own else is_own | Collection.is_shared)
    ordered = found.order_by(is_own.desc(), sa.func.lower(Collection.name), Collection.id)
    return list(session.scalars(ordered.options(joinedload(Collection.account))))


def collection_seen_by(session: Session, account_id: int, key: str, *, only_own: bool = False) -> Collection | None:
    """Find a collection that somebody may see, or that is their own."""
    is_seen = Collection.account_id == account_id
    is_seen = is_seen if only_own else is_seen | Collection.is_shared
    return session.scalar(sa.select(Collection).where(Collection.key == key, is_seen))


def items_of(session: Session, collection_id: int) -> list[CollectionItem]:
    """Read what a collection holds, in its order."""
    items = sa.select(CollectionItem).where(CollectionItem.collection_id == collection_id)
    return list(session.scalars(items.order_by(CollectionItem.place, CollectionItem.article_key)))


def item_counts(session: Session, collection_ids: Sequence[int]) -> dict[int, int]:
    """Count what collections hold."""
    counted = sa.select(CollectionItem.collection_id, sa.func.count()).group_by(CollectionItem.collection_id)
    return dict(session.execute(counted.where(CollectionItem.collection_id.in_(collection_ids))).all())


def collections_with(session: Session, account_id: int, keys: Several[str]) -> list[Collection]:
    """Read the collections that somebody may see and that hold an article."""
    holding = sa.select(CollectionItem.collection_id).where(CollectionItem.article_key.in_(keys))
    return [each for each in collections_seen_by(session, account_id) if each.id in set(session.scalars(holding))]
