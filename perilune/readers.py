"""Readers of editions: adding, asking and confirming them, letting them leave, and listing them.

Whoever is asked has a week to say yes by the link in their mail; until then nothing else is sent to them.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.columns import one_line
from digest.letters import confirmation_letter, own_link_letter
from models.base import insert_into
from models.edition import Bounce, Delivery, Issue, Reader, Subscription
from models.readers import (
    CONFIRM,
    CONFIRM_WITHIN,
    OWN,
    OWN_LASTS,
    confirmation_of,
    editions_of,
    find_reader,
    is_address,
    own_link_of,
    reader_with,
)
from models.signing import signer_of
from models.vocabulary import DeliveryState
from models.watch import Notice
from perilune.archive import Archive
from perilune.editions import edition_named
from perilune.mail_addresses import mail_address
from perilune.problems import Problem

ASK_AGAIN = dt.timedelta(hours=24)
MAX_ASKED = 200
"""Letters that ask strangers, in an hour, in all."""
AN_HOUR = dt.timedelta(hours=1)
MAX_NAME_CHARS = 80
PAUSED = "paused by the reader"
LEFT = "the reader left the edition"


def add_reader(archive: Archive, edition_slug: str, address: str, *, name: str | None, now: dt.datetime) -> None:
    """Add a reader to an edition at once; one who is there already stays."""
    address = _checked(address)
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        reader = _known_reader(session, address, name, now)
        reader.is_active, reader.stopped_because = True, None
        session.merge(Subscription(edition_id=edition.id, reader_id=reader.id, confirmed_at=now))


def invite(archive: Archive, edition_slug: str, address: str, *, name: str | None, now: dt.datetime) -> None:
    """Ask an address whether it wants an edition; Problem where it was asked lately, or gets it already."""
    if not ask(archive, edition_slug, address, name=name, now=now):
        raise Problem(f"{address} was asked within the last 24 hours, or gets {edition_slug} already.")


def ask(archive: Archive, edition_slug: str, address: str, *, name: str | None, now: dt.datetime) -> bool:
    """Store who was asked, and the letter that asks; False where nobody is to be asked (again) now."""
    address = _checked(address)
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        reader = _known_reader(session, address, name, now)
        insert = insert_into(session, Subscription).values(edition_id=edition.id, reader_id=reader.id, asked_at=now)
        session.execute(insert.on_conflict_do_nothing())
        row = session.get_one(Subscription, (edition.id, reader.id))
        is_in = row.confirmed_at is not None and reader.is_active
        if is_in or _letter_count(session, CONFIRM, since=now - ASK_AGAIN, reader=reader, slug=edition.slug):
            return False
        row.asked_at = now
        url = archive.settings.archive_url + confirmation_of(reader, edition, now).path(signer_of(session))
        session.add(confirmation_letter(reader, edition, url, now=now))
    return True


def asks_too_many(session: Session, *, now: dt.datetime) -> bool:
    """Tell whether as many letters were written within an hour as strangers may cause."""
    return _letter_count(session, CONFIRM, since=now - AN_HOUR) >= MAX_ASKED


def _checked(address: str) -> str:
    try:
        mail_address(address)
    except ValueError as error:
        raise Problem(f"{error}.") from error
    return address


def _known_reader(session: Session, address: str, name: str | None, now: dt.datetime) -> Reader:
    """Find the reader at an address, stored if there is none; who enters an address renames nobody."""
    reader = find_reader(session, address)
    if reader is None:
        values = {"address": address, "name": one_line(name or "", MAX_NAME_CHARS) or None, "created_at": now}
        session.execute(insert_into(session, Reader).values(values).on_conflict_do_nothing())
        reader = find_reader(session, address)
        assert reader is not None
    return reader


def _letter_count(
    session: Session, kind: str, *, since: dt.datetime, reader: Reader | None = None, slug: str | None = None
) -> int:
    which = [Notice.message_id.startswith(f"{kind}."), Notice.written_at > since]
    which += [Notice.reader_id == reader.id] if reader else []
    which += [Notice.list_slug == slug] if slug else []
    return session.scalar(sa.select(sa.func.count()).select_from(Notice).where(*which)) or 0


def confirm(archive: Archive, reader_key: str, edition_slug: str, *, now: dt.datetime) -> None:
    """Let an edition be sent to a reader who said yes; Problem where nobody asks them any more."""
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        reader = reader_with(session, reader_key)
        row = session.get(Subscription, (edition.id, reader.id)) if reader else None
        if reader is None or row is None:
            raise Problem("nobody asks for this any more; enter the address again.")
        if row.confirmed_at is None or not reader.is_active:
            # What came back before they said yes again counts no more.
            row.confirmed_at = now
        reader.is_active, reader.stopped_because = True, None


def forget_unconfirmed(session: Session, *, now: dt.datetime) -> int:
    """Remove what was asked and not confirmed in time, and readers of whom nothing else is known; returns how many."""
    is_over = Subscription.confirmed_at.is_(None) & (Subscription.asked_at < now - CONFIRM_WITHIN)
    gone = session.scalars(sa.delete(Subscription).where(is_over).returning(Subscription.reader_id)).all()
    for reader_id in sorted(set(gone)):
        kept = [sa.select(table.reader_id).where(table.reader_id == reader_id) for table in (Subscription, Delivery)]
        if not session.scalar(sa.select(sa.or_(*(sa.exists(rows) for rows in kept)))):
            forget(session, session.get_one(Reader, reader_id))
    return len(gone)


def forget(session: Session, reader: Reader) -> None:
    """Delete a reader and all that is kept about them; a mail that is being sent may still arrive."""
    # Held first, so that no issue is released to them meanwhile.
    session.execute(sa.select(Reader.id).where(Reader.id == reader.id).with_for_update())
    is_to_them = (Notice.reader_id == reader.id) | is_address(Notice.address, reader.address)
    session.execute(sa.delete(Notice).where(is_to_them))
    for table in (Bounce, Delivery, Subscription):
        session.execute(sa.delete(table).where(table.reader_id == reader.id))
    session.delete(reader)


def join(session: Session, reader: Reader, edition_slug: str, *, now: dt.datetime) -> str:
    """Let a reader, whose address is confirmed, get another edition; returns its name."""
    edition = edition_named(session, edition_slug)
    row = session.get(Subscription, (edition.id, reader.id))
    if row is None:
        session.add(Subscription(edition_id=edition.id, reader_id=reader.id, confirmed_at=now))
    else:
        row.confirmed_at = row.confirmed_at or now
    return edition.name


def leave(session: Session, reader: Reader, edition_slug: str) -> str:
    """Let a reader leave an edition, whose waiting mail is not sent then; returns its name. Twice is once."""
    edition = edition_named(session, edition_slug)
    row = session.get(Subscription, (edition.id, reader.id))
    if row is not None:
        session.delete(row)
    issues = sa.select(Issue.id).where(Issue.edition_id == edition.id)
    waiting = Delivery.state == DeliveryState.WAITING
    session.execute(
        sa.update(Delivery)
        .where(Delivery.reader_id == reader.id, Delivery.issue_id.in_(issues), waiting)
        .values(state=DeliveryState.FAILED, problem=LEFT)
        .execution_options(synchronize_session=False)
    )
    return edition.name


def remove_reader(archive: Archive, edition_slug: str, address: str) -> None:
    """Take a reader off an edition."""
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        reader = find_reader(session, address)
        if reader is None or session.get(Subscription, (edition.id, reader.id)) is None:
            raise Problem(f"{address!r} is no reader of {edition_slug}.")
        leave(session, reader, edition_slug)


def pause(reader: Reader) -> None:
    """Send a reader nothing until they want it again; what they chose stays."""
    reader.is_active, reader.stopped_because = False, PAUSED


def resume(reader: Reader) -> None:
    """Send a reader their editions again."""
    reader.is_active, reader.stopped_because = True, None


def send_own_link(archive: Archive, reader_key: str, *, now: dt.datetime) -> bool:
    """Mail a reader the link to their data; False where the last one still works."""
    with archive.sessions.begin() as session:
        reader = reader_named(session, reader_key)
        if _letter_count(session, OWN, since=now - OWN_LASTS, reader=reader):
            return False
        url = archive.settings.archive_url + own_link_of(reader, now).path(signer_of(session))
        editions = [edition for edition, row in editions_of(session, reader) if row.confirmed_at]
        language = editions[0].language if editions else "en"
        session.add(own_link_letter(reader, language, url, now=now))
    return True


def reader_named(session: Session, who: str) -> Reader:
    """Find a reader by their address or their key; Problem when there is none."""
    reader = find_reader(session, who) if "@" in who else reader_with(session, who)
    if reader is None:
        raise Problem(f"{who!r} is no reader; `perilune readers add EDITION {who}` makes one.")
    return reader


def reader_rows(archive: Archive) -> list[dict[str, object]]:
    """Read who gets mail, of which editions, what they follow, and why somebody gets none."""
    with archive.sessions() as session:
        return [_row(session, reader) for reader in session.scalars(sa.select(Reader).order_by(Reader.address))]


def _row(session: Session, reader: Reader) -> dict[str, object]:
    editions = editions_of(session, reader)
    return {
        "reader": reader.address,
        "name": reader.name,
        "editions": [edition.slug for edition, row in editions if row.confirmed_at],
        "not_confirmed": [edition.slug for edition, row in editions if row.confirmed_at is None],
        "follows": reader.follows,
        "gets_mail": reader.is_active,
        "stopped_because": reader.stopped_because,
    }


def reader_in_full(archive: Archive, who: str) -> dict[str, object]:
    """Read what a reader gets and wants, and how their last mails fared."""
    with archive.sessions() as session:
        reader = reader_named(session, who)
        bounces = sa.select(sa.func.count()).select_from(Bounce).where(Bounce.reader_id == reader.id)
        last = sa.select(Delivery).where(Delivery.reader_id == reader.id).order_by(Delivery.id.desc()).limit(5)
        return {
            **_row(session, reader),
            "topics": reader.topics,
            "countries": reader.countries,
            "mutes": reader.mutes,
            "bounces": session.scalar(bounces),
            "last_mails": [
                {"issue": each.issue.key, "state": each.state, "sent": each.sent_at, "problem": each.problem}
                for each in session.scalars(last)
            ],
        }
