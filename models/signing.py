"""Signatures on addresses that are mailed: an HMAC (RFC 2104) by a secret that the database keeps.

Whoever has the address may do what it says and nothing else; nobody can make one up.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, insert_into
from models.edition import Issue

SECRET_BYTES = 32
SIGNATURE_BYTES = 16
LINKS = "links"
ISSUE = "issue"
"""What a signature is for: to open an issue and what it cites."""


class Secret(Base):
    """A secret of this archive, drawn once; whoever replaces it makes every address mailed before worthless."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    value: Mapped[bytes]
    made_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Signer:
    """Signs, and knows its own signatures."""

    secret: bytes = field(repr=False)

    def sign(self, *parts: str) -> str:
        """Return the signature of these parts: 22 characters that stand in any address."""
        # Lengths part them, so that ("ab", "c") and ("a", "bc") differ.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        digest = hmac.digest(self.secret, text.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).rstrip(b"=").decode("ascii")

    def has_signed(self, signature: str, *parts: str) -> bool:
        """Tell whether a signature is ours and of these parts, in a time that tells nothing."""
        return hmac.compare_digest(self.sign(*parts).encode(), signature.encode())


def signer_of(session: Session) -> Signer:
    """Read the archive's signer; a new archive draws its secret now, in the caller's transaction."""
    chosen = sa.select(Secret.value).where(Secret.name == LINKS)
    value = session.scalar(chosen)
    if value is None:
        drawn = {"name": LINKS, "value": secrets.token_bytes(SECRET_BYTES), "made_at": dt.datetime.now(dt.UTC)}
        session.execute(insert_into(session, Secret).values(drawn).on_conflict_do_nothing())
        value = session.scalars(chosen).one()
    return Signer(value)


def mail_key_of(signer: Signer, issue: Issue) -> str:
    """Sign the read-only key that opens an issue and what it cites until it is revoked."""
    return signer.sign(ISSUE, issue.key, str(issue.access_number))


def was_revoked(signer: Signer, issue: Issue, mail_key: str) -> bool:
    """Tell whether a key opened an issue once and does so no more."""
    return any(signer.has_signed(mail_key, ISSUE, issue.key, str(number)) for number in range(1, issue.access_number))
