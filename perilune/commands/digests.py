"""Commands about the digest: preview, compose, send, list and write issues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="The digest: preview, compose, send and read issues.")
Edition = Annotated[str, typer.Argument(help="The edition's short name.")]
Key = Annotated[str, typer.Argument(help="The issue's key.")]


@app.command("list")
def list_issues(*, as_json: options.Json = False) -> None:
    """List the issues, the newest first."""
    from perilune.mailing import issue_rows
    from perilune.output import print_rows

    print_rows(issue_rows(options.archive()), as_json=as_json, empty="No issue was composed yet.")


@app.command()
def preview(
    edition: Edition = "weekly",
    *,
    html: Annotated[Path | None, typer.Option(help="Write the HTML form to this file.")] = None,
    as_json: options.Json = False,
) -> None:
    """Show what an issue would hold now; nothing is stored or sent."""
    from perilune.mailing import previewed, rendered
    from perilune.output import print_json

    archive = options.archive()
    content = previewed(archive, edition, now=options.now())
    forms = rendered(content, archive.settings)
    if html is not None:
        html.write_text(forms["html"], encoding="utf-8")
    if as_json:
        print_json(content.model_dump(mode="json"))
    elif html is None:
        typer.echo(forms["txt"])


@app.command()
def compose(edition: Edition = "weekly", *, as_json: options.Json = False) -> None:
    """Compose and freeze an issue now, whatever the schedule."""
    from perilune.mailing import compose_now
    from perilune.output import print_json

    key = compose_now(options.archive(), edition, now=options.now())
    if as_json:
        print_json({"issue": key})
    elif key is None:
        typer.echo("There is an issue of this moment already.")
    else:
        typer.echo(f"Composed issue {key}; `perilune digest send` sends it.")


@app.command()
def send(*, as_json: options.Json = False) -> None:
    """Send what waits: to the mail server of PERILUNE_SMTP, or into the folder `mail` where none is set."""
    from perilune.mailing import send_due
    from perilune.output import print_rows

    done = send_due(options.archive(), now=options.now())
    print_rows([done] if done else [], as_json=as_json, empty="Nothing waits to be sent.")


@app.command()
def due(*, as_json: options.Json = False) -> None:
    """Compose the issues that are due and send what waits, as the scheduler does."""
    from perilune.mailing import compose_and_send
    from perilune.output import print_rows

    print_rows([compose_and_send(options.archive(), now=options.now())], as_json=as_json, empty="")


@app.command()
def write(
    key: Key,
    stem: Annotated[Path, typer.Argument(help="Files are named after it: STEM.html, STEM.txt, STEM.eml.")],
) -> None:
    """Write an issue to files."""
    from perilune.mailing import write_issue

    for path in write_issue(options.archive(), key, stem):
        typer.echo(str(path))
