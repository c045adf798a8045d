"""The JSON API's answers about actors and proposed names: the same questions and buttons as the pages have."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.actor_view import ActorFilter, actor_lines, actor_view, proposal_lines
from web.api_actor_models import (
    ActorAnswer,
    ActorLineAnswer,
    ActorsAnswer,
    ProposedNameAnswer,
    ProposedNamesAnswer,
)
from web.api_bodies import AcceptedName, DismissedName
from web.api_models import DoneAnswer, MadeAnswer
from web.api_paging import WindowHere
from web.api_problems import UNKNOWN, WRONG_PARAMETER
from web.api_saying import CHANGES
from web.forms import given
from web.pages_actors import BY_COMMAND, MAX_WORDS_CHARS
from web.rights import VisitorHere, needs, reads

MAX_PROPOSALS = 1000
Words = Annotated[str, Query(max_length=MAX_WORDS_CHARS, description="A part of any of its names.")]
Kind = Annotated[str, Query(max_length=20, description="Only those of a kind, such as agency.")]
Country = Annotated[str, Query(max_length=8, description="Only those of a country: ISO 3166 code, EU-ESA or UN.")]

api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@api.get("/actors", dependencies=[reads()])
def api_actors(
    session: SessionHere, window: WindowHere, q: Words = "", kind: Kind = "", country: Country = ""
) -> ActorsAnswer:
    """List the actors with the number of articles that name each; the most named first."""
    lines = actor_lines(session, ActorFilter(q, kind, country))
    actors = [ActorLineAnswer.model_validate(line) for line in window.cut(lines)]
    return ActorsAnswer.model_validate({"actors": actors, **window.of(len(lines))})


@api.get("/actors/{slug}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_actor(session: SessionHere, slug: str) -> ActorAnswer:
    """Read an actor: names in every language, context words, newest articles, actors named beside it."""
    return ActorAnswer.model_validate(actor_view(session, slug))


@api.get("/names", dependencies=[needs(Role.ANALYST)])
def api_names(session: SessionHere, window: WindowHere) -> ProposedNamesAnswer:
    """List the names that are proposed as actors, the most frequent first."""
    lines = proposal_lines(session, limit=MAX_PROPOSALS)
    names = [ProposedNameAnswer.model_validate(line) for line in window.cut(lines)]
    return ProposedNamesAnswer.model_validate({"names": names, **window.of(len(lines))})


@api.post("/names/accept", status_code=201, responses=CHANGES, dependencies=[needs(Role.ANALYST)])
def api_accept_name(access: AccessHere, visitor: VisitorHere, accepted: AcceptedName) -> MadeAnswer:
    """Make an actor of a proposed name."""
    said = accepted.model_dump(mode="json", exclude_none=True, include={"kind", "country", "slug"})
    naming = given(access.powers.naming, BY_COMMAND)
    slug = naming.accept(accepted.name, said, by=visitor.named(accepted.by or ""))
    return MadeAnswer(slug=slug, words=f"{accepted.name} is an actor now.")


@api.post("/names/dismiss", responses=CHANGES, dependencies=[needs(Role.ANALYST)])
def api_dismiss_name(access: AccessHere, visitor: VisitorHere, dismissed: DismissedName) -> DoneAnswer:
    """Say that a proposed name is no actor's."""
    naming = given(access.powers.naming, BY_COMMAND)
    return DoneAnswer(words=naming.dismiss(dismissed.name, by=visitor.named(dismissed.by or "")))
