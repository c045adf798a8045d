"""Corrections as rows: what the command line prints and the API answers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.corrections import history_of_corrections, keys_of, latest_corrections, words_of_correction
from models.knowledge import Correction
from models.vocabulary import CorrectionField
from perilune.correcting.said_of_stories import known_article
from perilune.output import console, print_json, print_rows

Row = dict[str, object]


def correction_rows(session: Session, *, article: str | None, limit: int) -> list[Row]:
    """Read the newest corrections, of one article or of all; Problem where the article is unknown."""
    if article is None:
        return [_row(each) for each in latest_corrections(session, limit=limit)[1]]
    keys = keys_of(session, known_article(session, article))
    return [_row(each) for each in history_of_corrections(session, keys)[:limit]]


def _row(correction: Correction) -> Row:
    return {
        "id": correction.id,
        "article": correction.article_key,
        "field": str(correction.field),
        "says": words_of_correction(CorrectionField(correction.field), correction.value),
        "by": correction.made_by,
        "at": correction.made_at.replace(microsecond=0),
        "note": correction.note,
        "undone_by": correction.undone_by,
        "undone_at": correction.undone_at,
        "value": correction.value,
    }


def print_corrections(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print corrections for people, or as JSON with their values."""
    if as_json:
        print_json(list(rows))
        return
    shown = [
        {name: value for name, value in row.items() if name not in {"value", "field", "undone_at"}} for row in rows
    ]
    print_rows(shown, as_json=False, empty="Nobody has corrected anything yet.")
    if rows:
        console().print("`perilune corrections undo ID` takes one back.")
