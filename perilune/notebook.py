"""Changing what analysts keep beside articles: stars, notes, highlights, collections; each only by whom it is of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account import Account, account_with
from models.article import Article, find_article
from models.base import insert_into
from models.corrections import own_keys_of
from models.kept import collection_seen_by, collections_seen_by, items_of, own_note
from models.notebook import Collection, CollectionItem, Note, Star
from models.search.words import CONTROL
from models.takedown import takedown_of
from perilune.problems import Problem
from perilune.quotes import nearest_place

MAX_NOTE_CHARS = 10_000
MAX_QUOTE_CHARS = 5_000
MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 2_000
MAX_REMARK_CHARS = 1_000
MAX_ITEMS = 10_000
MAX_COLLECTIONS = 1_000
Said = Mapping[str, str]
Found = TypeVar("Found")


def set_star(session: Session, account: Account, named: str, *, is_on: bool, now: dt.datetime) -> str:
    """Star an article for somebody, or take their star away."""
    if not is_on:
        seen = find_article(session, named)
        keys = [named, *(own_keys_of(session, seen) if seen else [])]
        session.execute(sa.delete(Star).where(Star.article_key.in_(keys), Star.account_id == account.id))
        return "The star is taken away."
    article = article_named(session, named)
    is_its = Star.article_key.in_(own_keys_of(session, article)), Star.account_id == account.id
    if session.scalar(sa.select(Star.account_id).where(*is_its).limit(1)) is None:
        values = {"account_id": account.id, "article_key": article.key, "made_at": now}
        session.execute(insert_into(session, Star).values(values).on_conflict_do_nothing())
    return "It is starred."


def add_note(session: Session, account: Account, named: str, said: Said, *, now: dt.datetime) -> Note:
    """Write a note on an article; with `quote`, it highlights these words of the current version, nearest to `near`."""
    article = article_named(session, named)
    note = Note(
        account_id=account.id, article_key=article.key, made_at=now, text="", is_shared=said.get("shared") == "yes"
    )
    note.text = _text(said, "text", MAX_NOTE_CHARS)
    quote = _text(said, "quote", MAX_QUOTE_CHARS)
    if quote:
        _highlight(note, article, quote, said.get("near", ""))
    elif not note.text:
        raise Problem("write something, or give the words to highlight.")
    session.add(note)
    session.flush()
    return note


def _highlight(note: Note, article: Article, quote: str, near: str) -> None:
    version = article.current_version
    assert version is not None
    start = int(near) if near.isascii() and near.isdigit() and len(near) < 10 else 0  # noqa: PLR2004 - no text is longer
    place = nearest_place(version.text, quote, start)
    if place is None:
        raise Problem("these words are not in the article's text: copy them from it as they stand there.")
    note.version_number, (note.start, note.end) = version.number, place
    note.quote = version.text[place[0] : place[1]]


def change_note(session: Session, account: Account, key: str, said: Said, *, now: dt.datetime) -> Note:
    """Change the words of a note of one's own, or whether it is shared; what it highlights stays."""
    note = _own(own_note(session, account.id, key), "note", key)
    if "text" in said:
        note.text = _text(said, "text", MAX_NOTE_CHARS)
        if not note.text and not note.quote:
            raise Problem("an empty note says nothing; delete it instead.")
    if "shared" in said:
        note.is_shared = said["shared"] == "yes"
    note.changed_at = now
    return note


def delete_note(session: Session, account: Account, key: str) -> str:
    """Delete a note of one's own."""
    session.delete(_own(own_note(session, account.id, key), "note", key))
    return "The note is deleted."


def make_collection(session: Session, account: Account, said: Said, *, now: dt.datetime) -> Collection:
    """Begin a collection."""
    if len(collections_seen_by(session, account.id, only_own=True)) >= MAX_COLLECTIONS:
        raise Problem(f"one may have {MAX_COLLECTIONS} collections; delete one first.")
    collection = Collection(account_id=account.id, name="", description="", is_shared=False, created_at=now)
    _describe(collection, {"name": "", **said})
    session.add(collection)
    session.flush()
    return collection


def change_collection(session: Session, account: Account, key: str, said: Said) -> Collection:
    """Change what is said of a collection of one's own: its name, its description, whether it is shared."""
    collection = own_collection(session, account, key)
    _describe(collection, said)
    return collection


def _describe(collection: Collection, said: Said) -> None:
    if "name" in said:
        collection.name = " ".join(_text(said, "name", MAX_NAME_CHARS).split())
        if not collection.name:
            raise Problem("give the collection a name.")
    if "description" in said:
        collection.description = _text(said, "description", MAX_DESCRIPTION_CHARS)
    if "shared" in said:
        collection.is_shared = said["shared"] == "yes"


def delete_collection(session: Session, account: Account, key: str) -> str:
    """Delete a collection of one's own; its articles stay where they are."""
    collection = own_collection(session, account, key)
    session.execute(sa.delete(CollectionItem).where(CollectionItem.collection_id == collection.id))
    session.delete(collection)
    return f"The collection “{collection.name}” is deleted."


def own_collection(session: Session, account: Account, key: str) -> Collection:
    """Find a collection of one's own; Problem for another's, as for none."""
    return _own(collection_seen_by(session, account.id, key, only_own=True), "collection", key)


def collect(
    session: Session, collection: Collection, named: Sequence[str], *, remark: str = "", now: dt.datetime
) -> str:
    """Put articles at the end of a collection; those that it holds stay where they are."""
    items = items_of(session, collection.id)
    articles = {article.key: article for article in (article_named(session, each) for each in named)}
    held = {item.article_key for item in items}
    new = [key for key in articles if key not in held]
    if len(items) + len(new) > MAX_ITEMS:
        raise Problem(f"a collection holds at most {MAX_ITEMS:,} articles.")
    last = max((item.place for item in items), default=0)
    said = _text({"remark": remark}, "remark", MAX_REMARK_CHARS)
    session.add_all(
        CollectionItem(collection_id=collection.id, article_key=key, place=place, remark=said, added_at=now)
        for place, key in enumerate(new, last + 1)
    )
    session.flush()
    count = "1 article is" if len(new) == 1 else f"{len(new)} articles are"
    known = f"; {len(articles) - len(new)} were in it" if len(new) < len(articles) else ""
    return f"{count} added to “{collection.name}”{known}."


def change_item(session: Session, collection: Collection, key: str, said: Said) -> str:
    """Do one thing to an article of a collection: `remove` it, move it `up` or `down`, or write its `remark`."""
    items = items_of(session, collection.id)
    place = next((number for number, item in enumerate(items) if item.article_key == key), None)
    if place is None:
        raise Problem(f"article {key!r} is not in this collection.")
    action = said.get("action", "remark")
    if action == "remove":
        session.delete(items.pop(place))
    elif action in {"up", "down"}:
        item = items.pop(place)
        items.insert(max(0, place - 1) if action == "up" else place + 1, item)
    elif action == "remark":
        items[place].remark = _text(said, "remark", MAX_REMARK_CHARS)
    else:
        raise Problem(f"{action[:20]!r} is nothing that can be done to an article of a collection.")
    for number, each in enumerate(items, 1):
        each.place = number
    return {"remove": "It is taken out.", "remark": "The remark stands."}.get(action, "It is moved.")


def article_named(session: Session, key: str) -> Article:
    """Find an article that can be seen; Problem for none, and for one that was withdrawn."""
    article = None if CONTROL.search(key) else find_article(session, key)
    if article is None or article.current_version is None or takedown_of(session, article.key) is not None:
        raise Problem(f"there is no article {key[:40]!r} in this archive.")
    return article


def account_of(session: Session, login: str, *, now: dt.datetime) -> Account:
    """Find the account of a login; Problem where there is none."""
    try:
        return account_with(session, login, now=now)
    except LookupError as error:
        raise Problem(f"{error}.") from error


def _own(found: Found | None, what: str, key: str) -> Found:
    if found is None:
        raise Problem(f"you have no {what} {key[:40]!r}.")
    return found


def _text(said: Said, name: str, most: int) -> str:
    text = said.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > most:
        raise Problem(f"the {name} has {len(text):,} characters; at most {most:,} can be.")
    if CONTROL.search(" ".join(text.split())):
        raise Problem(f"the {name} has control characters in it; write it without them.")
    return text
