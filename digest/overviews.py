"""Reads what the summaries of documents say of each as a whole, with the page and passage of every sentence."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.candidates import Paragraph
from digest.earlier import Texts
from models.article import Passage, Version
from models.story import DocumentSentence

OVERVIEW = 0
"""The section that tells of the whole; a document of one part has its first section instead."""
MAX_SENTENCES = 3


def overviews_of(session: Session, chosen: sa.Select[int]) -> Texts:
    """Read up to three sentences of each chosen version's summary, by version; nothing of what has none."""
    rows = session.execute(
        sa.select(DocumentSentence, Version, Passage.ordinal)
        .join(Version, Version.id == DocumentSentence.version_id)
        .join(
            Passage,
            (Passage.version_id == Version.id)
            & (Passage.start <= DocumentSentence.start)
            & (DocumentSentence.start < Passage.end),
        )
        .where(Version.id.in_(chosen))
        .order_by(DocumentSentence.version_id, DocumentSentence.section, DocumentSentence.ordinal)
    )
    found: dict[int, list[tuple[int, Paragraph]]] = defaultdict(list)
    for row, version, ordinal in rows:
        sentence = Paragraph(ordinal, row.text_in(version), version.language, row.page_number)
        found[version.id].append((row.section, sentence))
    return {version_id: _of_the_whole(sentences) for version_id, sentences in found.items()}


def _of_the_whole(sentences: list[tuple[int, Paragraph]]) -> tuple[Paragraph, ...]:
    first_section = sentences[0][0]
    whole = [sentence for section, sentence in sentences if section == first_section]
    return tuple(whole[:MAX_SENTENCES])
