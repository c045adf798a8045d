"""Reasons of fates as people type them: whatever an error said, in words that a shell and a terminal leave alone."""

from __future__ import annotations

import itertools

AND_SO_ON = "..."
SHORT = 40


def short_reason(reason: str) -> str:
    """Write a reason as it is, or as its beginning and dots where it is long or would steer a terminal; "" for none."""
    begins = "".join(itertools.takewhile(str.isprintable, reason))
    if begins == reason and len(reason) <= SHORT:
        return reason
    words = begins[: SHORT + 1].rpartition(" ")[0].rstrip() or begins[:SHORT]
    return f"{words}{AND_SO_ON}" if words.strip() else ""


def is_meant(reason: str, said: str) -> bool:
    """Tell whether a reason is the one that somebody typed, or begins so where that ends in dots.

    How words are spaced is ignored, since a terminal folds them.
    """
    found, wanted = (" ".join(each.split()) for each in (reason, said))
    begins = wanted.removesuffix(AND_SO_ON).rstrip()
    return found == wanted or (bool(begins) and begins != wanted and found.startswith(begins))
