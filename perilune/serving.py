"""Serving the archive: the web app gets its sessions, its pages and the digest's renderer from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from digest.content import content_from
from digest.render import render_html
from perilune.archive import open_archive
from perilune.output import console
from web.app import create_app

if TYPE_CHECKING:
    from fastapi import FastAPI

    from perilune.config import Settings


def app_for(settings: Settings) -> FastAPI:
    """Make the web app on the archive of the settings."""
    archive = open_archive(settings)

    def render_issue(content: Mapping[str, object]) -> str:
        return render_html(content_from(dict(content)), archive_url=settings.archive_url)

    return create_app(archive.sessions, pages=archive.pages, render_issue=render_issue)


def serve_archive(settings: Settings, *, port: int | None = None) -> None:
    """Serve the archive until stopped."""
    import uvicorn

    chosen = port or settings.port
    console().print(f"The archive is open at http://{settings.host}:{chosen}/ (Ctrl-C stops it).")
    uvicorn.run(app_for(settings), host=settings.host, port=chosen, log_level="warning", server_header=False)
