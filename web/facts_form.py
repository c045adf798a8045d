"""What the addresses of calendar, register and matrix ask for: their filters, and the links to neighbouring filters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from models.facts import FactOrder, FactQuery
from models.matrix import Axis, MatrixQuery
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from web.search_form import MAX_PAGE

MAX_VALUE_CHARS = 80
FIRST_YEAR = 1900
LAST_YEAR = 2200
DEFAULT_TOP = 12
MAX_TOP = 40


def _nothing_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Word = Annotated[Annotated[str, Field(max_length=MAX_VALUE_CHARS)] | None, BeforeValidator(_nothing_if_blank)]
Code = Annotated[Word, AfterValidator(lambda code: code.upper() if code else None)]
Year = Annotated[Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] | None, BeforeValidator(_nothing_if_blank)]


class FilterForm(BaseModel):
    """Filters as an address gives them; a blank field asks for nothing."""

    model_config = ConfigDict(frozen=True)

    topic: Word = Field(default=None, description="A topic's slug.")

    def line(self, **changes: object) -> str:
        """Write the filters as they stand after an address's question mark, some changed, defaults left out."""
        values = self.model_dump(mode="json", exclude_defaults=True) | changes
        return urlencode({name: value for name, value in values.items() if value not in {None, "", False}})

    def link(self, path: str, **changes: object) -> str:
        """Make an address with these filters, some of them changed."""
        line = self.line(**changes)
        return f"{path}?{line}" if line else path


class Numbered(BaseModel):
    """Which page of a list a page of the archive shows; the API counts entries instead."""

    page: int = Field(default=1, ge=1, le=MAX_PAGE, description="Which page of them, from 1.")


class FactFilter(FilterForm):
    """Filters of facts."""

    country: Code = Field(default=None, description="A country's code (ISO 3166 alpha-2, EU-ESA or UN).")
    party: Word = Field(default=None, description="An actor's slug.")
    kind: Word = Field(default=None, description="A kind such as workshop, launch, MoU or contract.")
    year: Year = Field(default=None, description="A year that the fact touches.")

    def facts_of_kind(self, kind: FactKind) -> FactQuery:
        """Ask for the facts of a kind that the filters shared by events and agreements let through."""
        since, until = (dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)) if self.year else (None, None)
        return FactQuery(
            kind,
            subkind=self.kind,
            topic=self.topic,
            country=self.country,
            party=self.party,
            since=since,
            until=until,
        )


class CalendarFilter(FactFilter):
    """Filters of the calendar."""

    status: Annotated[EventStatus | None, BeforeValidator(_nothing_if_blank)] = Field(
        default=None, description="announced, held, postponed or cancelled."
    )
    past: bool = Field(default=False, description="Whether to show what is over instead of what is to come.")

    def query(self, today: dt.date) -> FactQuery:
        """Ask for what is to come from today on, the next first; or for what is over, the last first."""
        asked = replace(self.facts_of_kind(FactKind.EVENT), status=self.status, is_dated=True)
        if self.past:
            return replace(asked, ended_before=today, order=FactOrder.NEWEST)
        return replace(asked, since=max(today, asked.since or today), order=FactOrder.OLDEST)


class CalendarForm(CalendarFilter, Numbered):
    """What the calendar's page asks for."""


class RegisterFilter(FactFilter):
    """Filters and order of the register."""

    status: Annotated[AgreementStatus | None, BeforeValidator(_nothing_if_blank)] = Field(
        default=None, description="proposed, signed, in-force, suspended or ended."
    )
    sort: FactOrder = Field(default=FactOrder.NEWEST, description="newest, oldest, name or witnesses.")

    def query(self) -> FactQuery:
        """Ask for agreements."""
        return replace(self.facts_of_kind(FactKind.AGREEMENT), status=self.status, order=self.sort)


class RegisterForm(RegisterFilter, Numbered):
    """What the register's page asks for."""


class MatrixForm(FilterForm):
    """What the matrix counts."""

    by: Axis = Field(default=Axis.COUNTRIES, description="countries or actors.")
    since: Year = Field(default=None, description="The first year.")
    until: Year = Field(default=None, description="The last year.")
    top: int = Field(default=DEFAULT_TOP, ge=2, le=MAX_TOP, description="How many countries or actors.")

    def query(self) -> MatrixQuery:
        """Ask for the cooperation that is counted."""
        return MatrixQuery(self.by, self.topic, self.since, self.until)

    def cell_link(self, one: str, other: str) -> str:
        """Make the address of what a cell counts."""
        return self.link("/matrix/cell", one=one, other=other)


class CellFilter(MatrixForm):
    """Which cell of the matrix is opened."""

    one: str = Field(max_length=MAX_VALUE_CHARS, description="A country's code, or an actor's slug.")
    other: str = Field(max_length=MAX_VALUE_CHARS, description="The other one.")


class CellForm(CellFilter, Numbered):
    """What a cell's page asks for."""
