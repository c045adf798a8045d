"""The archive's web application: pages and API put together; nothing is read before a request comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from web import (
    pages_account,
    pages_accounts,
    pages_actors,
    pages_address,
    pages_archive,
    pages_article,
    pages_calendar,
    pages_collections,
    pages_corrections,
    pages_desk,
    pages_editions,
    pages_export,
    pages_health,
    pages_issues,
    pages_matrix,
    pages_notebook,
    pages_own,
    pages_reader,
    pages_reader_actions,
    pages_readers,
    pages_register,
    pages_search,
    pages_searches,
    pages_shared,
    pages_sign_in,
    pages_sources,
    pages_stories,
    pages_subscribe,
    pages_takedowns,
    pages_topics,
)
from web.access import Access, Powers
from web.api import api
from web.api_accounts import accounts_api
from web.api_actors import api as actors_api
from web.api_articles import articles_api
from web.api_corrections import corrections_api
from web.api_desk import desk_api
from web.api_document import describe, operation_name
from web.api_editions import editions_api
from web.api_export import export_api
from web.api_facts import facts_api
from web.api_http import ConditionalAnswers
from web.api_issues import issues_api
from web.api_notebook import notebook_api
from web.api_readers import readers_api
from web.api_searches import searches_api
from web.api_sources import sources_api
from web.api_suggest import suggesting
from web.api_takedowns import takedowns_api
from web.api_topics import topics_api
from web.body_limit import BodyLimit
from web.failures import tell_failures
from web.headers import HeadRequests, SecurityHeaders
from web.issue_forms import IssueForms
from web.observing import Observing
from web.people import Visits
from web.rendering import STATIC
from web.rights import needs

READ_ONLY = Powers()
DESCRIPTION = "News of international space cooperation, with evidence for every sentence."

PARTS = (
    pages_search,
    pages_searches,
    pages_article,
    pages_archive,
    pages_issues,
    pages_shared,
    pages_stories,
    pages_calendar,
    pages_register,
    pages_matrix,
    pages_topics,
    pages_sources,
    pages_actors,
    pages_corrections,
    pages_subscribe,
    pages_reader,
    pages_reader_actions,
    pages_address,
    pages_own,
    pages_readers,
    pages_editions,
    pages_desk,
    pages_sign_in,
    pages_account,
    pages_accounts,
    pages_notebook,
    pages_collections,
    pages_export,
    pages_takedowns,
    pages_health,
)
OPENAPI = "/api/openapi.json"

API = (
    api,
    articles_api,
    facts_api,
    topics_api,
    actors_api,
    corrections_api,
    sources_api,
    issues_api,
    editions_api,
    readers_api,
    desk_api,
    accounts_api,
    export_api,
    notebook_api,
    takedowns_api,
    searches_api,
    suggesting,
)


def create_app(
    sessions: sessionmaker[Session],
    *,
    pages: PageStore,
    render_issue: Callable[[Mapping[str, object]], str],
    powers: Powers = READ_ONLY,
    issues: IssueForms | None = None,
) -> FastAPI:
    """Make the application; `render_issue` turns an issue's content into the HTML of its mail, `issues` into more."""
    app = FastAPI(
        title="Perilune archive",
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_name,
    )
    app.state.access = Access(sessions, pages, render_issue, powers, issues)
    monitored = app.state.monitored = pages_health.monitored(sessions, pages)
    app.add_middleware(BodyLimit, most=powers.max_body_bytes)
    app.add_middleware(ConditionalAnswers)
    app.add_middleware(Visits, people=powers.people)
    app.add_middleware(HeadRequests)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observing, metrics=monitored.metrics)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for part in PARTS:
        app.include_router(part.pages)
    for router in API:
        app.include_router(router)
    describe(app)
    app.add_api_route(OPENAPI, app.openapi, include_in_schema=False, dependencies=[needs(None)])
    tell_failures(app)
    return app
