"""Commands that keep the derived search index of a large archive on SQLite."""

from __future__ import annotations

import typer

from perilune.commands import options

app = typer.Typer(
    no_args_is_help=True, help="Keep the search index beside a large archive on SQLite, or of vectors on PostgreSQL."
)


@app.command("status")
def index_status(*, as_json: options.Json = False) -> None:
    """Say which index answers searches, and how far it is behind."""
    from models.search import words_on_search
    from perilune.output import print_json

    with options.archive_to_read().sessions() as session:
        words = words_on_search(session)
    if as_json:
        print_json({"search": words})
    else:
        typer.echo(words)


@app.command("rebuild")
def rebuild_index(*, as_json: options.Json = False) -> None:
    """Build the index anew from the tables; searches go on meanwhile. On PostgreSQL: that of vectors, by pgvector."""
    from perilune.output import print_json
    from perilune.searching import rebuild

    shown = [0]

    def tell(done: int, total: int) -> None:
        if done * 10 // max(total, 1) > shown[0]:
            shown[0] = done * 10 // total
            typer.echo(f"{done} of {total} articles", err=True)

    count = rebuild(options.archive(), progress=tell)
    if as_json:
        print_json({"articles": count})
    else:
        typer.echo(f"The index holds {count} articles.")


@app.command("follow")
def follow_tables() -> None:
    """Apply what changed in the tables; `perilune run` and `serve` do so by themselves."""
    from perilune.searching import catch_up

    typer.echo(f"{catch_up(options.archive())} changes applied.")


@app.command("check")
def check_index() -> None:
    """Compare the index with the tables; exit code 1 where they differ."""
    from perilune.searching import compare

    found = compare(options.archive())
    for each in found:
        typer.echo(each)
    if found:
        raise typer.Exit(1)
    typer.echo("The index says what the tables say.")
