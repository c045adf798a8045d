"""Where letters to the return address lie: a Maildir, an mbox file, an IMAP mailbox, or one letter as it is.

A letter is marked as read only when what it says is stored; whoever is killed in between reads it again.
"""

from __future__ import annotations

import contextlib
import imaplib
import mailbox
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from digest.mail import TIMEOUT_SECONDS, MailProblem
from perilune.secrets import without_password

IMAP_PORT, IMAPS_PORT = 143, 993
SEEN = "S"
Line = TypeVar("Line")


@dataclass(frozen=True)
class Unread:
    """A letter, and how it is marked as read."""

    content: bytes
    mark_read: Callable[[], None]


class Mailbox(Protocol):
    """A place where letters lie."""

    def unread(self) -> AbstractContextManager[Iterator[Unread]]:
        """Open it, and give the letters that nobody has read."""


def mailbox_at(place: str, password: str | None = None) -> Mailbox:
    """Find the mailbox at an address or a path; MailProblem where there is none."""
    if "://" in place:
        return _imap_mailbox(place, password)
    path = Path(place)
    if path.is_dir():
        if not any((path / name).is_dir() for name in ("new", "cur")):
            raise MailProblem(f"{place} is no Maildir: it has neither `new` nor `cur`.")
        return Maildir(path)
    if path.is_file():
        return Mbox(path)
    raise MailProblem(f"there is no mailbox {place!r}; give a Maildir, an mbox file or imaps://user@host/INBOX.")


@dataclass(frozen=True)
class OneLetter:
    """A letter that somebody hands over, as on standard input."""

    content: bytes

    @contextlib.contextmanager
    def unread(self) -> Iterator[Iterator[Unread]]:
        """Give the letter."""
        yield iter([Unread(self.content, _nothing)])


@dataclass(frozen=True)
class Maildir:
    """A folder with one file for each letter; those that were read have the flag S."""

    folder: Path

    @contextlib.contextmanager
    def unread(self) -> Iterator[Iterator[Unread]]:
        """Give the letters without the flag, the oldest first; MailProblem where the folder cannot be read."""
        try:
            yield self._letters()
        except OSError as error:
            raise MailProblem(f"the mailbox {self.folder} cannot be read: {error}") from error

    def _letters(self) -> Iterator[Unread]:
        found = [path for name in ("new", "cur") for path in (self.folder / name).glob("*") if path.is_file()]
        for path in sorted(found, key=lambda path: path.name):
            base, _, flags = path.name.partition(":2,")
            if SEEN in flags or base.startswith("."):
                continue
            marked = self.folder / "cur" / f"{base}:2,{''.join(sorted({*flags, SEEN}))}"
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue  # Somebody else reads it.
            yield Unread(content, lambda path=path, marked=marked: _move(path, marked))  # type: ignore[misc]


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.rename(target)


def _nothing() -> None:
    """Mark nothing: reading such a letter again changes nothing."""


@dataclass(frozen=True)
class Mbox:
    """A file with letters one after the other, which is left as it is."""

    path: Path

    @contextlib.contextmanager
    def unread(self) -> Iterator[Iterator[Unread]]:
        """Give all letters."""
        box = mailbox.mbox(self.path, create=False)
        try:
            yield (Unread(box.get_bytes(key), _nothing) for key in box.iterkeys())
        finally:
            box.close()


@dataclass(frozen=True)
class ImapMailbox:
    """A mailbox on a server; it is spoken to in TLS alone."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    is_tls: bool = True
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """Whom to trust, if not the authorities that this machine knows."""

    @contextlib.contextmanager
    def unread(self) -> Iterator[Iterator[Unread]]:
        """Give the letters without the flag for seen ones; MailProblem where the server refuses."""
        try:
            server = self._connection()
            try:
                self._log_in(server)
                _expect(server.select(f'"{self.folder}"'))
                yield self._letters(server)
            finally:
                # All that was read is marked by now; how the server parts changes nothing.
                with contextlib.suppress(imaplib.IMAP4.error, OSError):
                    server.logout()
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailProblem(f"the mailbox of {self.user} on {self.host} cannot be read: {error}") from error

    def _connection(self) -> imaplib.IMAP4:
        context = self.tls or ssl.create_default_context()
        if self.is_tls:
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
        server = imaplib.IMAP4(self.host, self.port, timeout=TIMEOUT_SECONDS)
        server.starttls(context)
        return server

    def _log_in(self, server: imaplib.IMAP4) -> None:
        try:
            server.login(self.user, self.password)
        except UnicodeError as error:
            raise imaplib.IMAP4.error("name and password must be ASCII") from error

    def _letters(self, server: imaplib.IMAP4) -> Iterator[Unread]:
        found = _expect(server.uid("SEARCH", "UNSEEN"))
        for uid in (found[0] or b"").decode("ascii").split():
            answer = _expect(server.uid("FETCH", uid, "(BODY.PEEK[])"))
            bodies = [part[1] for part in answer if isinstance(part, tuple)]
            if bodies:
                yield Unread(bodies[0], lambda uid=uid: _mark(server, uid))  # type: ignore[misc]


def _mark(server: imaplib.IMAP4, uid: str) -> None:
    _expect(server.uid("STORE", uid, "+FLAGS", r"(\Seen)"))


def _expect(answer: tuple[str, list[Line]]) -> list[Line]:
    state, lines = answer
    if state != "OK":
        raise imaplib.IMAP4.error(f"{state} {lines}")
    return lines


def _imap_mailbox(place: str, password: str | None) -> ImapMailbox:
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError as error:
        raise MailProblem(f"the mailbox {without_password(place)!r} is not understood.") from error
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise MailProblem(f"the mailbox {_shown(parts)} is not understood; use imaps://user@host/INBOX.")
    known = password or (unquote(parts.password) if parts.password else None)
    if not known:
        raise MailProblem(f"PERILUNE_BOUNCE_PASSWORD is not set: {parts.hostname} asks for it.")
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    if not folder.isprintable() or re.search(r'["\\]', folder):
        raise MailProblem(f"the mailbox {folder!r} is no name of a folder.")
    is_tls = parts.scheme == "imaps"
    usual = IMAPS_PORT if is_tls else IMAP_PORT
    return ImapMailbox(parts.hostname, port or usual, unquote(parts.username), known, folder, is_tls)


def _shown(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
