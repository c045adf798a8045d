"""Commands about editions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from perilune.archive import Archive

app = typer.Typer(no_args_is_help=True, help="Digests that recur: list, make, change and weigh editions.")
Slug = Annotated[str, typer.Argument(help="The edition's short name.")]


@app.command("list")
def list_editions(*, as_json: options.Json = False) -> None:
    """List the editions with their rhythm and how many readers they have."""
    from perilune.edition_settings import edition_rows
    from perilune.output import print_rows

    rows = edition_rows(options.archive(), now=options.now())
    print_rows(rows, as_json=as_json, empty="There is no edition yet; make one with `perilune editions new`.")


Name = Annotated[str | None, typer.Option(help="The name that readers see.")]
Query = Annotated[str | None, typer.Option(help="The archive search that chooses articles, as in the search line.")]
Frequency = Annotated[str | None, typer.Option(help="daily, weekly or monthly.")]
Weekday = Annotated[str | None, typer.Option(help="Of a weekly edition: monday to sunday, or 0 to 6.")]
MonthDay = Annotated[str | None, typer.Option(help="Of a monthly edition; 31 is the last day of every month.")]
Hour = Annotated[str | None, typer.Option(help="Hour of the day in the time zone, 0 to 23.")]
Timezone = Annotated[str | None, typer.Option(help="Such as Europe/Vienna.")]
Language = Annotated[str | None, typer.Option(help="Of the frame: en, fr, ru or zh.")]
Length = Annotated[str | None, typer.Option(help="How much its mail prints: short, medium or long.")]
HoldHours = Annotated[str | None, typer.Option(help="How long an issue waits for an editor; 0 sends at once.")]
Note = Annotated[str | None, typer.Option(help="A line printed in every issue.")]
TopicWeights = Annotated[str | None, typer.Option(help="All weights of topics, as in 'launch=2 security=0.5'.")]


@app.command()
def new(
    slug: Slug,
    *,
    name: Annotated[str, typer.Option(help="The name that readers see.")],
    query: Query = None,
    frequency: Frequency = None,
    weekday: Weekday = None,
    month_day: MonthDay = None,
    hour: Hour = None,
    timezone: Timezone = None,
    language: Language = None,
    length: Length = None,
    hold_hours: HoldHours = None,
    note: Note = None,
    topic_weights: TopicWeights = None,
    as_json: options.Json = False,
) -> None:
    """Make an edition."""
    said = _said(locals())
    from perilune.edition_settings import new_edition

    archive = options.archive()
    new_edition(archive, slug, said, now=options.now())
    _print_edition(archive, slug, f"Made; add readers with `perilune readers add {slug} ADDRESS`.", as_json=as_json)


@app.command()
def change(
    slug: Slug,
    *,
    name: Name = None,
    query: Query = None,
    frequency: Frequency = None,
    weekday: Weekday = None,
    month_day: MonthDay = None,
    hour: Hour = None,
    timezone: Timezone = None,
    language: Language = None,
    length: Length = None,
    hold_hours: HoldHours = None,
    note: Note = None,
    topic_weights: TopicWeights = None,
    is_active: Annotated[bool | None, typer.Option("--on/--off", help="Whether issues are made.")] = None,
    as_json: options.Json = False,
) -> None:
    """Change an edition; what is not named stays. No issue is made twice, nor for a moment before the change."""
    said = _said(locals())
    from perilune.edition_settings import change_edition

    archive = options.archive()
    done = change_edition(archive, slug, said, now=options.now())
    _print_edition(archive, slug, done, as_json=as_json)


def _said(given: Mapping[str, object]) -> dict[str, str]:
    """Keep what was said on the command line, in the words of the form on the web."""
    said = {name: value for name, value in given.items() if name not in {"slug", "as_json"} and value is not None}
    switches = {True: "on", False: "off"}
    return {name: switches[value] if isinstance(value, bool) else str(value) for name, value in said.items()}


@app.command()
def show(slug: Slug, *, as_json: options.Json = False) -> None:
    """Show all of an edition, with its readers."""
    from perilune.edition_settings import edition_value
    from perilune.output import print_json, print_rows

    value = edition_value(options.archive(), slug, now=options.now())
    if as_json:
        print_json(value)
    else:
        rows = [{"what": name.replace("_", " "), "is": said} for name, said in value.items()]
        print_rows(rows, as_json=False, empty="")


def _print_edition(archive: Archive, slug: str, done: str, *, as_json: bool) -> None:
    from perilune.edition_settings import edition_value
    from perilune.output import print_json

    if as_json:
        print_json(edition_value(archive, slug, now=options.now()))
    else:
        typer.echo(done)


@app.command()
def weigh(
    slug: Slug,
    weights: Annotated[
        list[str] | None, typer.Argument(help="TOPIC=NUMBER: 2 counts double, 0.5 half, 0 lets sink, 1 is usual.")
    ] = None,
    *,
    as_json: options.Json = False,
) -> None:
    """Say how much topics count in an edition's issues to come; without weights, list those it has."""
    from perilune.editions import weigh_topics
    from perilune.output import print_json, print_rows

    found = weigh_topics(options.archive(), slug, weights or [])
    if as_json:
        print_json(found)
        return
    rows = [{"topic": topic, "weight": f"{weight:g}"} for topic, weight in found.items()]
    print_rows(rows, as_json=False, empty=f"All topics count as usual in {slug}.")
