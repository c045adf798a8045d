"""A real IMAP server (Twisted's) as a program: it serves the letters of a folder until it is killed, in TLS alone."""
# ruff: noqa: N802, ARG002, FBT001, FBT002 - the names and arguments are the server library's
# mypy: disable-error-code="no-untyped-call,arg-type,assignment,list-item,misc,import-untyped"

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import protocol, reactor, ssl
from twisted.mail import imap4
from zope.interface import implementer

ANSWERS: dict[str, object] = {
    "getUIDValidity": 1,
    "getUIDNext": 99,
    "getRecentCount": 0,
    "getUnseenCount": 0,
    "isWriteable": True,
    "getFlags": ["\\Seen"],
}


@implementer(imap4.IMessage, imap4.IMessageFile)
class Letter:
    """A letter with its flags."""

    def __init__(self, uid: int, content: bytes) -> None:
        self.uid, self.content, self.flags = uid, content, set[str]()

    def getUID(self) -> int:
        """Give its number."""
        return self.uid

    def getFlags(self) -> set[str]:
        """Give its flags."""
        return self.flags

    def getSize(self) -> int:
        """Count its bytes."""
        return len(self.content)

    def open(self) -> io.BytesIO:
        """Give its bytes."""
        return io.BytesIO(self.content)


@implementer(imap4.IMailbox)
class Box:
    """The letters of the folder, whose numbers are their places."""

    def __init__(self, letters: dict[int, Letter]) -> None:
        self.letters = letters

    def _chosen(self, messages: imap4.MessageSet) -> list[Letter]:
        messages.last = len(self.letters)
        return [self.letters[number] for number in messages if number in self.letters]

    def fetch(self, messages: imap4.MessageSet, uid: bool) -> list[tuple[int, Letter]]:
        """Give some letters."""
        return [(letter.uid, letter) for letter in self._chosen(messages)]

    def store(self, messages: imap4.MessageSet, flags: Iterable[str], mode: int, uid: bool) -> dict[int, set[str]]:
        """Add flags to some letters."""
        chosen = self._chosen(messages)
        for letter in chosen:
            letter.flags |= set(flags)
        return {letter.uid: letter.flags for letter in chosen}

    def getUID(self, number: int) -> int:
        """Give a letter's number."""
        return number

    def getMessageCount(self) -> int:
        """Count the letters."""
        return len(self.letters)

    def __getattr__(self, name: str) -> object:
        return lambda *_: ANSWERS.get(name)


class Account(imap4.MemoryAccount):
    """An account with one mailbox."""

    box: Box

    def select(self, name: str, readwrite: bool = True) -> Box | None:
        """Open the mailbox."""
        return self.box if name == "INBOX" else None


@implementer(IRealm)
class Realm:
    """Whoever knows the password gets the account."""

    def requestAvatar(self, avatar_id: object, mind: object, *interfaces: object) -> tuple[object, ...]:
        """Give the account."""
        return imap4.IAccount, Account(avatar_id), lambda: None


class Factory(protocol.ServerFactory):
    """Speaks IMAP with whoever connects."""

    def __init__(self, portal: Portal, context: object) -> None:
        self.portal, self.context = portal, context

    def buildProtocol(self, addr: object) -> imap4.IMAP4Server:
        """Begin to speak."""
        server = imap4.IMAP4Server(contextFactory=self.context)
        server.portal = self.portal
        return server


def serve(letters: Path, certificate: Path, user: str, password: str) -> None:
    """Serve until killed; prints the ports once it listens, that of STARTTLS first."""
    found = enumerate(sorted(letters.iterdir()), start=1)
    Account.box = Box({number: Letter(number, path.read_bytes()) for number, path in found})
    portal = Portal(Realm(), [InMemoryUsernamePasswordDatabaseDontUse(**{user: password.encode()})])
    context = ssl.PrivateCertificate.loadPEM(certificate.read_bytes()).options()
    factory = Factory(portal, context)
    plain = reactor.listenTCP(0, factory, interface="127.0.0.1")
    safe = reactor.listenSSL(0, factory, context, interface="127.0.0.1")
    sys.stdout.write(f"{plain.getHost().port} {safe.getHost().port}\n")
    sys.stdout.flush()
    reactor.run()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
