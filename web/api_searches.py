"""The JSON API of saved searches: one's own, what they found, their alerts, feeds and webhooks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy.orm import Session

from models.finds import Find, FindCounts, find_counts, finds_of
from models.saved_search import SavedSearch
from models.vocabulary import AlertPace, Role
from web.access import AccessHere, SavedSearches, SessionHere
from web.api_models import DoneAnswer, HitAnswer
from web.api_paging import WindowHere
from web.api_problems import NOT_UNDERSTOOD, UNKNOWN, WRONG_PARAMETER, problem_answer
from web.api_search_models import (
    FindAnswer,
    FindsAnswer,
    NewSearch,
    NewWebhook,
    SavedAnswer,
    SavedListAnswer,
    SearchChange,
    WebhookAnswer,
    WebhooksAnswer,
)
from web.clock import Now
from web.forms import given
from web.people import VisitorHere
from web.rights import needs
from web.saved_view import hook_lines, problem_of, saved_lines, saved_of

INSTEAD = "keep searches with `perilune searches`"
ONLY_READS = problem_answer("This server only reads the archive.")
OTHER_SITE = problem_answer("Another site's page asked for it, or the visitor may not.")
CHANGES: dict[int | str, dict[str, object]] = {
    400: NOT_UNDERSTOOD,
    403: OTHER_SITE,
    404: UNKNOWN,
    501: ONLY_READS,
}
Key = Annotated[str, Path(max_length=40, description="The saved search's key.")]
HookKey = Annotated[str, Path(max_length=40, description="The webhook's key.")]


@dataclass(frozen=True)
class Own:
    """One of the visitor's saved searches, and what changes it."""

    searches: SavedSearches
    login: str
    key: str

    def act(self, action: str, value: str = "") -> DoneAnswer:
        """Do one thing to it, and say in words what was done."""
        return DoneAnswer(words=self.searches.act(self.login, self.key, action, value))


def own_of(session: SessionHere, access: AccessHere, visitor: VisitorHere, key: Key) -> Own:
    """Find the search that is to be changed; 404 for a key that is none of the visitor's."""
    saved_of(session, visitor.login, key)
    session.rollback()  # whoever changes it has a transaction of their own
    return Own(given(access.powers.searches, INSTEAD), visitor.login, key)


searches_api = APIRouter(prefix="/api/searches", responses={422: WRONG_PARAMETER})


def _said(given_: NewSearch | SearchChange) -> dict[str, str]:
    return {name: str(value) for name, value in given_.model_dump(exclude_none=True).items()}


def _saved(request: Request, session: Session, saved: SavedSearch, counts: FindCounts) -> SavedAnswer:
    feed = f"{request.base_url}feeds/{saved.feed_key}"
    return SavedAnswer(
        key=saved.key,
        name=saved.name,
        query=saved.query,
        pace=AlertPace(saved.pace),
        found=counts.total,
        found_this_week=counts.of_week,
        problem=problem_of(session, saved),
        asked_at=saved.asked_at,
        atom=f"{feed}.atom",
        json_feed=f"{feed}.json",
    )


def _answer(request: Request, session: Session, saved: SavedSearch, now: dt.datetime) -> SavedAnswer:
    return _saved(request, session, saved, find_counts(session, [saved.id], now=now).get(saved.id, FindCounts()))


@searches_api.get("", dependencies=[needs(Role.READER)])
def api_searches(request: Request, session: SessionHere, visitor: VisitorHere, now: Now) -> SavedListAnswer:
    """List the visitor's saved searches."""
    keys = [line.key for line in saved_lines(session, visitor.login, now=now)]
    searches = [_answer(request, session, saved_of(session, visitor.login, key), now) for key in keys]
    return SavedListAnswer(searches=tuple(searches))


@searches_api.post("", responses=CHANGES, status_code=201, dependencies=[needs(Role.READER)])
def api_keep_search(  # noqa: PLR0913 - one parameter for each thing of a request
    request: Request, session: SessionHere, access: AccessHere, *, visitor: VisitorHere, now: Now, said: NewSearch
) -> SavedAnswer:
    """Keep a search; one that is kept already stays, and changes as is said."""
    key, words = given(access.powers.searches, INSTEAD).save(visitor.login, _said(said))
    answer = _answer(request, session, saved_of(session, visitor.login, key), now)
    return answer.model_copy(update={"words": words})


@searches_api.get("/{key}", responses={404: UNKNOWN}, dependencies=[needs(Role.READER)])
def api_saved_search(request: Request, session: SessionHere, visitor: VisitorHere, now: Now, key: Key) -> SavedAnswer:
    """Read one saved search."""
    return _answer(request, session, saved_of(session, visitor.login, key), now)


@searches_api.patch("/{key}", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_change_search(own: Annotated[Own, Depends(own_of)], said: SearchChange) -> DoneAnswer:
    """Change a saved search."""
    return DoneAnswer(words=own.searches.change(own.login, own.key, _said(said)))


@searches_api.delete("/{key}", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_delete_search(own: Annotated[Own, Depends(own_of)]) -> DoneAnswer:
    """Delete a saved search with what it found."""
    return own.act("delete")


@searches_api.get("/{key}/finds", responses={404: UNKNOWN}, dependencies=[needs(Role.READER)])
def api_finds(session: SessionHere, visitor: VisitorHere, now: Now, key: Key, window: WindowHere) -> FindsAnswer:
    """Read what a search found, the newest first."""
    saved = saved_of(session, visitor.login, key)
    counts = find_counts(session, [saved.id], now=now).get(saved.id, FindCounts())
    finds = finds_of(session, saved, limit=window.limit, offset=window.offset)
    return FindsAnswer.model_validate({"finds": [_find(find) for find in finds], **window.of(counts.total)})


def _find(find: Find) -> FindAnswer:
    hit = HitAnswer.model_validate(find.hit)
    assert find.found_at is not None
    return FindAnswer(**dict(hit), found_at=find.found_at, is_backfill=find.is_backfill)


@searches_api.post("/{key}/feed", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_renew_feed(own: Annotated[Own, Depends(own_of)]) -> DoneAnswer:
    """Give a search's feed another address."""
    return own.act("renew_feed")


@searches_api.get("/{key}/webhooks", responses={404: UNKNOWN}, dependencies=[needs(Role.READER)])
def api_webhooks(session: SessionHere, visitor: VisitorHere, key: Key) -> WebhooksAnswer:
    """List a search's webhooks with their secrets."""
    saved = saved_of(session, visitor.login, key)
    return WebhooksAnswer(webhooks=tuple(hook_lines(session, saved)))


@searches_api.post("/{key}/webhooks", responses=CHANGES, status_code=201, dependencies=[needs(Role.READER)])
def api_add_webhook(session: SessionHere, own: Annotated[Own, Depends(own_of)], said: NewWebhook) -> WebhookAnswer:
    """Let finds be posted to an address."""
    hook_key = own.searches.add_webhook(own.login, own.key, said.url)
    lines = hook_lines(session, saved_of(session, own.login, own.key))
    return next(line for line in lines if line.key == hook_key)


@searches_api.post("/{key}/webhooks/{hook_key}/test", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_try_webhook(own: Annotated[Own, Depends(own_of)], hook_key: HookKey) -> DoneAnswer:
    """Post a test to a webhook at once, and say what it answered."""
    return own.act("try_webhook", hook_key)


@searches_api.post("/{key}/webhooks/{hook_key}/restart", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_restart_webhook(own: Annotated[Own, Depends(own_of)], hook_key: HookKey) -> DoneAnswer:
    """Call a webhook again that was given up."""
    return own.act("restart_webhook", hook_key)


@searches_api.delete("/{key}/webhooks/{hook_key}", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_remove_webhook(own: Annotated[Own, Depends(own_of)], hook_key: HookKey) -> DoneAnswer:
    """Post to a webhook no more."""
    return own.act("remove_webhook", hook_key)


@searches_api.put(
    "/{key}/sections/{edition}",
    responses=CHANGES,
    dependencies=[needs(Role.EDITOR)],
)
def api_add_section(own: Annotated[Own, Depends(own_of)], edition: HookKey) -> DoneAnswer:
    """Let an edition's issues have a section of what a search finds."""
    return own.act("add_section", edition)


@searches_api.delete(
    "/{key}/sections/{edition}",
    responses=CHANGES,
    dependencies=[needs(Role.EDITOR)],
)
def api_remove_section(own: Annotated[Own, Depends(own_of)], edition: HookKey) -> DoneAnswer:
    """Take a search's section out of an edition."""
    return own.act("remove_section", edition)
