"""The JSON API's answers about actors: the same questions as the pages ask, answered for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from web.access import SessionHere
from web.actor_view import ActorFilter, actor_lines, actor_view
from web.api import UNKNOWN, WRONG_PARAMETER
from web.api_models import Answer, IsoDate, NamedAnswer
from web.pages_actors import MAX_WORDS_CHARS
from web.rights import reads


class ActorLineAnswer(Answer):
    """An actor in a list."""

    slug: str
    name: str
    kind: str
    country: str | None
    is_active: bool
    article_count: int


class NamesAnswer(Answer):
    """An actor's names in one language."""

    language: str
    names: tuple[str, ...]


class ContextAnswer(Answer):
    """A name that counts only beside certain words, and not beside others."""

    name: str
    words_for: tuple[str, ...]
    words_against: tuple[str, ...]


class NamingAnswer(Answer):
    """An article that names the actor."""

    key: str
    title: str
    language: str | None
    published: IsoDate
    source: NamedAnswer


class BesideAnswer(NamedAnswer):
    """Another actor, and how many articles name both."""

    article_count: int


class ActorAnswer(Answer):
    """An actor with all that is known of it."""

    line: ActorLineAnswer
    names: tuple[NamesAnswer, ...]
    contexts: tuple[ContextAnswer, ...]
    wikidata: str | None
    cited: str | None
    newest: tuple[NamingAnswer, ...]
    beside: tuple[BesideAnswer, ...]


Words = Annotated[str, Query(max_length=MAX_WORDS_CHARS, description="A part of any of its names.")]
Kind = Annotated[str, Query(max_length=20, description="Only those of a kind, such as agency.")]
Country = Annotated[str, Query(max_length=8, description="Only those of a country: ISO 3166 code, EU-ESA or UN.")]

api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@api.get("/actors", dependencies=[reads()])
def api_actors(session: SessionHere, q: Words = "", kind: Kind = "", country: Country = "") -> list[ActorLineAnswer]:
    """List the actors with the number of articles that name each; the most named first."""
    return [ActorLineAnswer.model_validate(line) for line in actor_lines(session, ActorFilter(q, kind, country))]


@api.get("/actors/{slug}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_actor(session: SessionHere, slug: str) -> ActorAnswer:
    """Read an actor: names in every language, context words, newest articles, actors named beside it."""
    return ActorAnswer.model_validate(actor_view(session, slug))
