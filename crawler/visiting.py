"""What a spider notes while it visits a source, to become the run's `Visit`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace

from crawler.health.answers import Answer, IndexRead, index_seen
from crawler.health.characters import has_garbled_text
from crawler.health.observations import IndexSeen, PagesSeen, ProblemCode, Reread, SecondLook, Visit
from crawler.kept import Fetched


@dataclass
class Notes:
    """The notes of one visit, in the order in which its answers came."""

    indexes: list[IndexSeen] = field(default_factory=list)
    second_look: SecondLook | None = None
    reread: Reread | None = None
    is_cut_short: bool = False
    has_surveyed: bool = False
    _pages: Counter[str] = field(default_factory=Counter)
    _failures: Counter[ProblemCode] = field(default_factory=Counter)
    _failures_again: Counter[ProblemCode] = field(default_factory=Counter)

    def page_kept(self, fetched: Fetched, *, is_again: bool) -> None:
        """Note a page that is kept."""
        self._pages["recovered_count" if is_again else "kept_count"] += 1
        self._pages["garbled_count"] += has_garbled_text(fetched)

    def page_unchanged(self) -> None:
        """Note a page that has not changed since it was kept."""
        self._pages["unchanged_count"] += 1

    def page_failed(self, problem: ProblemCode, *, is_again: bool) -> None:
        """Note a page that could not be had."""
        (self._failures_again if is_again else self._failures)[problem] += 1

    def standing_page(self, answer: Answer, *, is_changed: bool) -> None:
        """Note a standing page, which is its own index."""
        self.indexes.append(replace(index_seen(answer, IndexRead(), {}), new_count=int(is_changed)))

    def visit(self, at: dt.datetime) -> Visit:
        """Sum the visit up."""
        pages = PagesSeen(failures=dict(self._failures), failures_again=dict(self._failures_again), **self._pages)
        return Visit(
            at=at,
            indexes=tuple(self.indexes),
            pages=pages if pages != PagesSeen() else None,
            second_look=self.second_look,
            reread=self.reread,
            is_cut_short=self.is_cut_short,
            has_surveyed=self.has_surveyed,
        )
