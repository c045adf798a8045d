"""Runs summarising: the sentences of a story, each with the passage that says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Version
from models.fate import Outcome
from models.story import Evidence, Story
from models.story import SummarySentence as SentenceRow
from models.vocabulary import Stage
from pipeline.encoding.encoder import Encoder
from pipeline.runners.places import story_documents
from pipeline.runners.runner import done, skipped
from pipeline.summaries.summarise import summarise
from pipeline.values import EvidenceSpan, SummarySentence

SENTENCES = 4
Summary = tuple[SummarySentence, ...]


class SummariseRunner:
    """Summarises stories from their articles, the edition's usual language first."""

    stage = Stage.SUMMARISE
    batch_size = 50

    def __init__(self, model: str, load: Callable[[], Encoder]) -> None:
        self.version = f"1/{model}"
        self._load = load

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, Summary | None]]:
        """Choose each story's sentences; a story that is gone has none."""
        with sessions() as session:
            stories = {story.id: story for story in session.scalars(sa.select(Story).where(Story.id.in_(item_ids)))}
            for story_id in item_ids:
                story = stories.get(story_id)
                if story is None:
                    yield story_id, None
                else:
                    yield story_id, summarise(story_documents(story), self._encode, budget=SENTENCES, language="en")

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._load().encode(texts)

    def store(self, session: Session, item_id: int, result: Summary | None, *, now: dt.datetime) -> Outcome:
        """Replace the story's sentences and their evidence."""
        del now
        if result is None:
            return skipped("the story is gone")
        story = session.get_one(Story, item_id)
        story.sentences.clear()
        session.flush()
        sentences = [
            SentenceRow(
                ordinal=ordinal,
                text=sentence.text,
                language=sentence.language,
                evidence=[_evidence(session, story, span, number) for number, span in enumerate(sentence.evidence)],
            )
            for ordinal, sentence in enumerate(result)
        ]
        story.sentences.extend(sentences)
        return done()


def _evidence(session: Session, story: Story, span: EvidenceSpan, number: int) -> Evidence:
    version = session.scalars(
        sa.select(Version)
        .join(Article, Article.current_version_id == Version.id)
        .where(Article.key == span.document_id)
    ).one()
    passage = next(p for p in version.passages if p.start <= span.start < p.end)
    return Evidence(
        story_id=story.id,
        ordinal=number,
        version_id=version.id,
        passage_ordinal=passage.ordinal,
        page_number=passage.page_number,
        start=span.start,
        end=span.end,
    )
