"""The archive's web application: pages and API put together; nothing is read before a request comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from web import pages_archive, pages_article, pages_search, pages_sources, pages_topics
from web.access import NO_POWERS, Access, Powers
from web.api import api
from web.failures import tell_failures
from web.headers import HeadRequests, SecurityHeaders
from web.rendering import STATIC

DESCRIPTION = "News of international space cooperation, with evidence for every sentence."


def create_app(
    sessions: sessionmaker[Session],
    *,
    pages: PageStore,
    render_issue: Callable[[Mapping[str, object]], str],
    powers: Powers = NO_POWERS,
) -> FastAPI:
    """Make the application; `render_issue` turns an issue's content into the whole HTML of its mail."""
    app = FastAPI(
        title="Perilune archive",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.access = Access(sessions, pages, render_issue, powers)
    app.add_middleware(HeadRequests)
    app.add_middleware(SecurityHeaders)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    parts = (pages_search, pages_article, pages_archive, pages_sources, pages_topics)
    for router in (*(part.pages for part in parts), api):
        app.include_router(router)
    tell_failures(app)
    return app
