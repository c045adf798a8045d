"""Facts as rows of a table, for spreadsheets and programs; apart from the lines because it reads no witness's words."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from models.fact import Fact
from models.facts import FactQuery, StatusAt, Support, facts_matching, histories_of, support_of
from web.facts_view import fact_link, fields_named, parties_named
from web.names import actor_names

COLUMNS = (
    "key",
    "kind",
    "name",
    "status",
    "start",
    "end",
    "place",
    "parties",
    "party_keys",
    "countries",
    "disputed",
    "history",
    "articles",
    "voices",
    "link",
)

Row = dict[str, object]


def rows_matching(session: Session, query: FactQuery, *, limit: int | None = None, address: str = "") -> list[Row]:
    """Read the facts that a query asks for as rows; `address` is the archive's, which their links begin with."""
    _, facts = facts_matching(session, query, limit=limit)
    support, histories = support_of(session, facts), histories_of(session, facts)
    names = actor_names(session, {party for fact in facts for party in fact.parties})
    base = address.rstrip("/")
    return [
        _row(fact, support.get(fact.id, Support()), histories[fact.id], names) | {"link": base + fact_link(fact.key)}
        for fact in facts
    ]


def _row(fact: Fact, support: Support, history: tuple[StatusAt, ...], names: Mapping[str, str]) -> Row:
    return {
        "key": fact.key,
        "kind": fact.subkind or fact.kind,
        "name": fact.name,
        "status": fact.status,
        "start": fact.start_on,
        "end": fact.end_on,
        "place": fact.place,
        "parties": [party.name for party in parties_named(fact.parties, names)],
        "party_keys": list(fact.parties),
        "countries": list(fact.countries),
        "disputed": list(fields_named(fact.disputed)),
        "history": [f"{each.status} {each.since}" for each in history],
        "articles": support.articles,
        "voices": support.voices,
    }
