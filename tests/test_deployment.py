"""What ships for running Perilune as several processes: the compose file and the systemd units, and that they start."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema
import pytest
import yaml
from sqlalchemy.orm import Session, sessionmaker

from models.claimant import claimants_at_work
from perilune.config import settings_from
from tests.people import an_account, an_archive
from tests.test_scheduler import a_free_port, wait_until

ROOT = Path(__file__).parent.parent
UNITS = ROOT / "docs" / "deploy" / "systemd"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "perilune"}


def settings_of(service: dict[str, dict[str, str]]) -> dict[str, str]:
    """Read a service's settings as they are where nothing else is said."""
    return {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for name, value in service["environment"].items()}


def test_the_compose_file_obeys_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests" / "compose" / "compose-spec.json").read_text("utf-8"))
    jsonschema.Draft201909Validator(schema).validate(COMPOSE)
    assert set(COMPOSE["services"]) == {"postgres", "web", "scheduler", "worker-1", "worker-2", "proxy"}
    assert "pgvector" in COMPOSE["services"]["postgres"]["image"]
    for service in OURS.values():
        named = settings_of(service)
        del named["PERILUNE_DATABASE_FILE"]  # a secret of the running container
        settings_from(named)
    for volume in COMPOSE["services"]["proxy"]["volumes"]:
        source = volume.split(":")[0]
        assert not source.startswith(".") or (ROOT / source).is_file()


@pytest.fixture
def processes(database_url: str, sessions: sessionmaker[Session], tmp_path: Path) -> Iterator[str]:
    """The services of the compose file as processes, with the address of the archive."""
    port = a_free_port()
    sources, secret = tmp_path / "sources", tmp_path / "database"
    sources.mkdir()
    (sources / "quiet.toml").write_text('name = "Quiet"\nhome = "http://quiet.invalid/"\ncountry = "AT"\n', "utf-8")
    secret.write_text(database_url, "utf-8")
    an_account(an_archive(tmp_path, sessions), "administrator")
    given = {
        "PERILUNE_DATABASE_FILE": str(secret),
        "PERILUNE_HOME": str(tmp_path),
        "PERILUNE_PAGES": str(tmp_path / "pages"),
        "PERILUNE_SOURCES": str(sources),
        "PERILUNE_PORT": str(port),
    }
    running = []
    for service in OURS.values():
        environment = {**os.environ, **settings_of(service), **given}
        running.append(subprocess.Popen([sys.executable, "-m", "perilune.cli", *service["command"]], env=environment))
    yield f"http://127.0.0.1:{port}"
    for process in running:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 60
    assert {process.wait(max(deadline - time.monotonic(), 1)) for process in running} <= {0, -signal.SIGTERM}


@pytest.mark.databases("postgresql")
def test_the_processes_of_the_compose_file_start_and_find_one_another(
    processes: str, sessions: sessionmaker[Session]
) -> None:
    def roles() -> list[str]:
        with sessions() as session:
            return [each.role for each in claimants_at_work(session) if each.role in {"scheduler", "worker"}]

    def is_ready() -> bool:
        try:
            return httpx.get(f"{processes}/health/ready").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    wait_until(lambda: roles() == ["scheduler", "worker", "worker"], "a scheduler and two workers are at work")
    wait_until(is_ready, "the archive is ready")
    assert httpx.get(f"{processes}/").status_code in {httpx.codes.SEE_OTHER, httpx.codes.UNAUTHORIZED, httpx.codes.OK}


def test_the_systemd_units_start_commands_that_exist(tmp_path: Path) -> None:
    commands = set()
    for unit in UNITS.iterdir():
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # their names are of mixed case
        parser.read(unit, "utf-8")
        if unit.suffix == ".service":
            program, command, *options = parser["Service"]["ExecStart"].split()
            assert program == "/opt/perilune/.venv/bin/perilune"
            commands.add(command)
            asked = subprocess.run(
                [sys.executable, "-m", "perilune.cli", command, "--help"], check=False, capture_output=True, text=True
            )
            assert asked.returncode == 0, unit.name
            assert all(option in asked.stdout for option in options if option.startswith("--"))
        # systemd says what it does not understand; the program itself lies elsewhere here.
        (tmp_path / unit.name).write_text(
            unit.read_text("utf-8").replace("/opt/perilune/.venv/bin/perilune", "/bin/true")
        )
    assert commands == {"run", "web", "scheduler", "worker", "backup"}
    if shutil.which("systemd-analyze"):
        names = sorted(str(path) for path in tmp_path.iterdir())
        said = subprocess.run(["systemd-analyze", "verify", *names], check=False, capture_output=True, text=True)
        assert said.stderr == ""
