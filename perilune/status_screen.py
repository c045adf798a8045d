"""The one screen of `perilune status`: how an archive stands, in tables that fit a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from models.health import RETIRED
from perilune.logs import harmless
from perilune.output import bytes_in_words, duration_in_words
from perilune.status import OLD_BACKUP, Disk, LastBackup, NextIssue, StageLine, Standing, WorkerLine

if TYPE_CHECKING:
    from models.work import Failure

LATE = dt.timedelta(hours=1)
"""From how long on what waits is shown in yellow, and ten times as long in red."""
Name = TypeVar("Name", bound=str)
BAD_SOURCES = {"degraded": "yellow", "broken": "red"}
BAD_MAIL = {"failed": "red", "uncertain": "red"}


def screen_of(standing: Standing) -> RenderableType:
    """Lay out how an archive stands."""
    return Group(*_parts(standing))


def _parts(standing: Standing) -> Iterator[RenderableType]:
    yield _summary(standing)
    yield ""
    yield _stages(standing.stages, standing.at)
    if standing.failures:
        yield ""
        yield _failures(standing.failures)
    yield ""
    yield _workers(standing.workers, standing.at)


def _summary(standing: Standing) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    watched = {state: count for state, count in standing.sources.items() if state != RETIRED}
    retired = f"; {standing.sources[RETIRED]:,} {RETIRED}" if RETIRED in standing.sources else ""
    never = f"; {standing.never_visited:,} never visited yet" if standing.never_visited else ""
    table.add_row("Sources", f"{sum(watched.values()):,} watched: {_counts(watched, BAD_SOURCES)}{never}{retired}")
    page = _ago(standing.latest["page"], standing.at)
    table.add_row(
        "Archive", f"{standing.article_count:,} articles of {standing.page_count:,} pages; newest page {page}"
    )
    visit = _until(standing.next_visit_at, standing.at)
    table.add_row("Next", f"visit {visit}; {_issue_in_words(standing.next_issue, standing.at)}")
    table.add_row("Mail", _counts(standing.mail, BAD_MAIL) or "none yet")
    table.add_row("Backup", _backup_in_words(standing.backup, standing.at))
    table.add_row("Disk", _disk_in_words(standing.disk))
    return table


def _counts(counts: Mapping[Name, int], bad: Mapping[str, str]) -> str:
    return ", ".join(
        f"[{bad[name]}]{count:,} {name}[/]" if name in bad else f"{count:,} {name}" for name, count in counts.items()
    )


def _issue_in_words(issue: NextIssue | None, now: dt.datetime) -> str:
    return f"issue of {escape(issue.edition)} {_until(issue.due_at, now)}" if issue else "no edition"


def _backup_in_words(backup: LastBackup | None, now: dt.datetime) -> str:
    if backup is None:
        return "[yellow]none yet[/]; `perilune backup FOLDER` makes one"
    missing = f", [red]{backup.missing_count:,} missing[/]" if backup.missing_count else ""
    age = _ago(backup.made_at, now)
    age = f"[yellow]{age}[/]" if now - backup.made_at > OLD_BACKUP else age
    return f"{age}, {backup.page_count:,} pages{missing}: {escape(harmless(backup.place))}"


def _disk_in_words(disk: Disk) -> str:
    parts = {"database": disk.database, "pages": disk.pages, "search index": disk.index, "free": disk.free}
    return ", ".join(f"{what} {bytes_in_words(size)}" for what, size in parts.items() if size is not None)


def _stages(stages: Sequence[StageLine], now: dt.datetime) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("stage")
    for head in ("due", "oldest", "claimed", "done in 1 h", "done in 24 h"):
        table.add_column(head, justify="right")
    for line in stages:
        numbers = (line.claimed, line.last_hour, line.last_day)
        table.add_row(line.stage, _number(line.due), _lag(line, now), *map(_number, numbers))
    return table


def _number(count: int) -> str:
    return f"{count:,}" if count else "[dim]-[/]"


def _lag(line: StageLine, now: dt.datetime) -> str:
    if line.oldest_due_at is None:
        return "[dim]-[/]"
    lag = now - line.oldest_due_at
    colour = "red" if lag > 10 * LATE else "yellow" if lag > LATE else "default"
    return f"[{colour}]{duration_in_words(lag)}[/]"


def _failures(failures: Sequence[Failure]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("failed")
    table.add_column("items", justify="right")
    table.add_column("tried again", justify="right")
    table.add_column("reason", overflow="fold")
    for each in failures:
        reason = escape(harmless(each.reason or ""))
        table.add_row(str(each.stage), f"[red]{each.count:,}[/]", _number(each.tried_again_count), reason)
    return table


def _workers(workers: Sequence[WorkerLine], now: dt.datetime) -> RenderableType:
    if not workers:
        return "[bold]Nobody works at the moment.[/] `perilune run` crawls, processes and mails when due."
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("at work", "role", "seen", "claimed"):
        table.add_column(head, overflow="fold")
    for line in workers:
        name = escape(line.name.rsplit("/", 1)[0]) + ("" if line.is_alive else " [red](gone)[/]")
        table.add_row(name, line.role or "", _ago(line.seen_at, now), _counts(line.claimed, {}))
    return table


def _ago(moment: dt.datetime | None, now: dt.datetime) -> str:
    return f"{duration_in_words(now - moment)} ago" if moment else "never"


def _until(moment: dt.datetime | None, now: dt.datetime) -> str:
    if moment is None:
        return "none"
    if moment <= now:
        return f"due since {duration_in_words(now - moment)}"
    return f"in {duration_in_words(moment - now)}"
