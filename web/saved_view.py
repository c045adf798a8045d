"""Saved searches as their owner sees them: the list, and one with its finds, alert, feed, webhooks and sections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account import Account
from models.edition import Edition
from models.finds import Find, FindCounts, find_counts, finds_of
from models.saved_queries import query_of
from models.saved_search import EditionSection, SavedSearch, Webhook, WebhookCall
from models.search import QueryProblem
from models.vocabulary import AlertPace, DeliveryState
from web.api_search_models import WebhookAnswer
from web.problems import checked_key, missing

PACE_LABELS = {
    AlertPace.NEVER: "no mail",
    AlertPace.INSTANT: "at once",
    AlertPace.DAILY: "every day",
    AlertPace.WEEKLY: "every Monday",
}


@dataclass(frozen=True)
class SavedLine:
    """A saved search in the list."""

    key: str
    name: str
    query: str
    pace: str
    counts: FindCounts
    problem: str | None
    webhook_count: int
    is_stopped: bool
    """Whether one of its webhooks was given up."""


def saved_lines(session: Session, login: str, *, now: dt.datetime) -> list[SavedLine]:
    """List an account's saved searches by name."""
    wanted = sa.select(SavedSearch).join(Account).where(Account.login == login)
    searches = session.scalars(wanted.order_by(sa.func.lower(SavedSearch.name), SavedSearch.id)).all()
    ids = [saved.id for saved in searches]
    counts = find_counts(session, ids, now=now)
    hooks: dict[int, list[str | None]] = {}
    rows = sa.select(Webhook.saved_search_id, Webhook.stopped_because).where(Webhook.saved_search_id.in_(ids))
    for search_id, stopped in session.execute(rows):
        hooks.setdefault(search_id, []).append(stopped)
    return [
        SavedLine(
            saved.key,
            saved.name,
            saved.query,
            PACE_LABELS[AlertPace(saved.pace)],
            counts.get(saved.id, FindCounts()),
            problem_of(session, saved),
            len(hooks.get(saved.id, ())),
            any(hooks.get(saved.id, ())),
        )
        for saved in searches
    ]


def problem_of(session: Session, saved: SavedSearch) -> str | None:
    """Say why a search cannot be asked now, in words; None where it can."""
    try:
        query_of(session, saved.query)
    except QueryProblem as problem:
        return str(problem)
    return None


@dataclass(frozen=True)
class EditionChoice:
    """An edition, and whether it has a section of the search."""

    slug: str
    name: str
    has_section: bool


@dataclass(frozen=True)
class SavedView:
    """A saved search with all that its owner may do to it."""

    key: str
    name: str
    query: str
    pace: AlertPace
    address: str | None
    feed_key: str
    problem: str | None
    created_at: dt.datetime
    asked_at: dt.datetime
    counts: FindCounts
    finds: Sequence[Find]
    hooks: Sequence[WebhookAnswer]
    editions: Sequence[EditionChoice]


def saved_of(session: Session, login: str, key: str) -> SavedSearch:
    """Find a search among an account's own; NotInArchive for any other."""
    checked_key(key, "saved search")
    wanted = sa.select(SavedSearch).join(Account).where(SavedSearch.key == key, Account.login == login)
    found = session.scalar(wanted)
    if found is None:
        raise missing("saved search", key)
    return found


def saved_view(session: Session, saved: SavedSearch, *, now: dt.datetime, page: int, size: int) -> SavedView:
    """Read a saved search with one page of what it found."""
    return SavedView(
        key=saved.key,
        name=saved.name,
        query=saved.query,
        pace=AlertPace(saved.pace),
        address=saved.account.address,
        feed_key=saved.feed_key,
        problem=problem_of(session, saved),
        created_at=saved.created_at,
        asked_at=saved.asked_at,
        counts=find_counts(session, [saved.id], now=now).get(saved.id, FindCounts()),
        finds=finds_of(session, saved, limit=size, offset=(page - 1) * size),
        hooks=hook_lines(session, saved),
        editions=_editions(session, saved),
    )


def hook_lines(session: Session, saved: SavedSearch) -> list[WebhookAnswer]:
    """Read the webhooks of a search with how their calls fare."""
    is_waiting = WebhookCall.state.in_((DeliveryState.WAITING, DeliveryState.SENDING))
    rows = session.execute(
        sa.select(
            Webhook,
            sa.func.sum(sa.case((is_waiting, 1), else_=0)),
            sa.func.max(sa.case((is_waiting, WebhookCall.problem), else_=None)),
        )
        .outerjoin(WebhookCall, WebhookCall.webhook_id == Webhook.id)
        .where(Webhook.saved_search_id == saved.id)
        .group_by(Webhook.id)
        .order_by(Webhook.id)
    )
    return [
        WebhookAnswer(
            key=hook.key,
            url=hook.url,
            secret=hook.secret,
            stopped_because=hook.stopped_because,
            waiting_count=int(waiting or 0),
            last_problem=problem,
        )
        for hook, waiting, problem in rows
    ]


def _editions(session: Session, saved: SavedSearch | None) -> list[EditionChoice]:
    sections = sa.select(EditionSection.edition_id).where(EditionSection.saved_search_id == (saved and saved.id))
    chosen = set(session.scalars(sections))
    editions = session.scalars(sa.select(Edition).where(Edition.is_active).order_by(Edition.name, Edition.id))
    return [EditionChoice(edition.slug, edition.name, edition.id in chosen) for edition in editions]


@dataclass(frozen=True)
class KeepPanel:
    """What the search page offers to do with its search."""

    query: str
    has_address: bool
    editions: Sequence[EditionChoice]
    """Those whose issues may have a section of it, by who asks."""
    saved_key: str | None
    """The search, where it is kept already."""


def keep_panel(session: Session, login: str, query: str, *, may_edit: bool) -> KeepPanel:
    """Read what the search page needs to offer keeping a search."""
    address = session.scalar(sa.select(Account.address).where(Account.login == login))
    kept = sa.select(SavedSearch).join(Account).where(Account.login == login, SavedSearch.query == query)
    saved = session.scalar(kept)
    editions = [each for each in _editions(session, saved) if not each.has_section] if may_edit else []
    return KeepPanel(query, address is not None, editions, saved.key if saved else None)
