"""A value that is read seldom and asked for often; apart because metrics and readiness both need one."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")
SHARE = 0.05
"""The share of the time that reading may take, however often somebody asks."""


class Recent(Generic[Value]):
    """A value as it was `seconds` ago; what takes long to read is read more seldom, up to every `longest` seconds.

    One thread reads; whoever asks meanwhile is told the last value, and holds up no thread that serves pages. Before
    there is any, `at_first` is told where it is given, and else waited for.
    """

    def __init__(
        self,
        read: Callable[[], Value],
        *,
        seconds: float,
        longest: float = math.inf,
        at_first: Value | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._longest = longest
        self._clock = clock
        self._lock = threading.Lock()
        self._last = at_first
        self._until: float | None = None

    def value(self) -> Value:
        """Return the value, read anew where it is too old; a No is kept no longer than `seconds`."""
        last = self._last
        if not self._lock.acquire(blocking=last is None):
            assert last is not None
            return last
        try:
            begun = self._clock()
            if self._until is None or self._last is None or begun >= self._until:
                self._last = value = self._read()
                ended = self._clock()
                longer = min((ended - begun) / SHARE, self._longest) if value else 0.0
                self._until = ended + max(self._seconds, longer)
            return self._last
        finally:
            self._lock.release()
