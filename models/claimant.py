"""Who claims work: a process of one machine, named so that others can tell whether it still lives."""

from __future__ import annotations

import os
import socket


def this_process() -> str:
    """Name this process as a claimant: machine, process number and its start time."""
    import psutil

    return f"{socket.gethostname()}/{os.getpid()}/{psutil.Process().create_time():.2f}"


def is_alive(claimant: str) -> bool:
    """Tell whether the claimant may still be at work; one of another machine is given the benefit of the doubt."""
    import psutil

    machine, pid, started = claimant.rsplit("/", 2)
    if machine != socket.gethostname():
        return True
    try:
        process = psutil.Process(int(pid))
        return f"{process.create_time():.2f}" == started and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
