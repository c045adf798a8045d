"""Reads witnesses' rows as statements to compare, and what people said of them; apart from the writing of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session, aliased, object_session

from models import knowledge as rows
from models.article import Article, Version
from models.base import key_of
from models.fact import FactWitness
from models.knowledge import Correction
from models.vocabulary import CorrectionField, FactKind
from pipeline.facts.name_signs import NameSigns, signs_of
from pipeline.facts.same import Stated, Verdicts, bodies_of, sides_of
from pipeline.understanding.gazetteer import Gazetteer, folded
from pipeline.understanding.knowledge import knowledge_from_rows
from pipeline.values import Fact, Span

NAMES_REMEMBERED = 50_000


@dataclass(frozen=True)
class Statement:
    """A witness's row as a statement: where it stands, and the fact that it belongs to."""

    version_id: int
    ordinal: int
    fact_id: int | None
    stated: Stated


def witness_identity(witness: FactWitness) -> str:
    """Name a stored witness the same on every run: by its article, its kind and the words that say so.

    Of two facts of one kind that the same words state, the second has an identity of its own in `Reader.statements`.
    """
    session = object_session(witness)
    assert session is not None
    version = session.get_one(Version, witness.version_id)
    return identity_of(version.article.key, witness.kind, version.text[witness.start : witness.end])


def identity_of(article_key: str, kind: str, quote: str) -> str:
    """Make the identity of a witness from what its correction names; spaces, case and accents do not matter."""
    return key_of(f"{article_key} {kind} {''.join(folded(quote).casefold().split())}")


class Reader:
    """Reads rows as statements, with the gazetteer that runs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._gazetteer = _gazetteer_of(session)
        self.country_of: Mapping[str, str | None] = {
            slug: actor.country for slug, actor in self._gazetteer.actors.items()
        }

    def statements(self, condition: sa.ColumnElement[bool]) -> list[Statement]:
        """Read the witnesses of a condition as statements."""
        select = _statements().where(condition)
        found: dict[tuple[int, str], Statement] = {}
        for row in self._session.execute(select).mappings():
            identity = identity_of(row["article"], row["kind"], row["quote"])
            if (row["version_id"], identity) in found:
                identity = key_of(f"{identity} {row['name']} {row['ordinal']}")
            statement = Statement(row["version_id"], row["ordinal"], row["fact_id"], self._stated(row, identity))
            found[row["version_id"], identity] = statement
        return list(found.values())

    def _stated(self, row: RowMapping, identity: str) -> Stated:
        parties = row["parties"]
        return Stated(
            identity=identity,
            article=row["article"],
            voice=row["voice"],
            first_seen_at=row["first_seen_at"],
            published=row["published"],
            language=row["language"],
            fact=_fact_of(row),
            signs=_signs(row["name"], row["language"], self._gazetteer),
            sides=sides_of(parties, self.country_of),
            bodies=bodies_of(parties, self.country_of),
            by_human=row["by_human"],
        )


@cache
def _statements() -> sa.Select[int]:
    """Select what is known of witnesses; made once, since making it costs more than a short answer to it.

    Columns, not objects: a version's new rows take the place of old ones, whose facts objects do not know.
    """
    lead = aliased(Article)
    return (
        sa.select(
            *FactWitness.__table__.columns,
            sa.func.substr(Version.text, FactWitness.start + 1, FactWitness.end - FactWitness.start).label("quote"),
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


def _fact_of(row: RowMapping) -> Fact:
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
    """The gazetteer that was compiled last, and what its rows looked like; compiling costs half a second."""

    mark: object = None
    gazetteer: Gazetteer


def _gazetteer_of(session: Session) -> Gazetteer:
    mark = tuple(session.execute(_look_of_actors()).one())
    if mark != _LastGazetteer.mark:
        _LastGazetteer.gazetteer, _LastGazetteer.mark = knowledge_from_rows(session).gazetteer, mark
    return _LastGazetteer.gazetteer


@cache
def _look_of_actors() -> sa.Select[int, dt.datetime | None, *tuple[int, ...]]:
    """Select what changes whenever an actor does."""
    sizes = (sa.func.sum(sa.func.length(sa.cast(column, sa.String))) for column in (rows.Actor.names, rows.Actor.name))
    return sa.select(sa.func.count(), sa.func.max(rows.Actor.edited_at), *sizes)


def verdicts_of(session: Session, statements: Sequence[Stated]) -> Verdicts:
    """Read which facts people held apart or said to be one: corrections name a witness and the other fact's key.

    A fact's key is the identity of the witness that founded it, so it is a pair of witnesses that is said of.
    """
    articles = {stated.article for stated in statements}
    pairs: dict[str, set[frozenset[str]]] = {"apart": set(), "same": set()}
    for correction in session.scalars(
        sa.select(Correction)
        .where(Correction.article_key.in_(articles), Correction.field == CorrectionField.FACT)
        .where(Correction.undone_at.is_(None))
        .order_by(Correction.made_at, Correction.id)
    ):
        said = _said(correction)
        if said is not None:
            action, pair = said
            pairs["same" if action == "apart" else "apart"].discard(pair)
            pairs[action].add(pair)
    return Verdicts(frozenset(pairs["apart"]), frozenset(pairs["same"]))


def _said(correction: Correction) -> tuple[str, frozenset[str]] | None:
    """Read a correction of a fact; the other one is named by its key, or by a witness of it."""
    value = correction.value.get("value", correction.value)
    if not isinstance(value, Mapping) or value.get("action") not in {"apart", "same"}:
        return None
    other = value.get("other") or value.get("fields")
    key = other if isinstance(other, str) else _identity_named(other, None)
    mine = _identity_named(value.get("witness"), correction.article_key)
    return (str(value["action"]), frozenset({mine, key})) if mine and key else None


def _identity_named(witness: object, article_key: str | None) -> str | None:
    if not isinstance(witness, Mapping):
        return None
    return identity_of(article_key or str(witness.get("article")), str(witness.get("kind")), str(witness.get("quote")))
