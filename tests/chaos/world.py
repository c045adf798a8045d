"""The world around the archive under attack: a web site and a mail server, in a process that nobody attacks.

What it handed out, and what it took, stands in a journal before the other side hears of it: the truth that the
archive's own rows are held against.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from perilune.lineage import die_with_parent
from tests.chaos.texts import site_of

FORK = multiprocessing.get_context("fork")
SERVED, MAILED = "served", "mailed"


@dataclass(frozen=True)
class World:
    """Where site and mail server listen, and the journal that they keep."""

    web_port: int
    mail_port: int
    journal: Path

    @property
    def home(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.web_port}"

    def said_since(self, offset: int) -> list[list[str]]:
        """Read the journal's lines from a place on."""
        with self.journal.open(encoding="utf-8") as lines:
            lines.seek(offset)
            return [line.rstrip("\n").split("\t") for line in lines]

    def place(self) -> int:
        """Say how long the journal is."""
        return self.journal.stat().st_size


def _serve(journal: Path, parent: int, tell: Connection) -> None:
    """Answer until the parent is gone."""
    die_with_parent(parent)

    def note(*words: str) -> None:
        with journal.open("a", encoding="utf-8") as lines:
            lines.write("\t".join(words) + "\n")

    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Site, note))
    web.site = site_of(f"http://127.0.0.1:{web.server_port}")  # type: ignore[attr-defined]
    Thread(target=web.serve_forever, daemon=True).start()

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(_Mails(note), enable_SMTPUTF8=True, hostname="a"), "127.0.0.1", 0)
        tell.send((web.server_port, mail.sockets[0].getsockname()[1]))
        await mail.serve_forever()

    asyncio.run(listen())


class _Site(BaseHTTPRequestHandler):
    """Hands out the site's pages."""

    def __init__(self, note: object, *arguments: object) -> None:
        self._note = note
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with the page, or that there is none."""
        kind, body = self.server.site.get(self.path, ("", b""))  # type: ignore[attr-defined]
        if body:
            self._note(SERVED, self.path)  # type: ignore[operator]
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class _Mails:
    """Takes every mail."""

    def __init__(self, note: object) -> None:
        self._note = note

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - the server library's name
        """Note whose mail it is before it is taken."""
        message = message_from_bytes(envelope.content or b"")
        # A mail that is composed anew has a key of its own, and says the same.
        content = " ".join(f"{message['List-Id']} {message['Subject']}".split())
        self._note(MAILED, envelope.rcpt_tos[0], str(message["Message-ID"]).strip(), content)  # type: ignore[operator]
        return "250 OK"


@contextmanager
def open_world(folder: Path, parent: int) -> Iterator[tuple[World, int]]:
    """Run both servers in a process of their own; yields where they are, and the process's number."""
    journal = folder / "journal"
    journal.touch()
    hear, tell = FORK.Pipe(duplex=False)
    server = FORK.Process(target=_serve, args=(journal, parent, tell))
    server.start()
    assert server.pid is not None
    try:
        web_port, mail_port = hear.recv()
        yield World(web_port, mail_port, journal), server.pid
    finally:
        server.kill()
        server.join()
