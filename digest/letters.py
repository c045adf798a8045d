"""Letters to one reader: to confirm an address, and the link to their own data; in the language of the edition.

They wait in the outbox as every mail does. What people typed does not stand in them, so that nobody can write to
strangers through us.
"""

from __future__ import annotations

import datetime as dt

from digest.phrases import Phrases, phrases_for
from digest.render import render_letter
from models.account_address import ADDRESS
from models.base import key_of
from models.edition import Edition, Reader
from models.readers import CONFIRM, CONFIRM_WITHIN, OWN
from models.watch import Notice
from perilune.dates import PartialDate

OWN_SLUG, OWN_NAME = "readers", "Perilune's readers"
ACCOUNTS_SLUG, ACCOUNTS_NAME = "accounts", "Perilune's accounts"


def confirmation_letter(reader: Reader, edition: Edition, url: str, *, now: dt.datetime) -> Notice:
    """Write the letter that asks whether an edition is wanted at this address."""
    phrases = phrases_for(edition.language)
    until = (now + CONFIRM_WITHIN).date()
    last_day = phrases.date(PartialDate(until.year, until.month, until.day))
    letter = _letter(CONFIRM, phrases, url, edition=edition.name, until=last_day)
    letter.message_id = f"{CONFIRM}.{key_of(f'{reader.key} {edition.slug} {now.isoformat()}')}"
    letter.list_slug, letter.list_name = edition.slug, edition.name
    return _to(letter, reader, now)


def own_link_letter(reader: Reader, language: str, url: str, *, now: dt.datetime) -> Notice:
    """Write the letter that leads a reader, and nobody to whom a mail was forwarded, to their data."""
    letter = _letter(OWN, phrases_for(language), url)
    letter.message_id = f"{OWN}.{key_of(f'{reader.key} {now.isoformat()}')}"
    letter.list_slug, letter.list_name = OWN_SLUG, OWN_NAME
    return _to(letter, reader, now)


def address_letter(account_key: str, address: str, language: str, url: str, *, now: dt.datetime) -> Notice:
    """Write the letter that asks whether a mail address is that of the account which names it."""
    letter = _letter(ADDRESS, phrases_for(language), url)
    letter.message_id = f"{ADDRESS}.{account_key}.{key_of(f'{address} {now.isoformat()}')}"
    letter.list_slug, letter.list_name = ACCOUNTS_SLUG, ACCOUNTS_NAME
    letter.address, letter.written_at, letter.due_at = address, now, now
    return letter


def _letter(kind: str, phrases: Phrases, url: str, **values: str) -> Notice:
    said = {part: phrases.text(f"{kind}_{part}", **values) for part in ("subject", "lead", "act", "small")}
    given = {"url": url, "language": phrases.language, **said}
    return Notice(subject=said["subject"], **{kept: render_letter(ending, **given) for kept, ending in BODIES.items()})


BODIES = {"text": "txt", "html": "html"}


def _to(letter: Notice, reader: Reader, now: dt.datetime) -> Notice:
    letter.address, letter.reader_id = reader.address, reader.id
    letter.written_at = letter.due_at = now
    return letter
