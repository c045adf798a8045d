"""From a line and form fields to one query, and from a query to its neighbours; pure, the line is all the state.

The form only adds to the line: its fields widen the lists that the line gives and replace its dates and order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from models.search import Query, QueryProblem, Sort, Vocabulary, parse_query
from models.search.filters import LISTS, day_of, sort_of
from models.vocabulary import Relevance

MAX_PAGE = 5_000
NEWEST_CORE = Query(relevance=(Relevance.CORE,), sort=Sort.NEWEST)
"""What the front page shows."""
FACET_FILTERS = {
    "relevance": "relevance",
    "topic": "topic",
    "country": "country",
    "actor": "actor",
    "source": "source",
    "language": "lang",
    "type": "type",
}


class SearchForm(BaseModel):
    """The search form as its address gives it: the line, the page, and fields that add to the line."""

    model_config = ConfigDict(frozen=True)

    q: str = ""
    page: int = Field(default=1, ge=1, le=MAX_PAGE)
    exact: bool = False
    relevance: str = ""
    topic: str = ""
    country: str = ""
    actor: str = ""
    source: str = ""
    lang: str = ""
    type: str = ""
    after: str = ""
    before: str = ""
    sort: str = ""

    @property
    def added(self) -> Mapping[str, str]:
        """The fields beside the line that say something."""
        values = {
            name: str(getattr(self, name)).strip() for name in (*FACET_FILTERS.values(), "after", "before", "sort")
        }
        return {name: value for name, value in values.items() if value}

    @property
    def has_fields(self) -> bool:
        """Tell whether the form itself was sent, rather than a link with a line followed."""
        return bool(self.model_fields_set - {"q", "page", "exact"})


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: the sentence, and the line cut before, at and after the place."""

    message: str
    before: str
    at: str
    after: str


def query_of(form: SearchForm, vocabulary: Vocabulary) -> Query:
    """Combine the line with the fields; QueryProblem for what is not understood."""
    query = parse_query(form.q, vocabulary)
    for name, value in form.added.items():
        if name in LISTS:
            query = with_value(query, name, value)
        elif name == "sort":
            query = query.with_(sort=sort_of(value))
        else:
            query = query.with_(**{name: day_of(name, value)})
    return parse_query(query.line, vocabulary) if form.added else query


def values_of(query: Query, name: str) -> tuple[str, ...]:
    """Give the values of a list filter of the query."""
    return tuple(str(value) for value in getattr(query, LISTS[name][0]))


def with_value(query: Query, name: str, value: str) -> Query:
    """Make the query that also takes this value; QueryProblem for an impossible one."""
    return query.with_(**{LISTS[name][0]: (*values_of(query, name), value)})


def without_value(query: Query, name: str, value: str) -> Query:
    """Make the query that does not ask for this value."""
    return query.with_(**{LISTS[name][0]: tuple(each for each in values_of(query, name) if each != value)})


def fault_of(line: str, problem: QueryProblem) -> Fault:
    """Cut the line at the word that the problem is about; the whole line stands before where it names no place."""
    place = problem.position
    if place is None or not 0 <= place < len(line):
        return Fault(str(problem), line, "", "")
    end = next((i for i in range(place + 1, len(line)) if line[i].isspace()), len(line))
    return Fault(str(problem), line[:place], line[place:end], line[end:])
