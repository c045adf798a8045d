"""What a request may reach: a session, the page store, the renderer of issues; handed in by whoever makes the app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from models.search import FindsByMeaning
from models.vocabulary import Role
from web.issue_forms import IssueForms
from web.people import People, Visitor, visitor_of

MAX_BODY_BYTES = 2_000_000
"""How large what somebody sends may be."""
IssueRenderer = Callable[[Mapping[str, object]], str]


class Onboarding(Protocol):
    """Finds and adds sources; the wiring composes it of crawler and pipeline."""

    def find(self, url: str, *, render: bool) -> Mapping[str, object]:
        """Say what an address offers, as `perilune sources find --json` does; `render` has a browser read it."""
        ...

    def add(self, url: str, said: Mapping[str, str]) -> str:
        """Add the source at an address with what a person says of it, and return its short name."""
        ...


class Upkeep(Protocol):
    """Changes how a source is watched; each answers with what was done, in words."""

    def edit(self, slug: str, said: Mapping[str, str]) -> str:
        """Change what a form says of a source, by the keys of source files and `addresses`; Faults by field."""
        ...

    def repair(self, slug: str) -> str:
        """Do what is proposed for a source."""
        ...

    def retire(self, slug: str) -> str:
        """Watch a source no more."""
        ...

    def resume(self, slug: str) -> str:
        """Watch a retired source again."""
        ...

    def check(self, slug: str) -> object:
        """Ask a source for its links now; the answer has the fields of `CheckedAnswer`."""
        ...


class Obeyed(Protocol):
    """What became of something that a person said."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The corrections that it is now."""
        ...

    @property
    def words(self) -> str:
        """One sentence about it."""
        ...

    @property
    def article_key(self) -> str:
        """The article that it is about."""
        ...


class Corrections(Protocol):
    """Obeys what people say of articles, and takes it back; Problem where it cannot be."""

    def correct(self, key: str, said: Mapping[str, str], *, by: str) -> Obeyed:
        """Obey what a person says of an article, by the names that `perilune articles correct` has for its options."""
        ...

    def undo(self, correction_id: int, *, by: str) -> Obeyed:
        """Take a correction back."""
        ...


class Taxonomy(Protocol):
    """Changes topics; each answers with what was done, in words."""

    def add(self, slug: str, said: Mapping[str, str]) -> str:
        """Add a topic as a form says it."""
        ...

    def edit(self, slug: str, said: Mapping[str, str]) -> str:
        """Change what a form says of a topic: name, description, examples, `words-zh` and the like."""
        ...

    def merge(self, slug: str, into: str) -> str:
        """Merge a topic into another."""
        ...

    def switch(self, slug: str, *, is_on: bool) -> str:
        """Switch a topic on or off."""
        ...


class Naming(Protocol):
    """Decides on names that are proposed as actors."""

    def accept(self, name: str, said: Mapping[str, str], *, by: str) -> str:
        """Make an actor of a name, with what a form says of its kind and country, and return its short name."""
        ...

    def dismiss(self, name: str, *, by: str) -> str:
        """Say that a name is no actor's, and answer in words."""
        ...


class Readership(Protocol):
    """Changes who gets which mail, and what they want of it; Problem where it cannot be. Readers go by their keys."""

    def ask(self, editions: Sequence[str], address: str, name: str, *, visitor: str) -> bool:
        """Ask an address by mail whether it wants editions; False where too many were asked within the hour."""
        ...

    def confirm(self, reader_key: str, edition: str) -> None:
        """Let an edition be sent to a reader who said yes."""
        ...

    def change(self, reader_key: str, action: str, values: Sequence[str]) -> str:
        """Do what a button of a reader's page says, such as `follow` or `leave`, and answer in words."""
        ...

    def send_own_link(self, reader_key: str) -> str:
        """Mail a reader the link to their data, and answer in words."""
        ...

    def exported(self, reader_key: str) -> Mapping[str, object]:
        """Read everything that is kept about a reader."""
        ...

    def erase(self, reader_key: str) -> None:
        """Delete everything that is kept about a reader."""
        ...

    def enrol(self, edition: str, address: str, name: str, *, is_asked: bool) -> str:
        """Add a reader to an edition, at once or once they said yes by mail, and answer in words."""
        ...

    def remove(self, edition: str, address: str) -> str:
        """Take a reader off an edition, and answer in words."""
        ...


class Editions(Protocol):
    """Makes and changes editions; Problem where what is said cannot be."""

    def next_due(self, slug: str) -> dt.datetime:
        """Say when an edition is due next."""
        ...

    def make(self, slug: str, said: Mapping[str, str]) -> str:
        """Make an edition as a form says it, by the names that `perilune editions new` has for its options."""
        ...

    def change(self, slug: str, said: Mapping[str, str]) -> str:
        """Change what a form says of an edition."""
        ...


class Desk(Protocol):
    """Does what an editor says to an issue that is held; Problem where it cannot be."""

    def change(self, key: str, action: str, said: Mapping[str, str], *, by: str, revision: int | None = None) -> str:
        """Do one thing to an issue as it was at a revision, and say in a sentence what was done."""
        ...

    def check(self, key: str, said: Mapping[str, str]) -> Sequence[str]:
        """Name what of a sentence its cited passages do not say."""
        ...

    def mail(self, key: str, reader_key: str) -> str:
        """Render the mail as a reader gets it, or, without one, as it is for everybody."""
        ...

    def record(self, key: str) -> Mapping[str, object]:
        """Read what editors changed, and the machine's issue beside theirs."""
        ...


class Accounts(Protocol):
    """Makes and changes accounts; Problem where it cannot be. Each answers with what was done, in words."""

    def add(self, said: Mapping[str, str]) -> str:
        """Make an account as a form says it: login, name, role, address, password."""
        ...

    def change(self, login: str, action: str, said: Mapping[str, str]) -> str:
        """Do what a button says to an account: role, details, password, lock, unlock, close, sign-out."""
        ...


def least(role: Role) -> Mapping[str, Role]:
    """Say whose power something is: those of a lower role do not have it, and are shown no button of it."""
    return {ROLE: role}


ROLE = "role"


class Notebook(Protocol):
    """Changes what somebody keeps beside articles, by their login; Problem where it cannot be, or is another's."""

    def star(self, login: str, article: str, *, is_on: bool) -> str:
        """Star an article, or take the star away, and answer in words."""
        ...

    def add_note(self, login: str, article: str, said: Mapping[str, str]) -> str:
        """Write a note on an article, with `quote` a highlight of these words, and return its key."""
        ...

    def change_note(self, login: str, key: str, said: Mapping[str, str]) -> str:
        """Change the `text` of a note, or whether it is `shared`, and return the key of its article."""
        ...

    def delete_note(self, login: str, key: str) -> str:
        """Delete a note, and answer in words."""
        ...

    def make_collection(self, login: str, said: Mapping[str, str], articles: Sequence[str] = ()) -> str:
        """Begin a collection with some articles, and return its key."""
        ...

    def change_collection(self, login: str, key: str, said: Mapping[str, str]) -> str:
        """Change the `name`, the `description` of a collection, or whether it is `shared`, and return its name."""
        ...

    def delete_collection(self, login: str, key: str) -> str:
        """Delete a collection, and answer in words."""
        ...

    def collect(self, login: str, key: str, articles: Sequence[str], remark: str = "") -> str:
        """Put articles into a collection, and answer in words."""
        ...

    def change_item(self, login: str, key: str, article: str, said: Mapping[str, str]) -> str:
        """Take an article out of a collection, move it or change its remark, and answer in words."""
        ...


class Takedowns(Protocol):
    """Takes articles down and puts them back; Problem where it cannot be. Each answers with what was done, in words."""

    def withdraw(self, key: str, reason: str, *, by: str) -> str:
        """Take an article down, which leaves a tombstone with the reason."""
        ...

    def restore(self, key: str, *, by: str) -> str:
        """Lift the takedown of an article."""


class SavedSearches(Protocol):
    """Keeps searches, each for the account whose login is given; Problem where it cannot be."""

    def save(self, login: str, said: Mapping[str, str]) -> tuple[str, str]:
        """Keep a search as `query`, `name`, `pace` and `address` say; returns its key, and in words how it tells."""
        ...

    def change(self, login: str, key: str, said: Mapping[str, str]) -> str:
        """Change what is said of a search, and answer in words."""
        ...

    def act(self, login: str, key: str, action: str, value: str = "") -> str:
        """Do what a button says, such as `delete` or `add_section`, and answer in words."""
        ...

    def add_webhook(self, login: str, key: str, url: str) -> str:
        """Let finds be posted to an address, and return the webhook's key."""
        ...

    def stop(self, key: str) -> str:
        """End a search's mail by its signed link, and answer in words."""
        ...


@dataclass(frozen=True)
class Powers:
    """What visitors may change, find and send; without any, the archive only reads, by words."""

    onboarding: Onboarding | None = field(default=None, metadata=least(Role.ANALYST))
    upkeep: Upkeep | None = field(default=None, metadata=least(Role.ANALYST))
    corrections: Corrections | None = field(default=None, metadata=least(Role.ANALYST))
    taxonomy: Taxonomy | None = field(default=None, metadata=least(Role.ANALYST))
    naming: Naming | None = field(default=None, metadata=least(Role.ANALYST))
    readership: Readership | None = None
    """What readers may do by links that are signed for them, in archives that only show as well."""
    enrolment: Readership | None = None
    """Who may ask for mail on a page, or add and remove readers."""
    editions: Editions | None = field(default=None, metadata=least(Role.EDITOR))
    desk: Desk | None = field(default=None, metadata=least(Role.EDITOR))
    searches: SavedSearches | None = None
    people: People | None = None
    """Who knows who asks; without it everybody is a person alone."""
    accounts: Accounts | None = field(default=None, metadata=least(Role.ADMINISTRATOR))
    notebook: Notebook | None = field(default=None, metadata=least(Role.READER))
    takedowns: Takedowns | None = field(default=None, metadata=least(Role.ADMINISTRATOR))
    meaning: Callable[[], FindsByMeaning | None] = lambda: None
    """What finds by meaning, once its encoder is loaded."""
    max_body_bytes: int = MAX_BODY_BYTES

    def of(self, visitor: Visitor) -> Powers:
        """Leave what a visitor may do, so that neither a page nor a handler has anything else to offer."""
        beyond = [each.name for each in fields(self) if ROLE in each.metadata and not visitor.may(each.metadata[ROLE])]
        return replace(self, **dict.fromkeys(beyond))  # type: ignore[arg-type]  # each of these may be None


@dataclass(frozen=True)
class Access:
    """The things an app was made with."""

    sessions: sessionmaker[Session]
    pages: PageStore
    render_issue: IssueRenderer
    powers: Powers = Powers()
    issues: IssueForms | None = None


def whole_access_of(request: Request) -> Access:
    """Return what the app of a request was made with, for pages whose address is signed and stands for a role."""
    access = request.app.state.access
    assert isinstance(access, Access)
    return access


def access_of(request: Request) -> Access:
    """Return what the app of a request was made with, with the powers that the visitor has."""
    access = whole_access_of(request)
    return replace(access, powers=access.powers.of(visitor_of(request)))


def session_of(request: Request) -> Iterator[Session]:
    """Open a session for one request, which only reads."""
    with whole_access_of(request).sessions() as session:
        yield session


SessionHere = Annotated[Session, Depends(session_of)]
AccessHere = Annotated[Access, Depends(access_of)]
WholeAccess = Annotated[Access, Depends(whole_access_of)]


def sees_held(access: AccessHere) -> bool:
    """Tell whether issues are shown that are held for review: to whoever has the desk."""
    return access.powers.desk is not None


SeesHeld = Annotated[bool, Depends(sees_held)]
