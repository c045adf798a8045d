"""The harness's command line. Light, since worker processes import the main module of whoever starts them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

DATABASES = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "both": ("sqlite", "postgresql")}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Kill and starve real work, and check.")
    parser.add_argument("--database", choices=DATABASES, default="both")
    parser.add_argument("--kills", type=int, default=50, help="how many injections, of kills and other faults")
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--only", type=int, action="append", help="the number of one injection, to do it again")
    parser.add_argument(
        "--state", type=Path, help="file that keeps what was done; it is not done again, unless it broke"
    )
    parser.add_argument("--json", action="store_true", help="print the reports as JSON")
    return parser.parse_args()


def main() -> int:
    """Run the harness; 1 where an invariant was broken."""
    options = _options()
    from rich.progress import Progress

    from tests.chaos.attacks import Report
    from tests.chaos.disks import has_disks
    from tests.chaos.harness import NO_DISKS, Trial, run
    from tests.chaos.table import table_of

    trial = Trial(options.kills, options.seed, DATABASES[options.database], tuple(options.only or ()))
    if not has_disks():
        sys.stderr.write(f"{NO_DISKS}\n")
    with Progress(transient=True, disable=options.json) as progress:
        task = progress.add_task("injections", total=None if trial.only else trial.count)

        def tell(report: Report) -> None:
            progress.advance(task)
            for sentence in report.broken:
                sys.stderr.write(f"BROKEN {report.number} {report.database} {report.fault} {report.work}: {sentence}\n")

        reports = run(trial, options.state, tell)
    if options.json:
        sys.stdout.write(json.dumps([vars(report) for report in reports]) + "\n")
    else:
        sys.stdout.write(table_of(reports) + "\n")
    return any(report.broken for report in reports)


if __name__ == "__main__":
    sys.exit(main())
