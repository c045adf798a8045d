"""Commands about the digest: preview, compose, send, list and write issues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="The digest: preview, compose, review, send and read issues.")
Edition = Annotated[str, typer.Argument(help="The edition's short name.")]
COMMAND_LINE = "the command line"
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
        typer.echo(f"Composed issue {key}; `perilune digest send` sends it, unless it is held for review.")


@app.command()
def approve(key: Key, *, by: options.By) -> None:
    """Release an issue that is held for review; its mails go out at the next look at what is due."""
    _at_the_desk(key, "approve", {}, by=by)


@app.command()
def hold(
    key: Key,
    *,
    hours: Annotated[int, typer.Option(min=1, help="How many hours longer.")],
    by: options.By = COMMAND_LINE,
) -> None:
    """Hold an issue longer than it would be."""
    _at_the_desk(key, "hold", {"hours": str(hours)}, by=by)


@app.command()
def drop(
    key: Key,
    named: Annotated[str, typer.Argument(help="The key of a story or article; article/KEY is the article alone.")],
    *,
    by: options.By = COMMAND_LINE,
) -> None:
    """Take a story or an article out of an issue that is held; the ledger says by whom."""
    _at_the_desk(key, "drop", {"key": named}, by=by)


def _at_the_desk(key: str, action: str, said: dict[str, str], *, by: str) -> None:
    from perilune.serving_desk import ArchiveDesk

    typer.echo(ArchiveDesk(options.archive(), now=options.now).change(key, action, said, by=by))


@app.command()
def record(key: Key, *, as_json: options.Json = False) -> None:
    """Show what editors changed in an issue; as JSON, with the machine's version beside theirs."""
    from perilune.output import print_json, print_rows
    from perilune.serving_desk import ArchiveDesk

    found = ArchiveDesk(options.archive()).record(key)
    if as_json:
        print_json(found)
        return
    edits = found["edits"]
    print_rows(edits if isinstance(edits, list) else [], as_json=False, empty="No editor changed this issue.")


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
    stem: Annotated[Path, typer.Argument(help="Files are named after it: STEM.html, STEM.txt and so on.")],
    *,
    form: Annotated[str, typer.Option("--format", help="Forms, by commas.")] = "html,txt,eml,pdf,md,json",
) -> None:
    """Write all of an issue to files; a form that cannot be made here is said, and the others are written."""
    from perilune.issues import write_issue

    paths, problems = write_issue(options.archive(), key, stem, [name.strip() for name in form.split(",")])
    for path in paths:
        typer.echo(str(path))
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


@app.command()
def link(key: Key) -> None:
    """Print the address that opens an issue and what it cites without an account."""
    from perilune.issues import signed_address

    typer.echo(signed_address(options.archive(), key))


@app.command()
def revoke(key: Key) -> None:
    """Have the addresses in mails of an issue open nothing more; what was mailed stays as it is."""
    from perilune.issues import revoke

    address = revoke(options.archive(), key)
    typer.echo(f"Links in mails of issue {key} that were sent already open nothing more. The new address is {address}")
