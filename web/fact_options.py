"""What the forms of calendar, register and matrix offer to choose from: what the archive knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.facts import parties_of, subkinds_of, years_of
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from web.labels import country_name, words_of
from web.names import Named, actor_names, topic_names


@dataclass(frozen=True)
class Field:
    """A field to choose one value in; `chosen` is the one that is in force."""

    name: str
    label: str
    values: tuple[Named, ...]
    chosen: str


def fact_fields(session: Session, kind: FactKind, chosen: Mapping[str, object]) -> list[Field]:
    """Offer the filters of facts of a kind."""
    countries = {code: country_name(code) for code in parties_of(session, kind, are_countries=True)}
    actors = parties_of(session, kind, are_countries=False)
    names = {slug: words_of(slug) for slug in actors} | dict(actor_names(session, actors))
    statuses: Iterable[str] = EventStatus if kind is FactKind.EVENT else AgreementStatus
    years = [str(year) for year in years_of(session, kind)]
    offered: Sequence[tuple[str, str, Iterable[Named]]] = (
        ("topic", "Topic", _sorted(topic_names(session))),
        ("country", "Country", _sorted(countries)),
        ("party", "Party" if kind is FactKind.AGREEMENT else "Host", _sorted(names)),
        ("kind", "Kind", [Named(each, words_of(each)) for each in subkinds_of(session, kind)]),
        ("status", "Status", [Named(str(each), words_of(str(each))) for each in statuses]),
        ("year", "Year", [Named(year, year) for year in years]),
    )
    return [Field(name, label, tuple(values), _text(chosen.get(name))) for name, label, values in offered]


def topic_field(session: Session, chosen: str | None) -> Field:
    """Offer the topics."""
    return Field("topic", "Topic", tuple(_sorted(topic_names(session))), chosen or "")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _sorted(names: Mapping[str, str]) -> list[Named]:
    return [Named(slug, name) for slug, name in sorted(names.items(), key=lambda item: item[1].casefold())]
