"""A small disk of the harness's own: a tmpfs that only this process and its children see, and that goes with them."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import subprocess
import sys
import time
from pathlib import Path

CLONE_NEWNS = 0x00020000
SIZE = "256m"
PATIENCE = 50


def has_disks() -> bool:
    """Tell whether this process may mount disks; tried in a child, since it changes what that sees."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    pid = os.fork()
    if not pid:
        code = 1
        try:
            see_own_mounts()
            mount("tmpfs", "-t", "tmpfs", "-o", "size=1m", where=Path("/mnt"))
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def see_own_mounts() -> None:
    """Let nobody else see what is mounted from now on; OSError where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "no mounts of our own")
    mount("--make-rprivate", where=Path("/"))


def remount(option: str, *, where: Path) -> None:
    """Change a disk; one that is busy for a moment, with a file that nobody has let go of yet, is asked again."""
    for _ in range(PATIENCE):
        gc.collect()
        with contextlib.suppress(subprocess.CalledProcessError):
            mount("-o", f"remount,{option}", where=where)
            return
        time.sleep(0.1)
    mount("-o", f"remount,{option}", where=where)


def mount(*options: str, where: Path) -> None:
    """Call mount; CalledProcessError where it refuses."""
    subprocess.run(["mount", *options, str(where)], check=True, stderr=subprocess.DEVNULL)
