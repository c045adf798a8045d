"""What the forms of calendar, register and matrix offer to choose from: what the archive knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.facts import parties_of, subkinds_of, years_of
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from web.labels import country_name, words_of
from web.names import Named, active_topic_names, actor_names, topic_names


@dataclass(frozen=True)
class Field:
    """A field to choose one value in; `chosen` is the one that is in force, and among the values."""

    name: str
    label: str
    values: tuple[Named, ...]
    chosen: str


def fact_fields(session: Session, kind: FactKind, chosen: Mapping[str, object]) -> list[Field]:
    """Offer the filters of facts of a kind."""
    asked = {name: "" if value is None else str(value) for name, value in chosen.items()}
    actors = _with(asked["party"], parties_of(session, kind, are_countries=False))
    countries = _with(asked["country"], parties_of(session, kind, are_countries=True))
    years = _with(asked["year"], map(str, years_of(session, kind)))
    statuses: Iterable[str] = EventStatus if kind is FactKind.EVENT else AgreementStatus
    offered: Sequence[tuple[str, str, Iterable[Named]]] = (
        ("country", "Country", _sorted({code: country_name(code) for code in countries})),
        (
            "party",
            "Party" if kind is FactKind.AGREEMENT else "Host",
            _sorted({slug: words_of(slug) for slug in actors} | dict(actor_names(session, actors))),
        ),
        ("kind", "Kind", [Named(each, words_of(each)) for each in _with(asked["kind"], subkinds_of(session, kind))]),
        ("status", "Status", [Named(str(each), words_of(str(each))) for each in statuses]),
        ("year", "Year", [Named(year, year) for year in reversed(years)]),
    )
    fields = [Field(name, label, tuple(values), asked[name]) for name, label, values in offered]
    return [topic_field(session, asked["topic"]), *fields]


def topic_field(session: Session, chosen: str | None) -> Field:
    """Offer the topics that may be given, and the chosen one though it may not."""
    names = dict(active_topic_names(session))
    if chosen and chosen not in names:
        names[chosen] = topic_names(session).get(chosen, chosen)
    return Field("topic", "Topic", tuple(_sorted(names)), chosen or "")


def _with(chosen: str, values: Iterable[str]) -> list[str]:
    """Add a value that is asked for and that no fact has: a form that does not show it would drop it."""
    return sorted({*values, *([chosen] if chosen else [])})


def _sorted(names: Mapping[str, str]) -> list[Named]:
    return [Named(slug, name) for slug, name in sorted(names.items(), key=lambda item: item[1].casefold())]
