"""Mail addresses: one rule for readers, owners and senders; a leaf, so that settings and source files obey it too."""

from __future__ import annotations

import unicodedata
from email.errors import MessageError
from email.headerregistry import Address

from perilune.problems import Problem

MAX_LOCAL_BYTES, MAX_BYTES = 64, 254


def typed_address(text: str) -> str:
    """Return an address as a person typed it; Problem for what is none."""
    try:
        return mail_address(text.strip())
    except ValueError as error:
        raise Problem(f"{error}; write it as in ada@example.org.") from error


def mail_address(text: str) -> str:
    """Return a bare address with its domain in ASCII; ValueError for what is no address.

    The part before the @ may be of any language (RFC 6531); only a server that offers SMTPUTF8 takes such mail.
    """
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or text != text.strip() or not text.isprintable():
        raise ValueError(f"{text!r} is not a mail address")
    local = unicodedata.normalize("NFC", local)
    try:
        host = domain.encode("idna").decode("ascii")
        # The library knows ASCII alone; other signs may stand wherever a letter may.
        Address(addr_spec=f"{''.join(sign if sign.isascii() else 'x' for sign in local)}@{host}")
        address = f"{local}@{host}"
        is_short = len(local.encode()) <= MAX_LOCAL_BYTES and len(address.encode()) <= MAX_BYTES
    except (MessageError, UnicodeError, ValueError, IndexError) as error:
        raise ValueError(f"{text!r} is not a mail address") from error
    if not is_short:
        raise ValueError(f"{text!r} is too long for a mail address")
    return address
