"""What somebody keeps beside articles as plain values: notes with the words they highlight, collections, stars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version, find_article
from models.corrections import own_keys_of
from models.kept import (
    account_id_of,
    collections_seen_by,
    collections_with,
    item_counts,
    notes_on,
    starred_among,
)
from models.notebook import Collection, Note
from models.source import Source
from models.takedown import withdrawn_among
from perilune.dates import PartialDate
from perilune.quotes import nearest_place
from web.links import article_link
from web.names import Named
from web.passages import Highlight

AT_ONCE = 500
WITHDRAWN = "Withdrawn article"
GONE = "No longer in the archive"


@dataclass(frozen=True)
class ArticleLine:
    """An article as lists of kept things show it; without a source where it cannot be seen any more."""

    key: str
    title: str
    link: str
    url: str = ""
    language: str | None = None
    source: Named | None = None
    published: PartialDate | None = None


def article_lines(session: Session, keys: Several[str]) -> Mapping[str, ArticleLine]:
    """Read articles by the keys that they were kept by, wherever they have moved since."""
    lines: dict[str, ArticleLine] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        lines |= {line.key: line for line in _lines_of(session, Article.key.in_(some))}
    missing = [key for key in wanted if key not in lines]
    withdrawn = withdrawn_among(session, missing)
    return lines | {key: _moved(session, key, is_withdrawn=key in withdrawn) for key in missing}


def _lines_of(session: Session, condition: sa.ColumnElement[bool]) -> list[ArticleLine]:
    rows = session.execute(
        sa.select(Article, Version.title, Version.language, Version.published, Source.slug, Source.name)
        .join(Version, Version.id == Article.current_version_id)
        .join(Source, Source.id == Article.source_id)
        .where(condition)
    )
    return [
        ArticleLine(
            article.key,
            title or "Untitled",
            article_link(article.key),
            url=article.url,
            language=language,
            source=Named(slug, name),
            published=published,
        )
        for article, title, language, published, slug, name in rows
    ]


def _moved(session: Session, key: str, *, is_withdrawn: bool) -> ArticleLine:
    article = None if is_withdrawn else find_article(session, key)
    found = _lines_of(session, Article.id == article.id) if article else []
    return found[0] if found else ArticleLine(key, WITHDRAWN if is_withdrawn else GONE, article_link(key))


@dataclass(frozen=True)
class NoteLine:
    """A note on an article's page or in a notebook; `place` opens the words that it highlights.

    `number` marks them in the text that is shown; a highlight without one is of a version that said so and no more.
    """

    key: str
    article_key: str
    text: str
    quote: str | None
    version_number: int | None
    place: str | None
    number: int | None
    author: str
    is_own: bool
    is_shared: bool
    made_at: dt.datetime
    changed_at: dt.datetime | None


def note_line(note: Note, account_id: int, number: int | None = None) -> NoteLine:
    """Make the line of a note."""
    place = None
    if note.quote is not None:
        span = f"?from={note.start}&to={note.end}"
        place = f"#h{number}" if number else f"{article_link(note.article_key, note.version_number)}{span}"
    return NoteLine(
        key=note.key,
        article_key=note.article_key,
        text=note.text,
        quote=note.quote,
        version_number=note.version_number,
        place=place,
        number=number,
        author=note.account.name,
        is_own=note.account_id == account_id,
        is_shared=note.is_shared,
        made_at=note.made_at,
        changed_at=note.changed_at,
    )


def found_again(note: Note, version_number: int, text: str) -> tuple[int, int] | None:
    """Find the words that a note highlights in a version: where they were, or where they are now."""
    if note.quote is None or note.start is None or note.end is None:
        return None
    if note.version_number == version_number and text[note.start : note.end] == note.quote:
        return note.start, note.end
    return nearest_place(text, note.quote, note.start)


@dataclass(frozen=True)
class Keeper:
    """Who reads a page, and what they may keep beside it; `typed` is what a form said that could not be done."""

    login: str
    may_keep: bool = False
    may_share: bool = False
    may_withdraw: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Beside:
    """What somebody keeps beside an article: the highlights in its text, its notes, where it is collected."""

    keeper: Keeper
    is_starred: bool
    notes: tuple[NoteLine, ...]
    highlights: tuple[Highlight, ...]
    collections: tuple[Collection, ...]
    """Those that hold it."""
    others: tuple[Collection, ...]
    """Their own that do not."""


def beside_article(session: Session, keeper: Keeper, article: Article, version_number: int, text: str) -> Beside:
    """Read what somebody keeps beside an article, with highlights as they stand in the version that is shown."""
    account_id, keys = account_id_of(session, keeper.login), own_keys_of(session, article)
    notes = notes_on(session, account_id, keys)
    places = {note.key: place for note in notes if (place := found_again(note, version_number, text))}
    numbers = {key: number for number, key in enumerate(sorted(places, key=lambda key: places[key]), 1)}
    holding = collections_with(session, account_id, keys)
    own = collections_seen_by(session, account_id, only_own=True)
    return Beside(
        keeper=keeper,
        is_starred=bool(starred_among(session, account_id, keys)),
        notes=tuple(note_line(note, account_id, numbers.get(note.key)) for note in _in_order(notes, numbers)),
        highlights=tuple(Highlight(*places[key], number) for key, number in numbers.items()),
        collections=tuple(holding),
        others=tuple(each for each in own if each not in holding),
    )


def _in_order(notes: Iterable[Note], numbers: Mapping[str, int]) -> list[Note]:
    """Put the notes on the text first, in its order, then those on the whole."""
    return sorted(notes, key=lambda note: (note.key not in numbers, numbers.get(note.key, 0), note.made_at))


@dataclass(frozen=True)
class CollectionCard:
    """A collection in a list."""

    key: str
    name: str
    description: str
    owner: str
    is_own: bool
    is_shared: bool
    item_count: int
    link: str


def collection_cards(session: Session, account_id: int, collections: Sequence[Collection]) -> list[CollectionCard]:
    """Make the cards of collections, in the order given."""
    counts = item_counts(session, [each.id for each in collections])
    return [
        CollectionCard(
            key=each.key,
            name=each.name,
            description=each.description,
            owner=each.account.name,
            is_own=each.account_id == account_id,
            is_shared=each.is_shared,
            item_count=counts.get(each.id, 0),
            link=f"/collections/{each.key}",
        )
        for each in collections
    ]


@dataclass(frozen=True)
class KeptBeside:
    """What a list of articles shows of what somebody keeps: which are starred, and where they may be collected."""

    keeper: Keeper
    starred: frozenset[str]
    collections: tuple[Collection, ...]


def kept_beside(session: Session, keeper: Keeper, keys: Several[str]) -> KeptBeside:
    """Read what somebody keeps of the articles of a list."""
    account_id = account_id_of(session, keeper.login)
    own = collections_seen_by(session, account_id, only_own=True)
    return KeptBeside(keeper, starred_among(session, account_id, keys), tuple(own))
