"""`perilune run` as one process group on real parts: it crawls, processes and serves, and survives a killed child.

On PostgreSQL its crawls and processing are a worker's, with the same companions that workers elsewhere have.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from perilune.demo import run as demo_run
from perilune.demo.build import demo_web_places
from perilune.demo.clock import SECOND_MOMENT
from perilune.demo.web import DemoWeb

PATIENCE_SECONDS = 240


def a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Wait, with patience, until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.3)
    pytest.fail(f"waited in vain until {what}")


@pytest.fixture
def system(tmp_path: Path, database_url: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`perilune run` on the demo's sources, with the address of its archive."""
    port = a_free_port()
    with DemoWeb() as web:
        web.at(SECOND_MOMENT)
        environment = {
            **os.environ,
            "PERILUNE_HOME": str(tmp_path),
            "PERILUNE_DATABASE": database_url,
            "PERILUNE_SOURCES": str(Path(demo_run.__file__).parent / "sources"),
            "PERILUNE_PROXY": web.address,
            "PERILUNE_ALLOW_NETWORKS": demo_web_places(),
            "PERILUNE_DOWNLOAD_DELAY": "0",
            "PERILUNE_PORT": str(port),
        }
        with subprocess.Popen([sys.executable, "-m", "perilune.cli", "run"], env=environment) as process:
            yield process, f"http://127.0.0.1:{port}"
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) in {0, -signal.SIGKILL}


def found_count(address: str) -> int:
    """Count the articles that the archive's API finds."""
    try:
        answer = httpx.get(f"{address}/api/search", params={"q": "relevance:core"})
    except httpx.TransportError:
        return -1
    total: int = answer.json()["total"]
    return total


def children_that(word: str, process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Find the processes below it whose command has a word in it."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if word in command_of(child)]


def command_of(process: psutil.Process) -> list[str]:
    """Read a process's command; one that has just ended has none."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.timeout(600)
@pytest.mark.databases("sqlite", long=("postgresql",))
def test_it_crawls_processes_and_serves_though_its_crawl_is_killed(
    system: tuple[subprocess.Popen[bytes], str],
) -> None:
    process, address = system
    wait_until(lambda: found_count(address) == 0, "the archive answers")
    wait_until(lambda: bool(children_that("crawler.batch", process)), "a crawl runs")
    for child in children_that("crawler.batch", process):
        child.kill()
    wait_until(lambda: found_count(address) > 40, "the crawl was completed and its articles are found")
    assert process.poll() is None
    assert httpx.get(f"{address}/api/sources").json()["total"] == 40


@pytest.mark.timeout(600)
@pytest.mark.databases("postgresql")
def test_what_crawls_and_processes_ends_with_it_when_it_is_killed(system: tuple[subprocess.Popen[bytes], str]) -> None:
    process, _ = system
    wait_until(lambda: bool(children_that("perilune.jobs.orders", process)), "a worker processes")
    children = [child for word in ("worker", "perilune.jobs.orders") for child in children_that(word, process)]
    process.kill()
    process.wait()
    wait_until(lambda: not any(child.is_running() for child in children), "its children are gone")
