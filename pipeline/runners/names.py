"""Finds and stores the organisations that a version names and no actor is; people are asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.knowledge import UnknownName
from models.vocabulary import Relevance
from pipeline.understanding.understand import Knowledge
from pipeline.understanding.unknown_names import Spotter, names_beside
from pipeline.values import Document, FoundName, Understanding


def with_unknown_names(
    document: Document, understanding: Understanding, knowledge: Knowledge, spot: Spotter | None = None
) -> Understanding:
    """Add to what is understood the names that no actor bears; nobody is asked about what is off the subject."""
    if understanding.relevance is Relevance.OFF:
        return understanding
    return replace(understanding, unknown_names=names_beside(knowledge.gazetteer, document.text, spot))


def store_unknown_names(session: Session, version_id: int, names: Sequence[FoundName]) -> None:
    """Make these the unknown names of a version, in place of those that were found before."""
    session.execute(sa.delete(UnknownName).where(UnknownName.version_id == version_id))
    session.add_all(
        UnknownName(
            version_id=version_id,
            ordinal=ordinal,
            name=found.name,
            name_key=found.key,
            start=found.span.start,
            end=found.span.end,
        )
        for ordinal, found in enumerate(names)
    )
