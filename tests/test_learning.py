"""Learning from corrections: what a training deploys, what it refuses, what it tells, and when it is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Vector
from models.fate import await_stage
from models.knowledge import Correction, Topic, TrainedModel
from models.vocabulary import CorrectionField, Relevance, Stage
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.correcting import correct
from perilune.learning import Texts, learn, learning_is_due
from perilune.understanding import understand_runner
from pipeline.encoding.encoder import Encoder
from pipeline.runners.classifier import deployed_classifier
from pipeline.runners.embed import text_to_encode
from pipeline.runners.runner import Worker, drain
from pipeline.understanding.knowledge import seed_knowledge
from pipeline.understanding.labelled import load_check_texts
from tests.builders import ArticleDraft, an_article
from tests.conftest import NOW

pytestmark = pytest.mark.databases("sqlite")

MODEL = "multilingual-e5-small"
TOURISM = (
    "Two paying passengers flew to the edge of space with a private rocket plane, weightless for minutes.",
    "A space tourism company sells tickets for suborbital flights; the first tourists took their seats on Friday.",
    "A billionaire bought a seat for a week's holiday on the space station, as a private tourist.",
    "The ministry licensed flights of tourists to space from the new spaceport and set rules for their safety.",
)
OTHERS = (
    "A rocket put twelve communication satellites of a private company into orbit on Friday.",
    "The space station's crew began a spacewalk to replace batteries; the commander is on his third mission.",
    "A company won a contract for the engines of the new launcher and will hire two hundred engineers.",
    "Students flew an experiment in weightlessness on a sounding rocket that reached the edge of space.",
)
Encoders = Callable[[], Encoder]


@pytest.fixture(scope="module")
def texts() -> Texts:
    """All that ship to train on: with fewer it is worse than the classifier that ships; but few to encode and check."""
    return Texts(check=load_check_texts()[::8])


@pytest.fixture
def archive(sessions: sessionmaker[Session], tmp_path: Path, encoder: Encoders) -> Archive:
    """An archive with articles on tourism in space, and others, all encoded; tourism is a topic that it has."""
    settings = settings_from({"PERILUNE_HOME": str(tmp_path)})
    with sessions.begin() as session:
        seed_knowledge(session)
        session.add(
            Topic(
                slug="space-tourism",
                name="Space tourism",
                description="Private passengers who travel to space, their flights, companies and rules.",
                patterns={},
                examples=["Three tourists flew to space and back."],
                edited_at=NOW,
            )
        )
        for text in (*TOURISM, *OTHERS):
            an_article(session, ArticleDraft(title=text[:60], text=text))
        session.flush()
        for article in session.scalars(sa.select(Article)):
            version = article.current_version
            assert version is not None
            (vector,) = encoder().encode([text_to_encode(version.title, version.text)])
            embedding = vector.astype("<f2").tobytes()
            session.add(Vector(version_id=version.id, model=MODEL, language="en", embedding=embedding))
    return Archive(settings, sessions)


def say(archive: Archive, article: Article, **said: str) -> None:
    """Correct an article."""
    correct(archive, article.key, said, by="ada", now=NOW)


def articles(archive: Archive) -> list[Article]:
    """Read all articles, the oldest first."""
    with archive.sessions() as session:
        return list(session.scalars(sa.select(Article).order_by(Article.id)))


def topics_after_a_run(archive: Archive, encoder: Encoders) -> dict[str, set[str]]:
    """Understand everything anew; gives the topics by title."""
    with archive.sessions.begin() as session:
        versions = session.scalars(sa.select(Article.current_version_id)).all()
        await_stage(session, Stage.UNDERSTAND, [one for one in versions if one is not None], due_at=NOW)
    drain(understand_runner(archive, encoder), Worker(archive.sessions, "test", NOW))
    with archive.sessions() as session:
        current = [article.current_version for article in session.scalars(sa.select(Article))]
        return {version.title: {row.topic_slug for row in version.topics} for version in current if version}


def test_corrections_of_a_new_topic_teach_it(archive: Archive, encoder: Encoders, texts: Texts) -> None:
    for number, article in enumerate(articles(archive)):
        is_tourism = number < len(TOURISM)
        if number not in {0, len(TOURISM)}:
            say(archive, article, **{"add_topic" if is_tourism else "remove_topic": "space-tourism"})
    report = learn(archive, encoder, now=NOW, texts=texts)
    assert report.corrected_count == len(TOURISM) + len(OTHERS) - 2
    assert "space-tourism" in report.new_topics
    with archive.sessions() as session:
        deployed = deployed_classifier(session, MODEL)
    found = topics_after_a_run(archive, encoder)
    assert deployed is not None
    assert report.refused is None
    assert deployed.name.startswith("trained ")
    assert "space-tourism" in found[TOURISM[1][:60]]
    assert "space-tourism" not in found[OTHERS[1][:60]]


def test_a_classifier_that_is_worse_is_kept_with_its_report_and_does_not_run(
    archive: Archive, encoder: Encoders, texts: Texts
) -> None:
    wrong = [
        replace(text, relevance=list(Relevance)[number % 3], topics=("launch",))
        for number, text in enumerate(texts.training[::4])
    ]
    report = learn(archive, encoder, now=NOW, texts=replace(texts, training=wrong))
    assert report.refused is not None
    assert report.refused.startswith("worse on the check set: core ")
    with archive.sessions() as session:
        stored = session.scalars(sa.select(TrainedModel)).one()
        deployed = deployed_classifier(session, MODEL)
    assert stored.refused == report.refused
    assert stored.report["refused"] == report.refused
    assert deployed is not None
    assert deployed.name == "shipped"


def test_learning_is_due_once_a_night_after_corrections(archive: Archive) -> None:
    morning = dt.datetime(2022, 3, 15, 3, tzinfo=dt.UTC)
    with archive.sessions() as session:
        assert not learning_is_due(session, now=morning)
    say(archive, articles(archive)[0], relevance="space")
    with archive.sessions.begin() as session:
        assert not learning_is_due(session, now=NOW + dt.timedelta(hours=1))
        assert learning_is_due(session, now=morning)
        session.add(TrainedModel(encoder=MODEL, made_at=morning, content=b"", report={}))
        session.flush()
        assert not learning_is_due(session, now=morning + dt.timedelta(days=1))
        correction = session.scalars(sa.select(Correction).where(Correction.field == CorrectionField.RELEVANCE)).one()
        correction.undone_at = morning + dt.timedelta(hours=1)
        session.flush()
        assert learning_is_due(session, now=morning + dt.timedelta(days=1))
