"""What readers want of an issue: what they follow and mute, their topics and countries in order; checked and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Reader
from models.knowledge import Topic
from models.readers import names_of_tokens
from models.search import Query, parse_query, vocabulary_of
from models.search.filters import canonical_value, country_names
from models.search.problem import likely_right
from models.story import find_story
from models.taxonomy import merged_topics
from perilune.archive import Archive
from perilune.problems import Problem
from perilune.readers import reader_named

MAX_WISHES = 100
FOLLOWED = {"topic": "topics", "actor": "actors", "country": "countries", "source": "sources", "story": "story"}
"""The filters of the search line that a reader may follow or mute, with the query's fields."""


class Wish(StrEnum):
    """The lists that a reader has, by the reader's columns."""

    FOLLOWS = "follows"
    MUTES = "mutes"
    TOPICS = "topics"
    COUNTRIES = "countries"


OPPOSITES = {Wish.FOLLOWS: Wish.MUTES, Wish.MUTES: Wish.FOLLOWS}
VERBS = {Wish.FOLLOWS: "follow", Wish.MUTES: "mute", Wish.TOPICS: "have", Wish.COUNTRIES: "have"}


def add_wishes(archive: Archive, who: str, wish: Wish, said: Iterable[str]) -> list[str]:
    """Add to a list of the reader's; returns the list. What is followed is muted no more, and the other way round."""
    with archive.sessions.begin() as session:
        reader = reader_named(session, who)
        values = _values(session, wish, said)
        if opposite := OPPOSITES.get(wish):
            _keep(reader, opposite, (each for each in wishes_of(reader, opposite) if each not in values))
        return _keep(reader, wish, [*wishes_of(reader, wish), *values])


def drop_wishes(archive: Archive, who: str, wish: Wish, said: Iterable[str]) -> list[str]:
    """Take from a list of the reader's; returns what is left. Problem for what is not in it."""
    with archive.sessions.begin() as session:
        reader = reader_named(session, who)
        kept = wishes_of(reader, wish)
        dropped = [value for each in said for value in ([each] if each in kept else _written(wish, each))]
        for value in dropped:
            if value not in kept:
                listed = ", ".join(kept) or "nothing"
                raise Problem(f"{reader.address} does not {VERBS[wish]} {value}; there is: {listed}.")
        return _keep(reader, wish, (value for value in kept if value not in dropped))


def put_wishes(archive: Archive, who: str, wish: Wish, said: Iterable[str]) -> list[str]:
    """Let a list of the reader's be this one, in this order; returns it."""
    with archive.sessions.begin() as session:
        return _keep(reader_named(session, who), wish, _values(session, wish, said))


def move_wish(archive: Archive, who: str, wish: Wish, value: str, *, steps: int) -> list[str]:
    """Move what a list of the reader's holds up (-1) or down (1); returns the list."""
    with archive.sessions.begin() as session:
        reader = reader_named(session, who)
        kept = wishes_of(reader, wish)
        if value not in kept:
            return kept
        place = kept.index(value)
        kept.insert(max(0, place + steps), kept.pop(place))
        return _keep(reader, wish, kept)


def wishes_of(reader: Reader, wish: Wish) -> list[str]:
    """Return a list of the reader's."""
    return list(getattr(reader, wish))


def _keep(reader: Reader, wish: Wish, values: Iterable[str]) -> list[str]:
    kept = list(dict.fromkeys(values))
    if len(kept) > MAX_WISHES:
        raise Problem(f"a list takes at most {MAX_WISHES}; take something out first.")
    setattr(reader, wish, kept)
    return kept


def _values(session: Session, wish: Wish, said: Iterable[str]) -> list[str]:
    words = [each.strip() for each in said if each.strip()]
    if wish == Wish.TOPICS:
        return [_topic(session, each) for each in _split(words)]
    if wish == Wish.COUNTRIES:
        return [_country(each) for each in _split(words)]
    return [token for each in words for token in _tokens(session, each)]


def _split(words: Sequence[str]) -> list[str]:
    return [each.strip() for word in words for each in word.split(",") if each.strip()]


def _written(wish: Wish, said: str) -> list[str]:
    """Read what is to be taken out: it need not exist any more."""
    if wish in OPPOSITES:
        return _tokens_in(parse_query(said), said)
    return [_country(said) if wish == Wish.COUNTRIES else said]


def _topic(session: Session, said: str) -> str:
    names = dict(session.execute(sa.select(Topic.name, Topic.slug)).all())
    by_name = {name.casefold(): slug for name, slug in names.items()} | {slug: slug for slug in names.values()}
    slug = by_name.get(said.casefold())
    if slug is None:
        raise Problem(f"there is no topic {said!r}{likely_right(said, by_name) or '; `perilune topics list` has all.'}")
    return merged_topics(session).get(slug, slug)


def _country(said: str) -> str:
    by_name = {name.casefold(): code for code, name in country_names().items()}
    return by_name.get(said.casefold()) or canonical_value("country", said)


def _tokens(session: Session, said: str) -> list[str]:
    """Read words of the search line, or a name, as tokens; what the archive does not know is refused."""
    named = {} if ":" in said else names_of_tokens(session)
    by_name = {name.casefold(): token for token, name in named.items()}
    if token := by_name.get(said.casefold()):
        return [token]
    tokens = _tokens_in(parse_query(said, vocabulary_of(session)), said)
    for token in tokens:
        key = token.removeprefix("story:")
        if key != token and find_story(session, key) is None:
            raise Problem(f"there is no story {key!r}; its key ends its page's address.")
    return tokens


def _tokens_in(query: Query, said: str) -> list[str]:
    tokens = [f"{name}:{value}" for name, field in FOLLOWED.items() for value in getattr(query, field)]
    if not tokens or query.with_(**dict.fromkeys(FOLLOWED.values(), ())) != Query():
        kinds = ", ".join(f"{name}:" for name in FOLLOWED)
        raise Problem(f"{said!r} is nothing to follow or mute; begin with one of {kinds} as in topic:launch.")
    return tokens
