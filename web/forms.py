"""What pages need whose buttons change something: forms read, other sites refused, and archives that only read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from fastapi import HTTPException, Request

MAX_FORM_BYTES = 10_000
Part = TypeVar("Part")


def given(part: Part | None, instead: str) -> Part:
    """Return what the app was made with; HTTP 501 with what to do instead where it was made without."""
    if part is None:
        raise HTTPException(501, f"This server only reads the archive; {instead}.")
    return part


def refuse_other_sites(request: Request) -> None:
    """Let no page of another site press our button: a browser names the site that a form came from."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "The archive is changed from its own pages only.")


def form_of(body: bytes, *, most: int = MAX_FORM_BYTES, with_empty: bool = False) -> dict[str, str]:
    """Read the fields of a form, those left empty only where they are wanted; HTTP 413 where it is too large."""
    if len(body) > most:
        raise HTTPException(413, "The form is larger than any that this page sends.")
    fields: Mapping[str, list[str]] = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=with_empty)
    return {name: values[0].strip() for name, values in fields.items() if with_empty or values[0].strip()}
