"""Commands on facts: the calendar, the register of agreements, the cooperation matrix, and one fact's witnesses."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from pydantic import BaseModel

    from models.facts import FactQuery
    from web.facts_view import FactLine

    Form = TypeVar("Form", bound=BaseModel)

app = typer.Typer(no_args_is_help=True, help="Read events, agreements and who cooperates with whom.")

Csv = Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")]
Topic = Annotated[str | None, typer.Option(help="Only what articles on this topic state.")]
Country = Annotated[str | None, typer.Option(help="Only with this country: its code, EU-ESA or UN.")]
Party = Annotated[str | None, typer.Option(help="Only with this actor, by its short name.")]
Kind = Annotated[str | None, typer.Option(help="Only of this kind, such as workshop, launch, MoU or contract.")]
Status = Annotated[str | None, typer.Option(help="Only of this status, such as announced, signed or suspended.")]
Year = Annotated[int | None, typer.Option(min=1900, max=2200, help="Only what touches this year.")]
FactLimit = Annotated[
    int | None,
    typer.Option(
        min=1, max=100_000, help="How many to show; if not said, 50 at the terminal and all in a file, CSV or JSON."
    ),
]
SHOWN_FACTS = 50


@app.command("calendar")
def list_events(
    *,
    topic: Topic = None,
    country: Country = None,
    party: Party = None,
    kind: Kind = None,
    status: Status = None,
    year: Year = None,
    past: Annotated[bool, typer.Option(help="What is over instead of what is to come.")] = False,
    ics: Annotated[Path | None, typer.Option(help="Write the events to this file as iCalendar.")] = None,
    limit: FactLimit = None,
    as_json: options.Json = False,
    as_csv: Csv = False,
) -> None:
    """List the events to come, the next first, or those that are over, the last first."""
    from web.facts_form import CalendarForm

    asked = {"topic": topic, "country": country, "party": party, "kind": kind, "status": status, "year": year}
    form = _checked(CalendarForm, asked | {"past": past})
    query = form.query(options.now().date())
    if ics is not None:
        _write_calendar(ics, query, limit)
    else:
        _print_facts(query, limit, form=_form(as_json=as_json, as_csv=as_csv), empty="No such event.")


@app.command("agreements")
def list_agreements(
    *,
    topic: Topic = None,
    country: Country = None,
    party: Party = None,
    kind: Kind = None,
    status: Status = None,
    year: Year = None,
    sort: Annotated[str, typer.Option(help="newest, oldest, name or witnesses.")] = "newest",
    limit: FactLimit = None,
    as_json: options.Json = False,
    as_csv: Csv = False,
) -> None:
    """List the agreements."""
    from web.facts_form import RegisterForm

    asked = {"topic": topic, "country": country, "party": party, "kind": kind, "status": status, "year": year}
    form = _checked(RegisterForm, asked | {"sort": sort})
    _print_facts(form.query(), limit, form=_form(as_json=as_json, as_csv=as_csv), empty="No such agreement.")


@app.command("show")
def show_fact(
    key: Annotated[str, typer.Argument(help="The fact's key, as the lists print it.")], *, as_json: options.Json = False
) -> None:
    """Show a fact with everything that its witnesses state, contradictions side by side."""
    from perilune.output import print_json
    from perilune.problems import Problem
    from web.api_fact_models import WholeFactAnswer
    from web.facts_view import fact_view
    from web.problems import NotInArchive

    archive = options.archive_to_read()
    with archive.sessions() as session:
        try:
            fact = fact_view(session, key)
        except NotInArchive as missing:
            raise Problem(f"there is no fact {key!r}; `perilune facts agreements` prints keys.") from missing
    if as_json:
        print_json(WholeFactAnswer.model_validate(fact).model_dump(mode="json"))
    else:
        _print_fact(fact)


@app.command("matrix")
def show_matrix(
    *,
    by: Annotated[str, typer.Option(help="countries or actors.")] = "countries",
    topic: Topic = None,
    since: Annotated[int | None, typer.Option(min=1900, max=2200, help="The first year.")] = None,
    until: Annotated[int | None, typer.Option(min=1900, max=2200, help="The last year.")] = None,
    top: Annotated[int, typer.Option(min=2, max=40, help="How many countries or actors.")] = 12,
    picture: Annotated[Path | None, typer.Option(help="Draw it into this file, as SVG.")] = None,
    as_json: options.Json = False,
    as_csv: Csv = False,
) -> None:
    """Count the stories, agreements and events in which two take part together, most first."""
    from web.facts_form import MatrixForm
    from web.heat_map import svg_of
    from web.matrix_view import COLUMNS, matrix_view, row_of

    form = _checked(MatrixForm, {"by": by, "topic": topic, "since": since, "until": until, "top": top})
    archive = options.archive_to_read()
    with archive.sessions() as session:
        view = matrix_view(session, form)
    if picture is not None:
        picture.write_text(svg_of(view.picture), encoding="utf-8")
        typer.echo(f"Drawn into {picture}.")
        return
    rows = [row_of(cell, address=archive.settings.archive_url) for cell in view.pairs]
    shown = ("one_name", "other_name", "stories", "agreements", "events", "total")
    empty = "No two take part in anything together."
    _print_rows(rows, (COLUMNS, shown), form=_form(as_json=as_json, as_csv=as_csv), empty=empty)


def _checked(form: type[Form], asked: Mapping[str, object]) -> Form:
    """Read the filters as the pages do; Problem names one that cannot be."""
    from pydantic import ValidationError

    from perilune.problems import Problem

    try:
        return form.model_validate(dict(asked))
    except ValidationError as error:
        fault = error.errors()[0]
        raise Problem(f"--{fault['loc'][-1]} {fault['input']!r} cannot be: {fault['msg'].lower()}.") from error


def _write_calendar(path: Path, query: FactQuery, limit: int | None) -> None:
    from web.facts_view import lines_matching
    from web.pages_calendar import calendar_file

    archive = options.archive_to_read()
    with archive.sessions() as session:
        _, lines = lines_matching(session, query, limit=limit)
    path.write_bytes(calendar_file(lines, address=archive.settings.archive_url))
    typer.echo(f"Written to {path}.")


def _print_facts(query: FactQuery, limit: int | None, *, form: str, empty: str) -> None:
    """Print facts, all where a program reads them: what is cut off for it, nobody sees."""
    from web.fact_tables import COLUMNS, rows_matching

    archive = options.archive_to_read()
    most = SHOWN_FACTS if limit is None and form == "table" else limit
    with archive.sessions() as session:
        rows = rows_matching(session, query, limit=most, address=archive.settings.archive_url)
    shown = ("key", "start", "kind", "status", "name", "party_keys")
    _print_rows(rows, (COLUMNS, shown), form=form, empty=empty)


def _form(*, as_json: bool, as_csv: bool) -> str:
    return "csv" if as_csv else "json" if as_json else "table"


def _print_rows(
    rows: Sequence[Mapping[str, object]], columns: tuple[Sequence[str], Sequence[str]], *, form: str, empty: str
) -> None:
    """Print rows: all columns for programs, the second list of them for people."""
    from perilune.output import print_rows
    from web.tables import csv_of

    if form == "csv":
        sys.stdout.write(csv_of(columns[0], rows))
        return
    as_json = form == "json"
    names = columns[0] if as_json else columns[1]
    print_rows([{name: row[name] for name in names} for row in rows], as_json=as_json, empty=empty)


def _print_fact(fact: FactLine) -> None:
    from rich.markup import escape

    from perilune.output import console

    out = console()
    out.print(f"[bold]{escape(fact.name)}[/bold]")
    out.print(
        f"  {fact.subkind or fact.kind}, {fact.status}; {fact.when}{f'; {escape(fact.place)}' if fact.place else ''}"
    )
    if fact.parties:
        out.print(f"  {escape(', '.join(party.name for party in fact.parties))}")
    for contradiction in fact.contradictions:
        values = " against ".join(f"{reading.value} ({len(reading.witnesses)})" for reading in contradiction.readings)
        out.print(f"  contradiction: {contradiction.field}: {escape(values)}")
    for witness in fact.witnesses:
        when = witness.published or "date not stated"
        out.print(f"\n  {when}  {escape(witness.source.name)}  [dim]{witness.article_key}[/dim]")
        out.print(f"  “{escape(witness.quote)}”")
