"""Saved searches as people keep them: saving, alerts, feeds, webhooks, sections of editions; each problem one sentence.

A search is its owner's: nobody else finds it by its key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.columns import one_line
from models.account import Account, account_with
from models.base import insert_into
from models.finds import find_counts
from models.saved_queries import query_of
from models.saved_search import EditionSection, SavedSearch, SearchHit, Webhook, WebhookCall, new_feed_key
from models.search.filters import Sort
from models.vocabulary import AlertPace, DeliveryState
from models.webhooks import new_secret
from perilune.account_addresses import name_address
from perilune.addresses import networks_allowed, reach
from perilune.archive import Archive
from perilune.editions import edition_named
from perilune.problems import Problem

MAX_SEARCHES = 500
MAX_WEBHOOKS = 5
MAX_NAME_CHARS = 120
MAX_URL_CHARS = 2_000
PACES = {
    AlertPace.NEVER: "It tells you nothing by mail.",
    AlertPace.INSTANT: "What it finds is mailed to {address} at once.",
    AlertPace.DAILY: "What it finds is mailed to {address} once a day.",
    AlertPace.WEEKLY: "What it finds is mailed to {address} on Mondays.",
}


def owned(session: Session, login: str, key: str) -> SavedSearch:
    """Find the saved search that an account calls its own; Problem where there is none."""
    found = session.scalar(sa.select(SavedSearch).join(Account).where(SavedSearch.key == key, Account.login == login))
    if found is None:
        raise Problem(f"you have no saved search {key[:40]!r}.")
    return found


def _name_of(name: str, line: str) -> str:
    return one_line(name or line, MAX_NAME_CHARS) or "All articles"


def save_search(archive: Archive, login: str, said: Mapping[str, str], *, now: dt.datetime) -> tuple[str, str]:
    """Keep a search as `query`, `name`, `pace` and `address` say; one kept already changes.

    Returns its key, and in words how it tells, such as that an address is still to be confirmed.
    """
    with archive.sessions.begin() as session:
        account = account_with(session, login, now=now)
        line = query_of(session, said.get("query", "")).with_(sort=Sort.RELEVANCE).line
        known = session.scalar(
            sa.select(SavedSearch).where(SavedSearch.account_id == account.id, SavedSearch.query == line)
        )
        if known is None:
            _refuse_too_many(session, account)
            name = _name_of(said.get("name", ""), line)
            known = SavedSearch(account=account, name=name, query=line, asked_at=now, created_at=now)
            session.add(known)
            session.flush()
        tells = "pace" in said or "address" in said
        return known.key, _set_pace(archive, session, known, said, now=now) if tells else ""


def _refuse_too_many(session: Session, account: Account) -> None:
    count = session.scalar(sa.select(sa.func.count()).where(SavedSearch.account_id == account.id)) or 0
    if count >= MAX_SEARCHES:
        raise Problem(f"you keep {count} searches already; delete one that you need no more.")


def change_search(archive: Archive, login: str, key: str, said: Mapping[str, str], *, now: dt.datetime) -> str:
    """Change what is said of a search: `name`, `query`, `pace`, `address`; answers in words."""
    with archive.sessions.begin() as session:
        saved = owned(session, login, key)
        words = []
        if said.get("name"):
            saved.name = _name_of(said["name"], saved.query)
            words.append("It has its new name.")
        if "query" in said:
            words.append(_set_query(session, saved, said["query"], now))
        if "pace" in said or "address" in said:
            words.append(_set_pace(archive, session, saved, said, now=now))
        return " ".join(words) or "Nothing was said that changes it."


def _set_query(session: Session, saved: SavedSearch, text: str, now: dt.datetime) -> str:
    line = query_of(session, text).with_(sort=Sort.RELEVANCE).line
    if line == saved.query:
        saved.problem = None
        return "It asks what it asked before."
    saved.query, saved.problem, saved.asked_at = line, None, now
    session.execute(sa.delete(SearchHit).where(SearchHit.saved_search_id == saved.id))
    return "It asks something else now, and begins to find anew."


def _set_pace(
    archive: Archive, session: Session, saved: SavedSearch, said: Mapping[str, str], *, now: dt.datetime
) -> str:
    account = saved.account
    asked = name_address(archive, session, account, said["address"], now=now) if said.get("address") else ""
    pace = _pace_of(said["pace"]) if "pace" in said else AlertPace(saved.pace)
    if pace != AlertPace.NEVER and account.address is None and not asked:
        raise Problem("say to which address the mail goes, as in ada@example.org.")
    if saved.pace == AlertPace.NEVER and pace != AlertPace.NEVER:
        # Whoever sets an alert is told of what comes from now on.
        untold = (SearchHit.saved_search_id == saved.id) & SearchHit.told_at.is_(None)
        session.execute(sa.update(SearchHit).where(untold).values(told_at=now))
    saved.pace = pace
    words = PACES[pace].format(address=account.address) if account.address or pace == AlertPace.NEVER else ""
    return f"{words} {asked}".strip()


def _pace_of(word: str) -> AlertPace:
    try:
        return AlertPace(word)
    except ValueError as error:
        raise Problem(f"{word!r} is no pace; there are {', '.join(AlertPace)}.") from error


def stop_alert(archive: Archive, key: str) -> str:
    """End a search's mail, by whoever has the signed link; answers in words."""
    with archive.sessions.begin() as session:
        saved = session.scalar(sa.select(SavedSearch).where(SavedSearch.key == key))
        if saved is None:
            return "There is no such saved search any more, and no more mail of it."
        saved.pace = AlertPace.NEVER
        return f"“{saved.name}” is mailed to you no more."


def delete_search(archive: Archive, login: str, key: str) -> str:
    """Delete a search with all that it found."""
    with archive.sessions.begin() as session:
        saved = owned(session, login, key)
        session.execute(sa.delete(SavedSearch).where(SavedSearch.id == saved.id))
        return f"“{saved.name}” is deleted."


def renew_feed(archive: Archive, login: str, key: str) -> str:
    """Give a search's feed another address."""
    with archive.sessions.begin() as session:
        owned(session, login, key).feed_key = new_feed_key()
        return "The feed has another address now; the one before leads nowhere."


def add_webhook(archive: Archive, login: str, key: str, url: str, *, now: dt.datetime) -> str:
    """Let a search's finds be posted to an address, and return the webhook's key."""
    if len(url) > MAX_URL_CHARS:
        raise Problem(f"an address takes at most {MAX_URL_CHARS} characters.")
    reach(url, networks_allowed(archive.settings.allow_networks))
    with archive.sessions.begin() as session:
        saved = owned(session, login, key)
        count = session.scalar(sa.select(sa.func.count()).where(Webhook.saved_search_id == saved.id)) or 0
        if count >= MAX_WEBHOOKS:
            raise Problem(f"a search calls at most {MAX_WEBHOOKS} addresses.")
        hook = Webhook(saved_search_id=saved.id, url=url.strip(), secret=new_secret(), created_at=now)
        session.add(hook)
        session.flush()
        return hook.key


def owned_webhook(session: Session, login: str, key: str, hook_key: str) -> Webhook:
    """Find a webhook of a search that an account calls its own."""
    saved = owned(session, login, key)
    hook = session.scalar(sa.select(Webhook).where(Webhook.saved_search_id == saved.id, Webhook.key == hook_key))
    if hook is None:
        raise Problem(f"this search has no webhook {hook_key[:40]!r}.")
    return hook


def remove_webhook(archive: Archive, login: str, key: str, hook_key: str) -> str:
    """Call an address no more."""
    with archive.sessions.begin() as session:
        hook = owned_webhook(session, login, key, hook_key)
        session.execute(sa.delete(Webhook).where(Webhook.id == hook.id))
        return f"{hook.url} is called no more."


def restart_webhook(archive: Archive, login: str, key: str, hook_key: str, *, now: dt.datetime) -> str:
    """Call an address again that was given up; what failed is tried once more."""
    with archive.sessions.begin() as session:
        hook = owned_webhook(session, login, key, hook_key)
        hook.stopped_because = None
        failed = (WebhookCall.webhook_id == hook.id) & (WebhookCall.state == DeliveryState.FAILED)
        again = {"state": DeliveryState.WAITING, "due_at": now, "attempt_count": 0}
        session.execute(sa.update(WebhookCall).where(failed).values(again))
        return f"{hook.url} is called again."


def add_section(archive: Archive, login: str, key: str, edition_slug: str, *, now: dt.datetime) -> str:
    """Let an edition's issues have a section of what a search finds."""
    with archive.sessions.begin() as session:
        saved, edition = owned(session, login, key), edition_named(session, edition_slug)
        last = session.scalar(
            sa.select(sa.func.max(EditionSection.place)).where(EditionSection.edition_id == edition.id)
        )
        row = {"edition_id": edition.id, "saved_search_id": saved.id, "created_at": now}
        place = 0 if last is None else last + 1
        session.execute(insert_into(session, EditionSection).values(row | {"place": place}).on_conflict_do_nothing())
        return f"The issues of “{edition.name}” have a section “{saved.name}” from the next one on."


def remove_section(archive: Archive, login: str, key: str, edition_slug: str) -> str:
    """Take a search's section out of an edition."""
    with archive.sessions.begin() as session:
        saved, edition = owned(session, login, key), edition_named(session, edition_slug)
        is_its = (EditionSection.edition_id == edition.id) & (EditionSection.saved_search_id == saved.id)
        session.execute(sa.delete(EditionSection).where(is_its))
        return f"The issues of “{edition.name}” have no section “{saved.name}” any more."


def search_rows(archive: Archive, login: str | None, *, now: dt.datetime) -> list[dict[str, object]]:
    """Read saved searches, of one account or of all."""
    with archive.sessions() as session:
        wanted = sa.select(SavedSearch, Account.login).join(Account).order_by(Account.login, SavedSearch.name)
        rows = session.execute(wanted if login is None else wanted.where(Account.login == login)).all()
        counts = find_counts(session, [saved.id for saved, _ in rows], now=now)
        return [
            {
                "search": saved.key,
                "owner": owner,
                "name": saved.name,
                "query": saved.query,
                "alert": str(saved.pace),
                "found": counts[saved.id].total if saved.id in counts else 0,
                "this_week": counts[saved.id].of_week if saved.id in counts else 0,
                "problem": saved.problem,
            }
            for saved, owner in rows
        ]
