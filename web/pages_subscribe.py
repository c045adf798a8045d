"""Getting an edition by mail: a form that answers everybody alike, and the page on which an address says yes."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from perilune.mail_addresses import mail_address
from perilune.problems import Problem
from web.access import Readership, SessionHere, WholeAccess
from web.forms import BodyHere, form_of, given, refuse_other_sites, values_in
from web.mailed import CONFIRMED, AskedReaderHere, Mailed, settings_link
from web.problems import NotInArchive
from web.reader_view import edition_lines
from web.rendering import rendered
from web.rights import needs

INSTEAD = "whoever runs it adds readers with `perilune readers`"
MAX_ADDRESS_CHARS = 254
TOO_MANY = "Many people are asking just now; please come back in an hour."

pages = APIRouter(include_in_schema=False)


@pages.get("/subscribe", dependencies=[needs(None)])
def subscribe_page(
    session: SessionHere, access: WholeAccess, edition: str = "", *, asked: bool = False
) -> HTMLResponse:
    """Offer the editions; with `asked`, say where the answer comes."""
    given(access.powers.enrolment, INSTEAD)
    return rendered("subscribe.html", editions=edition_lines(session), chosen=edition, asked=asked)


@pages.post("/subscribe", dependencies=[needs(None)])
def subscribe(request: Request, access: WholeAccess, body: BodyHere) -> RedirectResponse:
    """Ask an address by mail whether it wants editions; the answer tells nobody whether the address is known."""
    refuse_other_sites(request)
    readership = given(access.powers.enrolment, INSTEAD)
    form, editions = form_of(body), values_in(body, "edition")
    visitor = request.client.host if request.client else ""
    if not ask_by_mail(readership, editions, (form.get("address", ""), form.get("name", "")), visitor=visitor):
        raise HTTPException(429, TOO_MANY, headers={"Retry-After": "3600"})
    return RedirectResponse("/subscribe?asked=true", status_code=303)


def ask_by_mail(readership: Readership, editions: Sequence[str], asked: tuple[str, str], *, visitor: str) -> bool:
    """Ask an address and name by mail; False where too many were asked, Problem for what is no mail address."""
    address, name = asked
    if not editions:
        raise Problem("choose at least one edition.")
    if len(address) > MAX_ADDRESS_CHARS or not _is_address(address):
        raise Problem(
            f"{address[:MAX_ADDRESS_CHARS]!r} is not a mail address; go back and write it as in ada@example.org."
        )
    return readership.ask(editions, address, name, visitor=visitor)


def _is_address(text: str) -> bool:
    try:
        mail_address(text)
    except ValueError:
        return False
    return True


@pages.get(CONFIRMED, dependencies=[needs(None)])
def confirm_page(access: WholeAccess, mailed: AskedReaderHere) -> HTMLResponse:
    """Ask for the yes: opening the link is none, for scanners of mail open every link."""
    given(access.powers.readership, INSTEAD)
    _edition_slug(mailed)
    return rendered("confirm.html", mailed=mailed, is_done=False, settings="")


@pages.post(CONFIRMED, dependencies=[needs(None)])
def confirm(access: WholeAccess, mailed: AskedReaderHere) -> HTMLResponse:
    """Take the yes."""
    given(access.powers.readership, INSTEAD).confirm(mailed.reader.key, _edition_slug(mailed))
    return rendered("confirm.html", mailed=mailed, is_done=True, settings=settings_link(mailed))


def _edition_slug(mailed: Mailed) -> str:
    if mailed.edition is None:
        raise NotInArchive("There is no such edition any more.")
    return mailed.edition.slug
