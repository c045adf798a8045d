"""Commands about corrections: all that people decided, and taking one back."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="See what people corrected, and undo it; `articles correct` corrects.")


@app.command("list")
def list_corrections(
    *,
    article: Annotated[str | None, typer.Option(help="Key of an article; default: all corrections.")] = None,
    limit: options.Limit = 50,
    as_json: options.Json = False,
) -> None:
    """List corrections, the newest first, those that were undone too."""
    from perilune.correcting import correction_rows, print_corrections

    archive = options.archive_to_read()
    with archive.sessions() as session:
        rows = correction_rows(session, article=article, limit=limit)
    print_corrections(rows, as_json=as_json)


@app.command("undo")
def undo_correction(
    number: Annotated[int, typer.Argument(help="The correction's number, as the list prints it.")],
    *,
    by: options.By = "analyst",
) -> None:
    """Take a correction back; what was derived, and what else people said, holds again at once."""
    from perilune.correcting import undo

    typer.echo(undo(options.archive(), number, by=by, now=options.now()).words)
