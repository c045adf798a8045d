"""Faults of clocks: steps back and forward by days, and the nights in which an hour is skipped or comes twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import sqlalchemy as sa

from models.edition import Edition, Issue
from tests.chaos.axe import Axe
from tests.chaos.disturbance import Disturbance
from tests.chaos.works import NOW

NIGHTS = (dt.datetime(2022, 3, 26, 22, tzinfo=dt.UTC), dt.datetime(2022, 10, 29, 22, tzinfo=dt.UTC))
"""Before the clocks change in Vienna; at two o'clock there is no such hour, or it comes twice."""
A_MONTH = dt.timedelta(days=30)
A_FORTNIGHT = dt.timedelta(days=14)
"""Longer than anything waits by itself whose time has come once a month has passed."""
A_TICK = dt.timedelta(minutes=30)
TICKS = 14


def clock_back(one: Disturbance) -> None:
    """Kill it, and set the clock back by days before the next run; then it is right again."""
    one.killed(Axe(one.event))
    back = dt.timedelta(days=one.chance.randint(1, 5), hours=one.chance.randint(0, 23))
    ended = one.lane.run(one.work, NOW - back)
    if ended.code != 0:
        one.broken.append(f"with the clock set back it ended with {ended.code}: {one.lane.last_words()}")
    one.broken += one.lane.half_way(one.work)


def clock_forward(one: Disturbance) -> None:
    """Kill it, and set the clock forward by days for good."""
    one.killed(Axe(one.event))
    one.goes_on_at = NOW + dt.timedelta(days=one.chance.randint(1, 12), hours=one.chance.randint(0, 23))


def clock_forward_and_back(one: Disturbance) -> None:
    """Kill it while the clock is a month ahead, let it go on there, and set the clock right for the next run."""
    ahead = NOW + A_MONTH
    one.killed(Axe(one.event), now=ahead)
    ended = one.lane.run(one.work, ahead, goes_on=True)
    if ended.code != 0:
        one.broken.append(f"with the clock a month ahead it ended with {ended.code}: {one.lane.last_words()}")
    one.ends_within = A_FORTNIGHT


def clocks_change(one: Disturbance) -> None:
    """Look what is due twice an hour in a night whose clocks change, and kill one of these looks."""
    evening = one.chance.choice(NIGHTS)
    with one.lane.ground.archive() as archive, archive.sessions.begin() as session:
        schedule = {"timezone": "Europe/Vienna", "weekday": 6, "hour": 2, "created_at": evening - dt.timedelta(days=3)}
        session.execute(sa.update(Edition).values(**schedule))
    killed_at = one.chance.randrange(2, TICKS // 2)
    for number in range(TICKS):
        now = evening + number * A_TICK
        if number == killed_at:
            one.killed(Axe(1 + one.event // 4), now=now)
        elif (ended := one.lane.run(one.work, now)).code != 0:
            one.broken.append(f"at {now} it ended with {ended.code}: {one.lane.last_words()}")
    one.goes_on_at = evening + TICKS * A_TICK
    with one.lane.ground.archive() as archive, archive.sessions() as session:
        issues = Counter(session.scalars(sa.select(Issue.edition_id)))
    if set(issues.values()) != {1} or len(issues) != 2:
        one.broken.append(f"the night had {sorted(issues.values())} issues of its two editions")
