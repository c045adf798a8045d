"""What monitoring asks of the web app: metrics, readiness, and an event with an id for every request."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
import pytest
import sqlalchemy as sa
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session, sessionmaker

from models.claimant import this_process
from models.fate import Fate
from models.page_store import PageStore
from models.tables import BackupMade, Claimant, Link, Page
from models.vocabulary import FateState, Stage
from perilune.logs import configure_logging
from tests.builders import a_source
from tests.web_archive import fill_archive
from web.app import create_app
from web.recent import Recent

ROOT = Path(__file__).parent.parent
ONLY_ON_SQLITE = pytest.mark.databases("sqlite")
NAME = re.compile(r"\bperilune_[a-z0-9_]+")
AN_HOUR = dt.timedelta(hours=1)


def a_visitor(sessions: sessionmaker[Session], store: PageStore) -> TestClient:
    """Open an archive of a person alone."""
    app = create_app(sessions, pages=store, render_issue=json.dumps)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def samples_of(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Read an exposition, as a monitoring system does."""
    families = text_string_to_metric_families(text)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def test_metrics_say_what_the_tables_say(sessions: sessionmaker[Session], page_store: PageStore) -> None:
    now = dt.datetime.now(dt.UTC)
    with sessions.begin() as session:
        fill_archive(session, page_store)
        retired = a_source(session, "aa_retired", is_active=False)
        for stage, number, state, due_at in (
            (Stage.EXTRACT, 901, FateState.WAITING, now - AN_HOUR),
            (Stage.EXTRACT, 902, FateState.FAILED, now + AN_HOUR),
            (Stage.CRAWL, retired.id, FateState.WAITING, now - AN_HOUR),
        ):
            session.add(Fate(stage=stage, item_id=number, state=state, due_at=due_at))
        for name, seen_at in (("here/1/1.00", now), ("there/2/2.00", now - AN_HOUR)):
            session.add(Claimant(name=name, role="worker", started_at=now, seen_at=seen_at, beat_count=1))
        session.add(BackupMade(made_at=now, place="/backups", page_count=1, missing_count=0))
    with a_visitor(sessions, page_store) as visitor:
        for path in ("/story/ffffffffffff?key=hidden", "/nowhere/hidden", "/static/style.css", "/static/hidden"):
            visitor.get(path)
        visitor.head("/status")
        answer = visitor.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = samples_of(answer.text)

    def value(name: str, **labels: str) -> float:
        return found[f"perilune_{name}", frozenset(labels.items())]

    assert value("items_due", stage="extract") == 1
    assert value("items", stage="extract", state="failed") == 1
    assert 3600 <= value("oldest_due_age_seconds", stage="extract") < 3700
    assert value("items_due", stage="crawl") == 1, "a retired source waits for nothing"
    assert (value("workers", role="worker"), value("workers_silent")) == (1, 1)
    assert value("articles") == 6
    assert value("sources", state="retired") == 1
    assert value("database_size_bytes") > 100_000
    assert value("page_store_free_bytes") > 0
    for method, route, status in (
        ("GET", "/story/{key}", "404"),
        ("GET", "(none)", "404"),
        ("GET", "/static", "200"),
        ("HEAD", "/status", "200"),
    ):
        assert value("http_requests_total", method=method, route=route, status=status) == 1, route
    assert "hidden" not in answer.text
    documented = set(NAME.findall((ROOT / "docs" / "operations.md").read_text()))
    if sessions.kw["bind"].dialect.name == "postgresql":
        documented.remove("perilune_database_free_bytes")
    else:
        assert value("database_free_bytes") > 0
    families = {family.name for family in text_string_to_metric_families(answer.text)}
    exposed = {name for name, _ in found} | families
    assert {name for name in families if name.startswith("perilune_")} <= {n.removesuffix("_total") for n in documented}
    assert documented <= exposed
    assert len(alert_rules()) > 8
    for rule in alert_rules().values():
        assert set(NAME.findall(rule["expr"])) <= exposed | {"perilune_database_free_bytes"}, rule["alert"]
        assert rule["annotations"]["summary"]


class Series:
    """What an expression of PromQL gives for one instance: a value, or nothing."""

    def __init__(self, value: float | None) -> None:
        self.value = value

    def __or__(self, other: Series) -> Series:
        return other if self.value is None else self

    def __and__(self, other: Series) -> Series:
        return self if other.value is not None else other

    def equals(self, bound: float) -> Series:
        """Keep the value where it is this one."""
        return self if self.value == bound else Series(None)

    def exceeds(self, bound: float) -> Series:
        """Keep the value where it is above a bound."""
        return self if self.value is not None and self.value > bound else Series(None)


def alert_rules() -> dict[str, dict[str, Any]]:
    """Read the shipped alerts by their names."""
    rules = yaml.safe_load((ROOT / "docs" / "examples" / "alerts.yml").read_text())["groups"][0]["rules"]
    return {rule["alert"]: rule for rule in rules}


def fires(expression: str, text: str) -> bool:
    """Evaluate an alert's expression of sums, maxima, `or`, `and`, `==` and `>` on an exposition."""

    def aggregated(over: re.Match[str]) -> str:
        name, but_label, but = over["name"], over["label"], over["but"]
        values = [v for (n, labels), v in samples_of(text).items() if n == name and (but_label, but) not in labels]
        return f"Series({(sum(values) if over['how'] == 'sum' else max(values)) if values else None})"

    pattern = r'(?P<how>sum|max) by \(instance\) \((?P<name>\w+)(?:\{(?P<label>\w+)!="(?P<but>\w+)"\})?\)'
    python = re.sub(pattern, aggregated, expression).replace(" or ", " | ").replace(" and on (instance) ", " & ")
    python = re.sub(r" == (\d+)", r".equals(\1)", re.sub(r" > (\d+)", r".exceeds(\1)", python))
    found = eval(python, {"Series": Series})
    assert isinstance(found, Series), python
    return found.value is not None


@pytest.mark.parametrize(
    ("who", "is_told"),
    [("nobody", True), ("gone", True), ("expired", True), ("scheduler", True), ("worker", False), ("claiming", False)],
)
@ONLY_ON_SQLITE
def test_it_is_told_where_nobody_works(
    sessions: sessionmaker[Session], page_store: PageStore, who: str, *, is_told: bool
) -> None:
    now, here = dt.datetime.now(dt.UTC), this_process()
    claimant = f"{here.split('/')[0]}/1/1.00" if who == "gone" else here
    with sessions.begin() as session:
        session.add(Fate(stage=Stage.EXTRACT, item_id=1, state=FateState.WAITING, due_at=now - AN_HOUR))
        if who in {"gone", "expired", "claiming"}:
            until = now - AN_HOUR if who == "expired" else now + AN_HOUR
            held = {"claimed_by": claimant, "claimed_until": until}
            session.add(Fate(stage=Stage.EXTRACT, item_id=2, state=FateState.CLAIMED, **held))
        if who in {"scheduler", "worker"}:
            session.add(Claimant(name=here, role=who, started_at=now, seen_at=now, beat_count=1))
    text = a_visitor(sessions, page_store).get("/metrics").text
    assert fires(alert_rules()["PeriluneNobodyWorks"]["expr"], text) is is_told


def test_what_takes_long_to_read_is_read_more_seldom() -> None:
    moments = iter([0.0, 2.0, 39.0, 42.0, 42.0])
    readings = iter("ab")
    recent = Recent(lambda: next(readings), seconds=10, clock=lambda: next(moments))
    assert [recent.value() for _ in range(3)] == ["a", "a", "b"]


@ONLY_ON_SQLITE
@pytest.mark.parametrize("fault", ["none", "schema", "bytes", "a page", "database"])
def test_an_archive_is_ready_where_all_it_needs_answers(
    sessions: sessionmaker[Session], page_store: PageStore, fault: str
) -> None:
    with sessions.begin() as session:
        link = Link(source_id=a_source(session, "aa_news").id, url="http://a/", found_at=dt.datetime.now(dt.UTC))
        session.add(link)
        session.flush()
        kept = page_store.keep(b"page") if fault != "bytes" else "0" * 64
        for content_hash in (kept, "1" * 64) if fault == "a page" else (kept,):
            facts = {"url": "http://a/", "status": 200, "byte_count": 4, "fetched_at": link.found_at}
            session.add(Page(link_id=link.id, content_hash=content_hash, **facts))
            session.flush()
        if fault == "schema":
            session.execute(sa.text("update alembic_version set version_num = '0003'"))
        if fault == "database":
            session.execute(sa.text("drop table alembic_version"))
    visitor = a_visitor(sessions, page_store)
    answer = visitor.get("/health/ready")
    expected = (200, {"status": "ok"}) if fault in {"none", "a page"} else (503, {"status": "unavailable"})
    assert (answer.status_code, answer.json()) == expected
    assert visitor.get("/health/live").json() == {"status": "ok"}


@ONLY_ON_SQLITE
def test_a_process_lives_though_every_thread_of_it_waits(
    sessions: sessionmaker[Session], page_store: PageStore
) -> None:
    async def ask() -> int:
        threads = anyio.to_thread.current_default_thread_limiter()
        for _ in range(int(threads.total_tokens)):
            threads.acquire_on_behalf_of_nowait(object())
        app = create_app(sessions, pages=page_store, render_issue=json.dumps)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return (await asyncio.wait_for(client.get("/health/live"), timeout=20)).status_code

    assert asyncio.run(ask()) == 200


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """The log, in JSON from the level info."""
    configure_logging("info", "json", process="serve")
    yield capsys
    configure_logging("warning")


@ONLY_ON_SQLITE
def test_each_request_is_an_event_with_an_id_and_without_its_address(
    sessions: sessionmaker[Session], page_store: PageStore, log: pytest.CaptureFixture[str]
) -> None:
    visitor = a_visitor(sessions, page_store)
    taken = visitor.get("/story/ffffffffffff?key=hidden", headers={"X-Request-ID": "front-7.a_B"})
    assert taken.headers["X-Request-ID"] == "front-7.a_B"
    for strange in ("a b", "x" * 65, "a\x1b[31m", "é"):
        given = visitor.get("/about", headers={b"X-Request-ID": strange.encode()}).headers["X-Request-ID"]
        assert re.fullmatch("[0-9a-f]{32}", given), strange
    visitor.get("/health/live")
    with sessions.begin() as session:
        session.execute(sa.text("drop table issue_edit"))
        session.execute(sa.text("alter table story rename to gone"))
    fault = visitor.get("/stories", headers={"X-Request-ID": "fault-1"})
    assert (fault.status_code, fault.headers["X-Request-ID"]) == (500, "fault-1")
    said = log.readouterr().err
    assert "hidden" not in said
    events = [json.loads(line) for line in said.splitlines()]
    assert events[0].keys() >= {"timestamp", "pid", "ms"}
    assert {
        name: events[0][name] for name in ("event", "level", "process", "method", "route", "status", "request")
    } == {
        "event": "answered",
        "level": "info",
        "process": "serve",
        "method": "GET",
        "route": "/story/{key}",
        "status": 404,
        "request": "front-7.a_B",
    }
    assert [event["route"] for event in events] == ["/story/{key}", *["/about"] * 4, "/stories"]
    assert (events[-1]["status"], events[-1]["request"]) == (500, "fault-1")
