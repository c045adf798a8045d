"""Editions as their pages show them: rhythm, next due moment in words, readers, and the form with what was typed."""

from __future__ import annotations

import calendar
import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.edition import Edition, Issue
from models.readers import who_gets
from models.search import matching_ids, parse_query, vocabulary_of
from models.vocabulary import Frequency, IssueState, Length
from web.labels import date_in_words
from web.links import issue_link
from web.problems import missing

COUNTED_DAYS = (7, 30)
FIELDS = (
    "name",
    "query",
    "frequency",
    "weekday",
    "month_day",
    "hour",
    "timezone",
    "language",
    "length",
    "hold_hours",
    "note",
)
USUAL = {
    "name": "",
    "query": "relevance:core",
    "frequency": Frequency.WEEKLY.value,
    "weekday": "0",
    "month_day": "1",
    "hour": "7",
    "timezone": "UTC",
    "language": "en",
    "length": Length.MEDIUM.value,
    "hold_hours": "0",
    "note": "",
    "topic_weights": "",
    "is_active": "on",
}
"""What a new edition's form says before anybody typed."""
CHOICES = {
    "frequency": {"daily": "every day", "weekly": "every week", "monthly": "every month"},
    "weekday": {str(number): name for number, name in enumerate(calendar.day_name)},
    "language": {"en": "English", "fr": "French", "ru": "Russian", "zh": "Chinese"},
    "length": {"short": "short", "medium": "medium", "long": "long"},
    "is_active": {"on": "on: issues are made", "off": "off: no issue is made"},
}


@dataclass(frozen=True)
class EditionLine:
    """An edition in the list."""

    slug: str
    name: str
    query: str
    rhythm: str
    is_active: bool
    hold_hours: int
    reader_count: int
    last_issue: LastIssue | None


@dataclass(frozen=True)
class LastIssue:
    """The last issue of an edition that went out."""

    number: int
    subject: str
    composed_at: dt.datetime
    link: str


def edition_lines(session: Session) -> list[EditionLine]:
    """Read all editions by name."""
    return [_line(session, edition) for edition in session.scalars(sa.select(Edition).order_by(Edition.name))]


def _line(session: Session, edition: Edition) -> EditionLine:
    readers = sa.select(sa.func.count()).select_from(who_gets(edition.id).subquery())
    is_out = (Issue.edition_id == edition.id) & (Issue.state == IssueState.RELEASED)
    issue = session.scalars(sa.select(Issue).where(is_out).order_by(Issue.number.desc()).limit(1)).first()
    last = LastIssue(issue.number, issue.subject, issue.composed_at, issue_link(issue.key)) if issue else None
    return EditionLine(
        edition.slug,
        edition.name,
        edition.query,
        edition.rhythm,
        edition.is_active,
        edition.hold_hours,
        session.scalar(readers) or 0,
        last,
    )


def edition_at(session: Session, slug: str) -> Edition:
    """Find an edition; NotInArchive where there is none."""
    edition = session.scalar(sa.select(Edition).where(Edition.slug == slug)) if slug.isprintable() else None
    if edition is None:
        raise missing("edition", slug)
    return edition


def line_of(session: Session, slug: str) -> EditionLine:
    """Read one edition as the list has it."""
    return _line(session, edition_at(session, slug))


def values_of_form(edition: Edition) -> dict[str, str]:
    """Write an edition as its form says it."""
    values = {name: getattr(edition, name) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in values.items()} | {
        "topic_weights": " ".join(f"{slug}={weight:g}" for slug, weight in edition.topic_weights.items()),
        "is_active": "on" if edition.is_active else "off",
    }


def counts_of(session: Session, query: str, now: dt.datetime) -> Mapping[int, int]:
    """Count the articles that came in the last 7 and 30 days and match a search; QueryProblem for a bad one."""
    matching = matching_ids(session, parse_query(query, vocabulary_of(session)))
    return {
        days: session.scalar(
            sa.select(sa.func.count()).where(
                Article.id.in_(matching), Article.first_seen_at >= now - dt.timedelta(days=days)
            )
        )
        or 0
        for days in COUNTED_DAYS
    }


def moment_in(at: dt.datetime, timezone: str, now: dt.datetime) -> str:
    """Write when something is due, in its own zone and from now: `Monday 21 March 2022, 07:00 (in 3 days)`."""
    local = at.astimezone(zoneinfo.ZoneInfo(timezone))
    hours = round((at - now) / dt.timedelta(hours=1))
    away = f"{hours} hour{'s' if hours != 1 else ''}" if hours < 2 * 24 else f"{round(hours / 24)} days"
    return f"{local:%A} {date_in_words(local.date())}, {local:%H:%M} (in {away})"


def timezones() -> list[str]:
    """Name the time zones that there are."""
    return sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
