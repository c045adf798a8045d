"""Commands about saved searches: keeping them, their alerts and webhooks, and delivering what waits."""

from __future__ import annotations

from typing import Annotated

import typer

from models.vocabulary import LOCAL, AlertPace
from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Saved searches: alerts, feeds, webhooks, sections of editions.")
Key = Annotated[str, typer.Argument(help="The saved search's key.")]
Login = Annotated[str, typer.Option(help="Whose it is, by login; without accounts there is one person.")]
Address = Annotated[str | None, typer.Option(help="Where the owner's alerts are mailed to.")]


@app.command("list")
def list_searches(
    *, login: Annotated[str | None, typer.Option(help="Only of this account.")] = None, as_json: options.Json = False
) -> None:
    """List saved searches with what they found, in all and this week."""
    from perilune.output import print_rows
    from perilune.saved_searches import search_rows

    rows = search_rows(options.archive_to_read(), login, now=options.now())
    print_rows(rows, as_json=as_json, empty="No search is saved; keep one with `perilune searches save LINE`.")


@app.command()
def save(
    query: Annotated[str, typer.Argument(help="The search line.")],
    *,
    name: Annotated[str, typer.Option(help="What it is called; default: the line.")] = "",
    alert: Annotated[AlertPace, typer.Option(help="How often its finds are mailed.")] = AlertPace.NEVER,
    address: Address = None,
    login: Login = LOCAL,
) -> None:
    """Keep a search; it finds what comes from now on. Prints its key."""
    from perilune.saved_searches import save_search

    said = {"query": query, "name": name, "pace": str(alert), **({"address": address} if address else {})}
    key, words = save_search(options.archive(), login, said, now=options.now())
    typer.echo(key)
    if address:
        typer.echo(words, err=True)


@app.command()
def change(
    key: Key,
    *,
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    query: Annotated[str | None, typer.Option(help="Another search line; it begins to find anew.")] = None,
    alert: Annotated[AlertPace | None, typer.Option(help="How often its finds are mailed.")] = None,
    address: Address = None,
    login: Login = LOCAL,
) -> None:
    """Change a saved search."""
    from perilune.saved_searches import change_search

    given = {"name": name, "query": query, "pace": None if alert is None else str(alert), "address": address}
    said = {field: value for field, value in given.items() if value is not None}
    typer.echo(change_search(options.archive(), login, key, said, now=options.now()))


@app.command()
def delete(key: Key, *, login: Login = LOCAL) -> None:
    """Delete a saved search with what it found."""
    from perilune.saved_searches import delete_search

    typer.echo(delete_search(options.archive(), login, key))


@app.command()
def webhook(
    key: Key, url: Annotated[str, typer.Argument(help="Where to post finds to.")], *, login: Login = LOCAL
) -> None:
    """Let a search's finds be posted to an address; its page shows the secret that calls are signed with."""
    from perilune.saved_searches import add_webhook

    typer.echo(add_webhook(options.archive(), login, key, url, now=options.now()))


@app.command()
def section(
    key: Key, edition: Annotated[str, typer.Argument(help="The edition's short name.")], *, login: Login = LOCAL
) -> None:
    """Let an edition's issues have a section of what a search finds."""
    from perilune.saved_searches import add_section

    typer.echo(add_section(options.archive(), login, key, edition, now=options.now()))


@app.command()
def deliver(*, as_json: options.Json = False) -> None:
    """Call the webhooks that wait; `perilune run` does it by itself."""
    from perilune.output import print_json
    from perilune.webhook_calls import call_due

    done = call_due(options.archive(), now=options.now())
    if as_json:
        print_json(done)
    else:
        typer.echo(", ".join(f"{state}: {count}" for state, count in done.items()) or "No call waits.")
