"""The program of a companion that processes documents and sends mail: run as `python -m perilune.jobs.orders`.

It reads orders from standard input, one line of JSON each, obeys them one after another, and ends with its input.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

import sqlalchemy as sa
from structlog import get_logger

from models.beating import beating
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.lineage import die_with_parent
from perilune.logs import configure_logging
from perilune.problems import Problem
from perilune.understanding import EncoderOnDemand

SECONDS_A_STAGE = 20.0
DATABASE_IS_GONE = 3
log = get_logger()
Obey = Callable[[], dict[str, object]]


def handlers_of(archive: Archive) -> Mapping[str, Obey]:
    """Give what is done for each order, on an open archive; the encoder is loaded at the first document."""
    encoder = EncoderOnDemand(archive.settings)

    def process() -> dict[str, object]:
        from perilune.processing import process_due

        counts = process_due(archive, now=_now(), encoder=encoder, seconds=SECONDS_A_STAGE)
        return {str(stage): dict(fates) for stage, fates in counts.items()}

    def mail() -> dict[str, object]:
        from perilune.mailing import compose_and_send

        return compose_and_send(archive, now=_now())

    def call() -> dict[str, object]:
        from perilune.webhook_calls import call_due

        return {**call_due(archive, now=_now())}

    def take_back() -> dict[str, object]:
        from perilune.post import read_bounces

        place = archive.settings.bounce_mailbox
        counts = read_bounces(archive, place, now=_now()).counts if place else {}
        return {str(taken): count for taken, count in counts.items()}

    return {"process": process, "mail": mail, "call": call, "take_back": take_back}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def obey_orders(handlers: Mapping[str, Obey], answers: TextIO) -> None:
    """Obey what stands in the lines of standard input until it ends, and answer each with a line.

    Problem, once it is told, where an order cannot be obeyed: what it had claimed is free when this process is no more.
    """
    for line in sys.stdin:
        order, found = json.loads(line), None
        try:
            answer = handlers[order["do"]]()
        except Problem as problem:
            found, answer = problem, {"problem": str(problem)}
        answers.write(json.dumps({"order": order["order"], **answer}, default=str) + "\n")
        answers.flush()
        if found is not None:
            raise found


def main(arguments: list[str] | None = None) -> int:
    """Obey orders until there are no more."""
    parser = argparse.ArgumentParser(prog="python -m perilune.jobs.orders", description="Obey orders of a worker.")
    parser.add_argument("--parent", type=int, help="the process that must not be outlived")
    options = parser.parse_args(arguments)
    if options.parent:
        die_with_parent(options.parent)
    try:
        settings = settings_from(os.environ)
        configure_logging(settings.log_level, settings.log_format, process="process")
        archive = open_archive(settings)
        answers = sys.stdout
        with (
            beating(archive.sessions, "process", silence=settings.silence),
            contextlib.redirect_stdout(sys.stderr),
        ):
            obey_orders(handlers_of(archive), answers)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except sa.exc.OperationalError as error:
        log.warning("database gone", reason=str(error.orig))  # whoever gave the order makes another of us
        return DATABASE_IS_GONE
    return 0


if __name__ == "__main__":
    sys.exit(main())
