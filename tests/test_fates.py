"""The fate row: claims, retries and outcomes on both databases."""

import datetime as dt
import time

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models.beating import beating
from models.claimant import Claimant, Watch, claimants_at_work, this_process
from models.fate import (
    Claim,
    Claimed,
    ClaimLost,
    Fate,
    Outcome,
    await_outdated,
    await_stage,
    claim_due,
    due_count,
    failure,
    finish,
    finish_or_leave,
    lost_claims,
    release_claims_of_the_dead,
)
from models.vocabulary import FateState, Stage

ME = this_process()


def test_an_item_is_claimed_once(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, [3, 1, 2], due_at=now)
    with sessions.begin() as session:
        assert claim_due(session, Stage.EXTRACT, Claim(ME, now, 2)) == [1, 2]
    with sessions.begin() as session:
        assert claim_due(session, Stage.EXTRACT, Claim(ME, now)) == [3]
        assert due_count(session, Stage.EXTRACT, now=now) == 0


@pytest.mark.parametrize(("stage", "attempt_count"), [(Stage.EXTRACT, 4), (Stage.FETCH, 7)])
def test_a_failure_is_tried_again_later_and_then_given_up(
    sessions: sessionmaker[Session], now: dt.datetime, stage: Stage, attempt_count: int
) -> None:
    claimed, moment = Claimed(stage, 1, ME), now
    with sessions.begin() as session:
        await_stage(session, stage, [1], due_at=now)
    for _ in range(attempt_count):
        with sessions.begin() as session:
            assert claim_due(session, stage, Claim(ME, moment)) == [1]
            finish(session, claimed, failure(session, claimed, "503", now=moment), now=moment)
        with sessions.begin() as session:
            assert claim_due(session, stage, Claim(ME, moment)) == []
        moment += dt.timedelta(days=28)
    with sessions.begin() as session:
        assert claim_due(session, stage, Claim(ME, moment)) == []
        row = session.get_one(Fate, (stage, 1))
        assert (row.state, row.reason, row.attempt_count) == (FateState.FAILED, "503", attempt_count)


def test_success_forgets_earlier_attempts(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        await_stage(session, Stage.FETCH, [1], due_at=now)
    for day in range(5):
        with sessions.begin() as session:
            moment = now + dt.timedelta(days=day)
            assert claim_due(session, Stage.FETCH, Claim(ME, moment)) == [1]
            again = moment + dt.timedelta(days=1)
            finish(session, Claimed(Stage.FETCH, 1, ME), Outcome(FateState.DONE, due_at=again), now=moment)
    with sessions.begin() as session:
        claim_due(session, Stage.FETCH, Claim(ME, now + dt.timedelta(days=5)))
        assert failure(session, Claimed(Stage.FETCH, 1, ME), "503", now=now).due_at == now + dt.timedelta(minutes=10)


def test_a_claim_of_a_dead_process_is_free_again(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    machine = ME.split("/", maxsplit=1)[0]
    with sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, [1, 2], due_at=now)
        claim_due(session, Stage.EXTRACT, Claim(f"{machine}/1/0.00", now, 1))
        claim_due(session, Stage.EXTRACT, Claim(ME, now, 1))
    with sessions.begin() as session:
        assert release_claims_of_the_dead(session) == 1
        assert claim_due(session, Stage.EXTRACT, Claim(ME, now)) == [1]


def test_an_item_made_to_wait_while_it_is_worked_on_is_done_again(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        await_stage(session, Stage.SUMMARISE, [7], due_at=now)
        claim_due(session, Stage.SUMMARISE, Claim(ME, now))
    with sessions.begin() as session:
        await_stage(session, Stage.SUMMARISE, [7], due_at=now)
    with sessions.begin() as session:
        finish(session, Claimed(Stage.SUMMARISE, 7, ME), Outcome(FateState.DONE, version="1"), now=now)
        assert due_count(session, Stage.SUMMARISE, now=now) == 1


def test_another_version_of_a_stage_does_its_work_again(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, [1], due_at=now)
        claim_due(session, Stage.EXTRACT, Claim(ME, now))
        finish(session, Claimed(Stage.EXTRACT, 1, ME), Outcome(FateState.DONE, version="1"), now=now)
        assert await_outdated(session, Stage.EXTRACT, "1", now=now) == 0
        assert await_outdated(session, Stage.EXTRACT, "2", now=now) == 1
        assert claim_due(session, Stage.EXTRACT, Claim(ME, now)) == [1]


def test_the_outcome_of_a_claim_that_another_has_by_now_is_not_recorded(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, [1], due_at=now)
        claim_due(session, Stage.EXTRACT, Claim("there/1/0.00", now))
        await_stage(session, Stage.EXTRACT, [1], due_at=now)
        assert claim_due(session, Stage.EXTRACT, Claim(ME, now)) == [1]
        finish(session, Claimed(Stage.EXTRACT, 1, "there/1/0.00"), Outcome(FateState.DONE, version="1"), now=now)
        row = session.get_one(Fate, (Stage.EXTRACT, 1))
        assert (row.state, row.claimed_by) == (FateState.CLAIMED, ME)


def test_of_several_claims_those_that_others_have_or_have_worked_off_are_lost(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    later, other = now + dt.timedelta(hours=5), Claim("elsewhere/1/1.00", now + dt.timedelta(hours=5), 2)
    mine = [Claimed(Stage.FETCH, number, ME) for number in (1, 2, 3, 4)]
    with sessions.begin() as session:
        await_stage(session, Stage.FETCH, [1, 2, 3, 4], due_at=now)
        claim_due(session, Stage.FETCH, Claim(ME, now))
        assert lost_claims(session, mine) == set()
    with sessions.begin() as session:
        assert claim_due(session, Stage.FETCH, other) == [1, 2]
        finish(session, Claimed(Stage.FETCH, 1, other.claimant), Outcome(FateState.DONE), now=later)
        await_stage(session, Stage.FETCH, [4], due_at=later)
        assert lost_claims(session, mine) == {1, 2}


def test_an_item_that_is_claimed_while_it_is_made_to_wait_is_not_forgotten(
    postgres_sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with postgres_sessions.begin() as session:
        await_stage(session, Stage.GROUP, [5], due_at=now)
    with postgres_sessions() as waker, postgres_sessions() as claimer:
        await_stage(waker, Stage.GROUP, [5], due_at=now)  # it waits already; what woke it is not committed yet
        claimed = claim_due(claimer, Stage.GROUP, Claim(ME, now))
        claimer.commit()
        waker.commit()
        if claimed:
            finish(claimer, Claimed(Stage.GROUP, 5, ME), Outcome(FateState.DONE, version="1"), now=now)
            claimer.commit()
        assert due_count(claimer, Stage.GROUP, now=now) == 1


def test_a_stage_that_compares_items_is_worked_on_by_one_process(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        await_stage(session, Stage.GROUP, [1, 2], due_at=now)
        assert claim_due(session, Stage.GROUP, Claim(ME, now, 1, is_alone=True)) == [1]
    with sessions.begin() as session:
        assert claim_due(session, Stage.GROUP, Claim("elsewhere/1/0.00", now, is_alone=True)) == []
        assert claim_due(session, Stage.GROUP, Claim(ME, now, 1, is_alone=True)) == [2]
    with sessions.begin() as session:
        for item in (1, 2):
            finish(session, Claimed(Stage.GROUP, item, ME), Outcome(FateState.DONE), now=now)
        await_stage(session, Stage.GROUP, [3], due_at=now)
        assert claim_due(session, Stage.GROUP, Claim("elsewhere/1/0.00", now, is_alone=True)) == [3]


@pytest.mark.parametrize("silence", [30, 120, 600])
def test_the_claims_of_a_silent_process_elsewhere_are_free_again(
    sessions: sessionmaker[Session], now: dt.datetime, silence: int
) -> None:
    there, clock = "elsewhere/1/0.00", [0.0]
    watch = Watch(clock=lambda: clock[0])
    with sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, [1], due_at=now)
        claim_due(session, Stage.EXTRACT, Claim(there, now))
        beats = {"started_at": now, "seen_at": now, "beat_count": 7, "silence": silence}
        session.add(Claimant(name=there, role="worker", **beats))
    for second in range(0, silence + 1, 20):
        clock[0] = float(second)
        with sessions.begin() as session:
            assert release_claims_of_the_dead(session, watch.silent(session)) == 0
    clock[0] += 20.0
    with sessions.begin() as session:
        assert release_claims_of_the_dead(session, watch.silent(session)) == 1
        assert claimants_at_work(session) == []
        assert claim_due(session, Stage.EXTRACT, Claim(ME, now)) == [1]
    # The one that was silent wakes up: what it had done is rolled back, since another has the item by now.
    with pytest.raises(ClaimLost), sessions.begin() as session:
        finish_or_leave(session, Claimed(Stage.EXTRACT, 1, there), Outcome(FateState.DONE), now=now)


def test_a_watcher_that_was_away_begins_anew(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    clock = [0.0]
    watch = Watch(clock=lambda: clock[0])
    with sessions.begin() as session:
        session.add(Claimant(name="elsewhere/1/0.00", role="worker", started_at=now, seen_at=now, beat_count=1))
        session.flush()
        for second in (0.0, 3600.0, 3659.0):  # the machine slept for an hour, as did whom it watches
            clock[0] = second
            assert watch.silent(session) == set()


def test_a_process_beats_while_it_works(sessions: sessionmaker[Session]) -> None:
    with beating(sessions, "worker", silence=0.4) as name:
        assert name == ME
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with sessions() as session:
                (row,) = claimants_at_work(session)
            if row.beat_count > 2:
                break
            time.sleep(0.05)
        assert (row.name, row.role) == (ME, "worker")
        assert row.beat_count > 2
    with sessions() as session:
        assert claimants_at_work(session) == []
