"""Mail addresses that people name for their account: taken at once where they are known to be theirs, else by letter.

Whoever is alone here, and whoever an administrator or a proxy knows by that address, need confirm nothing.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.letters import address_letter
from models.account import Account
from models.account_address import ADDRESS, named_by
from models.finds import language_of_address
from models.signing import signer_of
from models.vocabulary import LOCAL
from models.watch import Notice
from perilune.archive import Archive
from perilune.mail_addresses import typed_address
from perilune.problems import Problem

ASK_AGAIN = dt.timedelta(hours=1)
MAX_ASKED = 5
"""Letters that one account may cause within a day."""
A_DAY = dt.timedelta(days=1)


def name_address(archive: Archive, session: Session, account: Account, text: str, *, now: dt.datetime) -> str:
    """Take the address that an account names, or ask by letter whether it is theirs; answers in words."""
    address = typed_address(text)
    is_known = account.address is not None and account.address.casefold() == address.casefold()
    if is_known or account.login in {LOCAL, address.casefold()}:
        account.address = address
        return ""
    _ask(archive, session, account, address, now=now)
    until = f"; until then alerts go to {account.address}" if account.address else ""
    return f"A letter is on its way to {address}: it is yours once you open the link in it and say yes{until}."


def _ask(archive: Archive, session: Session, account: Account, address: str, *, now: dt.datetime) -> None:
    begins = f"{ADDRESS}.{account.key}."
    asked = sa.select(Notice.address).where(Notice.message_id.startswith(begins))
    if address in session.scalars(asked.where(Notice.written_at > now - ASK_AGAIN)).all():
        return
    if len(session.scalars(asked.where(Notice.written_at > now - A_DAY)).all()) >= MAX_ASKED:
        raise Problem(f"you named {MAX_ASKED} addresses within a day; open the link in one of the letters, or wait.")
    url = archive.settings.archive_url + named_by(account, address, now).path(signer_of(session))
    language = language_of_address(session, address) or "en"
    session.add(address_letter(account.key, address, language, url, now=now))


def confirm_address(archive: Archive, account_key: str, address: str) -> None:
    """Take an address whose owner said yes."""
    with archive.sessions.begin() as session:
        account = session.scalar(sa.select(Account).where(Account.key == account_key, Account.is_active))
        if account is None:
            raise Problem("this account is closed.")
        account.address = address
