"""A short soak: whatever server and sender suffer, every mail goes out once, is shown as uncertain, or was refused."""

from __future__ import annotations

from pathlib import Path

from benchmarks.mail_soak import Trial, soak


def test_no_mail_is_lost_and_none_repeated_whatever_happens(tmp_path: Path) -> None:
    verdict = soak(tmp_path, Trial(reader_count=60, share=0.6, kill_count=6, longest_life_seconds=0.4))
    assert verdict.fault_count >= 40
    assert verdict.killed >= 3
    assert set(verdict.outcomes) <= {"sent once", "refused for good", "uncertain, taken", "uncertain, not taken"}
    assert sum(verdict.outcomes.values()) == 60
    assert verdict.outcomes["sent once"] >= 30
