"""Commands about editions."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Digests that recur: list, make and weigh editions.")
Slug = Annotated[str, typer.Argument(help="The edition's short name.")]


@app.command("list")
def list_editions(*, as_json: options.Json = False) -> None:
    """List the editions with their readers."""
    from perilune.editions import edition_rows
    from perilune.output import print_rows

    rows = edition_rows(options.archive())
    print_rows(rows, as_json=as_json, empty="There is no edition yet; make one with `perilune editions new`.")


@app.command()
def new(
    slug: Slug,
    *,
    name: Annotated[str, typer.Option(help="The name readers see.")],
    query: Annotated[str, typer.Option(help="The archive search that chooses articles.")] = "relevance:core",
    weekday: Annotated[int, typer.Option(min=0, max=6, help="0 is Monday.")] = 0,
    hour: Annotated[int, typer.Option(min=0, max=23, help="Hour of the day in the time zone.")] = 7,
    timezone: Annotated[str, typer.Option(help="Such as Europe/Vienna.")] = "UTC",
) -> None:
    """Make an edition."""
    from perilune.editions import EditionDraft, make_edition

    draft = EditionDraft(slug, name, query, weekday, hour, timezone)
    make_edition(options.archive(), draft, now=options.now())
    typer.echo(f"Made; add readers with `perilune readers add {slug} ADDRESS`.")


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
