"""The command that trains the classifier of relevance and topics from labelled texts and corrections."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options


def learn(
    *,
    to: Annotated[
        Path | None, typer.Option(help="Train on the shipped texts alone and write the classifier to this file.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Train relevance and topics from all corrections; a classifier that is worse on the check set is not deployed."""
    from perilune.learning import learn as learn_from_corrections
    from perilune.learning import print_report, write_shipped
    from perilune.output import print_json
    from perilune.seeding import seed
    from perilune.understanding import EncoderOnDemand

    encoder = EncoderOnDemand(options.settings())
    if to is not None:
        write_shipped(encoder(), to)
        return
    archive, now = options.archive(), options.now()
    seed(archive, now=now)
    report = learn_from_corrections(archive, encoder, now=now, tell=lambda step: typer.echo(f"{step} ...", err=True))
    if as_json:
        print_json(report.as_dict())
    else:
        print_report(report)
