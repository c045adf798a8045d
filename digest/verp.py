"""Return addresses of their own (VERP): each mail's envelope sender names it, so that a report finds its way back.

They look like `bounces+ISSUE.READER.SIGNATURE@archive.example`, in signs that survive a change of case. Nobody can
make one up: the signature is the archive's.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from models.signing import Signer
from perilune.mail_addresses import mail_address
from perilune.problems import Problem

SIGNATURE_CHARS = 20
MAX_LOCAL_CHARS = 64
MARK = re.compile(rf"\+([0-9a-f]{{12}}\.[0-9a-f]{{12}})\.([0-9a-f]{{{SIGNATURE_CHARS}}})@", re.IGNORECASE)
MARK_CHARS = len("+.") + 25 + SIGNATURE_CHARS


@dataclass(frozen=True)
class Mark:
    """What a return address says: of which mail it is, and a signature that may be forged."""

    message_id: str
    signature: str

    def is_signed_by(self, signer: Signer) -> bool:
        """Tell whether this archive made the address."""
        return hmac.compare_digest(signature_of(signer, self.message_id), self.signature)


def signature_of(signer: Signer, message_id: str) -> str:
    """Sign a mail's id in hexadecimal signs: mail servers may change the case of an address."""
    signed = signer.sign("bounce", message_id)
    return hashlib.sha256(signed.encode()).hexdigest()[:SIGNATURE_CHARS]


def return_address(bounce_address: str, message_id: str, signer: Signer) -> str:
    """Give the envelope sender of one mail."""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{message_id}.{signature_of(signer, message_id)}@{domain}"


def marks_in(text: str) -> tuple[Mark, ...]:
    """Find the return addresses in a text."""
    found = (Mark(message_id.lower(), signature.lower()) for message_id, signature in MARK.findall(text))
    return tuple(dict.fromkeys(found))


def checked_bounce_address(text: str) -> str:
    """Return the address that reports are sent to; Problem where no mark fits into it."""
    try:
        address = mail_address(text)
    except ValueError as error:
        raise Problem(f"PERILUNE_BOUNCE_ADDRESS: {error}.") from error
    local = address.rpartition("@")[0]
    if not address.isascii() or len(local) + MARK_CHARS > MAX_LOCAL_CHARS or "+" in local:
        longest = MAX_LOCAL_CHARS - MARK_CHARS
        raise Problem(f"PERILUNE_BOUNCE_ADDRESS is {text!r}: use at most {longest} plain signs before the @, no +.")
    return address
