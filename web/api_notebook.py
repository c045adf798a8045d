"""The JSON API of what somebody keeps: stars, notes and highlights, collections; always of whoever asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from models.kept import account_id_of, collections_seen_by, items_of, notes_by, notes_on, starred_by
from models.vocabulary import Role
from web.access import SessionHere
from web.api_accounts import CHANGES, REFUSED
from web.api_models import DoneAnswer
from web.api_notebook_models import (
    CollectionAnswer,
    CollectionCardAnswer,
    CollectionSaid,
    ItemAnswer,
    ItemChange,
    ItemsSaid,
    KeptArticle,
    KeyAnswer,
    NoteAnswer,
    NoteChange,
    NoteSaid,
)
from web.api_problems import UNKNOWN, WRONG_PARAMETER
from web.article_view import article_of
from web.keeping import KeeperHere, KeepingHere, collection_of, note_of, refuse_sharing
from web.notebook_view import article_lines, collection_cards, note_line
from web.problems import checked_key
from web.rights import needs

CHANGING: dict[int | str, dict[str, object]] = CHANGES | {404: UNKNOWN}

notebook_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER, **REFUSED}, dependencies=[needs(Role.READER)])


@notebook_api.get("/stars")
def api_stars(session: SessionHere, keeper: KeeperHere) -> list[KeptArticle]:
    """List one's stars, the latest first."""
    keys = starred_by(session, account_id_of(session, keeper.login))
    lines = article_lines(session, keys)
    return [KeptArticle(key=key, title=lines[key].title) for key in keys]


@notebook_api.put("/stars/{key}", responses=CHANGING)
def api_star(keeping: KeepingHere, key: str) -> DoneAnswer:
    """Star an article."""
    return DoneAnswer(words=keeping.notebook.star(keeping.visitor.login, checked_key(key, "article"), is_on=True))


@notebook_api.delete("/stars/{key}", responses=CHANGING)
def api_unstar(keeping: KeepingHere, key: str) -> DoneAnswer:
    """Take a star away."""
    return DoneAnswer(words=keeping.notebook.star(keeping.visitor.login, checked_key(key, "article"), is_on=False))


@notebook_api.get("/notes", responses={404: UNKNOWN, 410: UNKNOWN})
def api_notes(
    session: SessionHere,
    keeper: KeeperHere,
    article: Annotated[str | None, Query(description="Key of an article: its notes, shared ones too.")] = None,
) -> list[NoteAnswer]:
    """List one's own notes, the latest first, or the notes on an article that one may see."""
    account_id = account_id_of(session, keeper.login)
    if article is not None:
        notes = notes_on(session, account_id, [article_of(session, article).key])
    else:
        notes = notes_by(session, account_id)
        lines = article_lines(session, {note.article_key for note in notes})
        notes = [note for note in notes if lines[note.article_key].source is not None]
    return [NoteAnswer.model_validate(note_line(note, account_id)) for note in notes]


@notebook_api.post("/articles/{key}/notes", status_code=201, responses=CHANGING)
def api_write_note(keeping: KeepingHere, key: str, said: NoteSaid) -> KeyAnswer:
    """Write a note on an article, or highlight words of it."""
    form = said.model_dump()
    refuse_sharing(keeping.visitor, form)
    return KeyAnswer(key=keeping.notebook.add_note(keeping.visitor.login, checked_key(key, "article"), form))


@notebook_api.patch("/notes/{key}", responses=CHANGING)
def api_change_note(session: SessionHere, keeping: KeepingHere, key: str, said: NoteChange) -> KeyAnswer:
    """Change a note of one's own."""
    form = said.model_dump(exclude_none=True)
    refuse_sharing(keeping.visitor, form)
    note_of(session, keeping.visitor.login, key)
    keeping.notebook.change_note(keeping.visitor.login, key, form)
    return KeyAnswer(key=key)


@notebook_api.delete("/notes/{key}", responses=CHANGING)
def api_delete_note(session: SessionHere, keeping: KeepingHere, key: str) -> DoneAnswer:
    """Delete a note of one's own."""
    note_of(session, keeping.visitor.login, key)
    return DoneAnswer(words=keeping.notebook.delete_note(keeping.visitor.login, key))


@notebook_api.get("/collections")
def api_collections(session: SessionHere, keeper: KeeperHere) -> list[CollectionCardAnswer]:
    """List the collections that one may see: one's own, then those that others share."""
    account_id = account_id_of(session, keeper.login)
    cards = collection_cards(session, account_id, collections_seen_by(session, account_id))
    return [CollectionCardAnswer.model_validate(card) for card in cards]


@notebook_api.get("/collections/{key}", responses={404: UNKNOWN})
def api_collection(session: SessionHere, keeper: KeeperHere, key: str) -> CollectionAnswer:
    """Read a collection with its articles in their order."""
    collection = collection_of(session, keeper.login, key)
    card = collection_cards(session, account_id_of(session, keeper.login), [collection])[0]
    items = items_of(session, collection.id)
    lines = article_lines(session, [item.article_key for item in items])
    answers = tuple(
        ItemAnswer(
            article=KeptArticle(key=item.article_key, title=lines[item.article_key].title),
            place=place,
            remark=item.remark,
        )
        for place, item in enumerate(items, 1)
    )
    return CollectionAnswer(**CollectionCardAnswer.model_validate(card).model_dump(), items=answers)


@notebook_api.post("/collections", status_code=201, responses=CHANGING)
def api_make_collection(keeping: KeepingHere, said: CollectionSaid) -> KeyAnswer:
    """Begin a collection."""
    form = said.model_dump(exclude_none=True)
    refuse_sharing(keeping.visitor, form)
    return KeyAnswer(key=keeping.notebook.make_collection(keeping.visitor.login, form))


@notebook_api.patch("/collections/{key}", responses=CHANGING)
def api_change_collection(session: SessionHere, keeping: KeepingHere, key: str, said: CollectionSaid) -> KeyAnswer:
    """Change what is said of a collection of one's own."""
    form = said.model_dump(exclude_none=True)
    refuse_sharing(keeping.visitor, form)
    collection_of(session, keeping.visitor.login, key, only_own=True)
    keeping.notebook.change_collection(keeping.visitor.login, key, form)
    return KeyAnswer(key=key)


@notebook_api.delete("/collections/{key}", responses=CHANGING)
def api_delete_collection(session: SessionHere, keeping: KeepingHere, key: str) -> DoneAnswer:
    """Delete a collection of one's own."""
    collection_of(session, keeping.visitor.login, key, only_own=True)
    return DoneAnswer(words=keeping.notebook.delete_collection(keeping.visitor.login, key))


@notebook_api.post("/collections/{key}/items", responses=CHANGING)
def api_collect(session: SessionHere, keeping: KeepingHere, key: str, said: ItemsSaid) -> DoneAnswer:
    """Add articles at the end of a collection of one's own."""
    collection_of(session, keeping.visitor.login, key, only_own=True)
    return DoneAnswer(words=keeping.notebook.collect(keeping.visitor.login, key, said.articles, said.remark))


@notebook_api.patch("/collections/{key}/items/{article}", responses=CHANGING)
def api_change_item(session: SessionHere, keeping: KeepingHere, key: str, article: str, said: ItemChange) -> DoneAnswer:
    """Move an article of a collection of one's own, or change its remark."""
    collection_of(session, keeping.visitor.login, key, only_own=True)
    return DoneAnswer(words=keeping.notebook.change_item(keeping.visitor.login, key, article, said.model_dump()))


@notebook_api.delete("/collections/{key}/items/{article}", responses=CHANGING)
def api_remove_item(session: SessionHere, keeping: KeepingHere, key: str, article: str) -> DoneAnswer:
    """Take an article out of a collection of one's own."""
    collection_of(session, keeping.visitor.login, key, only_own=True)
    return DoneAnswer(words=keeping.notebook.change_item(keeping.visitor.login, key, article, {"action": "remove"}))
