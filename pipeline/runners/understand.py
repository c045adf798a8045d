"""Runs understanding: relevance, topics, actors, countries and facts of a version, corrections obeyed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, TopicAssignment, Version, VersionActor, VersionCountry, other_copies_of
from models.fact import FactWitness
from models.fate import Outcome, await_stage
from models.knowledge import Correction
from models.search import index_article
from models.taxonomy import standing_topics
from models.vocabulary import Relevance, Stage
from pipeline.runners.document import document_of
from pipeline.runners.places import leave_story
from pipeline.runners.runner import done, skipped
from pipeline.understanding.knowledge import knowledge_from_rows
from pipeline.understanding.understand import understand
from pipeline.values import TopicScore, Understanding


class UnderstandRunner:
    """Decides what versions are about, and puts them into the search index."""

    stage = Stage.UNDERSTAND
    version = "2"
    batch_size = 100

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, Understanding]]:
        """Understand each version with the taxonomy and gazetteer of the rows."""
        with sessions() as session:
            knowledge = knowledge_from_rows(session)
            for version in session.scalars(sa.select(Version).where(Version.id.in_(item_ids)).order_by(Version.id)):
                yield version.id, understand(document_of(version), knowledge)

    def store(self, session: Session, item_id: int, result: Understanding, *, now: dt.datetime) -> Outcome:
        """Store what was understood, humans' corrections over it, and index the article."""
        version = session.get_one(Version, item_id)
        article = version.article
        if article.current_version_id != version.id:
            return skipped("a newer version is there")
        _fill(version, result)
        _obey_corrections(session, version)
        session.flush()
        index_article(session, article.id)
        if version.relevance == Relevance.OFF:
            leave_story(session, article, now=now)
        await_stage(session, Stage.EMBED, [version.id], due_at=now)
        return done()


def _fill(version: Version, understanding: Understanding) -> None:
    version.relevance = understanding.relevance
    version.relevance_score = understanding.relevance_score
    version.relevance_because = list(understanding.relevance_because)
    version.doc_type = understanding.doc_type
    version.topics = [_assignment(topic) for topic in understanding.topics]
    version.countries = [VersionCountry(country=code, rank=n) for n, code in enumerate(understanding.countries)]
    version.actors = [
        VersionActor(
            actor_slug=mention.slug, mention_count=mention.count, start=mention.first.start, end=mention.first.end
        )
        for mention in understanding.actors
    ]
    version.witnesses = [
        FactWitness(
            ordinal=ordinal,
            kind=fact.kind,
            name=fact.name,
            status=fact.status,
            subkind=fact.subkind,
            start_on=fact.start,
            end_on=fact.end,
            place=fact.place,
            parties=list(fact.parties),
            countries=list(fact.countries),
            start=fact.span.start,
            end=fact.span.end,
        )
        for ordinal, fact in enumerate(understanding.facts)
    ]


def _assignment(topic: TopicScore) -> TopicAssignment:
    return TopicAssignment(topic_slug=topic.slug, score=topic.score, because=list(topic.because))


def _obey_corrections(session: Session, version: Version) -> None:
    """Put the corrections that stand over what was derived, the newest last.

    What was said of an article holds for its copies too, and after its address has changed.
    """
    same_text = [version.article_id, *(copy.id for copy in other_copies_of(session, version.article))]
    keys = sa.select(Article.key).where(Article.id.in_(same_text) | Article.moved_to_id.in_(same_text))
    standing = (
        sa.select(Correction)
        .where(Correction.article_key.in_(keys), Correction.undone_at.is_(None))
        .order_by(Correction.made_at, Correction.id)
    )
    for correction in session.scalars(standing):
        value = correction.value["value"]
        if correction.field == "relevance":
            version.relevance = Relevance(str(value))
            version.relevance_because = [f"corrected by {correction.made_by}"]
        elif correction.field == "topics" and isinstance(value, list):
            version.topics = [
                TopicAssignment(topic_slug=slug, score=1.0, because=[], by_human=True)
                for slug in standing_topics(session, map(str, value))
            ]
