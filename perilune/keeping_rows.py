"""What somebody keeps as rows to print: collections, and notes but for those on what is withdrawn."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.kept import account_id_of, collections_seen_by, item_counts, notes_by
from models.takedown import withdrawn_among


def collection_rows(session: Session, login: str) -> list[dict[str, object]]:
    """Read the collections that somebody may see."""
    found = collections_seen_by(session, account_id_of(session, login))
    counts = item_counts(session, [each.id for each in found])
    return [
        {
            "collection": each.key,
            "name": each.name,
            "articles": counts.get(each.id, 0),
            "of": each.account.login,
            "shared": each.is_shared,
            "description": each.description,
        }
        for each in found
    ]


def note_rows(session: Session, login: str) -> list[dict[str, object]]:
    """Read somebody's notes, the latest first."""
    notes = notes_by(session, account_id_of(session, login))
    withdrawn = withdrawn_among(session, {note.article_key for note in notes})
    return [
        {
            "note": each.key,
            "article": each.article_key,
            "version": each.version_number,
            "quote": each.quote,
            "text": each.text,
            "shared": each.is_shared,
            "made": each.made_at,
        }
        for each in notes
        if each.article_key not in withdrawn
    ]
