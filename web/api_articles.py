"""The JSON API of an article's versions: what changed between two of them, and the bytes as fetched."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from web.access import AccessHere, SessionHere
from web.api_models import ChangesAnswer
from web.api_paging import MAX_OFFSET
from web.api_problems import UNKNOWN, UNREADABLE, WRONG_PARAMETER
from web.archived import archived_headers
from web.article_view import article_of, version_of
from web.rights import reads
from web.version_changes import version_changes

Number = Annotated[int, Path(ge=1, le=MAX_OFFSET, description="The number of a version, from 1.")]
BYTES: dict[str, object] = {
    "description": "The bytes, under their own media type where that is harmless.",
    "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
}

articles_api = APIRouter(
    prefix="/api/articles/{key}/versions/{number}",
    responses={404: UNKNOWN, 422: WRONG_PARAMETER},
    dependencies=[reads()],
)


@articles_api.get("/changes")
def api_changes(session: SessionHere, key: str, number: Number) -> ChangesAnswer:
    """Say what a version changed of the one before it, sentence by sentence."""
    found = version_changes(session, key, number)
    return ChangesAnswer.model_validate(
        {
            "key": found.article.key,
            "number": found.version.number,
            "earlier_number": found.earlier.number,
            "heads": found.heads,
            "changes": found.changes,
        }
    )


@articles_api.get("/page", response_class=Response, responses={200: BYTES, 503: UNREADABLE})
def api_archived_page(session: SessionHere, access: AccessHere, key: str, number: Number) -> Response:
    """Send the archived copy: the bytes that a version was read from."""
    version = version_of(article_of(session, key), number)
    body = access.pages.read(version.page.content_hash)
    return Response(body, headers=archived_headers(version.page.content_type, f"{key}-v{version.number}"))
