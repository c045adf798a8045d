"""Actors by command: what people add, edit, accept and dismiss stays, and articles are understood anew for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.article import Article, Version
from models.fate import Fate
from models.knowledge import Actor as ActorRow
from models.knowledge import Topic as TopicRow
from models.search import rebuild_index
from models.vocabulary import FateState, Relevance, Stage
from perilune.actors import (
    ActorChange,
    accept_name,
    actor_from_name,
    add_actor,
    dismiss_name,
    edit_actor,
    export_actors,
    proposals,
)
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import settings_from
from perilune.problems import Problem
from pipeline.runners.runner import Worker, drain
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.knowledge import knowledge_from_rows, seed_knowledge
from pipeline.values import Actor
from tests.builders import ArticleDraft, an_article, runner_by_words
from tests.conftest import NOW

LATER = NOW + dt.timedelta(days=1)
ZENDA = "Zenda Institute of Lunar Studies"
TEXT = f"The {ZENDA} and the space agencies of China and Russia signed a memorandum on lunar exploration."


@pytest.fixture
def archive(sessions: sessionmaker[Session], database_url: str, tmp_path: Path) -> Archive:
    """A seeded archive whose three articles, and a copy of one, name an institute that nobody knows."""
    with sessions.begin() as session:
        seed_knowledge(session)
        articles = [an_article(session, ArticleDraft(text=f"{TEXT} Number {number}.")) for number in range(3)]
        an_article(session, ArticleDraft(text=f"{TEXT} Number 0.", source="wire", is_copy_of=articles[0]))
        an_article(session, ArticleDraft(title="A rocket", text="A rocket flew.", source="other"))
        rebuild_index(session)
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})
    return Archive(settings, sessions)


def understood(archive: Archive, now: dt.datetime = NOW) -> None:
    """Understand all that waits, and at first everything."""
    from models.fate import await_stage

    with archive.sessions.begin() as session:
        if session.scalar(sa.select(sa.func.count()).select_from(Fate)) == 0:
            await_stage(session, Stage.UNDERSTAND, session.scalars(sa.select(Version.id)).all(), due_at=now)
    drain(runner_by_words(), Worker(archive.sessions, "test", now))


def waiting(archive: Archive) -> int:
    """Count the versions that wait for understanding."""
    with archive.sessions() as session:
        count = sa.select(sa.func.count()).select_from(Fate)
        return session.scalar(count.where(Fate.stage == Stage.UNDERSTAND, Fate.state == FateState.WAITING)) or 0


def row_of(archive: Archive, slug: str) -> ActorRow:
    """Read an actor's row."""
    with archive.sessions() as session:
        return session.get_one(ActorRow, slug)


def slugs_named(archive: Archive) -> set[str]:
    """Name every actor that any version names."""
    with archive.sessions() as session:
        return {row.actor_slug for version in session.scalars(sa.select(Version)) for row in version.actors}


@pytest.mark.databases("sqlite")
def test_files_overwrite_what_nobody_edited_and_nothing_else(archive: Archive) -> None:
    edit_actor(archive, "esa", ActorChange(texts={"name": "ESA of Europe"}), now=NOW)
    with archive.sessions.begin() as session:
        session.get_one(ActorRow, "nasa").name = "stale"
        topic = session.scalars(sa.select(TopicRow)).first()
        assert topic is not None
        topic.name, topic.edited_at = "Mine", NOW
        session.add(ActorRow(slug="gone", name="Of a file of old", kind="agency"))
        session.add(ActorRow(slug="mine", name="Mine", kind="agency", edited_at=NOW))
    with archive.sessions.begin() as session:
        seed_knowledge(session)
    assert row_of(archive, "esa").name == "ESA of Europe"
    assert row_of(archive, "nasa").name == "National Aeronautics and Space Administration"
    assert not row_of(archive, "gone").is_active
    assert row_of(archive, "mine").is_active
    with archive.sessions() as session:
        assert session.get_one(TopicRow, topic.slug).name == "Mine"
        assert "gone" not in knowledge_from_rows(session).gazetteer.actors


@pytest.mark.databases("sqlite")
def test_an_actor_that_is_added_is_found_in_the_articles_that_bear_its_names(archive: Archive) -> None:
    understood(archive)
    changed = add_actor(archive, Actor("zenda", ZENDA, "institute", None, {}), now=LATER)
    assert (changed.article_count, waiting(archive)) == (4, 4)
    understood(archive, LATER)
    assert "zenda" in slugs_named(archive)


@pytest.mark.databases("sqlite")
def test_an_actor_that_is_switched_off_is_no_longer_found(archive: Archive) -> None:
    understood(archive)
    add_actor(archive, Actor("zenda", ZENDA, "institute", None, {}), now=LATER)
    understood(archive, LATER)
    assert edit_actor(archive, "zenda", ActorChange(is_active=False), now=LATER).article_count == 4
    understood(archive, LATER)
    assert "zenda" not in slugs_named(archive)


@pytest.mark.databases("sqlite")
def test_names_and_context_words_are_added_and_taken_away(archive: Archive) -> None:
    change = ActorChange(add={"fr": ["Agence E"], "en": ["EE"]}, drop=["ESTEC"], context={"EE": ["Europe", "-egg"]})
    edit_actor(archive, "esa", change, now=NOW)
    row = row_of(archive, "esa")
    assert "Agence E" in str(row.names)
    assert "ESTEC" not in str(row.names)
    assert row.ambiguous["EE"] == ["Europe", "-egg"]
    edit_actor(archive, "esa", ActorChange(texts={"name": "ESA of Europe"}, drop=["EE"]), now=NOW)
    assert "European Space Agency" in str(row_of(archive, "esa").names["en"])
    assert "EE" not in row_of(archive, "esa").ambiguous


@pytest.mark.databases("sqlite")
def test_an_actor_that_cannot_be_is_refused_in_a_sentence(archive: Archive) -> None:
    for actor, sentence in (
        (Actor("esa", "Other", "agency", None, {}), "there is an actor 'esa' already"),
        (Actor("x", "Other", "agancy", None, {}), "kind 'agancy' is none of agency"),
        (Actor("x", "Other", "agency", "XX", {}), "country 'XX'"),
        (Actor("x", "NASA", "agency", None, {}), "'NASA' is also a name of nasa; give both context words"),
        (Actor("X Y", "Other", "agency", None, {}), "slug 'X Y' must be lower-case"),
        (Actor("x", "Other", "agency", None, {}, cited="home"), "cited 'home' is no web address"),
    ):
        with pytest.raises(Problem, match=sentence):
            add_actor(archive, actor, now=NOW)


@pytest.mark.databases("sqlite")
def test_a_change_that_cannot_be_is_refused_in_a_sentence(archive: Archive) -> None:
    for slug, change, sentence in (
        ("nasaa", ActorChange(is_active=False), "there is no actor 'nasaa'; did you mean nasa?"),
        ("esa", ActorChange(drop=["ESTECC"]), "'ESTECC' is no name of esa; did you mean 'ESTEC'?"),
        ("esa", ActorChange(drop=["European Space Agency"]), "is the actor's own name"),
        ("esa", ActorChange(is_active=True), "nothing of esa would change"),
    ):
        with pytest.raises(Problem, match=sentence.replace("?", r"\?")):
            edit_actor(archive, slug, change, now=NOW)


def test_a_name_is_proposed_once_three_articles_bear_it_copies_apart(archive: Archive) -> None:
    understood(archive)
    [proposed] = proposals(archive, limit=10)
    assert (proposed.name, proposed.article_count) == (ZENDA, 3)
    assert len(proposed.article_keys) == 3
    with archive.sessions.begin() as session:
        bearing = sa.select(Version).join(Article, Article.current_version_id == Version.id)
        session.scalars(bearing.where(Article.key == proposed.article_keys[0])).one().relevance = Relevance.OFF
    assert not proposals(archive, limit=10), "two articles are too few"


@pytest.mark.databases("sqlite")
def test_names_of_articles_off_the_subject_are_not_proposed(archive: Archive) -> None:
    understood(archive)
    with archive.sessions.begin() as session:
        for version in session.scalars(sa.select(Version)):
            version.relevance = Relevance.OFF
    assert proposals(archive, limit=10) == ()


def test_a_name_that_is_accepted_becomes_an_actor(archive: Archive) -> None:
    understood(archive)
    actor = actor_from_name(ZENDA, {"kind": "institute", "country": "CZ"})
    changed = accept_name(archive, f"the {ZENDA.upper()}", actor, by="ada", now=LATER)
    assert (changed.slug, changed.article_count) == ("zenda-institute-of-lunar-studies", 4)
    assert proposals(archive, limit=10) == ()
    understood(archive, LATER)
    assert changed.slug in slugs_named(archive)
    with pytest.raises(Problem, match="was decided to be the actor zenda-institute-of-lunar-studies by ada"):
        dismiss_name(archive, ZENDA, by="bob", now=LATER)


@pytest.mark.databases("sqlite")
def test_a_name_that_is_dismissed_is_never_proposed_again(archive: Archive) -> None:
    understood(archive)
    dismiss_name(archive, ZENDA, by="ada", now=NOW)
    assert proposals(archive, limit=10) == ()
    with pytest.raises(Problem, match="no article bears the name 'Nobody Institute'"):
        dismiss_name(archive, "Nobody Institute", by="ada", now=NOW)


@pytest.mark.databases("sqlite")
def test_what_is_exported_is_what_would_be_seeded(archive: Archive, tmp_path: Path) -> None:
    paths = export_actors(archive, tmp_path / "out")
    assert {path.name for path in paths} >= {"agency.toml", "un.toml"}
    assert load_actors(tmp_path / "out") == load_actors()


@pytest.mark.databases("sqlite")
def test_the_commands_do_as_they_say(archive: Archive, tmp_path: Path) -> None:
    understood(archive)
    environment = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": archive.settings.database_url}

    def said(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["actors", *arguments], env=environment, catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    assert ZENDA in said("proposed", "--json")
    assert "4 articles are understood anew" in said("accept", ZENDA, "--kind", "institute", "--slug", "zenda")
    assert "written" in said("edit", "zenda", "--add", "fr=Institut de Zenda", "--context", "Institut de Zenda=lune")
    shown = said("show", "zenda")
    assert '"Institut de Zenda": [' in shown
    assert '"lune"' in shown
    assert '"actor": "zenda"' in said("list", "--kind", "institute", "--json")
    assert "no article bears" in said("add", "月球研究社", "--kind", "institute", "--slug", "moon-society")
    assert "written" in said("export", str(tmp_path / "files"))
