"""Secrets are shown nowhere: not in addresses, settings, errors, logs, nor in what children are started with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote

import psutil
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import make_url
from sqlalchemy.orm import sessionmaker

from models.database import DatabaseProblem, open_engine
from models.page_store import PageStore
from perilune.archive import Archive
from perilune.config import SECRETS, ConfigProblem, Settings, settings_from
from perilune.doctor import outside
from perilune.doctor.findings import Installation, State
from perilune.logs import configure_logging
from perilune.secrets import passwords_in, without_password, without_secrets
from tests.conftest import NOW
from tests.test_command_line import perilune

CANARY = "c4n4ry"
STARTS = ("/", "?", "#", ",", "'", '"', " ", "12345/", "1?", "80#", "443,", "5'", '22"', "12345 ")
ADDRESSES = {
    f"postgresql+psycopg://ada:{CANARY}@h/db": "postgresql+psycopg://ada:***@h/db",
    f"postgresql+psycopg://ada:{CANARY}%40%2F@h/db": "postgresql+psycopg://ada:***@h/db",
    f"postgresql+psycopg://ada:x@{CANARY}/#?y@h/db": "postgresql+psycopg://ada:***@h/db",
    f"postgresql+psycopg://ada:a {CANARY}@h/db": "postgresql+psycopg://ada:***@h/db",
    f"postgresql+psycopg://:{CANARY}@h/db": "postgresql+psycopg://:***@h/db",
    f"postgresql+psycopg://h/db?user=ada&password={CANARY}&sslmode=require": (
        "postgresql+psycopg://h/db?user=ada&password=***&sslmode=require"
    ),
    f"postgresql+psycopg:///?host=h&sslpassword={CANARY}": "postgresql+psycopg:///?host=h&sslpassword=***",
    f"host=h user=ada password='{CANARY} x' dbname=d": "host=h user=ada password=*** dbname=d",
    f"PGPASSWORD={CANARY}": "PGPASSWORD=***",
    f"http://ada:{CANARY}@proxy:8080": "http://ada:***@proxy:8080",
    f"http://{CANARY}@proxy:8080": "http://***@proxy:8080",
    f"ada:{CANARY}@proxy:8080": "ada:***@proxy:8080",
    f"s3://KEY:{CANARY}@bucket/pages": "s3://KEY:***@bucket/pages",
    f"simplecache::s3://KEY:{CANARY}@bucket/pages": "simplecache::s3://KEY:***@bucket/pages",
    f"abfs://pages@a.example/?sas={CANARY}&account_key={CANARY}": "abfs://pages@a.example/?sas=***&account_key=***",
    f"https://models.example/v1?api_key={CANARY}": "https://models.example/v1?api_key=***",
    f"smtps://ada%40x:{CANARY}@mail.example": "smtps://ada%40x:***@mail.example",
    f"imaps://ada:{CANARY}@mail.example/INBOX": "imaps://ada:***@mail.example/INBOX",
    **{f"postgresql+psycopg://ada:{start}{CANARY}@h/db": "postgresql+psycopg://ada:***@h/db" for start in STARTS},
    f"postgresql+psycopg://ada@corp:{CANARY}@h/db?application_name=a@b": "postgresql+psycopg://ada@corp:***@b",
    f"http://ada:12345/{CANARY}@proxy:8080": "http://ada:***@proxy:8080",
    "smtp://ada@mail.example:587": "smtp://ada@mail.example:587",
    "https://agency.example:8443/ada": "https://agency.example:8443/ada",
    "http://[::1]:8080/@x:y@z": "http://[::1]:8080/@x:y@z",
    "sqlite:////srv/a@b:c@d.db": "sqlite:////srv/a@b:c@d.db",
    "Perilune <digest@perilune.example>": "Perilune <digest@perilune.example>",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_shown_without_what_is_secret_in_it(address: str) -> None:
    assert without_password(address) == ADDRESSES[address]
    assert any(CANARY in secret for secret in passwords_in(address)) == (CANARY in address)
    if address.startswith("postgresql+psycopg://ada"):
        assert make_url(address).password in {unquote(secret) for secret in passwords_in(address)}


@pytest.mark.parametrize("start", STARTS)
def test_a_password_is_hidden_in_a_text_whatever_it_begins_with(start: str) -> None:
    secret = f"{start}{CANARY}{start.strip() or 'x'}text"
    settings_from({"PERILUNE_DATABASE": f"postgresql+psycopg://ada:{secret}@h/db"})
    assert CANARY not in without_secrets(f'no "{secret}" at postgresql://ada:{secret}@h/db')


def test_an_address_in_a_text_keeps_its_port() -> None:
    for text in (
        "asking https://agency.example:8443/@ada and http://[::1]:80/@x",
        '{"a":"http://h:8080","b":"x@y"}',
        "smtp://mail.example:587, by ada@mail.example",
        "http://h:8080/?to=ada@mail.example",
    ):
        assert without_secrets(text) == text


IN_ADDRESSES = {
    "database": "postgresql+psycopg://ada:{0}@127.0.0.1:9/x?password={0}",
    "pages": "nowhere://KEY:{0}@bucket/pages",
    "proxy": "http://ada:{0}@127.0.0.1:9",
    "smtp": "smtp://ada:{0}@127.0.0.1:9",
    "bounce_mailbox": "imaps://ada:{0}@127.0.0.1:9/INBOX",
    "generator": "http://127.0.0.1:9/v1?api_key={0}",
    "translator": "http://127.0.0.1:9/v1?api_key={0}",
}
OTHERS = {
    "generator_model": "m",
    "translator_model": "m",
    "public_url": "https://archive.example",
    "log_level": "debug",
}
WRONG = (
    {"database": "postgresql+psycopg://ada:{0}@127.0.0.1:port/x"},
    {"database": "mysql://ada:{0}@127.0.0.1/x"},
    {"generator": "http://ada:{0}@127.0.0.1/v1"},
    {"smtp": "smtp://ada:{0}/x@mail.example"},
    {"smtp": "http://ada:{0}@mail.example"},
    {"bounce_mailbox": "imaps://ada:{0}/x@mail.example"},
    {"allow_networks": "ada:{0}@host:80"},
    {"port": "http://ada:{0}@h"},
)
COMMANDS = (("doctor", "--json"), ("config",), ("config", "--json"), ("status",), ("search", "moon"))
ON_A_FILE = (("mail", "bounces"), ("mail", "status"), ("try", "summary", "/nowhere"))


def canaries(home: Path) -> dict[str, str]:
    """Give settings with a canary wherever one may hold a secret; a new secret setting is among them by itself."""
    whole = {name: f"{CANARY}-{name}-value" for name in SECRETS}
    within = {name: form.format(f"{CANARY}{name}") for name, form in IN_ADDRESSES.items()}
    return {
        f"PERILUNE_{name.upper()}": value for name, value in (whole | within | OTHERS | {"home": str(home)}).items()
    }


def test_no_command_shows_a_secret(tmp_path: Path) -> None:
    settings = canaries(tmp_path)
    on_a_file = {name: value for name, value in settings.items() if name not in {"PERILUNE_DATABASE", "PERILUNE_PAGES"}}
    said: list[tuple[tuple[str, ...], dict[str, str]]] = [(command, settings) for command in COMMANDS]
    said += [(command, on_a_file) for command in ON_A_FILE]
    for wrong in WRONG:
        changes = {f"PERILUNE_{name.upper()}": form.format(CANARY) for name, form in wrong.items()}
        said += [(("mail", "bounces"), on_a_file | changes), (("config",), on_a_file | changes)]
    child = subprocess.run(
        [sys.executable, "-c", SHOWING_ALL], input=json.dumps(said), capture_output=True, text=True, check=True
    )
    for (command, asked), answer in zip(said, json.loads(child.stdout), strict=True):
        assert answer, command
        assert CANARY not in answer, (command, asked, answer)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []


def test_the_doctor_shows_neither_the_key_in_an_address_nor_signs_of_whoever_answers_there(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/v1").respond_with_json({"data": [{"id": "\x1b]0;owned"}]})
    address = httpserver.url_for(f"/v1?api_key={CANARY}")
    settings = settings_from({"PERILUNE_GENERATOR": address, "PERILUNE_GENERATOR_MODEL": "\x1b[2J"})
    archive = Archive(settings, sessionmaker())
    (found,) = outside.generator(Installation(settings, archive, NOW))
    assert found.state is State.WARNING
    assert "?api_key=*** answers" in found.sentence
    assert "\\x1b]0;owned" in found.remedy
    assert "\x1b" not in found.sentence + found.remedy


SHOWING_ALL = """
import contextlib, io, json, os, sys
from perilune.cli import main
before, answers = {name: value for name, value in os.environ.items() if not name.startswith("PERILUNE_")}, []
for arguments, settings in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(before | settings)
    sys.argv = ["perilune", *arguments]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main()
        said.write("done")
    answers.append(said.getvalue())
print(json.dumps(answers))
"""
"""Runs commands in turn, and gives all that each has said."""


def test_a_problem_names_its_setting_and_not_its_secret() -> None:
    with pytest.raises(ConfigProblem) as caught:
        settings_from({"PERILUNE_GENERATOR": f"http://ada:{CANARY}@127.0.0.1/v1"})
    assert "PERILUNE_GENERATOR" in str(caught.value)
    assert CANARY not in str(caught.value)
    with pytest.raises(DatabaseProblem) as gone:
        open_engine(f"postgresql+psycopg://ada:{CANARY}@127.0.0.1:9/x?password={CANARY}")
    assert CANARY not in str(gone.value)
    assert CANARY not in PageStore(f"memory://KEY:{CANARY}@bucket").url
    settings = Settings.model_validate(dict.fromkeys(SECRETS, CANARY))
    assert CANARY not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_no_log_tells_what_a_setting_keeps_secret(capsys: pytest.CaptureFixture[str]) -> None:
    from structlog import get_logger

    key = f"-----BEGIN PRIVATE KEY-----\n{CANARY}AAAA\n{CANARY}BBBB\n-----END PRIVATE KEY-----"
    settings_from({"PERILUNE_SMTP_PASSWORD": f"{CANARY} /@", "PERILUNE_DKIM_KEY": key})
    configure_logging("info")
    error = ConnectionError(f"login {CANARY}%20%2F%40 failed for {CANARY} /@ with {CANARY}BBBB")
    try:
        get_logger().error("mail not sent", exc_info=error, reason=str(error), server=f"smtp://u:{CANARY}x@h")
    finally:
        configure_logging("warning")
    said = capsys.readouterr().err
    assert "mail not sent" in said
    assert CANARY not in said
    assert without_secrets("an ordinary sentence") == "an ordinary sentence"


@pytest.mark.long
def test_no_child_is_started_with_a_secret(tmp_path: Path) -> None:
    (tmp_path / "aa_gone.toml").write_text('name = "A"\nhome = "http://127.0.0.1:9/"\nkind = "feed"\n')
    settings = {name.removeprefix("PERILUNE_").lower(): value for name, value in canaries(tmp_path / "var").items()}
    del settings["database"], settings["pages"]
    seen: set[str] = set()
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.05):
            for child in psutil.Process(os.getpid()).children(recursive=True):
                try:
                    seen.add(" ".join(child.cmdline()))
                except psutil.Error:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    done = perilune("crawl", "aa_gone", "--force", sources=str(tmp_path), **settings)
    is_over.set()
    watcher.join()
    assert any("crawler" in line for line in seen), seen
    assert CANARY not in " ".join(seen)
    assert CANARY not in done.stdout + done.stderr
