"""Changing the gazetteer's rows: adding, editing and exporting actors, deciding on names that are proposed.

Whatever changes what an actor is called makes the articles that may name it be understood anew.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import knowledge as rows
from models.article import Article, VersionActor
from models.fate import await_stage
from models.proposals import ProposedName, proposed_names, versions_with_name
from models.search import Query, matching_ids
from models.search.problem import QueryProblem
from models.search.words import QUOTES
from models.vocabulary import NameVerdict, Stage
from perilune.archive import Archive
from perilune.problems import Problem
from pipeline.understanding.actor_files import actors_as_files, check_actor
from pipeline.understanding.gazetteer import folded, names_of
from pipeline.understanding.knowledge import actor_of, columns_of, write_actor
from pipeline.understanding.unknown_names import name_key
from pipeline.values import Actor

MAX_SLUG_CHARS = 60
Lists = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ActorChange:
    """What to change of an actor; None leaves a text as it is, an empty one takes it away.

    `add` and `drop` hold names by language; `context` the words for an ambiguous name, none of which makes it plain.
    """

    texts: Mapping[str, str | None] = field(default_factory=dict)
    add: Lists = field(default_factory=dict)
    drop: Sequence[str] = ()
    context: Lists = field(default_factory=dict)
    is_active: bool | None = None


@dataclass(frozen=True)
class Changed:
    """An actor that was added or changed, and how many articles are understood anew for it."""

    slug: str
    article_count: int


def add_actor(archive: Archive, actor: Actor, *, now: dt.datetime) -> Changed:
    """Add an actor by hand; Problem where something of it is wrong or taken."""
    with archive.sessions.begin() as session:
        return _added(session, actor, now=now)


def _added(session: Session, actor: Actor, *, now: dt.datetime) -> Changed:
    if session.get(rows.Actor, actor.slug) is not None:
        raise Problem(f"there is an actor {actor.slug!r} already; `perilune actors edit {actor.slug}` changes it.")
    _check(session, actor)
    session.add(rows.Actor(slug=actor.slug, edited_at=now, **columns_of(actor)))
    session.flush()
    return Changed(actor.slug, _understand_anew(session, names_of(actor), [], now=now))


def edit_actor(archive: Archive, slug: str, change: ActorChange, *, now: dt.datetime) -> Changed:
    """Change an actor, which its file no longer overwrites from then on; Problem where that cannot be."""
    with archive.sessions.begin() as session:
        row = required_actor(session, slug)
        before = actor_of(row)
        after = changed_actor(before, change)
        is_active = row.is_active if change.is_active is None else change.is_active
        if (columns_of(after), is_active) == (columns_of(before), row.is_active):
            raise Problem(f"nothing of {slug} would change.")
        _check(session, after, is_active=is_active)
        write_actor(row, after)
        row.is_active, row.edited_at = is_active, now
        session.flush()
        names = {*names_of(before), *names_of(after)}
        return Changed(slug, _understand_anew(session, names, [slug], now=now))


def changed_actor(actor: Actor, change: ActorChange) -> Actor:
    """Make the actor that a change gives; Problem for a name to drop that it does not bear.

    One that gets another name of its own keeps the old as a further name, unless that is dropped.
    """
    _refuse_strange_names(actor, change)
    if change.texts.get("name") == "":
        raise Problem(f"the actor {actor.slug!r} must have a name.")
    ambiguous = {**actor.ambiguous, **{name: tuple(words) for name, words in change.context.items()}}
    texts = {key: value or None for key, value in change.texts.items() if value is not None}
    changed = replace(
        actor,
        names=_changed_names(actor, change),
        ambiguous={name: words for name, words in ambiguous.items() if words and name not in change.drop},
        **texts,  # type: ignore[arg-type]  # texts alone, by their columns
    )
    if changed.name in change.drop:
        raise Problem(f"{changed.name!r} is the actor's own name; give it another with --name as well.")
    return changed


def _refuse_strange_names(actor: Actor, change: ActorChange) -> None:
    borne = list(names_of(actor))
    added = [name for names in change.add.values() for name in names]
    strange = [name for name in (*change.drop, *change.context) if name not in (*borne, *added)]
    if strange:
        close = difflib.get_close_matches(strange[0], borne, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise Problem(f"{strange[0]!r} is no name of {actor.slug}{hint}")


def _changed_names(actor: Actor, change: ActorChange) -> dict[str, tuple[str, ...]]:
    names = {language: [*found] for language, found in actor.names.items()}
    if change.texts.get("name") not in (None, "", actor.name):
        names.setdefault(language_of_name(actor.name), []).append(actor.name)
    for language, added in change.add.items():
        names.setdefault(language, []).extend(added)
    kept = {language: [name for name in found if name not in change.drop] for language, found in names.items()}
    return {language: tuple(dict.fromkeys(found)) for language, found in kept.items() if found}


def required_actor(session: Session, slug: str) -> rows.Actor:
    """Return the row of an actor; Problem names the likely right one where there is none."""
    row = session.get(rows.Actor, slug)
    if row is not None:
        return row
    close = difflib.get_close_matches(slug, list(session.scalars(sa.select(rows.Actor.slug))), n=1)
    hint = f"did you mean {close[0]}?" if close else "`perilune actors list` shows all."
    raise Problem(f"there is no actor {slug!r}; {hint}")


def _check(session: Session, actor: Actor, *, is_active: bool = True) -> None:
    """Refuse an actor that its own words speak against, or, where it is matched, the names of others."""
    try:
        check_actor(actor, f"the actor {actor.slug!r}")
    except ValueError as problem:
        raise Problem(f"{problem}.") from problem
    if not is_active:
        return
    own = set(names_of(actor))
    others = sa.select(rows.Actor).where(rows.Actor.is_active, rows.Actor.slug != actor.slug)
    for row in session.scalars(others):
        other = actor_of(row)
        for name in own.intersection(names_of(other)):
            if not (name in actor.ambiguous and name in other.ambiguous):
                raise Problem(
                    f"{name!r} is also a name of {other.slug}; give both context words with "
                    f"`--context '{name}=word, word'`, or leave it out."
                )


def _understand_anew(session: Session, names: Iterable[str], slugs: Sequence[str], *, now: dt.datetime) -> int:
    """Make the articles wait for understanding that may bear one of these names or were given one of these actors."""
    versions = set(session.scalars(sa.select(VersionActor.version_id).where(VersionActor.actor_slug.in_(slugs))))
    for name in names:
        versions.update(_versions_naming(session, name))
    current = set(session.scalars(sa.select(Article.current_version_id).where(Article.current_version_id.is_not(None))))
    await_stage(session, Stage.UNDERSTAND, [each for each in versions & current if each is not None], due_at=now)
    return len(versions & current)


def _versions_naming(session: Session, name: str) -> list[int]:
    words = re.sub(f"[{QUOTES}]", " ", name)
    try:
        found = matching_ids(session, Query(text=f'"{words}"', with_copies=True))
    except QueryProblem:  # it has no letter that is indexed, as IRIS² without its word has
        return []
    ids = sa.select(Article.current_version_id).where(Article.id.in_(found))
    return [each for each in session.scalars(ids) if each is not None]


def proposals(archive: Archive, *, limit: int) -> tuple[ProposedName, ...]:
    """Read the names that are proposed as actors, the most frequent first."""
    with archive.sessions() as session:
        return proposed_names(session, limit=limit)


def accept_name(archive: Archive, name: str, actor: Actor, *, by: str, now: dt.datetime) -> Changed:
    """Make an actor of a name that was proposed, and remember who said so; Problem where it was decided already."""
    key = name_key(name)
    with archive.sessions.begin() as session:
        _refuse_decided(session, name, key)
        _refuse_unseen(session, name, key)
        changed = _added(session, actor, now=now)
        _decide(session, key, (NameVerdict.ACTOR, actor.slug), by=by, now=now)
        beside = versions_with_name(session, key)
        await_stage(session, Stage.UNDERSTAND, beside, due_at=now)
        return replace(changed, article_count=max(changed.article_count, len(beside)))


def dismiss_name(archive: Archive, name: str, *, by: str, now: dt.datetime) -> None:
    """Remember that a name is no actor's, so that nobody is asked again."""
    key = name_key(name)
    with archive.sessions.begin() as session:
        _refuse_decided(session, name, key)
        _refuse_unseen(session, name, key)
        _decide(session, key, (NameVerdict.DISMISSED, None), by=by, now=now)


def _refuse_unseen(session: Session, name: str, key: str) -> None:
    if not session.scalar(sa.select(sa.exists().where(rows.UnknownName.name_key == key))):
        raise Problem(f"no article bears the name {name!r}; `perilune actors proposed` lists those that are.")


def _refuse_decided(session: Session, name: str, key: str) -> None:
    decision = session.get(rows.NameDecision, key)
    if decision is not None:
        what = f"the actor {decision.actor_slug}" if decision.actor_slug else "no actor"
        raise Problem(f"{name!r} was decided to be {what} by {decision.made_by}.")


def _decide(session: Session, key: str, verdict: tuple[NameVerdict, str | None], *, by: str, now: dt.datetime) -> None:
    session.add(rows.NameDecision(name_key=key, verdict=verdict[0], actor_slug=verdict[1], made_by=by, made_at=now))


def actor_from_name(name: str, said: Mapping[str, str | None], aliases: Sequence[str] = ()) -> Actor:
    """Make the actor of a name: its slug from the name unless it is said, its names under their script's language."""
    names: dict[str, list[str]] = {}
    for each in dict.fromkeys((name, *aliases)):
        language = language_of_name(each)
        if each != name or language != "en":
            names.setdefault(language, []).append(each)
    return Actor(
        slug=said.get("slug") or slug_of(name),
        name=name,
        kind=said.get("kind") or "",
        country=said.get("country") or None,
        names=names,
        wikidata=said.get("wikidata") or None,
        cited=said.get("cited") or None,
    )


def language_of_name(name: str) -> str:
    """Say under which language a name belongs that comes without one: by its script, Latin letters as English."""
    if re.search(r"[\u4e00-\u9fff]", name):
        return "zh"
    return "ru" if re.search(r"[а-яё]", name.lower()) else "en"


def slug_of(name: str) -> str:
    """Make a slug of a name in Latin letters; Problem for one in another script."""
    slug = re.sub(r"[^a-z0-9]+", "-", folded(name).lower()).strip("-")[:MAX_SLUG_CHARS].strip("-")
    if not slug:
        raise Problem(f"no short name can be made of {name!r}; say it with --slug.")
    return slug


def export_actors(archive: Archive, folder: Path) -> list[Path]:
    """Write the actors that are looked for as TOML files, one a kind; Problem where the folder cannot be written."""
    with archive.sessions() as session:
        active = sa.select(rows.Actor).where(rows.Actor.is_active).order_by(rows.Actor.slug)
        files = actors_as_files(actor_of(row) for row in session.scalars(active))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{folder} cannot be written: {error.strerror}.") from error
    return [folder / name for name in files]
