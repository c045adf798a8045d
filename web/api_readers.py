"""The JSON API of readers, for whoever runs the archive; and asking for mail, which anybody may.

What readers do by the signed links in their mail is no part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request

from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.api_bodies import NewReader, ReaderOfEdition, Wanted
from web.api_issue_models import ReaderAnswer, ReadersAnswer
from web.api_models import DoneAnswer
from web.api_paging import WindowHere
from web.api_problems import WRONG_PARAMETER, problem_answer
from web.api_saying import CHANGES
from web.forms import given
from web.pages_readers import BY_COMMAND
from web.pages_subscribe import INSTEAD, TOO_MANY, ask_by_mail
from web.readers_view import editions_with_readers
from web.rights import needs

BY_EDITORS = [needs(Role.EDITOR)]
ASKED = "If the address is one, a letter is on its way to it; it says yes by the link in it."

readers_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@readers_api.get("/readers", responses=CHANGES, dependencies=[needs(Role.EDITOR)])
def api_readers(
    session: SessionHere,
    access: AccessHere,
    window: WindowHere,
    edition: Annotated[str, Query(max_length=80, description="Only those of an edition.")] = "",
) -> ReadersAnswer:
    """List the readers by edition and address, with how their mail fares."""
    given(access.powers.enrolment, BY_COMMAND)
    lines: Sequence[dict[str, object]] = [
        {"edition": each.slug, **vars(line)}
        for each in editions_with_readers(session)
        if edition in {"", each.slug}
        for line in each.readers
    ]
    readers = [ReaderAnswer.model_validate(line) for line in window.cut(lines)]
    return ReadersAnswer.model_validate({"readers": readers, **window.of(len(lines))})


@readers_api.post("/readers", status_code=201, responses=CHANGES, dependencies=BY_EDITORS)
def api_add_reader(access: AccessHere, new: NewReader) -> DoneAnswer:
    """Add a reader to an edition at once."""
    readership = given(access.powers.enrolment, BY_COMMAND)
    return DoneAnswer(words=readership.enrol(new.edition, new.address, new.name, is_asked=False))


@readers_api.post("/readers/invite", status_code=202, responses=CHANGES, dependencies=BY_EDITORS)
def api_invite_reader(access: AccessHere, new: NewReader) -> DoneAnswer:
    """Ask an address by mail whether it wants an edition."""
    readership = given(access.powers.enrolment, BY_COMMAND)
    return DoneAnswer(words=readership.enrol(new.edition, new.address, new.name, is_asked=True))


@readers_api.post("/readers/remove", responses=CHANGES, dependencies=BY_EDITORS)
def api_remove_reader(access: AccessHere, reader: ReaderOfEdition) -> DoneAnswer:
    """Take a reader off an edition."""
    return DoneAnswer(words=given(access.powers.enrolment, BY_COMMAND).remove(reader.edition, reader.address))


@readers_api.post(
    "/subscriptions",
    status_code=202,
    responses={429: problem_answer(TOO_MANY), **CHANGES},
    dependencies=[needs(None)],
)
def api_subscribe(request: Request, access: AccessHere, wanted: Wanted) -> DoneAnswer:
    """Ask an address by mail whether it wants editions; the answer tells nobody whether the address is known."""
    readership = given(access.powers.enrolment, INSTEAD)
    visitor = request.client.host if request.client else ""
    if not ask_by_mail(readership, wanted.editions, (wanted.address, wanted.name), visitor=visitor):
        raise HTTPException(429, TOO_MANY, headers={"Retry-After": "3600"})
    return DoneAnswer(words=ASKED)
