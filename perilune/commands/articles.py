"""Commands that read the archive: search, articles, stories, and corrections."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Read one article, or correct what was understood of it.")
stories = typer.Typer(no_args_is_help=True, help="Read stories: articles that report the same event.")


def search(
    query: Annotated[list[str] | None, typer.Argument(help='Such as: "lunar station" country:CN after:2021-03')] = None,
    *,
    limit: options.Limit = 10,
    as_json: options.Json = False,
) -> None:
    """Search the archive; words, "phrases" and filters such as topic: country: source: lang: type: after: before:."""
    from models.search import parse_query
    from models.search import search as find
    from perilune.output import console, print_json
    from perilune.reading import print_hits, value_of_hit

    wanted = parse_query(" ".join(query or []))
    archive = options.archive_to_read()
    with archive.sessions() as session:
        results = find(session, wanted, limit=limit)
    if as_json:
        print_json({"total": results.total, "hits": [value_of_hit(hit) for hit in results.hits]})
        return
    console().print(f"{results.total} found" if results.total else "Nothing found; try fewer words or filters.")
    print_hits(results.hits)


@app.command("show")
def show_article(
    key: Annotated[str, typer.Argument(help="The article's key, as search prints it.")],
    *,
    as_json: options.Json = False,
) -> None:
    """Show an article: what it says, what was understood of it, and why."""
    from perilune.output import print_json
    from perilune.reading import article_value, print_article

    archive = options.archive_to_read()
    with archive.sessions() as session:
        value = article_value(session, key)
    if as_json:
        print_json(value)
    else:
        print_article(value)


@app.command("correct")
def correct_article(
    key: Annotated[str, typer.Argument(help="The article's key.")],
    *,
    relevance: Annotated[str | None, typer.Option(help="core, space or off.")] = None,
    topics: Annotated[str | None, typer.Option(help="Its topics, separated by commas.")] = None,
    by: Annotated[str, typer.Option(help="Who says so.")] = "analyst",
) -> None:
    """Correct an article's relevance or topics; no later run overrides it."""
    from perilune.correcting import correct
    from perilune.seeding import seed

    archive = options.archive()
    seed(archive, now=options.now())
    correct(archive, key, {"relevance": relevance, "topics": topics}, by=by, now=options.now())
    typer.echo("Corrected; the next `perilune process` obeys it.")


@stories.command("list")
def list_stories(*, limit: options.Limit = 20, as_json: options.Json = False) -> None:
    """List the newest stories."""
    from perilune.output import print_rows
    from perilune.reading import story_rows

    archive = options.archive_to_read()
    with archive.sessions() as session:
        rows = story_rows(session, limit=limit)
    print_rows(rows, as_json=as_json, empty="There is no story yet; run `perilune process`.")


@stories.command("show")
def show_story(key: Annotated[str, typer.Argument(help="The story's key.")], *, as_json: options.Json = False) -> None:
    """Show a story: its summary with the evidence of each sentence, and its articles."""
    from perilune.output import print_json
    from perilune.reading import print_story, story_value

    archive = options.archive_to_read()
    with archive.sessions() as session:
        value = story_value(session, key)
    if as_json:
        print_json(value)
    else:
        print_story(value)
