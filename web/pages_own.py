"""A reader's data, behind a link that was mailed to their own address and works for an hour: to take along, to erase.

Apart from the links that stand in every mail, because mails are forwarded.
"""

from __future__ import annotations

import json

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from web.access import WholeAccess
from web.forms import given
from web.mailed import OWNED, OwnerHere, settings_link
from web.pages_subscribe import INSTEAD
from web.rendering import rendered
from web.rights import needs

pages = APIRouter(include_in_schema=False)


@pages.get(OWNED, dependencies=[needs(None)])
def own_page(access: WholeAccess, owner: OwnerHere) -> HTMLResponse:
    """Offer a reader what is kept about them."""
    given(access.powers.readership, INSTEAD)
    return rendered("own.html", mailed=owner, step="offer", settings=settings_link(owner))


@pages.get(f"{OWNED}/data.json", dependencies=[needs(None)])
def export_page(access: WholeAccess, owner: OwnerHere) -> Response:
    """Give a reader all that is kept about them, as a file."""
    kept = given(access.powers.readership, INSTEAD).exported(owner.reader.key)
    text = json.dumps(kept, ensure_ascii=False, indent=2, default=str)
    headers = {"Content-Disposition": 'attachment; filename="perilune-data.json"'}
    return Response(f"{text}\n", media_type="application/json", headers=headers)


@pages.get(f"{OWNED}/erase", dependencies=[needs(None)])
def erase_page(access: WholeAccess, owner: OwnerHere) -> HTMLResponse:
    """Ask once more."""
    given(access.powers.readership, INSTEAD)
    return rendered("own.html", mailed=owner, step="confirm", settings=settings_link(owner))


@pages.post(f"{OWNED}/erase", dependencies=[needs(None)])
def erase(access: WholeAccess, owner: OwnerHere) -> HTMLResponse:
    """Erase all that is kept about a reader."""
    given(access.powers.readership, INSTEAD).erase(owner.reader.key)
    return rendered("own.html", mailed=owner, step="done", settings="")
