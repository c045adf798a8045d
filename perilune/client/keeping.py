"""What a client keeps beside articles, for whoever it asks in the name of: stars, notes and highlights, collections."""

from __future__ import annotations

from perilune.client.transport import Transport, at
from web.api_models import DoneAnswer
from web.api_notebook_models import (
    CollectionAnswer,
    CollectionCardAnswer,
    CollectionSaid,
    ItemChange,
    ItemsSaid,
    KeptArticle,
    KeyAnswer,
    NoteAnswer,
    NoteChange,
    NoteSaid,
)


class Keeping:
    """Reads and changes what somebody keeps."""

    _transport: Transport

    def stars(self) -> list[KeptArticle]:
        """List one's stars, the latest first."""
        return self._transport.read(list[KeptArticle], at("stars"))

    def star(self, key: str) -> DoneAnswer:
        """Star an article."""
        return self._transport.say(DoneAnswer, at("stars", key), method="PUT")

    def unstar(self, key: str) -> DoneAnswer:
        """Take a star away."""
        return self._transport.say(DoneAnswer, at("stars", key), method="DELETE")

    def notes(self, article: str | None = None) -> list[NoteAnswer]:
        """List one's own notes, or the notes on an article that one may see."""
        return self._transport.read(list[NoteAnswer], at("notes"), {"article": article})

    def write_note(self, article: str, said: NoteSaid) -> KeyAnswer:
        """Write a note on an article, or highlight words of it."""
        return self._transport.say(KeyAnswer, at("articles", article, "notes"), said)

    def change_note(self, key: str, said: NoteChange) -> KeyAnswer:
        """Change a note of one's own."""
        return self._transport.say(KeyAnswer, at("notes", key), said, method="PATCH")

    def delete_note(self, key: str) -> DoneAnswer:
        """Delete a note of one's own."""
        return self._transport.say(DoneAnswer, at("notes", key), method="DELETE")

    def collections(self) -> list[CollectionCardAnswer]:
        """List the collections that one may see."""
        return self._transport.read(list[CollectionCardAnswer], at("collections"))

    def collection(self, key: str) -> CollectionAnswer:
        """Read a collection with its articles in their order."""
        return self._transport.read(CollectionAnswer, at("collections", key))

    def make_collection(self, said: CollectionSaid) -> KeyAnswer:
        """Begin a collection."""
        return self._transport.say(KeyAnswer, at("collections"), said)

    def change_collection(self, key: str, said: CollectionSaid) -> KeyAnswer:
        """Change what is said of a collection."""
        return self._transport.say(KeyAnswer, at("collections", key), said, method="PATCH")

    def delete_collection(self, key: str) -> DoneAnswer:
        """Delete a collection."""
        return self._transport.say(DoneAnswer, at("collections", key), method="DELETE")

    def collect(self, key: str, said: ItemsSaid) -> DoneAnswer:
        """Add articles at the end of a collection."""
        return self._transport.say(DoneAnswer, at("collections", key, "items"), said)

    def change_item(self, key: str, article: str, said: ItemChange) -> DoneAnswer:
        """Move an article of a collection, or change its remark."""
        return self._transport.say(DoneAnswer, at("collections", key, "items", article), said, method="PATCH")

    def remove_item(self, key: str, article: str) -> DoneAnswer:
        """Take an article out of a collection."""
        return self._transport.say(DoneAnswer, at("collections", key, "items", article), method="DELETE")
