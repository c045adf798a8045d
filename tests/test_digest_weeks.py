"""Twelve simulated weeks: nothing that matched is missing from an edition's issues, and nothing comes twice."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from benchmarks.digest_weeks import SEED, Weeks


def test_in_twelve_weeks_nothing_is_missing_and_nothing_comes_twice(sessions: sessionmaker[Session]) -> None:
    weeks = Weeks(sessions, SEED, busyness=3)
    weeks.run()
    assert [fault for proof in weeks.proofs.values() for fault in proof.faults] == []
    assert weeks.kill_count > 10
    assert weeks.half_done_count == 0
