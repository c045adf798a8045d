"""The chaos table: what befell the work how often, over which database, and what was broken by it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.attacks import Report

HEAD = ("fault", "work", "SQLite", "PostgreSQL", "kills", "kills and faults that struck", "invariants broken")


def table_of(reports: Sequence[Report]) -> str:
    """Write the table in Markdown: a row for each kind of fault and work, and their sum."""
    kinds = sorted({(report.fault, _kind(report.work)) for report in reports})
    rows = [
        _row(fault, work, [each for each in reports if (each.fault, _kind(each.work)) == (fault, work)])
        for fault, work in kinds
    ]
    rows.append(_row("all", "all", reports))
    lines = [HEAD, ("---", "---", *["---:"] * 5), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _kind(work: str) -> str:
    return work.partition(" from ")[0]


def _row(fault: str, work: str, reports: Sequence[Report]) -> tuple[str, ...]:
    counts = [sum(report.database == database for report in reports) for database in ("sqlite", "postgresql")]
    counts += [sum(report.kills for report in reports), sum(report.points for report in reports)]
    counts.append(sum(len(report.broken) for report in reports))
    return (fault, work, *(f"{count:,}" for count in counts))
