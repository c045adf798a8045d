"""Reads stories with their summaries and the evidence of each sentence; apart from the articles they gather."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.candidates import ToldStory
from digest.content import Evidence, Sentence
from models.article import Article, Version
from models.edition import Edition, LedgerRow
from models.source import Source
from models.story import Evidence as EvidenceRow
from models.story import Story, SummarySentence, summary_in
from models.vocabulary import LedgerFate

MAX_MARKS = 3

Places = dict[tuple[int, int], list[Evidence]]


def told_stories(
    session: Session, chosen: sa.Select[int], continued: frozenset[int], language: str
) -> dict[str, ToldStory]:
    """Read the stories that the chosen versions' articles belong to, by their keys; told in one language."""
    story_ids = sa.select(Article.story_id).where(Article.current_version_id.in_(chosen), Article.story_id.is_not(None))
    places = _places(session, story_ids)
    sentences: dict[int, list[SummarySentence]] = defaultdict(list)
    for row in session.scalars(
        sa.select(SummarySentence)
        .where(SummarySentence.story_id.in_(story_ids))
        .order_by(SummarySentence.story_id, SummarySentence.ordinal)
    ):
        sentences[row.story_id].append(row)
    stories = session.scalars(sa.select(Story).where(Story.id.in_(story_ids)).order_by(Story.key))
    return {
        story.key: _told(story, summary_in(sentences[story.id], language), places, is_continued=story.id in continued)
        for story in stories
    }


def continued_story_ids(session: Session, edition: Edition) -> frozenset[int]:
    """Name the stories that earlier issues of the edition printed."""
    rows = session.scalars(
        sa.select(Article.story_id)
        .join(LedgerRow, LedgerRow.article_id == Article.id)
        .where(
            LedgerRow.edition_id == edition.id,
            LedgerRow.fate == LedgerFate.INCLUDED,
            Article.story_id.is_not(None),
        )
        .distinct()
    )
    return frozenset(story_id for story_id in rows if story_id is not None)


def _places(session: Session, story_ids: sa.Select[int | None]) -> Places:
    rows = session.execute(
        sa.select(EvidenceRow, Article.key, Version.number, Source.name)
        .join(Version, Version.id == EvidenceRow.version_id)
        .join(Article, Article.id == Version.article_id)
        .join(Source, Source.id == Article.source_id)
        .where(EvidenceRow.story_id.in_(story_ids))
        .order_by(EvidenceRow.story_id, EvidenceRow.sentence_ordinal, EvidenceRow.ordinal)
    )
    places: Places = defaultdict(list)
    for row, key, version, source in rows:
        places[row.story_id, row.sentence_ordinal].append(
            Evidence(
                article_key=key,
                version=version,
                passage=row.passage_ordinal,
                source=source,
                page_number=row.page_number,
            )
        )
    return places


def _told(story: Story, sentences: Sequence[SummarySentence], places: Places, *, is_continued: bool) -> ToldStory:
    evidence: list[Evidence] = []
    told = []
    for row in sentences:
        stands_in = list(dict.fromkeys(places.get((story.id, row.ordinal), [])))[:MAX_MARKS]
        evidence.extend(place for place in stands_in if place not in evidence)
        marks = tuple(evidence.index(place) + 1 for place in stands_in)
        told.append(Sentence(text=row.text, language=row.language, marks=marks))
    return ToldStory(
        key=story.key,
        headline=story.headline,
        language=story.headline_language,
        sentences=tuple(told),
        evidence=tuple(evidence),
        is_continued=is_continued,
    )
