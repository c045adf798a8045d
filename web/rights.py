"""Who asks, and what a route needs of them; every route names the least role that it serves, or that it is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from models.account import LOCAL
from models.vocabulary import Role

RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True)
class Visitor:
    """Whoever asks: an account's login, name and role; no role for somebody unknown."""

    login: str
    name: str
    role: Role | None
    is_alone: bool = False
    """Whether there are no accounts, so that whoever sits at this machine may do everything."""

    def may(self, role: Role) -> bool:
        """Tell whether the visitor may do what a role may."""
        return self.role is not None and RANKS[self.role] >= RANKS[role]


def visitor_of(request: Request) -> Visitor:
    """Read who a request comes from."""
    del request
    return Visitor(LOCAL, "You", Role.ADMINISTRATOR, is_alone=True)


VisitorHere = Annotated[Visitor, Depends(visitor_of)]


@dataclass(frozen=True)
class Needs:
    """A dependency of a route: the least role that it serves; None where it is open to everybody."""

    role: Role | None

    def __call__(self, visitor: VisitorHere) -> None:
        """Refuse whoever may not: 401 for somebody unknown, 403 for somebody whose role is too low."""
        if self.role is None or visitor.may(self.role):
            return
        if visitor.role is None:
            raise HTTPException(401, "Sign in to see this.")
        raise HTTPException(403, f"This needs the role of {self.role} or above; yours is {visitor.role}.")


def needs(role: Role | None) -> Callable[..., None]:
    """Make the dependency of a route: `dependencies=[needs(Role.ANALYST)]`; `needs(None)` opens it to everybody."""
    return Depends(Needs(role))  # type: ignore[no-any-return]  # FastAPI types its marker as anything
