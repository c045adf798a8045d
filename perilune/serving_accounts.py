"""Who asks, for the web app: by a cookie, a token, a web server's word, or because nobody else is here."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account import RANKS, Account, SignIn, account_with, new_key
from models.base import KEY_CHARS, insert_into
from models.sign_ins import (
    SEEN_AGAIN,
    USED_AGAIN,
    end_sign_ins,
    find_sign_in,
    find_token,
    has_accounts,
)
from models.vocabulary import Role
from perilune.account_addresses import confirm_address, name_address
from perilune.accounts import (
    Draft,
    account_named,
    add_account,
    change_account,
    change_details,
    change_role,
    checked_login,
    checked_role,
    close,
    lock,
    set_password,
    sign_out,
    unlock,
)
from perilune.archive import Archive
from perilune.passwords import Passwords
from perilune.problems import Problem
from perilune.sign_ins import Attempt, TokenWish, change_password, end_sign_in, make_token, revoke_token, sign_in
from web.means import Means
from web.people import LONE, Asking, Visitor

NO_ACCOUNTS = (
    "This archive has no accounts yet, so it opens on its own machine alone, at the address that `perilune serve`"
    " prints. `perilune accounts add --role administrator` makes the first account; from then on everybody signs in."
)
ONLY_SHOWS = "This server only reads the archive; nothing is changed here."
NOT_NAMED = "The web server before this archive did not say who you are."
LOCKED = "Your account is locked; ask an administrator."
BAD_TOKEN = "This token opens nothing here, or not any more."  # noqa: S105 - a sentence


class ArchivePeople:
    """Knows who asks, and lets them sign in and keep their own account."""

    def __init__(self, archive: Archive, passwords: Passwords | None = None) -> None:
        self._archive = archive
        self._settings = archive.settings
        self._passwords = passwords or Passwords()
        self._has_accounts = False
        addresses = archive.settings.proxy_addresses.split(",")
        self._proxies = [ipaddress.ip_network(each.strip(), strict=False) for each in addresses]

    @property
    def by_password(self) -> bool:
        """Whether people sign in here; where there is nobody who could, there is nothing to sign in to."""
        return not self.by_proxy and self._are_there_accounts()

    @property
    def by_proxy(self) -> bool:
        """Whether a web server before the archive says who people are."""
        return self._settings.proxy_user_header is not None

    @property
    def is_secure(self) -> bool:
        """Whether the archive's public address is HTTPS."""
        return (self._settings.public_url or "").startswith("https://")

    def visitor(self, asking: Asking) -> Visitor:
        """Say who asks; whoever shows a token is who it says, and nobody where it says nothing."""
        if asking.bearer is not None:
            return self._by_token(asking.bearer)
        if self.by_proxy:
            return self._of_proxy(asking)
        if asking.secret and (found := self._by_sign_in(asking.secret)):
            return found
        return self._unknown(asking)

    def _unknown(self, asking: Asking) -> Visitor:
        reads = self._settings.lets_visitors_read
        if self._are_there_accounts():
            return Visitor("", "", None, reads=reads)
        if self._settings.read_only:
            return Visitor("", "", None, reads=reads, refusal=ONLY_SHOWS, status=501)
        if self._settings.is_local and not asking.is_stranger:
            return LONE
        return Visitor("", "", None, refusal=NO_ACCOUNTS, status=403)

    def _are_there_accounts(self) -> bool:
        """Tell whether there are accounts; once there are, there is an administrator for ever."""
        if not self._has_accounts:
            with self._archive.sessions() as session:
                self._has_accounts = has_accounts(session)
        return self._has_accounts

    def _by_sign_in(self, secret: str) -> Visitor | None:
        now = _now()
        with self._archive.sessions() as session:
            found = find_sign_in(session, secret, now=now)
            if found is None:
                return None
            account = found.account
            if found.seen_at <= now - SEEN_AGAIN:
                found.seen_at = account.seen_at = now
                session.commit()
            return Visitor(account.login, account.name, Role(account.role), Means.SIGN_IN)

    def _by_token(self, secret: str) -> Visitor:
        now = _now()
        with self._archive.sessions() as session:
            token = find_token(session, secret, now=now)
            if token is None:
                return Visitor("", "", None, refusal=BAD_TOKEN)
            account = token.account
            role = min(Role(token.role), Role(account.role), key=RANKS.__getitem__)
            if token.used_at is None or token.used_at <= now - USED_AGAIN:
                token.used_at = now
                session.commit()
            return Visitor(account.login, account.name, role, Means.TOKEN)

    def _of_proxy(self, asking: Asking) -> Visitor:
        said = asking.headers.get(self._settings.proxy_user_header or "")
        if not said or not self._is_believed(asking.peer):
            return Visitor("", "", None, reads=self._settings.lets_visitors_read, refusal=NOT_NAMED)
        try:
            login, now = checked_login(_text(said)), _now()
        except Problem as problem:
            return Visitor("", "", None, refusal=f"{NOT_NAMED} It sent what is no login: {problem}", status=403)
        with self._archive.sessions() as session:
            account = session.scalar(sa.select(Account).where(Account.login == login))
            if account is None:
                account = self._first_seen(session, login, asking)
            if not account.is_active:
                return Visitor("", "", None, refusal=LOCKED, status=403)
            if account.seen_at is None or account.seen_at <= now - SEEN_AGAIN:
                account.seen_at = now
                session.commit()
            return Visitor(account.login, account.name, Role(account.role), Means.PROXY)

    def _is_believed(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)

    def _first_seen(self, session: Session, login: str, asking: Asking) -> Account:
        header = self._settings.proxy_name_header
        name = " ".join(_text(asking.headers.get(header, "") if header else "").split())[:80]
        values = {
            "key": new_key(),
            "login": login,
            "name": name if name and name.isprintable() else login[:80],
            "role": Role(self._settings.proxy_role),
            "is_active": True,
            "created_at": _now(),
        }
        session.execute(insert_into(session, Account).values(values).on_conflict_do_nothing())
        session.commit()
        return session.scalars(sa.select(Account).where(Account.login == login)).one()

    def sign_in(self, login: str, password: str, asking: Asking) -> str:
        """Return the secret of a new sign-in."""
        attempt = Attempt(login, password, asking.origin, asking.agent, asking.secret)
        return sign_in(self._archive, self._passwords, attempt, now=_now())

    def sign_out(self, secret: str) -> None:
        """End a sign-in."""
        with self._archive.sessions.begin() as session:
            end_sign_in(session, secret)

    def change_own(self, login: str, action: str, said: Mapping[str, str]) -> str:
        """Change an account's own details, end one of its browsers or tokens, and answer in words."""
        with self._archive.sessions.begin() as session:
            account = account_with(session, login, now=_now())
            if action == "details":
                address = said.get("address")
                change_details(account, name=said.get("name"), address=None if address else address)
                asked = name_address(self._archive, session, account, address, now=_now()) if address else ""
                return f"Your details are saved. {asked}".strip()
            if action == "end":
                return _ended(session, account, said.get("browser", ""))
            if action == "end-all":
                end_sign_ins(session, account)
                return "You are signed out everywhere."
            if action == "revoke":
                return f"The token “{revoke_token(session, said.get('key', ''), account=account)}” opens nothing more."
        raise Problem(f"there is nothing that {action[:40]!r} does.")

    def confirm_address(self, account_key: str, address: str) -> None:
        """Take a mail address whose owner said yes."""
        confirm_address(self._archive, account_key, address)

    def change_password(self, login: str, said: Mapping[str, str], asking: Asking) -> str:
        """Change an account's password where the old one is right, and return the secret of a new sign-in."""
        attempt = Attempt(login, said.get("old", ""), asking.origin, asking.agent, asking.secret)
        return change_password(self._archive, self._passwords, attempt, said.get("new", ""), now=_now())

    def make_token(self, login: str, said: Mapping[str, str]) -> str:
        """Make a token, and return its secret."""
        days = said.get("days", "")
        if days and not (days.isascii() and days.isdigit()):
            raise Problem("write the days that the token is to last as a number, or leave them out.")
        wish = TokenWish(said.get("name", ""), checked_role(said.get("role", "")), int(days[:6]) if days else None)
        with self._archive.sessions.begin() as session:
            return make_token(session, account_named(session, login), wish, now=_now())[1]


def _ended(session: Session, account: Account, key: str) -> str:
    chosen = (sa.func.substr(SignIn.digest, 1, KEY_CHARS) == key, SignIn.account_id == account.id)
    if session.scalar(sa.delete(SignIn).where(*chosen).returning(SignIn.id)) is None:
        raise Problem("that browser is not signed in any more.")
    return "That browser is signed out."


def _text(value: str) -> str:
    """Read a header as the UTF-8 that servers send, which arrives as Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class ArchiveAccounts:
    """Makes and changes accounts, for administrators in the web app."""

    def __init__(self, archive: Archive, passwords: Passwords | None = None) -> None:
        self._archive = archive
        self._passwords = passwords or Passwords()

    def add(self, said: Mapping[str, str]) -> str:
        """Make an account as a form says it."""
        by_proxy = self._archive.settings.proxy_user_header is not None
        draft = Draft(
            login=said.get("login", ""),
            role=checked_role(said.get("role", "")),
            name=said.get("name", ""),
            address=said.get("address", ""),
            password=None if by_proxy else said.get("password", ""),
        )
        account = add_account(self._archive, self._passwords, draft, now=_now())
        return f"{account.login} has an account, as {account.role}."

    def change(self, login: str, action: str, said: Mapping[str, str]) -> str:
        """Do what a button says to an account."""
        archive = self._archive
        if action == "role":
            change_role(archive, login, role := checked_role(said.get("role", "")))
            return f"{login} is {role} now."
        if action == "details":
            change_account(archive, login, name=said.get("name"), address=said.get("address"))
            return f"The details of {login} are saved."
        if action == "password":
            set_password(archive, self._passwords, login, said.get("password", ""))
            return f"{login} has a new password and is signed out everywhere."
        if action == "sign-out":
            return f"{login} is signed out of {sign_out(archive, login)} browsers."
        if action in SWITCHES:
            switch, words = SWITCHES[action]
            switch(archive, login)
            return words.format(login=login)
        raise Problem(f"there is nothing that {action[:40]!r} does.")


SWITCHES = {
    "lock": (lock, "{login} is locked and signed out everywhere."),
    "unlock": (unlock, "{login} is unlocked."),
    "close": (close, "The account of {login} is closed; what they made stays."),
}
