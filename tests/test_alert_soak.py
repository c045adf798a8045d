"""A short soak: whoever tells of finds is killed, and every find is told once, or shown as uncertain."""

from __future__ import annotations

from pathlib import Path

from benchmarks.alert_soak import Trial, soak


def test_no_alert_is_lost_and_none_repeated_when_its_teller_is_killed(tmp_path: Path) -> None:
    verdict = soak(tmp_path, Trial(search_count=3, article_count=8, kill_count=4, longest_life_seconds=0.3))
    assert verdict.killed >= 2
    assert set(verdict.mailed) <= {"once", "uncertain, taken", "uncertain, not taken"}
    assert set(verdict.called) <= {"once", "again, with the same id"}
    assert sum(verdict.mailed.values()) == sum(verdict.called.values()) == 3 * 8
    assert verdict.mailed["once"] >= 12
