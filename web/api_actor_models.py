"""What the JSON API answers on actors and on names that are proposed, as pydantic models over their plain values."""

from __future__ import annotations

from web.api_models import Answer, IsoDate, NamedAnswer, PageAnswer


class ActorLineAnswer(Answer):
    """An actor in a list."""

    slug: str
    name: str
    kind: str
    country: str | None
    is_active: bool
    article_count: int


class ActorsAnswer(PageAnswer):
    """One page of the actors."""

    actors: tuple[ActorLineAnswer, ...]


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


class ProposedNameAnswer(Answer):
    """A name that may be an actor's: how many articles bear it, in which spellings, and some of them."""

    name: str
    spellings: tuple[str, ...]
    article_count: int
    article_keys: tuple[str, ...]


class ProposedNamesAnswer(PageAnswer):
    """One page of the names that are proposed."""

    names: tuple[ProposedNameAnswer, ...]
