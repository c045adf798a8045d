"""Values that are read seldom and asked for often: how long they hold, and who waits for them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from web.recent import Recent


def read_at(moments: Sequence[float], answers: str) -> tuple[Recent[str], list[int]]:
    """Make a value whose readings take ever longer: `moments` are what the clock says in turn."""
    clock, said, count = iter(moments), iter(answers), [0]

    def read() -> str:
        count[0] += 1
        return next(said).strip()

    return Recent(read, seconds=2, longest=10, clock=lambda: next(clock)), count


def test_a_no_holds_for_two_seconds_and_a_yes_for_ten_at_most_however_long_they_took() -> None:
    recent, count = read_at([0, 30, 31, 32, 62, 71, 72, 73], " yn")
    assert [recent.value() for _ in range(5)] == ["", "", "y", "y", "n"]
    assert count == [3]


def test_whoever_asks_while_it_is_read_is_told_the_last_value() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def read() -> bool:
        begun.set()
        return may_end.wait(10)

    recent = Recent(read, seconds=0, at_first=False)
    reader = threading.Thread(target=recent.value)
    reader.start()
    assert begun.wait(10)
    assert [recent.value() for _ in range(60)] == [False] * 60
    may_end.set()
    reader.join()
    assert recent.value() is True
