"""Commands about sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="What is watched: list, show and check sources.")


@app.command("list")
def list_sources(*, as_json: options.Json = False) -> None:
    """List the sources with what their last visit gave."""
    from perilune.archive import source_rows
    from perilune.output import print_rows
    from perilune.seeding import seed

    archive = options.archive()
    problems = seed(archive, now=options.now())
    print_rows(source_rows(archive), as_json=as_json, empty="There is no source; PERILUNE_SOURCES names their folder.")
    for problem in problems:
        typer.echo(f"perilune: left out {problem}", err=True)


@app.command()
def show(slug: Annotated[str, typer.Argument(help="The source's short name.")]) -> None:
    """Show all that is known of one source, as JSON."""
    from perilune.archive import require_sources, source_rows
    from perilune.output import print_json
    from perilune.seeding import seed

    archive = options.archive()
    seed(archive, now=options.now())
    require_sources(archive, [slug])
    print_json(next(row for row in source_rows(archive) if row["source"] == slug))


@app.command()
def lint(paths: Annotated[list[Path], typer.Argument(help="Source files.")], *, as_json: options.Json = False) -> None:
    """Read source files and say what is wrong in them; exit code 1 when anything is."""
    from crawler.source_file import SourceProblem, load_source_file
    from perilune.output import print_rows

    rows: list[dict[str, object]] = []
    for path in paths:
        try:
            file = load_source_file(path)
            rows.append({"file": str(path), "verdict": "good", "kind": str(file.kind), "name": file.name})
        except SourceProblem as problem:
            rows.append({"file": str(path), "verdict": "unusable", "kind": None, "name": str(problem)})
    print_rows(rows, as_json=as_json, empty="")
    if any(row["verdict"] != "good" for row in rows):
        raise typer.Exit(1)
