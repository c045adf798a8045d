"""What stands in the log, in each format: one line an event, its context, and nothing that steers a terminal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from structlog import get_logger
from structlog.contextvars import bound_contextvars

from perilune.logs import configure_logging

HOSTILE = "a\x1b]0;title\x07 b\r\nlevel=error forged\u202e\x9b31m"


def fail() -> None:
    """Raise an error that says what somebody sent."""
    raise ValueError(HOSTILE)


@pytest.fixture(params=["logfmt", "json", "console"])
def log_format(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """Each format in turn, written to where the test reads."""
    configure_logging("info", request.param, process="crawl")
    yield request.param
    configure_logging("warning")


def test_no_text_steers_a_terminal_or_begins_an_event_of_its_own(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = get_logger()
    with bound_contextvars(source="aa_news", run=7):
        log.info("page left out", url=HOSTILE, seen={HOSTILE: [HOSTILE]}, nothing=None)
        try:
            fail()
        except ValueError:
            log.exception("failed", stage="extract", item=3)
    logging.getLogger("library").error("trouble: %s", HOSTILE)
    said = capsys.readouterr().err
    assert [sign for sign in said if not sign.isprintable() and sign != "\n"] == []
    assert "\\x1b]0;title" in said.replace("\\\\", "\\")
    lines = said.splitlines()
    assert not any(line.startswith("level=error forged") for line in lines)
    for context in ("aa_news", "extract", "crawl", "ValueError", "trouble"):
        assert context in said, context
    if log_format == "console":
        return
    assert len(lines) == 3
    if log_format == "json":
        first, second, third = map(json.loads, lines)
        assert (first["event"], first["source"], first["run"], first["process"]) == (
            "page left out",
            "aa_news",
            7,
            "crawl",
        )
        assert (second["stage"], second["item"], second["level"]) == ("extract", 3, "error")
        assert "Traceback" in second["exception"]
        assert third["event"].startswith("trouble: ")
        assert list(first)[:5] == ["timestamp", "level", "event", "process", "pid"]
    else:
        assert all(line.startswith("timestamp=") for line in lines)
