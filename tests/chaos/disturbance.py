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


@dataclass
class Disturbance:
    """One fault that befell one piece of work: where it struck, how often, and what was broken at once."""

    lane: Lane
    work: Work
    fraction: float
    """How far into the work it strikes."""
    chance: random.Random
    struck: int = 0
    broken: list[str] = field(default_factory=list)
    goes_on_at: dt.datetime = NOW + A_MINUTE

    @property
    def event(self) -> int:
        """The number of the event to strike at."""
        return 1 + int(self.fraction * max(self.lane.measures[self.work.name].events, 1))

    @property
    def commit(self) -> int:
        """The number of the commit to strike at."""
        return 1 + int(self.fraction * max(self.lane.measures[self.work.name].commits - 1, 1))

    def killed(self, axe: Axe, *, now: dt.datetime = NOW) -> bool:
        """Do the work under an axe; False where it came to its end before."""
        ended = self.lane.run(self.work, now, axe)
        if ended.code == KILLED:
            self.struck += 1
            self.broken += self.lane.half_way(self.work)
            return True
        if ended.code != 0:
            self.broken.append(f"ended with {ended.code} before it was killed: {self.lane.last_words()}")
        return False

    def ends_by_itself(self, child: Child, heal: Callable[[], object] = lambda: None) -> None:
        """Let a disturbed child end, whatever it says, and heal what ails it; one that hangs breaks something."""
        self.struck += 1
        if child.ended(PATIENCE_SECONDS) is None:
            child.kill()
            self.broken.append(f"it hung for {PATIENCE_SECONDS:.0f} s")
        heal()
        self.broken += self.lane.half_way(self.work)

    @contextmanager
    def stopped(self) -> Iterator[Child | None]:
        """Stop the work between two transactions; it goes on when this is left, and None has ended before."""
        child = self.lane.start(self.work, NOW, Axe(self.commit, signal.SIGSTOP, is_at_commits=True))
        is_stopped = child.is_stopped(PATIENCE_SECONDS)
        try:
            yield child if is_stopped else None
        finally:
            child.go_on()
            self.ends_by_itself(child)
