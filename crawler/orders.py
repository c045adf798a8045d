"""Orders of a worker to a crawl that goes on: a line of JSON names a source, and a line answers when its run ended."""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO


@dataclass
class Orders:
    """What is still to be answered; read beside the crawl, so that its engine never waits for its input."""

    answers: TextIO
    given: TextIO = field(default_factory=lambda: sys.stdin)
    _lines: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    _unanswered: dict[str, list[int]] = field(default_factory=dict)
    _is_at_end: bool = False

    def listen(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._read, name="orders", daemon=True).start()

    def _read(self) -> None:
        for line in self.given:
            self._lines.put(line)
        self._is_at_end = True

    @property
    def may_come(self) -> bool:
        """Whether there may be further orders."""
        return not (self._is_at_end and self._lines.empty())

    def take(self) -> list[str]:
        """Take the sources that were ordered since the last look."""
        slugs = []
        while not self._lines.empty():
            order = json.loads(self._lines.get())
            waiting = self._unanswered.setdefault(order["source"], [])
            if not waiting:
                slugs.append(order["source"])
            waiting.append(order["order"])
        return slugs

    def answer_others(self, running: Iterable[str]) -> Iterator[str]:
        """Name the sources that were ordered and do not run, or run no more; each is to be answered now."""
        yield from tuple(self._unanswered.keys() - set(running))

    def answer(self, slug: str, counts: Mapping[str, object]) -> None:
        """Say what a source gave, to all who ordered it."""
        for number in self._unanswered.pop(slug, ()):
            self.answers.write(json.dumps({"order": number, "source": slug, **counts}, ensure_ascii=False) + "\n")
        self.answers.flush()
