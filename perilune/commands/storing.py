"""Commands that keep an archive safe: another database, backups, and restoring them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options, running
from perilune.problems import Problem

database = typer.Typer(no_args_is_help=True, help="Move the archive to another database.")


@database.command("migrate-to")
def migrate_to(
    url: Annotated[
        str,
        typer.Argument(
            help="An empty database: postgresql+psycopg://USER@HOST/NAME (password: PGPASSWORD or ~/.pgpass), or"
            " sqlite:///F."
        ),
    ],
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


def backup(
    target: Annotated[Path, typer.Argument(help="A folder of backups that share pages, or a file that ends in .zip.")],
    *,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Backups to keep in the folder; older ones are deleted. Default: all.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Make none; read the newest one to see whether it is whole.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Back up rows, pages and settings (without secrets) as they are at one moment, while everything runs."""
    from perilune.output import print_json, stage_progress
    from perilune.storing.backing_up import back_up

    if verify and keep is not None:
        raise Problem("--verify makes no backup and drops none; leave --keep out, or verify afterwards.")
    if verify:
        _verify(target, as_json=as_json)
        return
    with stage_progress(is_shown=not as_json) as progress:
        made = back_up(options.archive(), target, now=options.now(), progress=progress, keep=keep)
    manifest = made.manifest()
    if as_json:
        print_json({"backup": str(made.path), **manifest.model_dump(mode="json")})
    else:
        typer.echo(f"{sum(manifest.rows.values())} rows and {manifest.page_count} pages are in {made.path}.")
    if manifest.pages_missing:
        typer.echo(
            f"perilune: {len(manifest.pages_missing)} pages are not in the page store, or damaged there;"
            " the manifest names them.",
            err=True,
        )


def _verify(target: Path, *, as_json: bool) -> None:
    from perilune.output import print_json, stage_progress
    from perilune.storing.manifest import backup_at
    from perilune.storing.restoring import verify

    made = backup_at(target)
    with stage_progress(is_shown=not as_json) as progress:
        found = verify(made, progress=progress)
    missing = made.manifest().pages_missing
    if as_json:
        print_json({"backup": str(made.path), "damaged": found, "missing": missing})
    else:
        for each in found:
            typer.echo(each)
        if not found:
            lacking = f", but lacks {len(missing)} pages that its manifest names" if missing else ""
            typer.echo(f"{made.path} is whole{lacking}.")
    if found:
        raise typer.Exit(1)


def restore(
    target: Annotated[Path, typer.Argument(help="The folder of backups, or the file.")],
    *,
    generation: Annotated[
        str | None, typer.Option(help="Which backup of the folder, by its name; default: the newest.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Restore a backup into the empty archive that the settings name; stopped anywhere, the same command goes on."""
    from perilune.output import print_json, stage_progress
    from perilune.storing.manifest import backup_at
    from perilune.storing.restoring import restore

    settings = options.settings()
    with stage_progress(is_shown=not as_json) as progress:
        restored = restore(backup_at(target, generation), settings, progress=progress)
    if as_json:
        print_json(asdict(restored))
        return
    typer.echo(
        f"{restored.rows} rows and {restored.pages} pages of {restored.made_at:%Y-%m-%d %H:%M} UTC are restored"
        + (" and compared." if restored.is_compared else ", and upgraded to this version.")
    )
    if restored.pages_missing:
        typer.echo(f"perilune: {restored.pages_missing} pages are not in the backup, or damaged there.", err=True)


def prune(
    *,
    policy: Annotated[Path, typer.Option(help="A TOML file of rules; docs/examples/prune-policy.toml is one.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only counted.")] = False,
    as_json: options.Json = False,
) -> None:
    """Give up what is old and cited nowhere, by an administrator's policy: counted only, unless --yes is said."""
    from perilune.output import print_rows, stage_progress
    from perilune.storing import pruning
    from perilune.storing.prune_policy import policy_from

    archive, rules = options.archive(), policy_from(policy)
    if yes:
        with stage_progress(is_shown=not as_json) as progress:
            found = pruning.prune(archive, rules, now=options.now(), progress=progress)
    else:
        found = pruning.planned(archive, rules, now=options.now())
    print_rows([asdict(each) for each in found], as_json=as_json, empty="")
    if not yes:
        typer.echo("perilune: nothing was touched; --yes gives these up for good. Make a backup first.", err=True)


def rebuild(*, as_json: options.Json = False) -> None:
    """Make everything derived anew from the pages, in place; where it is stopped, `perilune process` goes on."""
    from perilune.storing.rebuilding import forget_what_is_derived

    archive = options.archive()
    count = forget_what_is_derived(archive)
    typer.echo(f"perilune: {count} items are done again; searches and pages answer meanwhile.", err=True)
    running.work_off(archive, now=options.now(), as_json=as_json)
