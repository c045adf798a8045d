"""What a visitor asked for and cannot have; apart because pages and API tell the same errors in their own forms.

`NotInArchive` is the one error of this part, `Withdrawn` the kind of it for what was there. QueryProblem and
PageStoreProblem rise from the data model.
"""

from __future__ import annotations

import re

KEY = re.compile(r"[0-9a-f]{12}")


class NotInArchive(Exception):
    """There is no such thing in the archive; the message is one sentence for the visitor."""

    status = 404


class Withdrawn(NotInArchive):
    """An administrator took it down; the message says what, when and why, and nothing of what it said."""

    status = 410


def as_sentence(what: object) -> str:
    """Write what went wrong, or what was done, as a sentence of its own."""
    words = str(what)
    return words[:1].upper() + words[1:]


def checked_key(key: str, what: str) -> str:
    """Return a well-formed public key; NotInArchive for anything else, before a database is asked."""
    if KEY.fullmatch(key):
        return key
    raise NotInArchive(f"There is no {what} {key[:40]!r} in this archive.")


def missing(what: str, key: str) -> NotInArchive:
    """Make the error for a key that nothing bears."""
    return NotInArchive(f"There is no {what} {key!r} in this archive.")
