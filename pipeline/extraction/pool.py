"""Reading pages in worker processes, each within its deadline: a crash or a hang of a library costs one document."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.extraction.extract import ExtractionProblem, FetchedPage, extract
from pipeline.values import Extracted, Rejected

Key = TypeVar("Key")
WAITING_PER_WORKER = 4
TASKS_PER_WORKER = 500


@dataclass(frozen=True)
class Unreadable:
    """A document that fails alike however often it is read, and why."""

    reason: str


Extraction = Extracted | Rejected | Unreadable


def extract_all(
    pages: Iterable[tuple[Key, FetchedPage]], *, worker_count: int, deadline: int
) -> Iterator[tuple[Key, Extraction]]:
    """Extract pages in their order, `deadline` seconds for each; only a few wait in memory at a time."""
    # A server forked early: a plain fork would copy the encoder's threads in an unknown state.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([extract.__module__])
    waiting: deque[tuple[Key, ProcessFuture]] = deque()
    with ProcessPool(max_workers=worker_count, max_tasks=TASKS_PER_WORKER, context=context) as pool:
        for key, page in pages:
            waiting.append((key, pool.schedule(extract, args=(page,), timeout=deadline)))
            if len(waiting) >= WAITING_PER_WORKER * worker_count:
                yield _first_of(waiting, deadline)
        while waiting:
            yield _first_of(waiting, deadline)


def _first_of(waiting: deque[tuple[Key, ProcessFuture]], deadline: int) -> tuple[Key, Extraction]:
    key, future = waiting.popleft()
    try:
        result: Extracted | Rejected = future.result()
    except Late:
        return key, Unreadable(f"it took longer than {deadline} s to read")
    except ProcessExpired:
        return key, Unreadable("the reader crashed on it")
    except ExtractionProblem as problem:
        return key, Unreadable(str(problem))
    return key, result
