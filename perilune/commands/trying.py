"""`perilune try`: any stage on files, or on a story, without storing. JSON lines in, JSON lines out, order kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Try a stage on files; nothing is stored. JSON lines in, JSON lines out.")
Lines = Annotated[Path, typer.Argument(help="A file of JSON lines; - reads standard input.")]


@app.command()
def extract(
    paths: Annotated[list[Path], typer.Argument(help="HTML, PDF, PPTX or DOCX files.")],
    *,
    url: Annotated[str | None, typer.Option(help="The address a page came from.")] = None,
    as_json: options.Json = False,
) -> None:
    """Show what Perilune would make of pages and documents."""
    from perilune.trying import extracted_lines, print_lines

    print_lines(extracted_lines(paths, url=url, settings=options.settings()), as_json=as_json)


@app.command()
def understand(
    file: Lines,
    *,
    without_encoder: Annotated[
        bool, typer.Option("--without-encoder", help="Judge by words and names alone: faster, less exact.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Find relevance, topics, countries, actors and facts of texts (id, title, text, url?, published?)."""
    from perilune.trying import print_lines, read_lines, understood_lines

    lines = understood_lines(read_lines(file), settings=options.settings(), is_encoded=not without_encoder)
    print_lines(lines, as_json=as_json)


@app.command()
def stories(file: Lines, *, as_json: options.Json = False) -> None:
    """Find the texts that report the same event."""
    from perilune.trying import print_lines, read_lines, story_lines

    print_lines(story_lines(read_lines(file), settings=options.settings()), as_json=as_json)


@app.command()
def summarise(file: Lines, *, as_json: options.Json = False) -> None:
    """Summarise texts with evidence; the optional field `story` groups the input."""
    from perilune.trying import print_lines, read_lines, summary_lines

    print_lines(summary_lines(read_lines(file), settings=options.settings()), as_json=as_json)


@app.command()
def summary(
    key: Annotated[str, typer.Argument(help="A story's key.")],
    *,
    generator: Annotated[
        str | None, typer.Option(help="A model instead of the settings': a folder, a hub name or an address.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model to ask for at that address.")] = None,
    as_json: options.Json = False,
) -> None:
    """Show a story's extract, what a generator makes of it, and what the check says of each sentence."""
    from perilune.archive import open_archive
    from perilune.output import print_json_line
    from perilune.trying_summaries import print_trial, trial_of_summary

    settings = options.settings()
    if generator is not None:
        settings = settings.with_generator(generator, model)
    trial = trial_of_summary(open_archive(settings), key)
    if as_json:
        print_json_line(trial)
    else:
        print_trial(trial)


@app.command()
def ground(
    file: Lines,
    *,
    nli: Annotated[
        str | None, typer.Option(help="An entailment model (NLI) to ask too, by folder or hub name.", metavar="MODEL")
    ] = None,
    without_encoder: Annotated[
        bool, typer.Option("--without-encoder", help="Compare words alone: faster, and in one language only.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Check whether sources support claims (id, source, claim), and say what they do not say."""
    from perilune.trying import grounded_lines, print_lines, read_lines

    settings = options.settings()
    if nli is not None:
        settings = settings.model_copy(update={"nli": nli})
    lines = grounded_lines(read_lines(file), settings=settings, is_encoded=not without_encoder)
    print_lines(lines, as_json=as_json)
