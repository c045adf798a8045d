"""What a person may say of an edition, by command or form: read, checked and stored; each problem is one sentence."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.columns import one_line
from digest.phrases import frame_languages
from digest.schedule import next_due_moment, schedule_start
from models.edition import Edition, Issue, Reader
from models.readers import who_gets
from models.search import parse_query, vocabulary_of
from models.search.problem import likely_right
from models.vocabulary import Frequency, Length
from perilune.archive import Archive
from perilune.editions import edition_named, find_edition, topic_weight, unusual
from perilune.problems import Problem

MAX_NAME_CHARS = 120
MAX_NOTE_CHARS = 500
MAX_HOLD_HOURS = 168
MAX_DIGITS = 6
LAST_HOUR, LAST_WEEKDAY, LAST_MONTH_DAY = 23, 6, 31
IS_ON = {"yes": True, "on": True, "no": False, "off": False}
SCHEDULE = {
    Frequency.DAILY: ("frequency", "hour", "timezone"),
    Frequency.WEEKLY: ("frequency", "weekday", "hour", "timezone"),
    Frequency.MONTHLY: ("frequency", "month_day", "hour", "timezone"),
}
"""What decides when an edition is due."""

NEW = "new"
"""Is no short name: it is where the form of a new edition is."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
Said = Mapping[str, str]


@dataclass(frozen=True)
class EditionDraft:
    """A new edition, with what nobody said of it as it usually is."""

    slug: str
    name: str
    query: str = "relevance:core"
    frequency: Frequency = Frequency.WEEKLY
    weekday: int = 0
    month_day: int = 1
    hour: int = 7
    timezone: str = "UTC"
    language: str = "en"
    length: Length = Length.MEDIUM
    hold_hours: int = 0
    note: str | None = None
    topic_weights: Mapping[str, float] = field(default_factory=dict)
    is_active: bool = True


def make_edition(archive: Archive, draft: EditionDraft, *, now: dt.datetime) -> None:
    """Store a new edition; Problem when its short name cannot be used."""
    if not _SLUG.fullmatch(draft.slug) or draft.slug == NEW:
        raise Problem(f"{draft.slug!r} is no short name; use small letters, digits and hyphens, as in weekly-launch.")
    with archive.sessions.begin() as session:
        if find_edition(session, draft.slug) is not None:
            raise Problem(f"there is an edition {draft.slug!r} already.")
        columns = vars(draft) | {"topic_weights": dict(draft.topic_weights)}
        session.add(Edition(**columns, created_at=now))


def new_edition(archive: Archive, slug: str, said: Said, *, now: dt.datetime) -> None:
    """Make an edition of what a person says of it."""
    if not said.get("name", "").strip():
        raise Problem("an edition needs a name, which its readers see.")
    with archive.sessions() as session:
        values = values_said(session, said)
    make_edition(archive, EditionDraft(slug, **values), now=now)  # type: ignore[arg-type]


def change_edition(archive: Archive, slug: str, said: Said, *, now: dt.datetime) -> str:
    """Change what a person says of an edition; returns in one sentence what became of it."""
    with archive.sessions.begin() as session:
        edition = edition_named(session, slug)
        before = _schedule_of(edition)
        for name, value in values_said(session, said).items():
            setattr(edition, name, value)
        if edition.is_active and _schedule_of(edition) != before:
            last_due_at = session.scalar(sa.select(sa.func.max(Issue.due_at)).where(Issue.edition_id == edition.id))
            edition.scheduled_at = schedule_start(edition, last_due_at, now)
        if not edition.is_active:
            return f"{edition.name} is off: no issue is made."
        return f"{edition.name} goes out {edition.rhythm}; its next issue is due on {_local(edition, now)}."


def _schedule_of(edition: Edition) -> tuple[object, ...]:
    return (edition.is_active, *(getattr(edition, name) for name in SCHEDULE[Frequency(edition.frequency)]))


def _local(edition: Edition, now: dt.datetime) -> str:
    at = next_due_moment(edition, now).astimezone(zoneinfo.ZoneInfo(edition.timezone))
    return f"{at:%A} {at.day} {at:%B %Y}"


def values_said(session: Session, said: Said) -> dict[str, object]:
    """Read what is said of an edition, by the names of its columns; Problem for the first that cannot be used."""
    values = {}
    for name, text in said.items():
        if name not in READ:
            raise Problem(f"{name!r} is nothing that an edition has{likely_right(name, READ)}.")
        values[name] = READ[name](session, text.strip())
    return values


def _name(_session: Session, text: str) -> str:
    if not text or len(text) > MAX_NAME_CHARS or not text.isprintable():
        raise Problem(f"a name has 1 to {MAX_NAME_CHARS} characters on one line.")
    return text


def _query(session: Session, text: str) -> str:
    parse_query(text, vocabulary_of(session))
    return text


def _note(_session: Session, text: str) -> str | None:
    if len(text) > MAX_NOTE_CHARS:
        raise Problem(f"a note has at most {MAX_NOTE_CHARS} characters, this one has {len(text)}.")
    return one_line(text) or None


def _weekday(_session: Session, text: str) -> int:
    names = [name.lower() for name in calendar.day_name]
    if text.lower() in names:
        return names.index(text.lower())
    return _number("weekday", 0, LAST_WEEKDAY)(_session, text)


def _timezone(_session: Session, text: str) -> str:
    known = zoneinfo.available_timezones()
    if text not in known:
        raise Problem(f"{text!r} is no time zone{likely_right(text, known) or '; write it as in Europe/Vienna'}.")
    return text


def _language(_session: Session, text: str) -> str:
    if text not in frame_languages():
        raise Problem(f"the frame of a digest is in one of {', '.join(frame_languages())}, not in {text!r}.")
    return text


def _weights(session: Session, text: str) -> dict[str, float]:
    return unusual(dict(topic_weight(session, each) for each in text.replace(",", " ").split()))


def _is_on(_session: Session, text: str) -> bool:
    if text not in IS_ON:
        raise Problem(f"an edition is on or off, not {text!r}.")
    return IS_ON[text]


def _number(what: str, least: int, most: int) -> Callable[[Session, str], int]:
    def read(_session: Session, text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS or not least <= int(text) <= most:
            raise Problem(f"the {what} is a number from {least} to {most}, not {text[:20]!r}.")
        return int(text)

    return read


def _choice(what: str, choices: type[StrEnum]) -> Callable[[Session, str], StrEnum]:
    def read(_session: Session, text: str) -> StrEnum:
        if text not in list(choices):
            raise Problem(f"the {what} is one of {', '.join(choices)}, not {text!r}.")
        return choices(text)

    return read


READ: Mapping[str, Callable[[Session, str], object]] = {
    "name": _name,
    "query": _query,
    "frequency": _choice("frequency", Frequency),
    "weekday": _weekday,
    "month_day": _number("day of the month", 1, LAST_MONTH_DAY),
    "hour": _number("hour", 0, LAST_HOUR),
    "timezone": _timezone,
    "language": _language,
    "length": _choice("length", Length),
    "hold_hours": _number("time for review in hours", 0, MAX_HOLD_HOURS),
    "note": _note,
    "topic_weights": _weights,
    "is_active": _is_on,
}
"""How each thing that may be said is read."""


def make_default_edition(archive: Archive, *, now: dt.datetime) -> None:
    """Make the weekly edition where there is none at all, so that a new install has its digest."""
    with archive.sessions() as session:
        if session.scalar(sa.select(sa.func.count()).select_from(Edition)):
            return
    make_edition(archive, EditionDraft("weekly", "Perilune weekly"), now=now)


def edition_rows(archive: Archive, *, now: dt.datetime) -> list[dict[str, object]]:
    """Read the editions with their rhythm, their next due moment and how many readers they have."""
    with archive.sessions() as session:
        return [
            {
                "edition": edition.slug,
                "name": edition.name,
                "query": edition.query,
                "goes_out": edition.rhythm if edition.is_active else "never: it is off",
                "next_due": next_due_moment(edition, now) if edition.is_active else None,
                "topic_weights": _weight_words(edition),
                "reader_count": len(_readers(session, edition)),
            }
            for edition in session.scalars(sa.select(Edition).order_by(Edition.slug))
        ]


def edition_value(archive: Archive, slug: str, *, now: dt.datetime) -> dict[str, object]:
    """Read all of an edition, with its readers."""
    with archive.sessions() as session:
        edition = edition_named(session, slug)
        value = {name: getattr(edition, name) for name in ("slug", *READ)}
        return value | {
            "topic_weights": _weight_words(edition),
            "goes_out": edition.rhythm,
            "next_due": next_due_moment(edition, now) if edition.is_active else None,
            "readers": _readers(session, edition),
        }


def _weight_words(edition: Edition) -> list[str]:
    return [f"{slug}={weight:g}" for slug, weight in edition.topic_weights.items()]


def _readers(session: Session, edition: Edition) -> list[str]:
    """List the addresses to which mail goes."""
    return list(session.scalars(who_gets(edition.id).with_only_columns(Reader.address).order_by(Reader.address)))
