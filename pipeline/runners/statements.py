"""Reads witnesses' rows as statements to compare; apart from the writing of facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session, aliased

from models.article import Article, Version
from models.base import key_of
from models.fact import FactWitness
from models.facts import QUOTE
from models.vocabulary import FactKind
from pipeline.facts.name_signs import NameSigns, signs_of
from pipeline.facts.same import Stated, bodies_of, sides_of
from pipeline.understanding.gazetteer import Gazetteer, folded
from pipeline.understanding.knowledge import gazetteer_from_rows, state_of_rows
from pipeline.values import Fact, Span

NAMES_REMEMBERED = 50_000


@dataclass(frozen=True)
class StoredStatement:
    """A witness's row as a statement: where it stands, and the fact that it belongs to."""

    version_id: int
    ordinal: int
    fact_id: int | None
    stated: Stated


def identity_of(article_key: str, kind: str, quote: str) -> str:
    """Make the identity of a witness, the same on every run; spaces, case and accents of its words do not matter.

    Of several facts of one kind that the same words state, only the first has this one.
    """
    return key_of(f"{article_key} {kind} {''.join(folded(quote).casefold().split())}")


class StoredStatements:
    """The witnesses' rows as statements, read with the gazetteer that runs, if there are any."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return _gazetteer_of(self._session)

    @cached_property
    def country_of(self) -> Mapping[str, str | None]:
        """The country of each actor, by its slug."""
        return {slug: actor.country for slug, actor in self._gazetteer.actors.items()}

    def matching(self, condition: sa.ColumnElement[bool]) -> list[StoredStatement]:
        """Read the witnesses of a condition."""
        rows = self._session.execute(_statements().where(condition)).mappings().all()
        second = _second_ones(self._session, {row["version_id"] for row in rows if row["ordinal"]})
        found = []
        for row in rows:
            place = row["version_id"], row["ordinal"]
            identity = identity_of(row["article"], row["kind"], row["quote"])
            if place in second:
                identity = key_of(f"{identity} {row['name']} {row['ordinal']}")
            found.append(StoredStatement(*place, row["fact_id"], self._stated(row, identity)))
        return found

    def _stated(self, row: RowMapping, identity: str) -> Stated:
        parties = row["parties"]
        return Stated(
            identity=identity,
            article=row["article"],
            voice=row["voice"],
            first_seen_at=row["first_seen_at"],
            published=row["published"],
            language=row["language"],
            fact=fact_of(row),
            signs=_signs(row["name"], row["language"], self._gazetteer),
            sides=sides_of(parties, self.country_of),
            bodies=bodies_of(parties, self.country_of),
            by_human=row["by_human"],
        )


def _second_ones(session: Session, version_ids: Collection[int]) -> set[tuple[int, int]]:
    """Find the witnesses before which their version states another fact of the kind in the same words.

    All of a version's are looked at: which of two is the second does not depend on what is read beside it.
    """
    if not version_ids:
        return set()
    select = sa.select(FactWitness.version_id, FactWitness.ordinal, FactWitness.kind, QUOTE)
    select = select.join(Version, Version.id == FactWitness.version_id).where(FactWitness.version_id.in_(version_ids))
    said: set[tuple[int, str]] = set()
    second = set()
    for version_id, ordinal, kind, quote in session.execute(
        select.order_by(FactWitness.version_id, FactWitness.ordinal)
    ):
        words = version_id, identity_of("", kind, quote)
        if words in said:
            second.add((version_id, ordinal))
        said.add(words)
    return second


@cache
def _statements() -> sa.Select[int]:
    """Select what is known of witnesses; made once, since making it costs more than a short answer to it.

    Columns, not objects: a version's new rows take the place of old ones, whose facts objects do not know.
    """
    lead = aliased(Article)
    return (
        sa.select(
            *FactWitness.__table__.columns,
            QUOTE.label("quote"),
            Article.key.label("article"),
            sa.func.coalesce(lead.key, Article.key).label("voice"),
            Article.first_seen_at,
            Version.published,
            Version.language,
        )
        .join(Version, Version.id == FactWitness.version_id)
        .join(Article, Article.id == Version.article_id)
        .outerjoin(lead, lead.id == Article.copy_of_id)
        .order_by(FactWitness.version_id, FactWitness.ordinal)
    )


def fact_of(row: RowMapping) -> Fact:
    """Read a witness's row as the fact that it states."""
    return Fact(
        kind=FactKind(row["kind"]),
        name=row["name"],
        span=Span(row["start"], row["end"]),
        status=row["status"],
        subkind=row["subkind"],
        start=row["start_on"],
        end=row["end_on"],
        place=row["place"],
        parties=tuple(row["parties"]),
        countries=tuple(row["countries"]),
    )


@lru_cache(maxsize=NAMES_REMEMBERED)
def _signs(name: str, language: str | None, gazetteer: Gazetteer) -> NameSigns:
    return signs_of(name, language, gazetteer)


class _LastGazetteer:
    """The gazetteer that was compiled last, and the state of its rows; compiling costs half a second."""

    state: str | None = None
    gazetteer: Gazetteer


def _gazetteer_of(session: Session) -> Gazetteer:
    state = state_of_rows(session)
    if state != _LastGazetteer.state:
        _LastGazetteer.gazetteer, _LastGazetteer.state = gazetteer_from_rows(session), state
    return _LastGazetteer.gazetteer
