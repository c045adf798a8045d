"""The command by which assistants on this machine use an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options

Url = Annotated[str | None, typer.Option(help="Another archive's address; default: the archive on this machine.")]


def mcp(
    *,
    url: Url = None,
    token: Annotated[str | None, typer.Option(help="A token of that archive; other users may see it.")] = None,
    token_file: Annotated[Path | None, typer.Option(help="A file that holds the token.")] = None,
) -> None:
    """Serve an archive to an assistant by the Model Context Protocol, on standard input and output."""
    from perilune.client import Perilune
    from perilune.mcp.local import local_client
    from perilune.mcp.server import server_of
    from perilune.mcp.tools import Archive

    if url is None:
        settings = options.settings()
        with local_client(settings) as client:
            server_of(Archive(client, settings.archive_url)).run()
        return
    with Perilune(url, _token_in(token_file) if token_file else token) as client:
        server_of(Archive(client, url)).run()


def _token_in(file: Path) -> str:
    from perilune.problems import Problem

    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file} cannot be read as a token.") from error
