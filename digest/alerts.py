"""Alerts: mails of what saved searches found, at once, daily or weekly; each find is told in one mail, once for ever.

A mail's row, and the marks of the finds that it tells, are one transaction. What is found together is one mail.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from digest.columns import WIDTH, one_line
from digest.phrases import FALLBACK, Phrases, frame_languages, phrases_for
from digest.render import render_notice
from models.account import Account
from models.base import key_of
from models.finds import STOP, Find, asked_by, count_told, finds_of, language_of_address
from models.saved_search import SavedSearch, SearchHit
from models.signing import signer_of
from models.takedown import withdrawn_among
from models.vocabulary import AlertPace, DeliveryState
from models.watch import Notice

MAX_MAILS_AN_HOUR = 12
"""To one address; what is found beyond is gathered for a later one."""
MAX_LISTED = 40
SLUG = "alert-"
"""What the list of an alert's mails begins with; the search's key follows."""
LISTED = re.compile(r"/article/([0-9a-f]{12})\b")
A_DAY, AN_HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@dataclass(frozen=True)
class AlertPost:
    """Where links in alerts lead, and when those go out that are not instant."""

    archive_url: str
    hour: int = 7
    timezone: str = "UTC"

    def moment(self, pace: AlertPace, now: dt.datetime) -> dt.datetime:
        """Return the latest moment, not after `now`, at which alerts of a pace go out: weekly ones on Mondays."""
        if pace == AlertPace.INSTANT:
            return now
        local = now.astimezone(zoneinfo.ZoneInfo(self.timezone))
        day = local.date()
        while (moment := self._moment_on(day)) > now or (pace == AlertPace.WEEKLY and day.weekday() != 0):
            day -= A_DAY
        return moment

    def _moment_on(self, day: dt.date) -> dt.datetime:
        at = dt.datetime.combine(day, dt.time(self.hour), zoneinfo.ZoneInfo(self.timezone))
        return at.astimezone(dt.UTC)


def write_alerts(sessions: sessionmaker[Session], post: AlertPost, *, now: dt.datetime) -> int:
    """Write the mail of every alert that has something to tell by now; returns how many."""
    written = 0
    for pace in (AlertPace.INSTANT, AlertPace.DAILY, AlertPace.WEEKLY):
        moment = post.moment(pace, now)
        with sessions() as session:
            ids = session.scalars(_due(pace, moment)).all()
        for search_id in ids:
            with sessions.begin() as session:
                saved = session.get(SavedSearch, search_id)
                if saved is not None and _may_write(session, saved, now):
                    written += _has_written(session, saved, moment, post, now)
    return written


def _untold(search_id: int | sa.orm.InstrumentedAttribute[int], moment: dt.datetime) -> sa.ColumnElement[bool]:
    is_due = SearchHit.told_at.is_(None) & (SearchHit.found_at <= moment) & SearchHit.is_backfill.is_(False)
    return (SearchHit.saved_search_id == search_id) & is_due


def _is_before(moment: dt.datetime) -> sa.ColumnElement[bool]:
    return SavedSearch.told_at.is_(None) | (SavedSearch.told_at < moment)


def _due(pace: AlertPace, moment: dt.datetime) -> sa.Select[int]:
    return (
        sa.select(SavedSearch.id)
        .join(Account, Account.id == SavedSearch.account_id)
        .where(SavedSearch.pace == pace, _is_before(moment), Account.is_active, Account.address.is_not(None))
        .where(sa.exists().where(_untold(SavedSearch.id, moment)))
        .order_by(SavedSearch.id)
    )


def _may_write(session: Session, saved: SavedSearch, now: dt.datetime) -> bool:
    """Tell whether one more mail goes to the address: within an hour no more than a dozen instant ones."""
    if saved.pace != AlertPace.INSTANT:
        return True
    lately = sa.select(sa.func.count()).where(
        Notice.address == saved.account.address,
        Notice.list_slug.startswith(SLUG),
        Notice.written_at > now - AN_HOUR,
    )
    return (session.scalar(lately) or 0) < MAX_MAILS_AN_HOUR


def _has_written(session: Session, saved: SavedSearch, moment: dt.datetime, post: AlertPost, now: dt.datetime) -> bool:
    """Claim the moment and the finds by conditional updates, so that of two writers only one tells of them."""
    claim = (
        sa.update(SavedSearch)
        .where(SavedSearch.id == saved.id, SavedSearch.pace == saved.pace, _is_before(moment))
        .values(told_at=moment)
        .returning(SavedSearch.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(claim) is None:
        return False
    session.execute(
        sa.update(SearchHit)
        .where(_untold(saved.id, moment))
        .values(told_at=now)
        .execution_options(synchronize_session=False)
    )
    # Thousands may have come together: only as many are read as the mail lists.
    finds = finds_of(session, saved, limit=MAX_LISTED, told_at=now)
    if finds:
        session.add(_notice(session, saved, Told(finds, count_told(session, saved, now)), post, now))
    return bool(finds)


def articles_told_by(notice: Notice) -> frozenset[str]:
    """Name the articles that an alert's mail lists."""
    return frozenset(LISTED.findall(notice.text))


def unwanted_because(session: Session, notice: Notice) -> str | None:
    """Say why an alert that waited is not to be sent any more; None where it is, and for other mail."""
    if not notice.list_slug.startswith(SLUG):
        return None
    if withdrawn_among(session, articles_told_by(notice)):
        return "an article that it tells of is withdrawn"
    saved = session.scalar(sa.select(SavedSearch).where(SavedSearch.key == notice.list_slug.removeprefix(SLUG)))
    return "the account that asked is locked" if saved is not None and not saved.account.is_active else None


def recall_alerts(session: Session, article_key: str) -> None:
    """Take back the alerts that wait to be sent and tell of an article; what else they tell, the next ones will."""
    waiting = sa.select(Notice).where(
        Notice.state == DeliveryState.WAITING,
        Notice.list_slug.startswith(SLUG),
        Notice.text.contains(f"/article/{article_key}"),
    )
    for notice in session.scalars(waiting).all():
        if article_key in articles_told_by(notice):
            its = sa.select(SavedSearch.id).where(SavedSearch.key == notice.list_slug.removeprefix(SLUG))
            is_told_there = SearchHit.saved_search_id.in_(its) & (SearchHit.told_at == notice.written_at)
            session.execute(sa.update(SearchHit).where(is_told_there).values(told_at=None))
            session.execute(sa.update(SavedSearch).where(SavedSearch.id.in_(its)).values(told_at=None))
            session.delete(notice)


def stop_url_of(session: Session, saved: SavedSearch, archive_url: str) -> str:
    """Make the signed address at which one POST ends a search's mail."""
    return f"{archive_url}/searches/stop/{saved.key}/{signer_of(session).sign(STOP, saved.key)}"


@dataclass(frozen=True)
class Told:
    """What one mail tells: the finds that it lists, and how many there are."""

    finds: list[Find]
    count: int


def _subject(name: str, told: Told, phrases: Phrases) -> str:
    """Write the subject: the search's name, and what it found."""
    first = one_line(told.finds[0].hit.title or phrases.text("alert_untitled"), 90)
    found = phrases.counted("alert_subject", told.count - 1, first=first) if told.count > 1 else first
    return one_line(f"{one_line(name, 60)}: {found}")


def _language(session: Session, saved: SavedSearch) -> str:
    """Choose the frame's language: the one that the search asks for, else that of the digest at the same address."""
    query = asked_by(session, saved)
    asked = query.languages if query else ()
    if len(asked) == 1 and asked[0] in frame_languages():
        return asked[0]
    return language_of_address(session, saved.account.address or "") or FALLBACK


def _notice(session: Session, saved: SavedSearch, told: Told, post: AlertPost, now: dt.datetime) -> Notice:
    archive = post.archive_url.rstrip("/")
    address = saved.account.address
    assert address is not None
    stop_url = stop_url_of(session, saved, archive)
    phrases = phrases_for(_language(session, saved))
    given = {
        "subject": _subject(saved.name, told, phrases),
        "title": saved.name,
        "line": saved.query,
        "counted": phrases.counted("alert_found", told.count),
        "t": phrases,
        "finds": told.finds,
        "more_count": told.count - len(told.finds),
        "search_url": f"{archive}/searches/{saved.key}",
        "stop_url": stop_url,
        "link": lambda find: f"{archive}/article/{find.hit.key}",
        "marks": partial(_marks, phrases=phrases),
        "snippet": lambda find: "".join(part.text for part in find.hit.snippet),
        "width": WIDTH,
    }
    listed = " ".join(sorted(find.hit.key for find in told.finds))
    return Notice(
        message_id=f"alert.{key_of(f'{saved.key} {now.isoformat()} {listed}')}",
        address=address,
        subject=str(given["subject"]),
        text=render_notice("txt", "alert/body", **given).strip() + "\n",
        html=render_notice("html", "alert/body", **given),
        written_at=now,
        due_at=now,
        list_slug=f"{SLUG}{saved.key}",
        list_name=one_line(saved.name, 80),
        unsubscribe_url=stop_url,
    )


def _marks(find: Find, phrases: Phrases) -> str:
    """Say where an article stands and when it was published."""
    hit = find.hit
    day = phrases.date(hit.published) if hit.published else phrases.text("alert_undated")
    page = phrases.text("alert_pdf_page", number=hit.page_number) if hit.page_number else None
    return " · ".join(filter(None, (hit.source_name, day, page)))
