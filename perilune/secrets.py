"""What must not be shown: passwords in addresses of any form, and the values of secret settings; a leaf for all parts.

What a process has learned to be secret is hidden in whatever it logs or says, as the last line of defence behind
messages that do not name it at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

HIDDEN = "***"
MIN_CHARS = 5
"""Shorter secrets would blot out ordinary words, and hide nothing from whoever guesses."""
PORT_OF_WEB = r"(?:(?<=http:)|(?<=https:))//[^\s/?#:@\[]*:\d{1,5}[/?#]"
PORT_IN_TEXT = r"//[^\s/?#:@\[]*:\d{1,5}[,'\"]"
"""What ends the place of an address: of the web by its standard, of any other in a text around it."""
IN_TEXT = re.compile(rf"(?!{PORT_OF_WEB}|{PORT_IN_TEXT})(?P<kept>//[^\s/?#:@\[]*:)(?P<secret>\S*)(?=@)", re.IGNORECASE)
IN_ADDRESS = re.compile(r"(?P<kept>//[^/:\[]*:)(?P<secret>.*)(?=@)", re.DOTALL)
"""A password may hold any sign where it is not encoded, `@` and digits first too: all up to the last `@` is hidden.

So drivers read it: what looks like a port is one only where no `@` comes after it.
"""
USER_ALONE = re.compile(r"(?P<kept>\bhttps?://)(?P<secret>[^\s/?#:@]+)(?=@)", re.IGNORECASE)
NO_SCHEME = re.compile(r"(?P<kept>\A[^\s/:@]+:)(?P<secret>[^\s/:]\S*)(?=@)")
NAMED = re.compile(
    r"(?P<kept>(?:(?<=[?&])(?:key|auth|sig|sas)|(?<![\w-])[\w-]*(?:passw(?:or)?d|pwd|passphrase|secret|token|credentials?"
    r"|signature|(?:api|access|account|private|secret)[_-]?key))['\"]?\s*[=:]\s*)"
    r"(?P<secret>'[^']+'|\"[^\"]+\"|[^\s&#,;'\"]+)",
    re.IGNORECASE,
)
FORMS = (IN_ADDRESS, USER_ALONE, NO_SCHEME, NAMED)
_known: dict[str, None] = {}


def without_password(address: str) -> str:
    """Write an address, or another setting, as it may be shown: without the passwords, keys and tokens in it."""
    for form in FORMS:
        address = form.sub(rf"\g<kept>{HIDDEN}", address)
    return address


def passwords_in(address: str) -> Iterator[str]:
    """Find what `without_password` hides in an address: with and without quotes, and up to its first `@`."""
    for form in FORMS:
        for match in form.finditer(address):
            secret = match["secret"]
            yield from dict.fromkeys((secret, secret.strip("'\""), secret.partition("@")[0]))


def hide(secrets: Iterable[str]) -> None:
    """Have this process show none of these any more, as they are or encoded for an address; a key, line by line."""
    for secret in secrets:
        lines = [line for line in secret.split("\n") if not line.startswith("-----")]
        for form in (secret, *lines, unquote(secret), quote(secret, safe=""), repr(secret)[1:-1]):
            if len(form.strip()) >= MIN_CHARS:
                _known[form.strip()] = None


def without_secrets(text: str) -> str:
    """Write a text of any kind without what `hide` was told, and without passwords in addresses."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return IN_TEXT.sub(rf"\g<kept>{HIDDEN}", text)
