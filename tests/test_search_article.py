"""The row of an article that PostgreSQL filters, counts and orders by: triggers keep it equal to the tables."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, TopicAssignment, VersionActor
from models.database import alembic_config
from models.knowledge import Actor
from models.search import parse_query, search
from tests.builders import ArticleDraft, a_story, an_article
from tests.changing import a_drawn_draft, change_somehow

COUNT, ROUNDS, CHANGED = 40, 6, 8
Sessions = sessionmaker[Session]


def _rows(session: Session, statement: str = "SELECT * FROM search_article") -> Sequence[sa.Row[*tuple[object, ...]]]:
    return session.execute(sa.text(f"{statement} ORDER BY 1")).all()


def _expect_equal(sessions: Sessions) -> None:
    """Compare with what the migration fills the table with."""
    config = alembic_config(sessions.kw["bind"].url.render_as_string(hide_password=False))
    filled_with = ScriptDirectory.from_config(config).get_revision("0016").module.ROWS
    with sessions() as session:
        assert _rows(session) == _rows(session, filled_with)


@pytest.fixture
def archive(postgres_sessions: Sessions) -> Sessions:
    """Forty articles of which some name an actor."""
    lot = random.Random(8)
    with postgres_sessions.begin() as session:
        session.add(Actor(slug="esa", name="ESA", kind="agency"))
        for number in range(COUNT):
            version_id = an_article(session, a_drawn_draft(lot)).current_version_id
            if number % 3 == 0:
                session.add(VersionActor(version_id=version_id, actor_slug="esa", mention_count=1, start=0, end=1))
    return postgres_sessions


def test_it_follows_whatever_changes_an_article(archive: Sessions) -> None:
    lot = random.Random(9)
    _expect_equal(archive)
    for _ in range(ROUNDS):
        with archive.begin() as session:
            for article in lot.sample(list(session.scalars(sa.select(Article).order_by(Article.id))), CHANGED):
                change_somehow(session, article, lot)
        _expect_equal(archive)
    with archive.begin() as session:
        gone = session.scalars(sa.select(Article.id).where(Article.current_version_id.is_not(None))).first()
        session.execute(sa.update(Article).where(Article.id == gone).values(current_version_id=None))
        session.execute(sa.delete(VersionActor))
    _expect_equal(archive)
    with archive() as session:
        known = {row[0] for row in _rows(session)}
        assert len(known) > COUNT / 2
        assert gone not in known


def test_two_who_change_one_article_at_once_both_count(postgres_sessions: Sessions) -> None:
    with postgres_sessions.begin() as session:
        article = an_article(session, ArticleDraft(topics=("launch",)))
        article_id, version_id = article.id, article.current_version_id
        story_id = a_story(session, "A launch").id
    told = threading.Event()

    def put_into_story() -> None:
        told.set()
        with postgres_sessions.begin() as other:
            other.get_one(Article, article_id).story_id = story_id

    beside = threading.Thread(target=put_into_story)
    with postgres_sessions.begin() as session:
        session.execute(sa.delete(TopicAssignment).where(TopicAssignment.version_id == version_id))
        beside.start()
        told.wait()
        _wait_until_somebody_waits(postgres_sessions)
    beside.join()
    with postgres_sessions() as session:
        (row,) = _rows(session)
        assert (row.story_id, row.topics) == (story_id, [])
    _expect_equal(postgres_sessions)


def _wait_until_somebody_waits(sessions: Sessions) -> None:
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with sessions() as session:
        while not session.scalar(waiting):
            session.rollback()


def test_an_archive_that_is_upgraded_has_a_row_for_every_article(archive: Sessions) -> None:
    engine = archive.kw["bind"]
    config = alembic_config(engine.url.render_as_string(hide_password=False))
    engine.dispose()
    command.downgrade(config, "0015")
    command.upgrade(config, "head")
    _expect_equal(archive)
    with archive() as session:
        assert len(_rows(session)) == COUNT == search(session, parse_query("copies:yes")).total
