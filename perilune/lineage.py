"""Child processes that end with their parent, so that what was killed leaves nobody behind who still writes."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def die_with_parent(parent: int) -> None:
    """End this process as soon as its parent is gone: by the kernel on Linux, by looking elsewhere.

    The parent names itself, because it may be gone before this process has begun.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
