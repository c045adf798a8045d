"""A filled archive served on loopback for tests in a browser, and visits that note what should not happen."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Dialog, Page
from sqlalchemy.orm import Session

from models.database import open_database
from models.edition import Edition
from models.page_store import PageStore
from models.readers import reader_path
from models.signing import signer_of
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.serving import powers_over
from tests.builders import a_reader
from tests.long_story import a_long_story
from tests.web_archive import Keys, fill_archive, mail_of
from web.app import create_app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an app on loopback and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@dataclass(frozen=True)
class Site:
    """A served archive."""

    base: str
    keys: Keys
    long_story: str
    reader: str
    """What the addresses in a reader's mail begin with."""

    def path(self, pattern: str) -> str:
        """Put the keys of what the archive holds into an address."""
        return pattern.format(**vars(self.keys), long_story=self.long_story, reader=self.reader)


@contextmanager
def filled_site(folder: Path, more: Callable[[Session], object] | None = None) -> Iterator[Site]:
    """Serve an archive that holds one of everything, and what `more` adds to it."""
    sessions, pages = open_database(f"sqlite:///{folder}/perilune.db"), PageStore(str(folder / "pages"))
    with sessions.begin() as session:
        keys = fill_archive(session, pages)
        long_story = a_long_story(session).key
        reader = a_reader(session, session.scalars(sa.select(Edition)).one(), "eve@example.org")
        page = reader_path(signer_of(session), reader.key, keys.issue)
        if more is not None:
            more(session)
    powers = powers_over(Archive(settings_from({"PERILUNE_HOME": str(folder)}), sessions))
    with served(create_app(sessions, pages=pages, render_issue=mail_of, powers=powers)) as base:
        yield Site(base, keys, long_story, page)


@dataclass
class Visit:
    """An open page of an archive, and what went wrong on it."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note from now on what the console says, what fails, what asks, and what is fetched from elsewhere."""
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", self._refuse)
        self.page.on("request", lambda request: self._note_foreign(request.url))

    def _refuse(self, dialog: Dialog) -> None:
        self.faults.append(f"asked {dialog.message}")
        dialog.dismiss()

    def _note_foreign(self, url: str) -> None:
        if not url.startswith(f"{self.base}/"):
            self.faults.append(f"asked for {url}")


def visit_in(context: BrowserContext, base: str) -> Visit:
    """Open a page whose console must stay silent and whose requests must stay in the archive."""
    context.set_default_timeout(60_000)
    visit = Visit(context.new_page(), base)
    visit.watch()
    return visit


@contextmanager
def a_visit(browser: Browser, base: str, **options: object) -> Iterator[Visit]:
    """Make a visit with a context of its own, and see that nothing went wrong on it."""
    context = browser.new_context(reduced_motion="reduce", **options)  # type: ignore[arg-type]  # as new_context takes them
    visit = visit_in(context, base)
    yield visit
    context.close()
    assert visit.faults == []
