"""How somebody is known who asks; apart because the client of the API reads it and loads no server."""

from __future__ import annotations

from enum import StrEnum


class Means(StrEnum):
    """How a visitor is known."""

    UNKNOWN = "unknown"
    ALONE = "alone"
    SIGN_IN = "sign-in"
    PROXY = "proxy"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
