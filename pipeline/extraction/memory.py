"""The memory that a worker process may take; apart so that a worker can be bounded before it imports any reader."""

from __future__ import annotations

import sys
from pathlib import Path

MEGABYTE = 1024 * 1024


def limit_memory(megabytes: int) -> None:
    """Let this process and its children take so much memory beyond what it has; only Linux tells what that is."""
    if sys.platform != "linux":
        return
    import resource

    held_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = held_pages * resource.getpagesize() + megabytes * MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
