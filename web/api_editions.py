"""The JSON API of editions: their list, one of them, making and changing."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from models.vocabulary import Role
from web.access import Access, AccessHere, SessionHere
from web.api_bodies import EditionSaid, NewEdition
from web.api_issue_models import EditionAnswer, EditionLineAnswer, EditionsAnswer
from web.api_models import DoneAnswer, MadeAnswer
from web.api_paging import WindowHere
from web.api_problems import UNKNOWN, WRONG_PARAMETER
from web.api_saying import CHANGES
from web.edition_view import FIELDS, EditionLine, edition_at, edition_lines, line_of
from web.forms import given
from web.pages_editions import BY_COMMAND
from web.rights import needs, reads

Slug = Annotated[str, Path(max_length=80, description="An edition's short name.")]

editions_api = APIRouter(prefix="/api/editions", responses={422: WRONG_PARAMETER})


@editions_api.get("", dependencies=[reads()])
def api_editions(session: SessionHere, access: AccessHere, window: WindowHere) -> EditionsAnswer:
    """List the editions by name, with when they are due next."""
    lines = edition_lines(session)
    editions = [EditionLineAnswer.model_validate(_values(line, access)) for line in window.cut(lines)]
    return EditionsAnswer.model_validate({"editions": editions, **window.of(len(lines))})


@editions_api.get("/{slug}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_edition(session: SessionHere, access: AccessHere, slug: Slug) -> EditionAnswer:
    """Read an edition with all that may be said of it."""
    return _edition(session, access, slug)


@editions_api.post("", status_code=201, responses=CHANGES, dependencies=[needs(Role.EDITOR)])
def api_make_edition(access: AccessHere, new: NewEdition) -> MadeAnswer:
    """Make an edition; what is left out is as usual."""
    return MadeAnswer(slug=new.slug, words=given(access.powers.editions, BY_COMMAND).make(new.slug, new.said))


@editions_api.patch("/{slug}", responses={404: UNKNOWN, **CHANGES}, dependencies=[needs(Role.EDITOR)])
def api_change_edition(session: SessionHere, access: AccessHere, slug: Slug, change: EditionSaid) -> DoneAnswer:
    """Change what is said of an edition."""
    editions = given(access.powers.editions, BY_COMMAND)
    edition_at(session, slug)
    return DoneAnswer(words=editions.change(slug, change.said))


def _edition(session: Session, access: Access, slug: str) -> EditionAnswer:
    edition = edition_at(session, slug)
    fields = {name: getattr(edition, name) for name in (*FIELDS, "topic_weights")}
    return EditionAnswer.model_validate(_values(line_of(session, slug), access) | fields)


def _values(line: EditionLine, access: Access) -> dict[str, object]:
    return vars(line) | {"due_at": _due(line, access)}


def _due(line: EditionLine, access: Access) -> dt.datetime | None:
    editions = access.powers.editions
    return editions.next_due(line.slug) if editions is not None and line.is_active else None
