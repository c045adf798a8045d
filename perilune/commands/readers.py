"""Commands about readers: who gets mail, what they want of it, and what is kept about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from perilune.archive import Archive
    from perilune.tastes import Wish

app = typer.Typer(no_args_is_help=True, help="People who get mail: their editions, what they want, what is kept.")
Slug = Annotated[str, typer.Argument(help="The edition's short name.")]
Address = Annotated[str, typer.Argument(help="The reader's mail address.")]
Name = Annotated[str | None, typer.Option(help="Their name.")]
Tokens = Annotated[
    list[str],
    typer.Argument(help="As in the search line: topic:launch actor:cnsa country:FR source:un_unoosa story:KEY."),
]
Without = Annotated[bool, typer.Option("--none", help="Have none any more.")]


@app.command("list")
def list_readers(*, as_json: options.Json = False) -> None:
    """List the readers with their editions, confirmed or not, what they follow, and why somebody gets no mail."""
    from perilune.output import print_rows
    from perilune.readers import reader_rows

    empty = "There is no reader yet; add one with `perilune readers add EDITION ADDRESS`."
    print_rows(reader_rows(options.archive()), as_json=as_json, empty=empty)


@app.command()
def show(address: Address) -> None:
    """Show a reader as JSON: their editions, what they want, how their last mails fared."""
    from perilune.output import print_json
    from perilune.readers import reader_in_full

    print_json(reader_in_full(options.archive(), address))


@app.command()
def add(edition: Slug, address: Address, *, name: Name = None) -> None:
    """Add a reader to an edition at once, because you know that they want it."""
    from perilune.readers import add_reader

    add_reader(options.archive(), edition, address, name=name, now=options.now())


@app.command()
def invite(edition: Slug, address: Address, *, name: Name = None) -> None:
    """Ask somebody by mail whether they want an edition; they get it from their yes on, and have a week for it."""
    from perilune.readers import invite as ask

    ask(options.archive(), edition, address, name=name, now=options.now())
    typer.echo(f"{address} is asked with the next `perilune digest due`.")


@app.command()
def remove(edition: Slug, address: Address) -> None:
    """Take a reader off an edition."""
    from perilune.readers import remove_reader

    remove_reader(options.archive(), edition, address)


@app.command()
def follow(address: Address, tokens: Tokens, *, as_json: options.Json = False) -> None:
    """Let a reader follow topics, actors, countries, sources or stories: their mail puts these first and marks them."""
    from perilune.tastes import Wish, add_wishes

    _change(address, Wish.FOLLOWS, add_wishes, tokens, as_json=as_json)


@app.command()
def unfollow(address: Address, tokens: Tokens, *, as_json: options.Json = False) -> None:
    """Let a reader follow something no more."""
    from perilune.tastes import Wish, drop_wishes

    _change(address, Wish.FOLLOWS, drop_wishes, tokens, as_json=as_json)


@app.command()
def mute(address: Address, tokens: Tokens, *, as_json: options.Json = False) -> None:
    """Hide topics, actors, countries, sources or stories from a reader's mail; the issue on screen has them all."""
    from perilune.tastes import Wish, add_wishes

    _change(address, Wish.MUTES, add_wishes, tokens, as_json=as_json)


@app.command()
def unmute(address: Address, tokens: Tokens, *, as_json: options.Json = False) -> None:
    """Hide something from a reader's mail no more."""
    from perilune.tastes import Wish, drop_wishes

    _change(address, Wish.MUTES, drop_wishes, tokens, as_json=as_json)


@app.command()
def topics(
    address: Address,
    slugs: Annotated[list[str] | None, typer.Argument(help="Topics in the order wanted: launch,un-law.")] = None,
    *,
    without: Without = False,
    as_json: options.Json = False,
) -> None:
    """Say which topics come first in a reader's mail, in order; without any, print those that do."""
    from perilune.tastes import Wish

    _order(address, Wish.TOPICS, [] if without else slugs, as_json=as_json)


@app.command()
def countries(
    address: Address,
    codes: Annotated[list[str] | None, typer.Argument(help="Countries in the order wanted: FR,EU-ESA.")] = None,
    *,
    without: Without = False,
    as_json: options.Json = False,
) -> None:
    """Say which countries come first in a reader's mail, after their topics; without any, print those that do."""
    from perilune.tastes import Wish

    _order(address, Wish.COUNTRIES, [] if without else codes, as_json=as_json)


def _order(address: str, wish: Wish, said: Sequence[str] | None, *, as_json: bool) -> None:
    from perilune.tastes import add_wishes, put_wishes

    _change(address, wish, add_wishes if said is None else put_wishes, said or [], as_json=as_json)


Change = Callable[["Archive", str, "Wish", Sequence[str]], list[str]]


def _change(address: str, wish: Wish, change: Change, said: Sequence[str], *, as_json: bool) -> None:
    from perilune.output import print_json

    kept = change(options.archive(), address, wish, said)
    if as_json:
        print_json({"reader": address, str(wish): kept})
    else:
        verbs = {"follows": "follows", "mutes": "mutes"}
        verb = verbs.get(wish, f"has these {wish} first:")
        typer.echo(f"{address} {verb} {', '.join(kept) or 'nothing'}.")


@app.command()
def export(address: Address) -> None:
    """Print everything that is kept about a reader, as JSON."""
    from perilune.output import print_json
    from perilune.reader_data import exported_reader

    print_json(exported_reader(options.archive(), address))


@app.command()
def erase(
    address: Address, *, yes: Annotated[bool, typer.Option("--yes", help="Do it: nothing brings it back.")] = False
) -> None:
    """Delete a reader and everything that is kept about them."""
    from perilune.problems import Problem
    from perilune.reader_data import erase_reader

    if not yes:
        raise Problem(f"this deletes all that is kept about {address} for good; say --yes if you mean it.")
    typer.echo(f"Nothing is kept about {erase_reader(options.archive(), address)} any more.")
