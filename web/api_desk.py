"""The JSON API of the desk: a held issue as a draft, edits made on a revision, its mail, and the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from sqlalchemy.orm import Session

from models.vocabulary import Role
from web.access import AccessHere, Desk, SessionHere
from web.api_desk_bodies import AnyEdit, SentenceSaid
from web.api_desk_models import (
    DeskAnswer,
    EditedAnswer,
    IssueReaderAnswer,
    ListedAnswer,
    MailedAnswer,
    RecordAnswer,
    UnsaidAnswer,
)
from web.api_problems import NOT_UNDERSTOOD, UNKNOWN, problem_answer
from web.api_saying import CHANGES
from web.desk_view import desk_view, found_for, issue_at, readers_of, revision_of
from web.forms import given
from web.pages_desk import BY_COMMAND, MAX_LINE_CHARS
from web.rights import VisitorHere, needs

CONFLICT = problem_answer("Somebody changed the issue since that revision, or it was released.")
Wanted = Annotated[str, Query(max_length=MAX_LINE_CHARS, description="A key, an address or a search line.")]
ReaderKey = Annotated[str, Query(max_length=40, description="A reader's key; default: the mail for everybody.")]

desk_api = APIRouter(prefix="/api/desk/{key}", responses={404: UNKNOWN, **CHANGES}, dependencies=[needs(Role.EDITOR)])


@dataclass(frozen=True)
class IssueAtDesk:
    """The desk, and the key of an issue that there is."""

    session: Session
    desk: Desk
    key: str


def issue_at_desk(session: SessionHere, access: AccessHere, key: str) -> IssueAtDesk:
    """Find an issue; where the archive only reads, say how else it is reviewed."""
    desk = given(access.powers.desk, BY_COMMAND)
    return IssueAtDesk(session, desk, issue_at(session, key).key)


HeldHere = Annotated[IssueAtDesk, Depends(issue_at_desk)]


@desk_api.get("")
def api_desk(held: HeldHere) -> DeskAnswer:
    """Read an issue as its editor sees it: the draft, the passages that it cites, what was left out."""
    view = desk_view(held.session, held.key)
    quotes = [
        {"article_key": article, "version": version, "passage": passage, "text": text}
        for (article, version, passage), text in sorted(view.quotes.items())
    ]
    return DeskAnswer.model_validate(vars(view) | {"quotes": quotes, "changed_keys": sorted(view.changed_keys)})


@desk_api.get("/found", responses={400: NOT_UNDERSTOOD})
def api_desk_found(held: HeldHere, q: Wanted) -> list[ListedAnswer]:
    """Find what may be added to an issue; twelve articles at the most, with their stories."""
    found = found_for(held.session, issue_at(held.session, held.key), q) if q.strip() else []
    return [ListedAnswer.model_validate(each) for each in found]


@desk_api.post("/edits", status_code=201, responses={409: CONFLICT})
def api_edit_issue(
    held: HeldHere, visitor: VisitorHere, edit: Annotated[AnyEdit, Body(description="One edit.")]
) -> EditedAnswer:
    """Do one thing to a held issue: drop, add, move, reword, retitle, introduce, restore, hold, approve."""
    by = visitor.named(edit.by or "")
    words = held.desk.change(held.key, edit.action, edit.said, by=by, revision=edit.revision)
    held.session.rollback()  # what was read before the edit is an older state of the database
    return EditedAnswer(words=words, revision=revision_of(held.session, held.key))


@desk_api.post("/check")
def api_check_sentence(held: HeldHere, sentence: SentenceSaid) -> UnsaidAnswer:
    """Name what of a sentence its cited passages do not say; nothing is stored."""
    return UnsaidAnswer(unsaid=tuple(held.desk.check(held.key, sentence.said)))


@desk_api.get("/mail")
def api_desk_mail(held: HeldHere, reader: ReaderKey = "") -> MailedAnswer:
    """Render the mail of an issue as one reader gets it, or as everybody does."""
    return MailedAnswer(html=held.desk.mail(held.key, reader))


@desk_api.get("/readers")
def api_desk_readers(held: HeldHere) -> list[IssueReaderAnswer]:
    """List who gets the issue."""
    readers = readers_of(held.session, issue_at(held.session, held.key))
    return [IssueReaderAnswer.model_validate(reader) for reader in readers]


@desk_api.get("/record")
def api_desk_record(held: HeldHere) -> RecordAnswer:
    """Read what editors changed, and the machine's issue beside theirs."""
    return RecordAnswer.model_validate(held.desk.record(held.key))
