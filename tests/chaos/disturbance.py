"""One fault that befalls one piece of work: where it strikes, and what is looked at right after."""

from __future__ import annotations

import datetime as dt
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.chaos.axe import Axe, Child
from tests.chaos.lane import A_MINUTE, PATIENCE_SECONDS, Lane
from tests.chaos.works import NOW, Work

KILLED = -signal.SIGKILL
SAID = (0, 2, 3)
"""How a disturbed child may end: well, with a sentence to people, or saying that the database failed it."""
AGAIN = (0, 1, 1)
"""How often what mends a kill is killed, too; one of these is drawn."""


@dataclass
class Disturbance:
    """One fault that befell one piece of work: where it struck, how often, and what was broken at once."""

    lane: Lane
    work: Work
    fraction: float
    """How far into the work it strikes."""
    chance: random.Random
    struck: int = 0
    kills: int = 0
    broken: list[str] = field(default_factory=list)
    goes_on_at: dt.datetime = NOW + A_MINUTE
    ends_within: dt.timedelta | None = None
    """How long after that nothing may wait any more; None where it does not matter."""

    @property
    def events(self) -> int:
        """How many events the work has undisturbed."""
        return max(self.lane.measures[self.work.name].events, 1)

    @property
    def event(self) -> int:
        """The number of the event to strike at."""
        return 1 + int(self.fraction * self.events)

    @property
    def commit(self) -> int:
        """The number of the commit to strike at."""
        return 1 + int(self.fraction * max(self.lane.measures[self.work.name].commits - 1, 1))

    def killed(self, axe: Axe, *, now: dt.datetime = NOW) -> bool:
        """Do the work under an axe, or what is left of it; False where it came to its end before."""
        ended = self.lane.run(self.work, now, axe, goes_on=self.kills > 0)
        if ended.code == KILLED:
            self.note_kill()
            return True
        if ended.code != 0:
            self.broken.append(f"ended with {ended.code} before it was killed: {self.lane.last_words()}")
        return False

    def note_kill(self) -> None:
        """Count a kill, and look what it left."""
        self.kills += 1
        self.struck += 1
        self.broken += self.lane.half_way(self.work)

    def killed_again(self) -> None:
        """Kill what mends a kill, too, as often as is drawn, and each time before what is left would be done."""
        left = self.events - self.event
        for _ in range(self.chance.choice(AGAIN)):
            event = 1 + int(self.chance.random() * max(left, 1))
            if not (self.kills and self.killed(Axe(event), now=self.goes_on_at)):
                return
            left -= event

    def ends_by_itself(
        self, child: Child, heal: Callable[[], object] = lambda: None, watch: Callable[[], object] = lambda: None
    ) -> bool:
        """Let a disturbed child end, and heal what ails it; tells whether it said that something ails it.

        One that hangs, or ends by an exception that nobody expected, breaks something.
        """
        ended = child.ended(PATIENCE_SECONDS, watch)
        if ended is None:
            child.kill()
            self.broken.append(f"it hung for {PATIENCE_SECONDS:.0f} s")
        elif ended.code not in SAID:
            self.broken.append(f"it crashed with {ended.code}: {self.lane.last_words()}")
        heal()
        self.broken += self.lane.half_way(self.work)
        return ended is None or ended.code != 0

    @contextmanager
    def stopped(self) -> Iterator[Child | None]:
        """Stop the work between two transactions; it goes on when this is left, and None has ended before."""
        child = self.lane.start(self.work, NOW, Axe(self.commit, signal.SIGSTOP, is_at_commits=True))
        is_stopped = child.is_stopped(PATIENCE_SECONDS)
        self.struck += is_stopped
        try:
            yield child if is_stopped else None
        finally:
            child.go_on()
            self.ends_by_itself(child)
