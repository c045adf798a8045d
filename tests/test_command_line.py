"""The command line as a user meets it: quick help, JSON for programs, one clear sentence for every mistake."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models.search import index_article
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.correcting import correct
from tests.builders import ArticleDraft, a_story, an_article
from tests.conftest import NOW


def perilune(*arguments: str, given: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PERILUNE_")}
    return subprocess.run(
        [sys.executable, "-m", "perilune.cli", *arguments],
        env=environment | {f"PERILUNE_{name.upper()}": value for name, value in settings.items()},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


HEAVY = ("torch", "transformers", "onnxruntime", "scrapy", "trafilatura", "sklearn", "sqlalchemy", "fastapi")


def test_help_loads_nothing_heavy() -> None:
    code = (
        f"import sys; sys.argv = ['perilune', '--help']\nfrom perilune.cli import app\n"
        f"try: app()\nexcept SystemExit: pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_search_loads_no_encoder(sessions: sessionmaker[Session], database_url: str) -> None:
    code = (
        "import sys; sys.argv = ['perilune', 'search', 'moon', '--json']\nfrom perilune.cli import app\n"
        "try: app()\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'transformers', 'onnxruntime', 'scrapy', 'trafilatura') if m in sys.modules])"
    )
    environment = {**os.environ, "PERILUNE_DATABASE": database_url}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert result.stdout.splitlines()[-1] == "[]"


MISTAKES: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    (("search", "moon"), {"database": "mysql://x/y"}, "the database address"),
    (("search", "moon"), {"database": "nonsense"}, "the database address 'nonsense' is not understood"),
    (("search", "moon"), {"database": "postgresql+psycopg://u@127.0.0.1:9/x"}, "does not answer"),
    (("search", "moon"), {"database": "sqlite:////proc/nowhere/x.db"}, "cannot be made"),
    (("status",), {"databse": "x"}, "PERILUNE_DATABSE is not a setting; did you mean PERILUNE_DATABASE?"),
    (("status",), {"port": "high"}, "PERILUNE_PORT is 'high'"),
    (("status",), {"smtp_password_file": "/nowhere"}, "PERILUNE_SMTP_PASSWORD_FILE names '/nowhere'"),
    (("search", "topik:moon"), {}, "topik"),
    (("search", '"moon'), {}, "quot"),
    (("articles", "show", "abc"), {}, "there is no article 'abc'"),
    (("stories", "show", "abc"), {}, "there is no story 'abc'"),
    (("crawl", "un_unosa"), {}, "there is no source 'un_unosa'; did you mean un_unoosa?"),
    (("sources", "list"), {"sources": "/nowhere"}, "is no folder"),
    (("readers", "add", "weekly", "nobody"), {}, "'nobody' is not a mail address"),
    (("digest", "preview", "weekly"), {}, "there is no edition 'weekly'"),
    (("try", "understand", "/nowhere.jsonl"), {}, "/nowhere.jsonl cannot be read"),
    (("editions", "new", "x", "--name", "X", "--timezone", "Mars/Base"), {}, "is no time zone"),
]
"""Commands, settings, and what the one sentence about them says."""
IN_TURN = """
import contextlib, io, json, os, sys
from perilune.cli import main
before, answers = dict(os.environ), []
for arguments, settings in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(before | settings)
    sys.argv = ["perilune", *arguments]
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as end:
            answers.append([end.code, said.getvalue()])
print(json.dumps(answers))
"""
"""Runs the command line many times in one process, for starting each takes longer than what it is asked."""


def test_a_mistake_is_answered_in_one_sentence(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PERILUNE_")}
    asked = [
        (arguments, {f"PERILUNE_{name.upper()}": value for name, value in ({"home": str(tmp_path)} | settings).items()})
        for arguments, settings, _ in MISTAKES
    ]
    command = [sys.executable, "-c", IN_TURN]
    said = json.dumps(asked)
    child = subprocess.run(command, env=environment, input=said, stdout=subprocess.PIPE, text=True, check=True)
    answers = json.loads(child.stdout)
    assert len(answers) == len(MISTAKES)
    for (arguments, _, sentence), (code, error) in zip(MISTAKES, answers, strict=True):
        assert (code, sentence in error) == (2, True), (arguments, error)
        assert len(error.strip().splitlines()) == 1
        assert "Traceback" not in error


def test_a_database_that_fails_amid_a_command_is_told_in_a_sentence(tmp_path: Path) -> None:
    assert perilune("editions", "list", home=str(tmp_path)).returncode == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "perilune.db")) as connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON edition BEGIN INSERT INTO nowhere VALUES (1); END")
    result = perilune("editions", "new", "lunar", "--name", "Lunar", home=str(tmp_path))
    assert result.returncode == 2
    assert "perilune: the database failed: no such table: main.nowhere; mend that" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_damaged_database_is_told_and_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "perilune.db"
    database.write_bytes(b"this is no database, but somebody's file" * 100)
    result = perilune("status", home=str(tmp_path))
    assert result.returncode == 2
    assert "damaged" in result.stderr
    assert database.read_bytes().startswith(b"this is no database")


def test_an_unusable_source_file_is_named_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "aa_good.toml").write_text('name = "A"\nhome = "http://127.0.0.1:9/"\nkind = "feed"\n')
    (tmp_path / "bb_bad.toml").write_text('name = "B"\nhome = "http://127.0.0.1:9/"\nkind = "feed"\nlinsk = "x"\n')
    result = perilune("sources", "list", "--json", home=str(tmp_path / "var"), sources=str(tmp_path))
    assert [row["source"] for row in json.loads(result.stdout)] == ["aa_good"]
    assert "left out bb_bad.toml: unknown key 'linsk'; did you mean 'links'?" in result.stderr
    assert perilune("sources", "lint", str(tmp_path / "bb_bad.toml")).returncode == 1
    edit = ("sources", "edit", "aa_good", "--owner", "ada@example.org", "--address", "http://127.0.0.1:9/feed")
    edited = perilune(*edit, home=str(tmp_path / "var"), sources=str(tmp_path))
    assert edited.stdout == "A: changed its owner, addresses.\n"


@pytest.mark.databases("sqlite", long=("postgresql",))
def test_search_articles_and_stories_can_be_read(sessions: sessionmaker[Session], database_url: str) -> None:
    with sessions.begin() as session:
        story = a_story(session)
        article = an_article(session, ArticleDraft(story=story))
        index_article(session, article.id)
        keys = article.key, story.key
    found = json.loads(perilune("search", "memorandum", "lang:en", "--json", database=database_url).stdout)
    assert [hit["key"] for hit in found["hits"]] == [keys[0]]
    assert "1 found" in perilune("search", "memorandum", database=database_url).stdout
    shown = json.loads(perilune("articles", "show", keys[0], "--json", database=database_url).stdout)
    assert shown["published"] == "2022-03-10"
    assert "Agencies sign" in perilune("articles", "show", keys[0], database=database_url).stdout
    assert [row["key"] for row in json.loads(perilune("stories", "list", "--json", database=database_url).stdout)] == [
        keys[1]
    ]
    assert json.loads(perilune("stories", "show", keys[1], "--json", database=database_url).stdout)["articles"]


@pytest.mark.databases("postgresql", long=("sqlite",))
def test_an_edition_is_made_filled_and_sent_into_a_folder(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        index_article(session, an_article(session).id)
    settings = {"database": database_url, "home": str(tmp_path)}
    assert perilune("editions", "new", "weekly", "--name", "Weekly", **settings).returncode == 0
    assert perilune("readers", "add", "weekly", "ada@example.org", **settings).returncode == 0
    preview = perilune("digest", "preview", **settings)
    assert "Agencies sign a memorandum" in preview.stdout
    key = json.loads(perilune("digest", "compose", "--json", **settings).stdout)["issue"]
    assert json.loads(perilune("digest", "send", "--json", **settings).stdout) == [{"sent": 1}]
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    assert [row["issue"] for row in json.loads(perilune("digest", "list", "--json", **settings).stdout)] == [key]
    assert perilune("digest", "write", key, str(tmp_path / "out"), **settings).returncode == 0
    assert {path.suffix for path in tmp_path.glob("out.*")} == {".html", ".txt", ".eml", ".pdf", ".md", ".json"}
    address = perilune("digest", "link", key, **settings).stdout.strip()
    assert f"/m/{key}/" in address
    revoked = perilune("digest", "revoke", key, **settings).stdout
    assert perilune("digest", "link", key, **settings).stdout.strip() != address
    assert address not in revoked


def test_real_mail_needs_an_address_for_its_links(sessions: sessionmaker[Session], database_url: str) -> None:
    result = perilune("digest", "send", database=database_url, smtp="smtp://127.0.0.1:9")
    assert "PERILUNE_PUBLIC_URL is not set" in result.stderr


@pytest.mark.databases("sqlite", long=("postgresql",))
def test_a_correction_is_obeyed_by_every_later_run(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    settings = {"database": database_url, "home": str(tmp_path)}
    with sessions.begin() as session:
        key = an_article(session, ArticleDraft(title="Ambassador opens a flower show", text="Roses. " * 30)).key
    archive = Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions)
    perilune("process", "--json", **settings)
    correct(archive, key, {"relevance": "core", "topics": "diplomacy,launch"}, by="ada", now=NOW)
    for _ in range(2):
        assert perilune("process", "--json", **settings).returncode == 0
        shown = json.loads(perilune("articles", "show", key, "--json", **settings).stdout)
        assert shown["relevance"] == "core"
        assert {topic["slug"] for topic in shown["topics"]} == {"diplomacy", "launch"}
    wrong = perilune("articles", "correct", key, "--topics", "lunch", **settings)
    assert "there is no topic 'lunch'" in wrong.stderr
