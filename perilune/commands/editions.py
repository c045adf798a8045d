"""Commands about editions and their readers."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Digests that recur: list, make and weigh editions.")
readers = typer.Typer(no_args_is_help=True, help="People who get mail: their editions, and what they follow.")
Slug = Annotated[str, typer.Argument(help="The edition's short name.")]
Address = Annotated[str, typer.Argument(help="The reader's mail address.")]
Tokens = Annotated[
    list[str], typer.Argument(help="As in the search line: topic:launch actor:cnsa country:FR story:KEY.")
]


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


@readers.command("list")
def list_readers(*, as_json: options.Json = False) -> None:
    """List the readers with their editions and what they follow."""
    from perilune.editions import reader_rows
    from perilune.output import print_rows

    empty = "There is no reader yet; add one with `perilune readers add EDITION ADDRESS`."
    print_rows(reader_rows(options.archive()), as_json=as_json, empty=empty)


@readers.command()
def follow(address: Address, tokens: Tokens, *, as_json: options.Json = False) -> None:
    """Let a reader follow topics, actors, countries or stories: their mail puts these first and marks them."""
    from perilune.editions import follow as take

    _print_follows(address, take(options.archive(), address, tokens), as_json=as_json)


@readers.command()
def unfollow(address: Address, tokens: Tokens, *, as_json: options.Json = False) -> None:
    """Let a reader follow something no more."""
    from perilune.editions import unfollow as drop

    _print_follows(address, drop(options.archive(), address, tokens), as_json=as_json)


def _print_follows(address: str, follows: list[str], *, as_json: bool) -> None:
    from perilune.output import print_json

    if as_json:
        print_json({"reader": address, "follows": follows})
    else:
        typer.echo(f"{address} follows {', '.join(follows) or 'nothing'}.")


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
