"""Commands about mail: what waits, failed or is uncertain, what came back, the key it is signed with."""

from __future__ import annotations

from typing import Annotated

import typer

from models.vocabulary import DeliveryState
from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="Mail: what waits or failed, what came back, keys and tests.")
Issue = Annotated[str | None, typer.Option(help="Only of this issue, by its key.")]


@app.command("list")
def list_mail(
    *,
    state: Annotated[list[DeliveryState] | None, typer.Option(help="Only in this state; may be repeated.")] = None,
    issue: Issue = None,
    as_json: options.Json = False,
) -> None:
    """List the mails that wait, are being sent, failed or are uncertain, with the reason."""
    from perilune.output import print_rows
    from perilune.post import UNSENT, mail_rows

    rows = mail_rows(options.archive_to_read(), state or UNSENT, issue)
    print_rows(rows, as_json=as_json, empty="No mail waits, failed or is uncertain.")


@app.command()
def resend(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of failed or uncertain mails.")] = None,
    *,
    uncertain: Annotated[str | None, typer.Option(help="All uncertain mails of this issue, by its key.")] = None,
    as_json: options.Json = False,
) -> None:
    """Send failed or uncertain mails again; who got one already gets it twice, with the same Message-ID."""
    from perilune.mailing import send_due
    from perilune.output import print_json
    from perilune.post import resend_mail, resend_uncertain

    archive, now = options.archive(), options.now()
    again = resend_mail(archive, keys or [], now=now)
    if uncertain:
        again += resend_uncertain(archive, uncertain, now=now)
    done = send_due(archive, now=now) if again else {}
    if as_json:
        print_json({"again": again, **done})
        return
    typer.echo(f"{len(again)} mails wait again{': ' if again else '.'}{', '.join(again)}")
    for outcome, count in done.items():
        typer.echo(f"{outcome}: {count}")


@app.command()
def bounces(
    mailbox: Annotated[
        str | None,
        typer.Argument(
            help="A Maildir, an mbox file, imaps://user@host/INBOX, or - for one letter on standard input;"
            " default: PERILUNE_BOUNCE_MAILBOX."
        ),
    ] = None,
    *,
    as_json: options.Json = False,
) -> None:
    """Read what came back; addresses that are gone get no more mail after several issues."""
    from perilune.output import print_json
    from perilune.post import read_bounces
    from perilune.problems import Problem

    archive = options.archive()
    place = mailbox or archive.settings.bounce_mailbox
    if place is None:
        raise Problem("say which mailbox to read, or set PERILUNE_BOUNCE_MAILBOX.")
    found = read_bounces(archive, place, now=options.now())
    if as_json:
        print_json({"letters": {str(taken): count for taken, count in found.counts.items()}, "stopped": found.stopped})
        return
    counted = ", ".join(f"{count} {taken}" for taken, count in sorted(found.counts.items()))
    typer.echo(f"Letters: {counted or 'none'}.")
    for address in found.stopped:
        typer.echo(f"{address} gets no mail any more; `perilune readers add EDITION {address}` undoes it.")


@app.command()
def dkim(*, as_json: options.Json = False) -> None:
    """Print the DNS record to publish for the key that mail is signed with."""
    from perilune.output import print_json
    from perilune.post import dkim_record

    record = dkim_record(options.settings())
    if as_json:
        print_json(record)
    else:
        typer.echo(f"Name:  {record['name']}\nType:  TXT\nText:  {record['text']}\n\nIn a zone file:\n{record['zone']}")


@app.command()
def test(address: Annotated[str, typer.Argument(help="Where to send it.")]) -> None:
    """Send one small letter and say what happened."""
    from perilune.post import send_test

    typer.echo(send_test(options.archive(), address, now=options.now()))
