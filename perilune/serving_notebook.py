"""What analysts keep, and what administrators take down, for the web app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from perilune import notebook
from perilune.archive import Archive

Said = Mapping[str, str]


class ArchiveNotebook:
    """Changes what somebody keeps beside articles, each in one transaction; Problem for what is another's."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def star(self, login: str, article: str, *, is_on: bool) -> str:
        """Star an article, or take the star away."""
        now = dt.datetime.now(dt.UTC)
        with self._archive.sessions.begin() as session:
            return notebook.set_star(
                session, notebook.account_of(session, login, now=now), article, is_on=is_on, now=now
            )

    def add_note(self, login: str, article: str, said: Said) -> str:
        """Write a note or a highlight on an article, and return its key."""
        now = dt.datetime.now(dt.UTC)
        with self._archive.sessions.begin() as session:
            return notebook.add_note(session, notebook.account_of(session, login, now=now), article, said, now=now).key

    def change_note(self, login: str, key: str, said: Said) -> str:
        """Change a note, and return the key of its article."""
        now = dt.datetime.now(dt.UTC)
        with self._archive.sessions.begin() as session:
            account = notebook.account_of(session, login, now=now)
            return notebook.change_note(session, account, key, said, now=now).article_key

    def delete_note(self, login: str, key: str) -> str:
        """Delete a note."""
        with self._archive.sessions.begin() as session:
            account = notebook.account_of(session, login, now=dt.datetime.now(dt.UTC))
            return notebook.delete_note(session, account, key)

    def make_collection(self, login: str, said: Said, articles: Sequence[str] = ()) -> str:
        """Begin a collection with some articles, and return its key."""
        now = dt.datetime.now(dt.UTC)
        with self._archive.sessions.begin() as session:
            made = notebook.make_collection(session, notebook.account_of(session, login, now=now), said, now=now)
            notebook.collect(session, made, articles, now=now)
            return made.key

    def change_collection(self, login: str, key: str, said: Said) -> str:
        """Change what is said of a collection, and return its name."""
        with self._archive.sessions.begin() as session:
            account = notebook.account_of(session, login, now=dt.datetime.now(dt.UTC))
            return notebook.change_collection(session, account, key, said).name

    def delete_collection(self, login: str, key: str) -> str:
        """Delete a collection."""
        with self._archive.sessions.begin() as session:
            account = notebook.account_of(session, login, now=dt.datetime.now(dt.UTC))
            return notebook.delete_collection(session, account, key)

    def collect(self, login: str, key: str, articles: Sequence[str], remark: str = "") -> str:
        """Put articles into a collection."""
        now = dt.datetime.now(dt.UTC)
        with self._archive.sessions.begin() as session:
            account = notebook.account_of(session, login, now=now)
            collection = notebook.own_collection(session, account, key)
            return notebook.collect(session, collection, articles, remark=remark, now=now)

    def change_item(self, login: str, key: str, article: str, said: Said) -> str:
        """Do one thing to an article of a collection."""
        with self._archive.sessions.begin() as session:
            account = notebook.account_of(session, login, now=dt.datetime.now(dt.UTC))
            return notebook.change_item(session, notebook.own_collection(session, account, key), article, said)


class ArchiveTakedowns:
    """Takes articles down and puts them back."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def withdraw(self, key: str, reason: str, *, by: str) -> str:
        """Take an article down."""
        from perilune.takedowns import withdraw

        return withdraw(self._archive, key, reason, by=by, now=dt.datetime.now(dt.UTC))

    def restore(self, key: str, *, by: str) -> str:
        """Lift the takedown of an article."""
        from perilune.takedowns import restore

        return restore(self._archive, key, by=by, now=dt.datetime.now(dt.UTC))
