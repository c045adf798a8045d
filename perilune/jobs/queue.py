"""The queue of jobs: Procrastinate's tables in a schema of their own, what is put there, and what dead workers left.

The schema is named by Procrastinate's version. A newer one makes its tables anew, and nothing is lost with the older:
what is due is put there again at the next tick.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import sqlalchemy as sa
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import DEFAULT_PRIORITY, Job
from procrastinate.schema import SchemaManager

from models.database import SCHEMA_LOCK, patience_with
from perilune.archive import Archive
from perilune.config import Settings
from perilune.problems import Problem

SCHEMAS = "perilune_jobs"
SCHEMA = "_".join([SCHEMAS, *version("procrastinate").split(".")[:2]])
QUEUES = ("crawl", "process", "digest")
CONNECTIONS = 4
STALLED_SECONDS = 30.0
STALLED = """
    DELETE FROM procrastinate_jobs
    WHERE status = 'doing' AND NOT EXISTS (
        SELECT FROM procrastinate_workers
        WHERE id = worker_id AND last_heartbeat > now() - make_interval(secs => %(age)s))
    RETURNING id
"""


@dataclass(frozen=True)
class Wakeup:
    """A job to be put into a queue: none like it is there while it waits, and none with its `lock` runs beside it."""

    task: str
    queue: str
    name: str
    lock: str
    arguments: tuple[tuple[str, str], ...] = ()
    priority: int = DEFAULT_PRIORITY

    @property
    def job(self) -> Job:
        """Give it as Procrastinate's own."""
        return Job(
            queue=self.queue,
            lock=self.lock,
            queueing_lock=self.name,
            task_name=self.task,
            task_kwargs=dict(self.arguments),
            priority=self.priority,
        )


def connector_of(settings: Settings, *, is_async: bool) -> PsycopgConnector | SyncPsycopgConnector:
    """Make Procrastinate's connector to the archive's database; Problem where that is not PostgreSQL."""
    address = sa.make_url(settings.database_url)
    if address.get_backend_name() != "postgresql":
        raise Problem(
            "workers share a PostgreSQL: set PERILUNE_DATABASE=postgresql+psycopg://USER@HOST/NAME"
            " (`perilune db migrate-to` moves an archive there); on SQLite, `perilune run` does all the work by itself."
        )
    conninfo = address.set(drivername="postgresql").render_as_string(hide_password=False)
    options = {"options": f"-c search_path={SCHEMA}"} | patience_with(address)
    kind = PsycopgConnector if is_async else SyncPsycopgConnector
    return kind(conninfo=conninfo, kwargs=options, min_size=1, max_size=CONNECTIONS)


def prepare(archive: Archive) -> None:
    """Make the queue's tables where they are missing, and drop those of other versions of Procrastinate."""
    with archive.sessions.begin() as session:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
        found = session.scalars(
            sa.text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :ours)"), {"ours": SCHEMAS}
        ).all()
        for other in found:
            if other != SCHEMA and re.fullmatch(rf"{SCHEMAS}_\d+_\d+", other):
                session.execute(sa.text(f"DROP SCHEMA {other} CASCADE"))
        if SCHEMA in found:
            return
        session.execute(sa.text(f"CREATE SCHEMA {SCHEMA}"))
        session.execute(sa.text(f"SET LOCAL search_path TO {SCHEMA}"))
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.execute(SchemaManager.get_schema())


class Queue:
    """Puts jobs into the queues, for a scheduler."""

    def __init__(self, app: App) -> None:
        self._app = app

    def put(self, wakeups: Iterable[Wakeup]) -> int:
        """Put those jobs there that do not wait there already; returns how many."""
        waiting = set(self._waiting())
        missing = [wakeup.job for wakeup in wakeups if wakeup.name not in waiting]
        if missing:
            try:
                self._app.job_manager.batch_defer_jobs(missing)
            except AlreadyEnqueued:  # somebody else put one there meanwhile; the next tick brings the others
                return 0
        return len(missing)

    def _waiting(self) -> Iterator[str]:
        rows = self._connector.execute_query_all(
            query="SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock IS NOT NULL"
        )
        return (row["queueing_lock"] for row in rows)

    def forget_stalled(self) -> int:
        """Take away the jobs whose workers are gone, so that what they did comes again; returns how many."""
        rows = self._connector.execute_query_all(query=STALLED, age=STALLED_SECONDS)
        return len(rows)

    def counts(self) -> dict[tuple[str, str], int]:
        """Count the jobs by queue and state."""
        rows = self._connector.execute_query_all(
            query="SELECT queue_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2"
        )
        return {(row["queue_name"], row["status"]): row["count"] for row in rows}

    @property
    def _connector(self) -> SyncPsycopgConnector:
        connector = self._app.connector
        assert isinstance(connector, SyncPsycopgConnector)
        return connector


@contextmanager
def open_queue(archive: Archive) -> Iterator[Queue]:
    """Open the queue of an archive's database; Problem where that is not PostgreSQL."""
    app = App(connector=connector_of(archive.settings, is_async=False))
    prepare(archive)
    with app.open():
        yield Queue(app)
