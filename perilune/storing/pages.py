"""Copying pages from one store to another, several at once, and which pages a database names."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from models.page_store import PageGone, PageStore
from models.pruned import PRUNED
from models.vocabulary import Stage

AT_ONCE = 8
"""Most of the time a store far away is waited for."""
PAGES_IN_TURN = 256
NAMED = """
    SELECT DISTINCT content_hash FROM page
    WHERE NOT EXISTS (SELECT 1 FROM fate WHERE stage = ? AND item_id = page.id AND reason LIKE ?)
    ORDER BY 1
"""
Told = Callable[[int], None]


def pages_named_in(database: Path) -> list[str]:
    """Name the pages that the rows of a backup's database name, but for those that were pruned."""
    connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    try:
        return [name for (name,) in connection.execute(NAMED, (Stage.EXTRACT, f"{PRUNED}%"))]
    finally:
        connection.close()


def rows_in(database: Path, tables: Sequence[str]) -> dict[str, int]:
    """Count the rows of tables in a backup's database."""
    connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    try:
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608 - our tables
    finally:
        connection.close()


def for_each_page(names: Sequence[str], work: Callable[[str], object], *, told: Told) -> list[str]:
    """Do something with each page, several at once, and name those that are not there or damaged."""
    gone: list[str] = []

    def attempt(name: str) -> str | None:
        try:
            work(name)
        except PageGone:
            return name
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(names), PAGES_IN_TURN):
            turn = names[start : start + PAGES_IN_TURN]
            gone += [name for name in pool.map(attempt, turn) if name is not None]
            told(min(start + PAGES_IN_TURN, len(names)))
    return gone


def copy_pages(names: Sequence[str], store: PageStore, to: PageStore, *, told: Told) -> list[str]:
    """Copy pages that the other store has not yet, and name those that cannot be."""
    return for_each_page(names, lambda name: to.take_over(store, name), told=told)


def damaged_pages(names: Sequence[str], store: PageStore, *, told: Told) -> list[str]:
    """Read pages, and name those that are not there or damaged."""
    return for_each_page(names, store.read, told=told)
