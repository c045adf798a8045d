"""Fifty injections of the chaos harness, a thousand of which `make chaos` runs: whatever befalls, nothing is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

KILLS = 50
ATTACKED = {"crawl", "pipeline", "digest", "migration", "backup", "restore", "rebuild", "prune"}


def test_nothing_is_lost_or_repeated_by_kills_and_faults() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--kills", str(KILLS), "--json"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in {0, 1}, done.stderr[-4000:]
    reports = json.loads(done.stdout)
    broken = {(report["number"], *report["broken"]) for report in reports if report["broken"]}
    assert broken == set(), f"python -m tests.chaos --kills {KILLS} --only NUMBER does it again: {broken}"
    assert len(reports) == KILLS
    assert sum(report["points"] for report in reports) >= KILLS * 4 // 5
    assert sum(report["kills"] for report in reports) >= KILLS // 2
    assert {report["work"].partition(" from ")[0] for report in reports} >= ATTACKED
    assert len(Counter(report["fault"] for report in reports)) >= 10
    assert {report["database"] for report in reports} == {"sqlite", "postgresql"}
