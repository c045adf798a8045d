"""Commands about editions and their readers."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Digests that recur: list and make editions.")
readers = typer.Typer(no_args_is_help=True, help="People who get mail: add them to an edition, or take them off.")
Slug = Annotated[str, typer.Argument(help="The edition's short name.")]
Address = Annotated[str, typer.Argument(help="The reader's mail address.")]


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


@readers.command("add")
def add_reader(
    edition: Slug, address: Address, *, name: Annotated[str | None, typer.Option(help="Their name.")] = None
) -> None:
    """Add a reader to an edition."""
    from perilune.editions import add_reader as add

    add(options.archive(), edition, address, name=name, now=options.now())


@readers.command("remove")
def remove_reader(edition: Slug, address: Address) -> None:
    """Take a reader off an edition."""
    from perilune.editions import remove_reader as remove

    remove(options.archive(), edition, address)
