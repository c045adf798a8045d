"""A child process that takes orders, one line of JSON each, and answers each with a line: warm, and killed if it hangs.

Loading Scrapy or the encoder takes seconds; a companion does it once. It is made anew when it has ended, or after many
orders, so that no leak grows for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import sys
from collections.abc import Mapping, Sequence

from procrastinate.types import JSONDict
from structlog import get_logger

from perilune.problems import Problem

ORDERS_AT_MOST = 2000
LINE_BYTES = 1 << 20
log = get_logger()


class CompanionProblem(Problem):
    """A companion ended, or was ended, before it answered; the work is due again."""


class Companion:
    """Runs a module, with its arguments, as a child process while there are orders for it."""

    def __init__(self, *module: str, orders_at_most: int = ORDERS_AT_MOST, outlives_us: bool = False) -> None:
        self._command = [sys.executable, "-m", *module]
        if not outlives_us:
            self._command += ["--parent", str(os.getpid())]
        self._orders_at_most = orders_at_most
        self._child: _Child | None = None
        self._older: set[_Child] = set()
        self._starting = asyncio.Lock()

    async def answer(self, order: Mapping[str, object], *, within: dt.timedelta) -> JSONDict:
        """Give an order and wait for its answer; CompanionProblem where there is none in time."""
        child = await self._ready()
        try:
            return await asyncio.wait_for(child.ask(order), within.total_seconds())
        except TimeoutError:
            child.kill()
            raise CompanionProblem(f"{order} was not done within {within}; its process was killed") from None

    async def stop(self) -> None:
        """Let the children finish what they are at, and end."""
        children = [child for child in (self._child, *self._older) if child is not None]
        await asyncio.gather(*(child.end() for child in children))

    def kill(self) -> None:
        """End the children at once."""
        for child in (self._child, *self._older):
            if child is not None:
                child.kill()

    async def _ready(self) -> _Child:
        async with self._starting:
            if self._child is not None and self._child.order_count >= self._orders_at_most:
                self._older = {child for child in self._older if child.is_running} | {self._child}
                self._child.close()
                self._child = None
            if self._child is None or not self._child.is_running:
                self._child = await _Child.start(self._command)
            return self._child


class _Child:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._awaited: dict[int, asyncio.Future[JSONDict]] = {}
        self.order_count = 0
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command: Sequence[str]) -> _Child:
        pipe = asyncio.subprocess.PIPE
        return cls(
            await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, limit=LINE_BYTES, start_new_session=True
            )
        )

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None and not self._reading.done()

    async def ask(self, order: Mapping[str, object]) -> JSONDict:
        self.order_count += 1
        number, stdin = self.order_count, self._process.stdin
        assert stdin is not None
        future = self._awaited[number] = asyncio.get_running_loop().create_future()
        try:
            stdin.write(json.dumps({"order": number, **order}).encode() + b"\n")
            await stdin.drain()
            answer: JSONDict = await future
        except (BrokenPipeError, ConnectionResetError) as error:
            raise CompanionProblem("the process that works ended before it began; the work is due again") from error
        finally:
            self._awaited.pop(number, None)
        return answer

    async def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        try:
            async for line in stdout:
                answer: JSONDict = json.loads(line)
                future = self._awaited.get(int(str(answer.pop("order"))))
                if future is not None and not future.done():
                    future.set_result(answer)
        except (ValueError, KeyError):
            log.exception("no answer")
            self.kill()
        code = await self._process.wait()
        for future in self._awaited.values():
            if not future.done():
                future.set_exception(
                    CompanionProblem(f"the process that works ended with code {code}; it is due again")
                )

    def close(self) -> None:
        """Give no more orders: what it has been given it finishes, then it ends."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.close()

    async def end(self) -> None:
        self.close()
        await self._reading

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
