"""What monitoring asks: whether the process lives, whether it can serve, and its metrics; no page for people."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger

from models.database import newest_revision, schema_of
from models.page_store import PageStore, PageStoreProblem
from models.pruned import is_pruned
from models.source import Page
from models.vocabulary import Role
from web.metrics import Metrics
from web.recent import Recent
from web.rights import needs

KEPT_SECONDS = 2.0
"""How long an answer holds, so that strangers who ask all the time cost a database nothing."""
LONGEST_KEPT_SECONDS = 10.0
"""How long a Yes holds that took long to find out; a No holds no longer than any other."""
UNAVAILABLE = 503
NEWEST = 5
"""Pages of which one must be there: one that is lost is no reason to send nobody here."""
pages = APIRouter(include_in_schema=False)
log = get_logger()


@dataclass(frozen=True)
class Monitored:
    """What monitoring asks of an app."""

    metrics: Metrics
    is_ready: Recent[bool]


def monitored(sessions: sessionmaker[Session], store: PageStore) -> Monitored:
    """Make what monitoring asks; nothing is read before it does."""
    is_ready = Recent(
        lambda: _is_ready(sessions, store), seconds=KEPT_SECONDS, longest=LONGEST_KEPT_SECONDS, at_first=False
    )
    return Monitored(Metrics(sessions, store), is_ready)


@pages.get("/health/live", dependencies=[needs(None)])
async def live() -> JSONResponse:
    """Say that the process answers, even where every thread waits for a database that hangs."""
    return JSONResponse({"status": "ok"})


@pages.get("/health/ready", dependencies=[needs(None)])
def ready(request: Request) -> JSONResponse:
    """Say whether database and page store answer; the log says what does not, and strangers are not told."""
    if _monitored(request).is_ready.value():
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "unavailable"}, UNAVAILABLE)


@pages.get("/metrics", dependencies=[needs(Role.READER)])
def metrics(request: Request) -> Response:
    """Give the metrics, to whoever has an account or a token, or sits at the machine of an archive without accounts."""
    return Response(_monitored(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _monitored(request: Request) -> Monitored:
    found = request.app.state.monitored
    assert isinstance(found, Monitored)
    return found


def _is_ready(sessions: sessionmaker[Session], store: PageStore) -> bool:
    """Tell whether an archive can be served: its tables are the newest, and bytes of one of its newest pages there."""
    try:
        with sessions() as session:
            schema = schema_of(session)
            kept = sa.select(Page.content_hash).where(~is_pruned())
            newest = session.scalars(kept.order_by(Page.id.desc()).limit(NEWEST)).all()
        if schema != newest_revision():
            log.error("not ready", reason=f"the tables are of migration {schema}, not {newest_revision()}")
            return False
        if newest and not any(map(store.holds, newest)):
            log.error("not ready", reason=f"the bytes of none of the newest pages are in {store.url}")
            return False
    except (sa.exc.SQLAlchemyError, PageStoreProblem) as problem:
        log.error("not ready", reason=str(problem))  # noqa: TRY400 - no traceback
        return False
    return True
