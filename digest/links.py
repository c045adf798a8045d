"""Addresses in an issue: of the archive's pages by public keys, or signed: of its evidence, of what a reader may do.

Whoever is forwarded a mail opens its evidence without an account, and nothing else; the web app answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from digest.content import Evidence
from models.edition import Reader
from models.readers import reader_signature
from models.signing import Signer


def reader_key_of(signer: Signer, reader: Reader, issue_key: str) -> str:
    """Sign what a reader may do from the mail of one issue."""
    return reader_signature(signer, reader.key, issue_key)


@dataclass(frozen=True)
class ReaderLinks:
    """What one reader may do from their mail; `root` is signed for them. All ask before they change anything."""

    root: str

    @property
    def settings(self) -> str:
        """The address of what this reader follows, mutes and wants first."""
        return self.root

    @property
    def unsubscribe(self) -> str:
        """The address at which the reader leaves the edition; one POST does it (RFC 8058)."""
        return f"{self.root}/unsubscribe"

    def act(self, action: str, what: str, key: str) -> str:
        """Return the address that asks about `follow`, `mute`, `wrong-topic`, `not-relevant` of a story or article."""
        return f"{self.root}/{action}/{what}/{quote(key, safe='')}"


@dataclass(frozen=True)
class Links:
    """Addresses in the archive, made of public keys; with a `mail_key`, those that open without an account."""

    archive: str
    issue_key: str
    mail_key: str | None = None
    correct: str | None = None
    """Where readers say what is wrong, if they can."""
    reader: ReaderLinks | None = None
    has_parts: bool = False
    """Whether pictures are parts of a mail; else a page holds them itself."""

    @property
    def root(self) -> str:
        """What the addresses of the issue's evidence begin with."""
        return f"{self.archive}/m/{self.issue_key}/{self.mail_key}" if self.mail_key else self.archive

    @property
    def issue(self) -> str:
        """The address of the issue on screen."""
        return self.root if self.mail_key else f"{self.archive}/issue/{quote(self.issue_key, safe='')}"

    @property
    def calendar(self) -> str:
        """The address of the issue's events as one calendar file."""
        return f"{self.issue}/events.ics"

    def event(self, number: int) -> str:
        """Return the address of one event's calendar file; `number` is its place among the issue's, from 1."""
        return f"{self.issue}/event/{number}.ics"

    def correction(self, key: str, part: str = "") -> str:
        """Return the address that asks what is wrong with an article, or with a part of what it states."""
        assert self.correct is not None
        address = f"{self.correct}/{quote(key, safe='')}?issue={quote(self.issue_key, safe='')}"
        return f"{address}#{part}" if part else address

    def article(self, key: str) -> str:
        """Return the address of an article."""
        return f"{self.root}/article/{quote(key, safe='')}"

    def story(self, key: str) -> str:
        """Return the address of a story."""
        return f"{self.root}/story/{quote(key, safe='')}"

    def passage(self, key: str, version: int, passage: int) -> str:
        """Return the address of a passage in one version of an article."""
        return f"{self.article(key)}/v{version}#p{passage}"

    def evidence(self, place: Evidence) -> str:
        """Return the address of the passage that says something."""
        return self.passage(place.article_key, place.version, place.passage)


def web_address(url: str) -> str:
    """Return an address that may be linked, without white space; empty where it is not of the web."""
    try:
        is_web = urlsplit(url.strip()).scheme in {"http", "https"}
    except ValueError:
        return ""
    return "".join(quote(sign) if sign.isspace() else sign for sign in url.strip()) if is_web else ""
