"""One transaction, tried again where PostgreSQL chose it as a victim: correcting, undoing and placing have theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from perilune.archive import Archive

ATTEMPTS = 3
TRY_AGAIN = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock
Result = TypeVar("Result")


def in_one_go(archive: Archive, work: Callable[[Session], Result]) -> Result:
    """Do something in one transaction; again where PostgreSQL chose it as the victim of a deadlock."""
    attempt = 1
    while True:
        try:
            with archive.sessions.begin() as session:
                return work(session)
        except sa.exc.OperationalError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in TRY_AGAIN:
                raise
        attempt += 1
