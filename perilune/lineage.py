"""Child processes that end with their parent, so that what was killed leaves nobody behind who still writes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def die_with_parent(parent: int) -> None:
    """End this process as soon as its parent is gone: by the kernel on Linux, by looking elsewhere.

    The parent names itself, because it may be gone before this process has begun.
    """
    _ask_kernel()
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _ask_kernel() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def command_within(command: Sequence[str], *, seconds: int, parent: int) -> list[str]:
    """Make of a foreign program's command one that ends with its parent, and after `seconds` of processor time.

    The kernel looks after both, so that nobody has to be left who would; only Linux knows parents.
    """
    return [sys.executable, "-I", "-S", __file__, str(parent), str(seconds), *command]


def _become(parent: int, seconds: int, command: Sequence[str]) -> None:
    """Turn this process into a command's, with its bounds."""
    import resource

    _ask_kernel()
    if os.getppid() != parent:
        sys.exit(1)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.execv(command[0], list(command))  # noqa: S606 - no shell is wanted


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
