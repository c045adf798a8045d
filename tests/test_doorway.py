"""A server that nobody signs in to: open to its own machine alone, by its own names, and never to others unasked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy.orm import Session, sessionmaker

from perilune.archive import Archive
from perilune.problems import Problem
from perilune.serving import app_for, door_of, served
from tests.people import CHEAP, PASSWORD, an_account, an_archive

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def archive(sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An archive without accounts."""
    return an_archive(tmp_path, sessions)


@pytest.fixture
def server(archive: Archive) -> Iterator[httpx.Client]:
    """The archive on a real server, as `perilune serve` starts it."""
    app = served(app_for(archive.settings, passwords=CHEAP))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="warning", lifespan="off", proxy_headers=False)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, args=([listener],), daemon=True)
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            yield client
        running.should_exit = True
        thread.join()


def test_a_person_alone_needs_no_sign_in_and_strangers_are_told_why_not(server: httpx.Client, archive: Archive) -> None:
    page = server.get("/status")
    assert page.status_code == 200
    assert "Single-user mode: nobody signs in" in page.text
    assert server.get("/api/me").json()["means"] == "alone"
    for name in ("localhost", "[::1]:8600", "127.0.0.1:1"):
        assert server.get("/status", headers={"Host": name}).status_code == 200
    strange = (
        {"Host": "rebound.example:8600"},
        {"Host": "127.0.0.1.rebound.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=192.0.2.1"},
    )
    for headers in strange:
        refused = server.get("/status", headers=headers)
        assert refused.status_code == 403, headers
        assert "perilune accounts add" in refused.text
        assert "mode: nobody signs in" not in refused.text
        assert server.get("/api/sources", headers=headers).json()["status"] == 403
        assert server.get("/static/style.css", headers=headers).status_code == 200
        assert server.get("/subscribe", headers=headers).status_code == 200
    made = {"login": "ada", "name": "Ada", "role": "administrator", "password": PASSWORD}
    assert server.post("/accounts", data=made).status_code == 303
    assert server.get("/status").headers["location"] == "/sign-in?next=%2Fstatus"
    assert server.get("/status", headers=strange[0]).headers["location"] == "/sign-in?next=%2Fstatus"
    entered = server.post(
        "/sign-in", data={"login": "ada", "password": PASSWORD}, headers={"X-Forwarded-Proto": "https"}
    )
    assert entered.headers["set-cookie"].startswith("__Host-perilune=")
    assert door_of(archive) == "People sign in with their accounts."


def test_an_archive_that_others_can_reach_is_not_served_without_accounts(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    with pytest.raises(Problem, match=r"perilune accounts add LOGIN --role administrator"):
        door_of(an_archive(tmp_path, sessions, host="0.0.0.0"))
    assert "only shows" in door_of(an_archive(tmp_path, sessions, host="0.0.0.0", read_only="true"))
    assert "Remote-User" in door_of(an_archive(tmp_path, sessions, host="::", proxy_user_header="Remote-User"))
    archive = an_archive(tmp_path, sessions, host="archive.example.org")
    an_account(archive, "ada")
    assert door_of(archive) == "People sign in with their accounts."
