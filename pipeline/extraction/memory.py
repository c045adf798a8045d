"""The memory that one document may take of its worker process."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

MEGABYTE = 1024 * 1024
SHORT_SHARE = 0.75
PROCESS = Path("/proc/self")
FORGET_HIGHEST = "5"


@contextlib.contextmanager
def memory_within(megabytes: int) -> Iterator[Callable[[], bool]]:
    """Let this process and its children take so much memory beyond what it has; then MemoryError.

    Yields a question: whether it was nearly all used, for libraries that hide the error. Some end the process instead.
    Only Linux tells what a process has; elsewhere there is no bound.
    """
    if sys.platform != "linux":
        yield lambda: False
        return
    import resource

    held_pages = int((PROCESS / "statm").read_text(encoding="ascii").split()[0])
    most = held_pages * resource.getpagesize() + megabytes * MEGABYTE
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    bounds = [bound for bound in (most, before, hard) if bound != resource.RLIM_INFINITY]
    with contextlib.suppress(OSError):
        (PROCESS / "clear_refs").write_text(FORGET_HIGHEST, encoding="ascii")
    at_first = _highest_bytes()
    resource.setrlimit(resource.RLIMIT_AS, (min(bounds), hard))
    try:
        yield lambda: _highest_bytes() - at_first >= SHORT_SHARE * megabytes * MEGABYTE
    finally:
        # The process itself must go on: it receives the next document, however large that is.
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


def _highest_bytes() -> int:
    """Read the most memory that this process has held since it was told to forget."""
    found = re.search(r"VmHWM:\s+(\d+) kB", (PROCESS / "status").read_text(encoding="ascii"))
    return 1024 * int(found[1]) if found else 0
