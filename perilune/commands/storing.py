"""Commands that keep an archive safe: another database, backups, and restoring them."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

database = typer.Typer(no_args_is_help=True, help="Move the archive to another database.")


@database.command("migrate-to")
def migrate_to(
    url: Annotated[str, typer.Argument(help="An empty database: postgresql+psycopg://USER@HOST/NAME, or sqlite:///F.")],
    *,
    as_json: options.Json = False,
) -> None:
    """Copy all rows into an empty database, compared on both sides; stopped anywhere, the same command goes on."""
    from perilune.output import print_json, stage_progress
    from perilune.storing.moving import migrate_to

    archive = options.archive()
    with stage_progress(is_shown=not as_json) as progress:
        moved = migrate_to(archive, url, now=options.now(), progress=progress)
    if as_json:
        print_json(moved.as_row())
        return
    typer.echo(
        f"{moved.rows} rows of {moved.tables} tables are there and compared ({moved.rows_per_second} a second);"
        f" {moved.articles_indexed} articles can be searched.\n"
        f"Set PERILUNE_DATABASE={moved.database} (with its password) from now on, and PERILUNE_PAGES="
        f"{archive.settings.pages_url} where several machines share the pages. The old database is as it was."
    )
