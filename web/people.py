"""Who asks: what a request shows of its sender, who that is, and what they may do about being known.

The wiring hands `People` in; without it, as in most tests, everybody is a person alone with the archive.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from models.account import RANKS
from models.vocabulary import LOCAL, Role
from web.means import Means

SECURE_COOKIE, PLAIN_COOKIE = "__Host-perilune", "perilune_sign_in"
"""Browsers take the first only over HTTPS from this very host (RFC 6265bis, section 4.1.3.2)."""
BEARER = "bearer "
VISIT = "perilune.visit"
PEER, STRANGER = "perilune.peer", "perilune.stranger"


@dataclass(frozen=True)
class Visitor:
    """Whoever asks: an account's login, name and role; no role for somebody unknown."""

    login: str
    name: str
    role: Role | None
    means: Means = Means.UNKNOWN
    reads: bool = False
    """Whether somebody unknown may read what the archive shows to guests."""
    refusal: str = "Sign in to see this."
    """What somebody unknown is told of what they may not see."""
    status: int = 401

    @property
    def is_alone(self) -> bool:
        """Tell whether there are no accounts, so that whoever sits at this machine may do everything."""
        return self.means is Means.ALONE

    @property
    def is_known(self) -> bool:
        """Tell whether what they do bears the name of their account."""
        return self.role is not None and not self.is_alone

    @property
    def sees_the_archive(self) -> bool:
        """Tell whether its pages lead anywhere for them."""
        return self.role is not None or self.reads

    def may(self, role: Role) -> bool:
        """Tell whether the visitor may do what a role may."""
        return self.role is not None and RANKS[self.role] >= RANKS[role]

    def named(self, said: str) -> str:
        """Give the name that what they do bears: their account's, or what somebody alone says."""
        return self.name if self.is_known else said


LONE = Visitor(LOCAL, "You", Role.ADMINISTRATOR, Means.ALONE)


@dataclass(frozen=True)
class Asking:
    """What a request shows of who sends it."""

    secret: str = ""
    """What the cookie of a sign-in says."""
    bearer: str | None = None
    """What stands in Authorization; None where nothing does."""
    peer: str = ""
    """The network address that is connected to the server."""
    origin: str = ""
    """The network address that it comes from, as a trusted proxy says."""
    agent: str = ""
    is_stranger: bool = False
    """Whether it came by another name than this machine's own, or through a proxy."""
    headers: Mapping[str, str] = field(default_factory=dict)


class People(Protocol):
    """Knows who asks, and lets people sign in and keep their own account; Problem where it cannot be."""

    @property
    def by_password(self) -> bool:
        """Whether people sign in here, and not at a proxy."""
        ...

    @property
    def by_proxy(self) -> bool:
        """Whether a web server before the archive says who people are."""
        ...

    @property
    def is_secure(self) -> bool:
        """Whether the archive's public address is HTTPS."""
        ...

    def visitor(self, asking: Asking) -> Visitor:
        """Say who asks."""
        ...

    def sign_in(self, login: str, password: str, asking: Asking) -> str:
        """Return the secret of a new sign-in; SignInProblem where these do not belong together, or too often."""
        ...

    def sign_out(self, secret: str) -> None:
        """End a sign-in."""
        ...

    def change_own(self, login: str, action: str, said: Mapping[str, str]) -> str:
        """Change an account's own details, end one of its browsers or tokens, and answer in words."""
        ...

    def change_password(self, login: str, said: Mapping[str, str], asking: Asking) -> str:
        """Change an account's password where the old one is right, and return the secret of a new sign-in."""
        ...

    def confirm_address(self, account_key: str, address: str) -> None:
        """Take a mail address whose owner said yes."""
        ...

    def make_token(self, login: str, said: Mapping[str, str]) -> str:
        """Make a token, and return its secret."""
        ...


class Visit:
    """One request as far as it says who sends it; asked of the database when somebody wants to know, and once."""

    def __init__(self, people: People | None, scope: Scope) -> None:
        self.people = people
        self._scope = scope

    @property
    def is_secure(self) -> bool:
        """Whether cookies go over HTTPS alone."""
        return self._scope.get("scheme") == "https" or (self.people is not None and self.people.is_secure)

    @property
    def cookie(self) -> str:
        """The name of the cookie of a sign-in."""
        return SECURE_COOKIE if self.is_secure else PLAIN_COOKIE

    @cached_property
    def asking(self) -> Asking:
        """What the request shows."""
        scope, headers = self._scope, Headers(scope=self._scope)
        client = scope.get("client") or ("", 0)
        said = headers.get("authorization")
        return Asking(
            secret=_cookie_in(headers, self.cookie),
            bearer=said[len(BEARER) :].strip() if said and said.lower().startswith(BEARER) else None,
            peer=scope.get(PEER, client[0]),
            origin=client[0],
            agent=headers.get("user-agent", ""),
            is_stranger=scope.get(STRANGER, False),
            headers=headers,
        )

    @cached_property
    def visitor(self) -> Visitor:
        """Who sends it."""
        return LONE if self.people is None else self.people.visitor(self.asking)


def _cookie_in(headers: Headers, name: str) -> str:
    """Read one cookie, whatever others of this host say: the standard library drops all where it does not like one."""
    return next((found[name] for each in headers.getlist("cookie") if name in (found := cookie_parser(each))), "")


HERE: ContextVar[Visit | None] = ContextVar("visit", default=None)


class Visits:
    """ASGI middleware that lets handlers and templates ask who sends a request."""

    def __init__(self, app: ASGIApp, people: People | None) -> None:
        self._app = app
        self._people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http":
            scope[VISIT] = Visit(self._people, scope)
            # Each request is a task of its own, so nothing is to be set back.
            HERE.set(scope[VISIT])
        await self._app(scope, receive, send)


def visit_of(request: Request) -> Visit:
    """Return what a request says of its sender."""
    visit = request.scope[VISIT]
    assert isinstance(visit, Visit)
    return visit


def visitor_of(request: Request) -> Visitor:
    """Read who a request comes from."""
    return visit_of(request).visitor


def visitor_here() -> Visitor | None:
    """Read who the page is for that is being made; None outside of requests."""
    visit = HERE.get()
    return visit.visitor if visit is not None else None


VisitHere = Annotated[Visit, Depends(visit_of)]
VisitorHere = Annotated[Visitor, Depends(visitor_of)]
