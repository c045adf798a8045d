"""The command line: `perilune --help`. Every problem that a person can mend ends as one sentence and exit code 2."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated, NoReturn

import typer

from perilune import __version__
from perilune.commands import (
    accounts,
    actors,
    articles,
    corrections,
    digests,
    editions,
    exports,
    facts,
    health,
    learning,
    mail,
    options,
    programs,
    readers,
    running,
    search_index,
    searches,
    sources,
    stories,
    storing,
    topics,
    trying,
)
from perilune.output import plain_line
from perilune.problems import Problem
from perilune.secrets import without_secrets

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Perilune watches international space cooperation: it crawls, understands, groups, summarises and mails.",
)
app.add_typer(sources.app, name="sources")
app.add_typer(topics.app, name="topics")
app.add_typer(articles.app, name="articles")
app.add_typer(actors.app, name="actors")
app.add_typer(stories.app, name="stories")
app.add_typer(corrections.app, name="corrections")
app.add_typer(facts.app, name="facts")
app.add_typer(editions.app, name="editions")
app.add_typer(readers.app, name="readers")
app.add_typer(digests.app, name="digest")
app.add_typer(accounts.app, name="accounts")
app.add_typer(mail.app, name="mail")
app.add_typer(search_index.app, name="search-index")
app.add_typer(searches.app, name="searches")
app.add_typer(trying.app, name="try")
app.add_typer(storing.database, name="db")
for command in (running.run, running.crawl, running.process, running.serve, running.demo, running.status):
    app.command()(command)
app.command("web", help="Serve the archive's pages and API, as `serve` does: a name beside worker and scheduler.")(
    running.serve
)
app.command()(running.worker)
app.command()(running.scheduler)
app.command()(running.config)
app.command()(health.doctor)
app.command()(storing.backup)
app.command()(storing.restore)
app.command()(storing.rebuild)
app.command()(storing.prune)
app.command()(programs.mcp)
app.command()(articles.search)
app.command()(exports.export)
app.command()(exports.collections)
app.command()(exports.notes)
app.command()(learning.learn)


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - Typer calls it with the option's value
    if is_wanted:
        typer.echo(f"perilune {__version__}")
        raise typer.Exit


@app.callback()
def take_options(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    parent: Annotated[int | None, typer.Option(hidden=True, help="The process that must not be outlived.")] = None,
) -> None:
    """Take the options that stand before a command."""
    del version
    if context.invoked_subcommand is not None:
        options.INVOKED.set(context.invoked_subcommand)
    if parent is not None:
        from perilune.lineage import die_with_parent

        die_with_parent(parent)


def main() -> None:
    """Run the command line."""
    # Starting up makes many objects that live for ever; collecting among them costs a fifth of a short command.
    gc.set_threshold(100_000)
    try:
        app()
    except Problem as problem:
        _end_with(str(problem))
    except _failures_of_databases() as error:
        detail = getattr(error, "orig", error)
        _end_with(f"the database failed: {detail}; mend that and run this again: nothing stored is lost")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _end_with(sentence: str) -> NoReturn:
    sys.stderr.write(f"perilune: {plain_line(without_secrets(sentence))}\n")
    sys.exit(2)


def _failures_of_databases() -> tuple[type[Exception], ...]:
    """Name what a database fails with when its disk is full or it is gone; nothing where no command used one."""
    errors = sys.modules.get("sqlalchemy.exc")
    return () if errors is None else (errors.OperationalError,)


if __name__ == "__main__":
    main()
