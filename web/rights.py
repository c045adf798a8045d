"""What a route needs of whoever asks; every route names the least role that it serves, or that it is open."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from models.account import RANKS
from models.vocabulary import Role
from web.forms import refuse_other_sites
from web.means import Means
from web.people import Visitor, VisitorHere, visitor_of

__all__ = ("RANKS", "Needs", "Right", "Visitor", "VisitorHere", "needs", "reads", "rights_of", "visitor_of")

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
UNKNOWN = 401
STATIC_PATH = "/static"


@dataclass(frozen=True)
class Needs:
    """A dependency of a route: the least role that it serves, or None where it is open to everybody.

    `lets_guests` serves those too who are not signed in, where the archive lets such visitors read.
    """

    role: Role | None
    lets_guests: bool = False

    async def __call__(self, request: Request) -> None:
        """Refuse whoever may not; what is open to everybody waits for no free thread."""
        if self.role is not None:
            await run_in_threadpool(self._refuse_others, request, self.role)

    def _refuse_others(self, request: Request, role: Role) -> None:
        """Refuse whoever may not, and pages of other sites, which have the visitor's cookie sent but not a token."""
        visitor = visitor_of(request)
        if request.method not in SAFE_METHODS and visitor.means is not Means.TOKEN:
            refuse_other_sites(request)
        if visitor.may(role) or (self.lets_guests and visitor.reads):
            return
        if visitor.role is None:
            headers = {"WWW-Authenticate": "Bearer"} if visitor.status == UNKNOWN else None
            raise HTTPException(visitor.status, visitor.refusal, headers=headers)
        raise HTTPException(403, f"This needs the role of {role} or above; yours is {visitor.role}.")


def needs(role: Role | None) -> Dependency:
    """Make the dependency of a route: `dependencies=[needs(Role.ANALYST)]`; `needs(None)` opens it to everybody."""
    return Dependency(Needs(role))


def reads() -> Dependency:
    """Make the dependency of a route that shows the archive, to guests too where PERILUNE_VISITORS lets them read."""
    return Dependency(Needs(Role.READER, lets_guests=True))


@dataclass(frozen=True)
class Right:
    """A route with what it needs of whoever asks."""

    method: str
    path: str
    needs: tuple[Needs, ...]
    """Exactly one, which a test sees to."""


def rights_of(app: FastAPI) -> list[Right]:
    """Read what each route of an app needs, in the order of their addresses; only the files that we ship need none."""
    found = [
        Right(method, route.path or "", _needs_in(route))
        for route in iter_route_contexts(app.routes)
        if route.path != STATIC_PATH
        for method in sorted(route.methods or ("any",))
    ]
    return sorted(found, key=lambda right: (right.path, right.method))


def _needs_in(route: RouteContext) -> tuple[Needs, ...]:
    if not isinstance(route.original_route, APIRoute):
        return ()
    return tuple(each.call for each in route.dependant.dependencies if isinstance(each.call, Needs))
