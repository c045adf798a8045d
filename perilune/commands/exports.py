"""Commands that take articles along, and list what somebody keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

Login = Annotated[str, typer.Option("--of", help="Whose: the login of an account; default: whoever is alone here.")]


def export(
    *,
    output: Annotated[str, typer.Option("--output", "-o", help="The file to write; - for the output.")],
    form: Annotated[str, typer.Option("--format", help="csv, jsonl, md, docx, csl, ris, bib or warc.")] = "csv",
    query: Annotated[str | None, typer.Option(help='A search line, such as "lunar station" country:CN.')] = None,
    key: Annotated[list[str] | None, typer.Option(help="Key of an article; may be given several times.")] = None,
    collection: Annotated[str | None, typer.Option(help="Key of a collection.")] = None,
    story: Annotated[str | None, typer.Option(help="Key of a story; a brief begins with its summary.")] = None,
    stars: Annotated[bool, typer.Option("--stars", help="What somebody starred.")] = False,
    login: Login = "local",
) -> None:
    """Export articles: a search, a collection, a story, stars or some keys, as a table, citations, a brief or WARC."""
    from perilune.exporting import STANDARD_OUTPUT, Chosen, export_to

    chosen = Chosen(query, tuple(key or ()), collection, story, stars, login)
    said = export_to(options.archive_to_read(), chosen, form, output, now=options.now())
    typer.echo(said, err=output == STANDARD_OUTPUT)


def collections(*, login: Login = "local", as_json: options.Json = False) -> None:
    """List the collections that somebody may see: their own, and those that others share."""
    from perilune.keeping_rows import collection_rows
    from perilune.output import print_rows

    archive = options.archive_to_read()
    with archive.sessions() as session:
        rows = collection_rows(session, login)
    print_rows(rows, as_json=as_json, empty="There is no collection; begin one on an article's page.")


def notes(*, login: Login = "local", as_json: options.Json = False) -> None:
    """List somebody's notes and highlights, the latest first."""
    from perilune.keeping_rows import note_rows
    from perilune.output import print_rows

    archive = options.archive_to_read()
    with archive.sessions() as session:
        rows = note_rows(session, login)
    print_rows(rows, as_json=as_json, empty="There is no note; write one under an article's text.")
