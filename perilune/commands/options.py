"""Options that many commands share, and the archive they all open."""

from __future__ import annotations

import datetime as dt
import os
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from perilune.archive import Archive
    from perilune.config import Settings

INVOKED: ContextVar[str] = ContextVar("invoked", default="perilune")
"""The command that this process runs; its events in the log are named by it."""
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
By = Annotated[str, typer.Option(help="Who says so.")]
Note = Annotated[str | None, typer.Option(help="Why, in a few words.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")]


def settings() -> Settings:
    """Read the settings from the environment, and set up logging by them."""
    from perilune.config import settings_from
    from perilune.logs import configure_logging

    values = settings_from(os.environ)
    configure_logging(values.log_level, values.log_format, process=INVOKED.get())
    return values


def archive() -> Archive:
    """Open the archive of the settings."""
    from perilune.archive import open_archive

    return open_archive(settings())


def archive_to_read() -> Archive:
    """Open the archive for a command that only reads: it logs nothing, and answers sooner for it."""
    from perilune.archive import open_archive
    from perilune.config import settings_from

    return open_archive(settings_from(os.environ))


def now() -> dt.datetime:
    """Read the clock."""
    return dt.datetime.now(dt.UTC)
