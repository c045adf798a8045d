"""A search as plain values for its page: active filters, facets, scopes and paging, each with the link that it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Version, VersionCountry
from models.search import FacetValue, Query, QueryProblem, Sort
from models.search.filters import ALL_OF
from models.source import Source
from models.vocabulary import DocType, Relevance
from web.labels import country_name, date_in_words, language_name, relevance_label, words_of
from web.links import search_link
from web.names import Named, active_topic_names, actor_names, topic_names
from web.search_form import FACET_FILTERS, values_of, with_value, without_value

FACET_TITLES = {
    "topic": "Topic",
    "country": "Country",
    "actor": "Organisation or mission",
    "year": "Year",
    "source": "Source",
    "language": "Language",
    "type": "Document type",
}
SCOPES: Mapping[str, tuple[Relevance, ...]] = {
    "Cooperation": (Relevance.CORE,),
    "All space": (Relevance.CORE, Relevance.SPACE),
    "Everything": (),
}
SHOWN_FACET_VALUES = 8
LIST_TITLES = {"lang": "language"}
"""What filters are called where their names are short."""


@dataclass(frozen=True)
class Choice:
    """Something to click: a facet's value, a scope, an order, or an active filter that the click takes away."""

    label: str
    link: str
    is_active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class FacetView:
    """A facet with its most frequent values, and the rest of them."""

    title: str
    values: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True)
class Paging:
    """Where a page stands in a list: places of its first and last entry (from 1), and its neighbours' links."""

    first: int
    last: int
    total: int
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class FormOptions:
    """What the form's lists offer."""

    topics: tuple[Named, ...]
    countries: tuple[Named, ...]
    sources: tuple[Named, ...]
    languages: tuple[Named, ...]
    types: tuple[Named, ...]
    relevances: tuple[Named, ...]


def paging_of(total: int, *, page: int, size: int, links: tuple[str, str]) -> Paging:
    """Make the paging of a list; `links` are those of the pages before and after, whether they exist or not."""
    first = (page - 1) * size + 1
    last = min(page * size, total)
    return Paging(first, last, total, links[0] if page > 1 else None, links[1] if last < total else None)


def scopes_of(query: Query) -> tuple[Choice, ...]:
    """Make the three scopes: core, all of space, everything."""
    return tuple(
        Choice(label, search_link(query.with_(relevance=values).line), is_active=set(query.relevance) == set(values))
        for label, values in SCOPES.items()
    )


def orders_of(query: Query) -> tuple[Choice, ...]:
    """Make the two orders; without words there is no best match, so there is only one."""
    if not query.text:
        return ()
    labels = {Sort.RELEVANCE: "Best match", Sort.NEWEST: "Newest"}
    return tuple(
        Choice(label, search_link(query.with_(sort=sort).line), is_active=query.sort == sort)
        for sort, label in labels.items()
    )


def facets_of(query: Query, counted: Mapping[str, Sequence[FacetValue]]) -> tuple[FacetView, ...]:
    """Make the facets that have something to choose."""
    views = []
    for facet, title in FACET_TITLES.items():
        values = tuple(_choices(query, facet, counted.get(facet, ())))
        if values:
            views.append(FacetView(title, values[:SHOWN_FACET_VALUES], values[SHOWN_FACET_VALUES:]))
    return tuple(views)


def _choices(query: Query, facet: str, counted: Sequence[FacetValue]) -> Iterator[Choice]:
    for value in counted:
        try:
            yield _choice(query, facet, value)
        except QueryProblem:  # a stored value that no search can ask for is no choice
            continue


def _choice(query: Query, facet: str, value: FacetValue) -> Choice:
    if facet == "year":
        return _year(query, value)
    name = FACET_FILTERS[facet]
    is_active = value.value in values_of(query, name)
    changed = without_value(query, name, value.value) if is_active else with_value(query, name, value.value)
    return Choice(value.label, search_link(changed.line), is_active, value.count)


def _year(query: Query, value: FacetValue) -> Choice:
    first, after = dt.date(int(value.value), 1, 1), dt.date(int(value.value) + 1, 1, 1)
    is_active = (query.after, query.before) == (first, after)
    changed = query.with_(after=None, before=None) if is_active else query.with_(after=first, before=after)
    return Choice(value.label, search_link(changed.line), is_active, value.count)


def active_filters(session: Session, query: Query) -> tuple[Choice, ...]:
    """List the filters of a query, each with the link of the query without it."""
    names = (
        topic_names(session),
        actor_names(session, _slugs((*query.actors, *_excluded_actors(query)))),
        _source_names(session),
    )
    labels = dict(zip(("topic", "actor", "source"), names, strict=True))
    return (*_list_filters(query, labels), *_single_filters(query, labels))


def _excluded_actors(query: Query) -> list[str]:
    return [each.removeprefix("actor:") for each in query.without if each.startswith("actor:")]


def _slugs(values: Sequence[str]) -> list[str]:
    return [slug for value in values for slug in value.split(ALL_OF)]


def _list_filters(query: Query, labels: Mapping[str, Mapping[str, str]]) -> Iterator[Choice]:
    for name in ("relevance", "topic", "country", "actor", "source", "lang", "type", "story"):
        for value in values_of(query, name):
            label = " and ".join(_label(name, part, labels.get(name, {})) for part in value.split(ALL_OF))
            yield Choice(f"{LIST_TITLES.get(name, name)}: {label}", search_link(without_value(query, name, value).line))


def _label(name: str, value: str, labels: Mapping[str, str]) -> str:
    namers = {"country": country_name, "lang": language_name, "relevance": relevance_label, "type": words_of}
    return labels.get(value) or (namers[name](value) if name in namers else value)


def _single_filters(query: Query, labels: Mapping[str, Mapping[str, str]]) -> Iterator[Choice]:
    for each in query.without:
        name, _, value = each.partition(":")
        remaining = tuple(other for other in query.without if other != each)
        label = " and ".join(_label(name, part, labels.get(name, {})) for part in value.split(ALL_OF))
        yield Choice(f"not {LIST_TITLES.get(name, name)}: {label}", search_link(query.with_(without=remaining).line))
    if query.after:
        yield Choice(f"since {date_in_words(query.after)}", search_link(query.with_(after=None).line))
    if query.before:
        yield Choice(f"before {date_in_words(query.before)}", search_link(query.with_(before=None).line))
    if query.with_copies:
        yield Choice("with copies", search_link(query.with_(with_copies=False).line))


def _source_names(session: Session) -> Mapping[str, str]:
    return dict(session.execute(sa.select(Source.slug, Source.name).order_by(Source.name)).all())


def options_of(session: Session) -> FormOptions:
    """Read what the form may offer: what the archive knows."""
    countries = session.scalars(sa.select(VersionCountry.country).distinct())
    languages = session.scalars(sa.select(Version.language).where(Version.language.is_not(None)).distinct())
    return FormOptions(
        topics=_named(active_topic_names(session)),
        countries=_named({code: country_name(code) for code in countries}),
        sources=_named(_source_names(session)),
        languages=_named({code: language_name(code) for code in languages if code}),
        types=tuple(Named(str(each), words_of(each).capitalize()) for each in DocType),
        relevances=tuple(Named(str(each), relevance_label(each)) for each in Relevance),
    )


def _named(names: Mapping[str, str]) -> tuple[Named, ...]:
    return tuple(Named(slug, name) for slug, name in sorted(names.items(), key=lambda item: item[1].casefold()))
