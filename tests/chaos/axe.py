"""The axe: ends the process that it was laid upon at its N-th write, commit or word to the mail server.

It is laid in a forked child before the work begins, upon libraries alone: what is killed is the product as it is.
"""

from __future__ import annotations

import os
import signal
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import psutil
import sqlalchemy as sa
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy.engine.default import DefaultDialect

P = ParamSpec("P")
R = TypeVar("R")
READS = ("SELECT", "PRAGMA", "SHOW")
CRASHED = 70
"""The exit code of a child that ended by an exception that nobody expected."""


@dataclass
class Axe:
    """Counts what writes, and strikes at the event of a number (never at 0)."""

    strike_at: int = 0
    blow: int = signal.SIGKILL
    is_at_commits: bool = False
    """Whether it strikes only between two transactions, when nobody waits for what this process holds."""
    event_count: int = 0
    commit_count: int = 0

    def lay(self) -> None:
        """Watch what writes: statements, both sides of commits and of files, and each line to a mail server."""
        DefaultDialect.do_commit = self._around(DefaultDialect.do_commit, is_commit=True)  # type: ignore[method-assign]
        sa.event.listen(sa.Engine, "before_cursor_execute", self._statement)
        for name in ("pipe_file", "mv"):
            setattr(LocalFileSystem, name, self._around(getattr(LocalFileSystem, name)))
        for name in ("fsync", "replace"):
            setattr(os, name, self._around(getattr(os, name)))
        smtplib.SMTP.send = self._around(smtplib.SMTP.send)  # type: ignore[method-assign]

    def _statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().upper().startswith(READS):
            self._event()

    def _around(self, do: Callable[P, R], *, is_commit: bool = False) -> Callable[P, R]:
        def done(*arguments: P.args, **options: P.kwargs) -> R:
            self._event()
            result = do(*arguments, **options)
            self._event()
            if is_commit:
                self._commit()
            return result

        return done

    def _event(self) -> None:
        self.event_count += 1
        if self.event_count == self.strike_at and not self.is_at_commits:
            os.kill(os.getpid(), self.blow)

    def _commit(self) -> None:
        self.commit_count += 1
        if self.commit_count == self.strike_at and self.is_at_commits:
            os.kill(os.getpid(), self.blow)


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, or minus the signal; None where it had to be ended for good."""

    code: int | None
    seconds: float


@dataclass(frozen=True)
class Child:
    """A forked child at work."""

    pid: int
    began: float

    def ended(self, within: float, watch: Callable[[], object] = lambda: None) -> Ended | None:
        """Wait for the child's end, looking at something meanwhile; None where it still works by then."""
        until = time.perf_counter() + within
        while True:
            watch()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return Ended(os.waitstatus_to_exitcode(status), time.perf_counter() - self.began)
            if time.perf_counter() > until:
                return None
            time.sleep(0.002)

    def is_stopped(self, within: float) -> bool:
        """Wait until the child has been stopped; False where it ended before, or does not stop."""
        until = time.perf_counter() + within
        while time.perf_counter() < until:
            status = psutil.Process(self.pid).status()
            if status == psutil.STATUS_STOPPED:
                return True
            if status == psutil.STATUS_ZOMBIE:
                return False
            time.sleep(0.002)
        return False

    def go_on(self) -> None:
        """Let a stopped child go on."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> Ended:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return Ended(-signal.SIGKILL, time.perf_counter() - self.began)


def forked(work: Callable[[], int], axe: Axe, *, count_to: Path | None = None, log: Path | None = None) -> Child:
    """Do work in a forked child under an axe; how many events there were is written to a file."""
    began = time.perf_counter()
    pid = os.fork()
    if pid:
        return Child(pid, began)
    code = CRASHED
    try:
        if log:
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(out, 1)
            os.dup2(out, 2)
        axe.lay()
        code = work()
        if count_to:
            count_to.write_text(f"{axe.event_count} {axe.commit_count}", encoding="utf-8")
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    except BaseException:  # noqa: BLE001 - a child must never return into its parent's code
        import traceback

        traceback.print_exc()
    finally:
        import sys

        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
