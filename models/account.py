"""Tables of who may do what: accounts, their sign-ins in browsers, their API tokens, and sign-ins that failed."""

import datetime as dt
import hashlib
import secrets
import unicodedata

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, insert_into
from models.vocabulary import LOCAL, Role

RANKS = {role: rank for rank, role in enumerate(Role)}
"""How much each role may do: whatever is done by those of a lower rank."""


def new_key() -> str:
    """Draw the public key of something that a person makes: 12 hexadecimal characters."""
    return secrets.token_hex(6)


def login_as_kept(text: str) -> str:
    """Write a login as it is kept and compared, however a keyboard composes it: é may be one sign or two."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def digest_of(secret: str) -> str:
    """Compute what is kept of a secret that was drawn by lot and handed out: its SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Account(Base):
    """A person who uses the archive."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_key)
    login: Mapped[str] = mapped_column(sa.String(120), unique=True)
    """What they sign in with, in lower case."""
    name: Mapped[str]
    address: Mapped[str | None]
    """Where alerts are mailed to."""
    role: Mapped[Role] = mapped_column(sa.String(16))
    password_hash: Mapped[str | None]
    """Argon2id in PHC form; None for whom a proxy vouches, or who is alone."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None]

    @property
    def has_password(self) -> bool:
        """Whether its owner signs in with one."""
        return self.password_hash is not None


class SignIn(Base):
    """A browser in which somebody is signed in."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """SHA-256 of what the cookie says."""
    agent: Mapped[str] = mapped_column(default="", server_default="")
    """The browser as it names itself."""
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]

    account: Mapped[Account] = relationship()


class ApiToken(Base):
    """A secret by which a program acts for an account, with the rights of a role that is no higher than its own."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_key)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(sa.String(16))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()


class FailedSignIn(Base):
    """An attempt to sign in that failed; many of them within a while slow the next ones down."""

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(sa.String(120), index=True)
    origin: Mapped[str] = mapped_column(sa.String(64), index=True)
    """The network address it came from."""
    at: Mapped[dt.datetime] = mapped_column(index=True)


def account_with(session: Session, login: str, *, now: dt.datetime) -> Account:
    """Return an account, in a transaction that writes; that of whoever is alone is made when first needed.

    Until the transaction ends nobody else gets it so: a button pressed twice does one thing after the other.
    """
    held = sa.update(Account).where(Account.login == login).values(login=Account.login).returning(Account.id)
    held = held.execution_options(synchronize_session=False)
    if session.scalar(held) is None:
        if login != LOCAL:
            raise LookupError(f"there is no account {login!r}")
        alone = {"key": new_key(), "login": LOCAL, "name": "You", "role": Role.ADMINISTRATOR, "created_at": now}
        session.execute(insert_into(session, Account).values(alone | {"is_active": True}).on_conflict_do_nothing())
        session.execute(held)
    return session.scalars(sa.select(Account).where(Account.login == login)).one()
