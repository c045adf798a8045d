"""Runs understanding: relevance, topics, actors, countries and facts of a version, corrections obeyed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import TopicAssignment, Vector, Version, VersionActor, VersionCountry
from models.corrections import hold_articles
from models.database import hold_facts
from models.fact import FactWitness, NamedDocument
from models.fate import Outcome, await_stage
from models.search import index_article
from models.vocabulary import Relevance, Stage
from pipeline.encoding.encoder import Encoder
from pipeline.runners.classifier import Deployed, centred, profile_of
from pipeline.runners.corrections import obey_corrections
from pipeline.runners.document import document_of
from pipeline.runners.facts import settle_facts
from pipeline.runners.names import store_unknown_names, with_unknown_names
from pipeline.runners.places import leave_story
from pipeline.runners.runner import done, skipped
from pipeline.understanding.knowledge import knowledge_from_rows, state_of_rows, topics_from_rows
from pipeline.understanding.newcomers import Profile
from pipeline.understanding.understand import Knowledge, understand
from pipeline.understanding.unknown_names import Spotter
from pipeline.values import Topic, TopicScore, Understanding


class UnderstandRunner:
    """Decides what versions are about, and puts them into the search index; the deployed classifier names its version.

    The encoder is loaded only where a topic is new to the classifier.
    """

    stage = Stage.UNDERSTAND
    batch_size = 100

    def __init__(
        self,
        model: str,
        load: Callable[[], Encoder],
        deployed: Deployed | None,
        *,
        spot: Spotter | None = None,
    ) -> None:
        """Take the encoder, the classifier, and what finds further names of organisations, such as an NER model."""
        self.version = f"3/{model}/{deployed.name if deployed else 'words'}"
        self._model = model
        self._load = load
        self._spot = spot
        self._classifier = deployed.classifier if deployed else None
        self._profiles: dict[tuple[str, ...], Profile] = {}
        self._known: tuple[str, Knowledge] | None = None

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, Understanding]]:
        """Understand each version with the taxonomy and gazetteer of the rows."""
        with sessions() as session:
            knowledge = self.knowledge(session)
            rows = session.execute(
                sa.select(Version, Vector.embedding)
                .outerjoin(Vector, (Vector.version_id == Version.id) & (Vector.model == self._model))
                .where(Version.id.in_(item_ids))
                .order_by(Version.id)
            )
            for version, embedding in rows:
                vector = None if embedding is None else centred(embedding, self._model, version.language)
                document = document_of(version)
                found = understand(document, knowledge, vector)
                yield version.id, with_unknown_names(document, found, knowledge, self._spot)

    def knowledge(self, session: Session) -> Knowledge:
        """Read what understanding rests on at present; made anew only when somebody has changed it."""
        state = state_of_rows(session)
        if self._known is None or self._known[0] != state:
            self._known = state, self._knowledge(session)
        return self._known[1]

    def _knowledge(self, session: Session) -> Knowledge:
        if self._classifier is None:
            return knowledge_from_rows(session)
        known = {*self._classifier.slugs, *self._classifier.newcomers}
        new = [topic for topic in topics_from_rows(session) if topic.slug not in known]
        return knowledge_from_rows(session, self._classifier, {topic.slug: self._profile(topic) for topic in new})

    def _profile(self, topic: Topic) -> Profile:
        described = (topic.name, topic.description, *topic.examples)
        if described not in self._profiles:
            self._profiles[described] = profile_of(topic, self._load())
        return self._profiles[described]

    def store(self, session: Session, item_id: int, result: Understanding, *, now: dt.datetime) -> Outcome:
        """Store what was understood, humans' corrections over it, and index the article."""
        version = session.get_one(Version, item_id)
        article = version.article
        hold_articles(session, [article])
        hold_facts(session)
        if article.current_version_id != version.id:
            return skipped("a newer version is there")
        _fill(version, result)
        store_unknown_names(session, version.id, result.unknown_names)
        obey_corrections(session, version)
        settle_facts(session, version)
        session.flush()
        index_article(session, article.id)
        await_stage(session, Stage.MATCH, [article.id], due_at=now)
        if version.relevance == Relevance.OFF:
            leave_story(session, article, now=now)
            return done()
        await_stage(session, Stage.GROUP, [article.id], due_at=now)
        await_stage(session, Stage.PASSAGES, [version.id], due_at=now)
        return done()


def _fill(version: Version, understanding: Understanding) -> None:
    version.relevance = understanding.relevance
    version.relevance_score = understanding.relevance_score
    version.relevance_because = list(understanding.relevance_because)
    version.reads_like = [dataclasses.asdict(one) for one in understanding.reads_like]
    version.doc_type = understanding.doc_type
    version.topics = [_assignment(topic) for topic in understanding.topics]
    version.doc_type_because = list(understanding.doc_type_because)
    version.countries = [_country(code, rank, understanding) for rank, code in enumerate(understanding.countries)]
    version.actors = [
        VersionActor(
            actor_slug=mention.slug, mention_count=mention.count, start=mention.first.start, end=mention.first.end
        )
        for mention in understanding.actors
    ]
    version.named_documents = _named_documents(understanding)
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


def _country(code: str, rank: int, understanding: Understanding) -> VersionCountry:
    span = understanding.country_spans.get(code)
    return VersionCountry(country=code, rank=rank, start=span.start if span else None, end=span.end if span else None)


def _named_documents(understanding: Understanding) -> list[NamedDocument]:
    return [
        NamedDocument(
            ordinal=ordinal,
            title=each.title,
            doc_type=each.doc_type,
            issuer=each.issuer,
            start=each.span.start,
            end=each.span.end,
        )
        for ordinal, each in enumerate(understanding.documents)
    ]


def _assignment(topic: TopicScore) -> TopicAssignment:
    like = [dataclasses.asdict(one) for one in topic.reads_like]
    return TopicAssignment(topic_slug=topic.slug, score=topic.score, because=list(topic.because), reads_like=like)
