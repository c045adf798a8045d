"""Metrics in Prometheus' format: the state of the work, read from the tables when asked, and what was asked of the web.

Every name stands in docs/operations.md. Labels have few values: addresses are counted by their routes' templates.
"""

from __future__ import annotations

import collections
import datetime as dt
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.orm import Session, sessionmaker

from models import work
from models.claimant import claimants_at_work, is_alive
from models.database import free_bytes, size_of
from models.page_store import PageStore
from perilune import __version__
from web.recent import Recent

KEPT_SECONDS = 10.0
SECOND_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
HEARD_LATELY = dt.timedelta(minutes=2)
"""Within this, a process that beats has been heard of, unless its beats are many times slower than usual."""


@dataclass(frozen=True)
class Answered:
    """A request that was answered, by what may be told of it: no address, and nobody's name."""

    method: str
    route: str
    status: int
    seconds: float


class Metrics:
    """Everything that a web process tells a monitoring system."""

    def __init__(self, sessions: sessionmaker[Session], pages: PageStore) -> None:
        # When each figure was first counted is a figure more for each, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._registry.register(_Tables(sessions, pages))
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "perilune_http_requests",
            "Requests that this process answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "perilune_http_request_duration_seconds",
            "Time until a request was wholly answered.",
            ("method", "route"),
            buckets=SECOND_BOUNDS,
            registry=self._registry,
        )

    def count(self, answered: Answered) -> None:
        """Count a request."""
        method = answered.method if answered.method in METHODS else OTHER
        self._requests.labels(method, answered.route, str(answered.status)).inc()
        self._seconds.labels(method, answered.route).observe(answered.seconds)

    def text(self) -> bytes:
        """Write all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Tables:
    """A collector over the tables; what it read is kept for some seconds."""

    def __init__(self, sessions: sessionmaker[Session], pages: PageStore) -> None:
        self._sessions = sessions
        self._pages = pages
        self._metrics = Recent(self._read, seconds=KEPT_SECONDS)

    def describe(self) -> Iterable[Metric]:
        """Describe nothing beforehand, so that making an app asks no database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Give what the tables say."""
        return self._metrics.value()

    def _read(self) -> list[Metric]:
        begun, now = time.monotonic(), dt.datetime.now(dt.UTC)
        with self._sessions() as session:
            found = [*_of_work(session, now), *_of_content(session), *_of_mail(session)]
            found.append(_gauge("database_size_bytes", "Size of the database.", size_of(session)))
        for name, what, free in (
            ("page_store_free_bytes", "bytes of pages lie", self._pages.free_bytes()),
            ("database_free_bytes", "database lies", free_bytes(self._sessions.kw["bind"].url)),
        ):
            if free is not None:
                found.append(_gauge(name, f"Room left where the {what}.", free))
        build = GaugeMetricFamily("perilune_build_info", "Always 1; the label says the version.", labels=["version"])
        build.add_metric([__version__], 1)
        took = time.monotonic() - begun
        return [*found, build, _gauge("metrics_read_seconds", "Time it took to read the tables for this answer.", took)]


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"perilune_{name}", meaning, value=value)


def _labelled(name: str, meaning: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"perilune_{name}", meaning, labels=[label])
    for of, value in values:
        family.add_metric([of], value)
    return family


def _of_work(session: Session, now: dt.datetime) -> Iterator[Metric]:
    queues = work.queues(session, now=now)
    yield _labelled("items_due", "Items that may be claimed now.", "stage", ((q.stage, q.due_count) for q in queues))
    yield _labelled(
        "oldest_due_age_seconds",
        "How long the oldest item that is due has been so; 0 where none is.",
        "stage",
        ((q.stage, (now - q.oldest_due_at).total_seconds() if q.oldest_due_at else 0) for q in queues),
    )
    items = GaugeMetricFamily("perilune_items", "Items by where they stand at a stage.", labels=["stage", "state"])
    for (stage, state), count in work.fate_counts(session).items():
        items.add_metric([stage, state], count)
    yield items
    claims = work.claims(session)
    yield from _of_workers(session, claims, now)
    expired = sum(each.count for each in claims if each.has_expired(now))
    yield _gauge("claims_expired_items", "Items in claims of which at least one has expired.", expired)


def _of_workers(session: Session, claims: Sequence[work.Claims], now: dt.datetime) -> Iterator[Metric]:
    last, rows = now - HEARD_LATELY, claimants_at_work(session)
    counts = collections.Counter(row.role for row in rows if row.seen_at >= last).items()
    yield _labelled("workers", "Processes that have said lately that they are at work.", "role", counts)
    silent = {row.name for row in rows if row.seen_at < last}
    yield _gauge("workers_silent", "Processes that said so, and then fell silent.", len(silent))
    holding = {each.claimant for each in claims if not each.has_expired(now)} - silent
    living = sum(map(is_alive, holding))
    yield _gauge("claimants", "Processes that have claimed work, and are neither gone nor silent.", living)


def _of_content(session: Session) -> Iterator[Metric]:
    yield _gauge("articles", "Articles in the archive.", work.article_count(session))
    yield _gauge("pages", "Pages in the archive.", work.page_count(session))
    sources = work.sources_by_state(session)
    yield _labelled("sources", "Sources by how they fare.", "state", sources.items())
    for what, moment in work.latest_moments(session).items():
        if moment is not None:
            name, meaning = f"latest_{what}_timestamp_seconds", f"When the latest {what} came."
            yield _gauge(name, meaning, moment.timestamp())


def _of_mail(session: Session) -> Iterator[Metric]:
    yield _labelled("mails", "Mails by where they stand.", "state", work.mail_by_state(session).items())
