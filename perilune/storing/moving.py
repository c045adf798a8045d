"""Moving an archive to another database: from SQLite to PostgreSQL when one machine is not enough, or back."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from models.copy_target import finish_copy, open_target
from models.copying import Progress, copied_tables, copy_rows, require_nobody_at_work, snapshot
from models.search.renewal import renew_index
from perilune.archive import Archive
from perilune.problems import Problem
from perilune.secrets import without_password


@dataclass(frozen=True)
class Moved:
    """What was copied, and how quickly."""

    database: str
    tables: int
    rows: int
    seconds: float
    rows_per_second: int
    articles_indexed: int

    def as_row(self) -> dict[str, object]:
        """Give it as a row to print."""
        return asdict(self)


def migrate_to(archive: Archive, url: str, *, now: dt.datetime, progress: Progress) -> Moved:
    """Copy an archive's rows into an empty database, where nobody writes meanwhile; go on where that was stopped."""
    source = archive.sessions.kw["bind"]
    assert isinstance(source, sa.Engine)
    target = open_target(url)
    if target.url == source.url:
        raise Problem(f"{without_password(url)} is the archive's own database; name another one.")
    began = time.monotonic()
    try:
        with snapshot(source, is_held=True) as connection:
            require_nobody_at_work(connection, now=now, silence=archive.settings.silence)
            rows = copy_rows(connection, target, progress=progress)
        seconds = time.monotonic() - began
        indexed = renew_index(sessionmaker(target, expire_on_commit=False))
        finish_copy(target)
    finally:
        target.dispose()
    return Moved(
        database=without_password(url),
        tables=len(copied_tables()),
        rows=rows,
        seconds=round(seconds, 1),
        rows_per_second=round(rows / max(seconds, 0.001)),
        articles_indexed=indexed,
    )
