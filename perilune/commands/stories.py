"""Commands about stories: reading them, and splitting, moving, merging, naming and pinning them."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Read stories, articles that report the same event, or correct them.")

StoryKey = Annotated[str, typer.Argument(help="The story's key, as `stories list` prints it.")]


@app.command("list")
def list_stories(*, limit: options.Limit = 20, as_json: options.Json = False) -> None:
    """List the newest stories, pinned ones first."""
    from perilune.output import print_rows
    from perilune.reading_stories import story_rows

    archive = options.archive_to_read()
    with archive.sessions() as session:
        rows = story_rows(session, limit=limit)
    print_rows(rows, as_json=as_json, empty="There is no story yet; run `perilune process`.")


@app.command("show")
def show_story(key: StoryKey, *, as_json: options.Json = False) -> None:
    """Show a story: its summary with evidence, its timeline, its articles, and what became of it."""
    from perilune.output import print_json
    from perilune.reading_stories import print_story, story_value

    archive = options.archive_to_read()
    with archive.sessions() as session:
        value = story_value(session, key, today=options.now().date())
    if as_json:
        print_json(value)
    else:
        print_story(value)


@app.command("split")
def split_story(
    articles: Annotated[list[str], typer.Argument(help="Keys of articles of one story.")],
    *,
    note: options.Note = None,
    by: options.By = "analyst",
) -> None:
    """Say that articles of one story are a story of their own."""
    _correct(articles[0], {"split": ",".join(articles), "note": note}, by)


@app.command("move")
def move_article(
    article: Annotated[str, typer.Argument(help="The article's key.")],
    to: Annotated[str, typer.Argument(help="Key of the story, or of an article of it.")],
    *,
    note: options.Note = None,
    by: options.By = "analyst",
) -> None:
    """Say that an article belongs to another story."""
    _correct(article, {"story": to, "note": note}, by)


@app.command("merge")
def merge_stories(
    key: StoryKey,
    other: Annotated[str, typer.Argument(help="The other story's key.")],
    *,
    note: options.Note = None,
    by: options.By = "analyst",
) -> None:
    """Say that two stories are one."""
    _correct(f"story/{key}", {"one_story_with": f"story/{other}", "note": note}, by)


@app.command("rename")
def rename_story(
    key: StoryKey,
    headline: Annotated[str, typer.Argument(help="What it is called from now on.")],
    *,
    note: options.Note = None,
    by: options.By = "analyst",
) -> None:
    """Give a story a headline."""
    _correct(f"story/{key}", {"headline": headline, "note": note}, by)


@app.command("pin")
def pin_story(key: StoryKey, *, note: options.Note = None, by: options.By = "analyst") -> None:
    """Pin a story: it stands first among the stories."""
    _correct(f"story/{key}", {"pin": "yes", "note": note}, by)


@app.command("unpin")
def unpin_story(key: StoryKey, *, note: options.Note = None, by: options.By = "analyst") -> None:
    """Pin a story no more."""
    _correct(f"story/{key}", {"pin": "no", "note": note}, by)


def _correct(key: str, said: dict[str, str | None], by: str) -> None:
    from perilune.correcting import correct

    typer.echo(correct(options.archive(), key, said, by=by, now=options.now()).words)
