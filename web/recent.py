"""A value that is read seldom and asked for often; apart because metrics and readiness both need one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")
SHARE = 0.05
"""The share of the time that reading may take, however often somebody asks."""


class Recent(Generic[Value]):
    """A value as it was some seconds ago; what takes long to read is read more seldom."""

    def __init__(
        self, read: Callable[[], Value], *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._found: tuple[float, Value] | None = None

    def value(self) -> Value:
        """Return the value, read anew where it is too old; whoever asks meanwhile waits for it."""
        with self._lock:
            begun = self._clock()
            if self._found is None or begun >= self._found[0]:
                value, ended = self._read(), self._clock()
                self._found = ended + max(self._seconds, (ended - begun) / SHARE), value
            return self._found[1]
