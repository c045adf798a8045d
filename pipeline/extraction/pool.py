"""Reading pages in worker processes, each within its deadline and memory: a crash or a hang of a library costs one.

A scanned document comes back as such at once; then, where OCR is at hand, it is read again with OCR's own deadline.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool
from structlog import get_logger

from perilune.verdicts import SCANNED, SCANNED_IN_PART
from pipeline.extraction.extract import ExtractionProblem, FetchedPage, extract
from pipeline.extraction.memory import memory_within
from pipeline.extraction.ocr import Ocr
from pipeline.values import Extracted, Rejected

Key = TypeVar("Key")
log = get_logger()
WAITING_PER_WORKER = 4
TASKS_PER_WORKER = 500
USUAL_MEMORY_MB = 2048
# What nearly every page needs: made once in the server, it costs no worker anything.
PRELOADED = "pipeline.extraction.preloaded"


@dataclass(frozen=True)
class Unreadable:
    """A document that fails alike however often it is read, and why."""

    reason: str


Extraction = Extracted | Rejected | Unreadable


def extract_all(
    pages: Iterable[tuple[Key, FetchedPage]],
    *,
    worker_count: int,
    deadline: int,
    memory_mb: int = USUAL_MEMORY_MB,
    ocr: Ocr | None = None,
) -> Iterator[tuple[Key, Extraction]]:
    """Extract pages in their order, within `deadline` seconds and memory each; only a few wait in memory at a time.

    Without `ocr`, scans are not read.
    """
    # A server forked early: a plain fork would copy the encoder's threads in an unknown state.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED, *_main_module()])
    waiting: deque[_Reading[Key]] = deque()
    with ProcessPool(max_workers=worker_count, max_tasks=TASKS_PER_WORKER, context=context) as pool:
        bounds = _Bounds(pool, deadline, memory_mb, ocr)
        for key, page in pages:
            waiting.append(_Reading(key, page, bounds))
            if len(waiting) >= WAITING_PER_WORKER * worker_count:
                yield _first_of(waiting)
        while waiting:
            yield _first_of(waiting)


def _main_module() -> Iterator[str]:
    """Name the module that this process runs: every worker imports it, at once where the server has it."""
    spec = sys.modules["__main__"].__spec__
    if spec is not None and not spec.name.endswith("__main__"):
        yield spec.name


def extract_within(page: FetchedPage, memory_mb: int, ocr: Ocr | None = None) -> Extracted | Rejected:
    """Extract a page in a worker process; MemoryError also where a library made something else of it."""
    with memory_within(memory_mb) as is_short:
        try:
            result = extract(page, ocr)
        except ExtractionProblem as problem:
            if is_short():
                raise MemoryError from problem
            raise
        if isinstance(result, Rejected) and is_short():
            raise MemoryError
    return result


@dataclass(frozen=True)
class _Bounds:
    pool: ProcessPool
    deadline: int
    memory_mb: int
    ocr: Ocr | None

    @property
    def ocr_deadline(self) -> int:
        """The seconds after which a reading with OCR is ended from outside, should it not end by itself."""
        return self.ocr.seconds + self.ocr.page_seconds + self.deadline if self.ocr else self.deadline


class _Reading(Generic[Key]):
    """A page being read: once, and once more with OCR where it is a scan."""

    def __init__(self, key: Key, page: FetchedPage, bounds: _Bounds) -> None:
        self.key = key
        self._page = page
        self._bounds = bounds
        self._deadline = bounds.deadline
        self._first: Extracted | Rejected | None = None
        self.future: ProcessFuture = bounds.pool.schedule(
            extract_within, args=(page, bounds.memory_mb), timeout=bounds.deadline
        )

    @property
    def is_done(self) -> bool:
        """Whether the result is there; a scan begins to be read with OCR when it is known for one."""
        if self.future.done() and self._first is None and self._is_left_to_ocr():
            self._first, self._deadline = self.future.result(), self._bounds.ocr_deadline
            arguments = (self._page, self._bounds.memory_mb, self._bounds.ocr)
            self.future = self._bounds.pool.schedule(extract_within, args=arguments, timeout=self._deadline)
        return bool(self.future.done())

    def _is_left_to_ocr(self) -> bool:
        if self._bounds.ocr is None or self.future.exception() is not None:
            return False
        result = self.future.result()
        if isinstance(result, Rejected):
            return result.reason == SCANNED
        return isinstance(result, Extracted) and result.remark == SCANNED_IN_PART

    def result(self) -> Extraction:
        """Give the result; what the pages with text gave is not lost with the scans beside them."""
        result = self._outcome()
        return self._first if isinstance(result, Unreadable) and isinstance(self._first, Extracted) else result

    def _outcome(self) -> Extraction:
        try:
            result: Extracted | Rejected = self.future.result()
        except Late:
            return Unreadable(f"it took longer than {self._deadline} s to read")
        except MemoryError:
            return Unreadable(f"it needs more than {self._bounds.memory_mb} MB to read")
        except ProcessExpired as crash:
            # So end native libraries that are refused memory, and hardly any other crash.
            is_short = crash.exitcode == -signal.SIGABRT
            why = f"; it may need more than {self._bounds.memory_mb} MB" if is_short else ""
            return Unreadable(f"the reader crashed on it{why}")
        except ExtractionProblem as problem:
            return Unreadable(str(problem))
        except Exception as error:
            log.exception("document not read", url=self._page.url)
            return Unreadable(f"its reader failed on it: {type(error).__name__}")
        return result


def _first_of(waiting: deque[_Reading[Key]]) -> tuple[Key, Extraction]:
    """Wait for the first page; scans among those behind it begin to be read with OCR meanwhile."""
    first = waiting[0]
    while True:
        pending = [reading.future for reading in waiting if not reading.is_done]
        if first.future.done():
            waiting.popleft()
            return first.key, first.result()
        wait(pending, return_when=FIRST_COMPLETED)
