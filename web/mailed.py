"""Who comes by a signed link of a mail: a reader, without an account; apart because each of their pages asks it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException
from sqlalchemy.orm import Session

from models.edition import Edition, Reader
from models.readers import CONFIRM, OWN, READER, Passing, edition_of_issue, reader_path, reader_with
from models.signing import Signer, signer_of
from web.access import SessionHere
from web.problems import NotInArchive

MAILED = "/r/{reader_key}/{issue_key}/{signature}"
"""What the addresses in a reader's mail begin with."""
CONFIRMED = "/confirm/{reader_key}/{edition}/{until}/{signature}"
OWNED = "/own/{reader_key}/{until}/{signature}"
NOT_OURS = "This link was changed on its way, or is another reader's; open it from your own mail again."
TOO_OLD = "This link is not valid, or not any more; ask for a new one."
GONE = "Nothing is kept about this reader any more."


@dataclass(frozen=True)
class Mailed:
    """A reader who comes by a link of one mail, and its edition, if the link is of an issue; `root` is the link."""

    reader: Reader
    edition: Edition | None
    root: str
    signer: Signer

    @property
    def masked(self) -> str:
        """The address, enough for its owner to know it: mails are forwarded."""
        local, _, domain = self.reader.address.rpartition("@")
        return f"{local[:1]}…@{domain}"

    @property
    def name(self) -> str:
        """The name by which the reader corrects."""
        return self.reader.name or self.reader.address.rpartition("@")[0]


def mailed_reader(session: SessionHere, reader_key: str, issue_key: str, signature: str) -> Mailed:
    """Know a reader by the link of a mail; HTTP 403 for a link that we never signed."""
    signer = signer_of(session)
    if not signer.has_signed(signature, READER, reader_key, issue_key):
        raise HTTPException(403, NOT_OURS)
    edition = edition_of_issue(session, issue_key)
    return Mailed(_kept(session, reader_key), edition, f"/r/{reader_key}/{issue_key}/{signature}", signer)


MailedHere = Annotated[Mailed, Depends(mailed_reader)]


def _asked_reader(session: SessionHere, reader_key: str, edition: str, until: str, signature: str) -> Mailed:
    return _by_passing(session, Passing(CONFIRM, reader_key, until, edition), signature)


def _owner(session: SessionHere, reader_key: str, until: str, signature: str) -> Mailed:
    return _by_passing(session, Passing(OWN, reader_key, until), signature)


AskedReaderHere = Annotated[Mailed, Depends(_asked_reader)]
OwnerHere = Annotated[Mailed, Depends(_owner)]


def _by_passing(session: Session, passing: Passing, signature: str) -> Mailed:
    """Know a reader by a link that lasts for a while; HTTP 403 where it is not ours, or over."""
    signer = signer_of(session)
    if not passing.is_good(signer, signature, dt.datetime.now(dt.UTC)):
        raise HTTPException(403, TOO_OLD)
    edition = session.scalar(sa.select(Edition).where(Edition.slug == passing.edition))
    return Mailed(_kept(session, passing.reader_key), edition, passing.path(signer), signer)


def _kept(session: Session, reader_key: str) -> Reader:
    reader = reader_with(session, reader_key)
    if reader is None:
        raise NotInArchive(GONE)
    return reader


def settings_link(mailed: Mailed) -> str:
    """Make the address of a reader's settings that is of no mail."""
    return reader_path(mailed.signer, mailed.reader.key)
