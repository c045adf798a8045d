"""Forms that change something: who may send them, what they say, and the name that a browser remembers of its user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import parse_qs, quote, unquote

from fastapi import Depends, HTTPException, Request
from fastapi.responses import Response

from web.access import access_of
from web.people import visitor_of

MAX_FORM_BYTES = 50_000
NAME_COOKIE = "perilune_name"
A_YEAR_IN_SECONDS = 365 * 24 * 3600
MAX_NAME_CHARS = 80
OWN_SITES = ("same-origin", "none")
Part = TypeVar("Part")


def given(part: Part | None, instead: str) -> Part:
    """Return what an app may change something with; where it only reads, say how else it is done."""
    if part is None:
        raise HTTPException(501, f"This server only reads the archive; {instead}.")
    return part


def refuse_other_sites(request: Request) -> None:
    """Let no page of another site press our button: a browser names the site that a form came from."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "none")
    # A page that sends no referrer sends "null" as its origin too (Fetch, section 3.2), but names its site.
    # A serialised origin is scheme, host and port (Fetch, section 3.2), so nothing of it need be parsed.
    is_ours = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not (is_ours or (origin == "null" and site == "same-origin")) or site not in OWN_SITES:
        raise HTTPException(403, "This archive is changed from its own pages only.")


async def body_of(request: Request) -> bytes:
    """Read the whole body of a request, for a page that is no coroutine itself."""
    return await request.body()


BodyHere = Annotated[bytes, Depends(body_of)]


def form_of(body: bytes, *, most: int = MAX_FORM_BYTES, with_empty: bool = False) -> dict[str, str]:
    """Read the fields of a form, those left empty only where they are wanted; HTTP 413 where it is too large."""
    if len(body) > most:
        raise HTTPException(413, "The form is larger than any that this page sends.")
    fields = _fields(body, with_empty=with_empty)
    return {name: values[0].strip() for name, values in fields.items() if with_empty or values[0].strip()}


def values_in(body: bytes, name: str) -> list[str]:
    """Read all values that a form has of one field, such as boxes that are ticked; each once."""
    values = _fields(body, with_empty=False).get(name, [])
    return list(dict.fromkeys(value.strip() for value in values if value.strip()))


def _fields(body: bytes, *, with_empty: bool) -> Mapping[str, list[str]]:
    """Read the fields of a form; HTTP 422 where one has the sign that PostgreSQL takes in no text."""
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=with_empty)
    if any("\0" in value for values in fields.values() for value in values):
        raise HTTPException(422, "The form has a sign (U+0000) that no text can hold; leave it out.")
    return fields


@dataclass(frozen=True)
class Corrector:
    """Whether a visitor may correct here, and the name that was given last, or that of their account."""

    may_correct: bool
    name: str
    is_known: bool = False
    """Whether the name is that of their account, so that none is asked for."""


def corrector_of(request: Request) -> Corrector:
    """Read who a request comes from: by their account, or as far as anybody said."""
    visitor = visitor_of(request)
    name = visitor.named(unquote(request.cookies.get(NAME_COOKIE, ""))[:MAX_NAME_CHARS])
    return Corrector(access_of(request).powers.corrections is not None, name, is_known=visitor.is_known)


CorrectorHere = Annotated[Corrector, Depends(corrector_of)]


def remember_name(response: Response, name: str) -> None:
    """Have the browser remember the name of its user; it proves nothing, and other sites never see it."""
    response.set_cookie(
        NAME_COOKIE, quote(name[:MAX_NAME_CHARS]), max_age=A_YEAR_IN_SECONDS, httponly=True, samesite="lax"
    )
