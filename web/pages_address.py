"""The page on which somebody says that a mail address is theirs, behind a link that was mailed to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse

from models.account import Account
from models.account_address import PATH, NamedAddress
from models.signing import signer_of
from web.access import SessionHere, WholeAccess
from web.clock import Now
from web.forms import given
from web.mailed import TOO_OLD
from web.pages_account import INSTEAD
from web.rendering import rendered
from web.rights import needs

pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Named:
    """An account with the address that a link is about, and whether it is confirmed already."""

    account_key: str
    login: str
    address: str
    is_done: bool


def _named(  # noqa: PLR0913 - the parts of the address
    session: SessionHere, *, now: Now, account_key: str, address: str, until: str, signature: str
) -> Named:
    account = session.scalar(sa.select(Account).where(Account.key == account_key, Account.is_active))
    if account is None:
        raise HTTPException(403, TOO_OLD)
    is_done = account.address == address
    named = NamedAddress(account_key, address, until, account.address or "")
    if not is_done and not named.is_good(signer_of(session), signature, now):
        raise HTTPException(403, TOO_OLD)
    return Named(account_key, account.login, address, is_done)


NamedHere = Annotated[Named, Depends(_named)]


@pages.get(PATH, dependencies=[needs(None)])
def address_page(access: WholeAccess, named: NamedHere) -> HTMLResponse:
    """Ask for the yes: opening the link is none, for scanners of mail open every link."""
    given(access.powers.people, INSTEAD)
    return rendered("address.html", named=named, is_done=named.is_done)


@pages.post(PATH, dependencies=[needs(None)])
def confirm_address(session: SessionHere, access: WholeAccess, named: NamedHere) -> HTMLResponse:
    """Take the yes."""
    people = given(access.powers.people, INSTEAD)
    session.rollback()  # what follows writes in a transaction of its own
    people.confirm_address(named.account_key, named.address)
    return rendered("address.html", named=named, is_done=True)
