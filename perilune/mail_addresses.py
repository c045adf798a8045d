"""Mail addresses: one rule for readers, owners and senders; a leaf, so that settings and source files obey it too."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address


def mail_address(text: str) -> str:
    """Return a bare address with its domain in ASCII; ValueError for what is no address."""
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or text != text.strip() or not text.isprintable() or not local.isascii():
        raise ValueError(f"{text!r} is not a mail address")
    try:
        address = Address(addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (MessageError, UnicodeError, ValueError, IndexError) as error:
        raise ValueError(f"{text!r} is not a mail address") from error
    return address.addr_spec
