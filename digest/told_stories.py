"""Reads stories with their summaries and the evidence of each sentence; apart from the articles they gather."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.candidates import Before, ToldStory
from digest.content import Evidence, Sentence
from models.article import Article, Version
from models.source import Source
from models.story import Evidence as EvidenceRow
from models.story import Story, SummarySentence, summary_in

MAX_MARKS = 3

Places = dict[tuple[int, int], list[Evidence]]


def told_stories(
    session: Session, story_ids: sa.Select[int | None], before: Mapping[int, Before], language: str
) -> dict[str, ToldStory]:
    """Read stories by their keys, in a language where they have it; `before` is what earlier issues had of them."""
    places = _places(session, story_ids)
    titles = _titles_in(session, story_ids, language)
    sentences: dict[int, list[SummarySentence]] = defaultdict(list)
    for row in session.scalars(
        sa.select(SummarySentence)
        .where(SummarySentence.story_id.in_(story_ids))
        .order_by(SummarySentence.story_id, SummarySentence.ordinal)
    ):
        sentences[row.story_id].append(row)
    found = {}
    for story in session.scalars(sa.select(Story).where(Story.id.in_(story_ids)).order_by(Story.key)):
        told = _told(story, summary_in(sentences[story.id], language), places)
        title = titles.get(story.id) if _is_foreign(story, language) else None
        if title:
            told = dataclasses.replace(told, headline=title, language=language)
        found[story.key] = dataclasses.replace(told, before=before.get(story.id))
    return found


def _is_foreign(story: Story, language: str) -> bool:
    """Tell whether a headline that nobody gave is in another language."""
    return story.renamed_by is None and story.headline_language not in {None, language}


def _titles_in(session: Session, story_ids: sa.Select[int | None], language: str) -> dict[int, str]:
    """Read the title of each story's most authoritative article in a language."""
    rows = session.execute(
        sa.select(Article.story_id, Version.title)
        .join(Version, Version.id == Article.current_version_id)
        .join(Source, Source.id == Article.source_id)
        .where(Article.story_id.in_(story_ids), Article.copy_of_id.is_(None), Version.language == language)
        .order_by(Source.authority, Version.published_first_on.desc().nulls_first(), Article.key.desc())
    )
    return {story_id: title for story_id, title in rows if story_id is not None}


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


def _told(story: Story, sentences: Sequence[SummarySentence], places: Places) -> ToldStory:
    evidence: list[Evidence] = []
    told = []
    for row in sentences:
        stands_in = list(dict.fromkeys(places.get((story.id, row.ordinal), [])))[:MAX_MARKS]
        evidence.extend(place for place in stands_in if place not in evidence)
        marks = tuple(evidence.index(place) + 1 for place in stands_in)
        told.append(Sentence(text=row.text, language=row.language, marks=marks, maker=row.maker))
    return ToldStory(
        key=story.key,
        headline=story.headline,
        language=story.headline_language,
        sentences=tuple(told),
        evidence=tuple(evidence),
        pinned_by=story.pinned_by,
    )
