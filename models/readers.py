"""Questions about readers, and addresses that are signed for them; apart, since digest, web and wiring ask alike."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Edition, Issue, Reader, Subscription
from models.knowledge import Actor, Topic
from models.search.filters import country_names
from models.signing import Signer
from models.source import Source

READER, CONFIRM, OWN, UNDO = "reader", "confirm", "own", "undo"
"""What a signature is for: to act as a reader from one mail; to confirm an address; to see one's data; to take back."""
NO_ISSUE = "-"
"""What stands for the issue in an address that no issue's mail has."""
CONFIRM_WITHIN = dt.timedelta(days=7)
OWN_LASTS = dt.timedelta(hours=1)
MOMENT = re.compile(r"[0-9]{1,11}")


def find_reader(session: Session, address: str) -> Reader | None:
    """Find the reader at a mail address, in capitals or not."""
    return session.scalar(sa.select(Reader).where(is_address(Reader.address, address)))


def is_address(column: sa.orm.InstrumentedAttribute[str], address: str) -> sa.ColumnElement[bool]:
    """Say that a column has this mail address; SQLite makes only Latin letters small, so the same is asked for too."""
    return (column == address) | (sa.func.lower(column) == address.lower())


def reader_with(session: Session, key: str) -> Reader | None:
    """Find the reader whom links call by this key."""
    return session.scalar(sa.select(Reader).where(Reader.key == key))


def who_gets(edition_id: int) -> sa.Select[Reader]:
    """Select the readers to whom an edition is mailed: confirmed, and not switched off."""
    is_sent = (Subscription.edition_id == edition_id) & Subscription.confirmed_at.is_not(None) & Reader.is_active
    return sa.select(Reader).join(Subscription, Subscription.reader_id == Reader.id).where(is_sent)


def editions_of(session: Session, reader: Reader) -> list[tuple[Edition, Subscription]]:
    """Read the editions that a reader gets or was asked about, by name."""
    rows = sa.select(Edition, Subscription).join(Subscription).where(Subscription.reader_id == reader.id)
    return [(edition, row) for edition, row in session.execute(rows.order_by(Edition.name, Edition.id))]


def edition_of_issue(session: Session, issue_key: str) -> Edition | None:
    """Find the edition that an issue is of."""
    return session.scalar(sa.select(Edition).join(Issue, Issue.edition_id == Edition.id).where(Issue.key == issue_key))


def names_of_tokens(session: Session) -> Mapping[str, str]:
    """Name all that may be followed or muted, stories apart, by its token; of one name the last is meant."""
    topics = sa.select(Topic.slug, Topic.name).where(Topic.is_active, Topic.merged_into.is_(None))
    actors = sa.select(Actor.slug, Actor.name).where(Actor.is_active)
    sources = sa.select(Source.slug, Source.name).where(Source.is_active)
    return {
        **{f"source:{slug}": name for slug, name in session.execute(sources.order_by(Source.name))},
        **{f"country:{code}": name for code, name in sorted(country_names().items(), key=lambda each: each[1])},
        **{f"actor:{slug}": name for slug, name in session.execute(actors.order_by(Actor.name))},
        **{f"topic:{slug}": name for slug, name in session.execute(topics.order_by(Topic.name))},
    }


def reader_signature(signer: Signer, reader_key: str, issue_key: str) -> str:
    """Sign what a reader may do from the mail of one issue."""
    return signer.sign(READER, reader_key, issue_key)


def reader_path(signer: Signer, reader_key: str, issue_key: str = NO_ISSUE) -> str:
    """Make the path of a reader's settings, signed."""
    return f"/r/{reader_key}/{issue_key}/{reader_signature(signer, reader_key, issue_key)}"


@dataclass(frozen=True)
class Passing:
    """An address that is signed for a reader until a moment; `purpose` is CONFIRM, of an edition, or OWN."""

    purpose: str
    reader_key: str
    until: str
    """Seconds since 1970, as the address has it."""
    edition: str = ""

    def path(self, signer: Signer) -> str:
        """Return the path, signed."""
        parts = [self.reader_key, *([self.edition] if self.edition else []), self.until]
        return f"/{self.purpose}/{'/'.join(parts)}/{signer.sign(*self._parts)}"

    def is_good(self, signer: Signer, signature: str, now: dt.datetime) -> bool:
        """Tell whether a signature is ours and the moment has not passed."""
        is_due = MOMENT.fullmatch(self.until) is not None and now.timestamp() <= int(self.until)
        return signer.has_signed(signature, *self._parts) and is_due

    @property
    def _parts(self) -> tuple[str, ...]:
        return self.purpose, self.reader_key, self.edition, self.until


def confirmation_of(reader: Reader, edition: Edition, now: dt.datetime) -> Passing:
    """Make the address by which a reader confirms that they want an edition."""
    return Passing(CONFIRM, reader.key, str(int((now + CONFIRM_WITHIN).timestamp())), edition.slug)


def own_link_of(reader: Reader, now: dt.datetime) -> Passing:
    """Make the address at which a reader sees, takes and erases their data, for an hour."""
    return Passing(OWN, reader.key, str(int((now + OWN_LASTS).timestamp())))
