"""Passwords: which are taken, and their Argon2id hashes (RFC 9106); the only module that knows the library."""

from __future__ import annotations

import secrets
import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from perilune.problems import Problem

MIN_CHARS, MAX_CHARS = 12, 1000
MIN_SIGNS = 5
"""Different characters that a password has at least."""
AT_ONCE = 2
"""Hashes that are computed at a time: each takes 64 MB, and whoever knocks often must not take all there is."""
COMMONEST = frozenset(
    (
        "password1234",
        "passwordpassword",
        "password12345",
        "password123456",
        "123456789012",
        "1234567890123",
        "123456789abc",
        "1234567890ab",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiop[]",
        "qwerty123456",
        "qwerty1234567",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "abcd12345678",
        "iloveyou1234",
        "letmein12345",
        "welcome12345",
        "administrator",
        "admin1234567",
        "changeme1234",
        "changemeplease",
        "correcthorsebatterystaple",
        "perilune1234",
        "football1234",
        "sunshine1234",
    )
)
"""The commonest of this length, as lists of leaked passwords have them."""


def checked_password(password: str, login: str) -> str:
    """Return a password that may be used; Problem says why another may not."""
    plain = password.casefold()
    if len(password) < MIN_CHARS:
        raise Problem(f"a password has at least {MIN_CHARS} characters; a few words in a row are easy to keep in mind.")
    if len(password) > MAX_CHARS:
        raise Problem(f"a password has at most {MAX_CHARS} characters.")
    if login.casefold() in {plain, plain[::-1]} or plain.replace(login.casefold(), "") in {"", "123", "1234", "12345"}:
        raise Problem("the password says no more than the login; choose another.")
    if plain in COMMONEST or len(set(plain)) < MIN_SIGNS:
        raise Problem("this password is among the first that anybody would try; choose another.")
    return password


class Passwords:
    """Makes hashes of passwords and compares; dear on purpose, so the cost is the caller's choice where it must be."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """Compute the hash that is kept of a password."""
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is that of a hash; without one, False after the same time."""
        if len(password) > MAX_CHARS:
            return False
        try:
            with self._turn:
                return self._hasher.verify(kept or self._nobodys, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())
