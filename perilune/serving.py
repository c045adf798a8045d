"""Serving the archive: the web app gets its sessions, its pages and the digest's renderer from here."""

from __future__ import annotations

import datetime as dt
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.content import content_from
from digest.links import Links
from digest.render import render_html
from models.sign_ins import has_accounts
from perilune.actors import accept_name, actor_from_name, dismiss_name
from perilune.archive import Archive, open_archive
from perilune.cataloguing import edit, repair, set_retired
from perilune.issues import ArchiveIssues
from perilune.onboarding import FoundSource, add_source, find_source
from perilune.output import console
from perilune.passwords import Passwords
from perilune.problems import Problem
from perilune.searching import following
from perilune.serving_accounts import ArchiveAccounts, ArchivePeople
from perilune.serving_desk import ArchiveDesk, ArchiveEditions
from perilune.serving_meaning import ArchiveMeaning
from perilune.serving_notebook import ArchiveNotebook, ArchiveTakedowns
from perilune.serving_readers import ArchiveReadership
from perilune.serving_searches import ArchiveSearches
from perilune.topics import add_topic, draft_from_form, edit_topic, merge_topic, switch_topic
from web.access import Powers
from web.app import create_app
from web.doorway import Doorway

REMEMBERED_FINDS = 50

if TYPE_CHECKING:
    from fastapi import FastAPI

    from perilune.config import Settings
    from web.access import Obeyed


def app_for(settings: Settings, *, passwords: Passwords | None = None, by_meaning: bool = False) -> FastAPI:
    """Make the web app on the archive of the settings; `passwords` says what a hash costs.

    `by_meaning` loads the encoder beside it.
    """
    archive = open_archive(settings)
    # Whoever gets mail may leave, whatever else the pages let be changed.
    powers = Powers(readership=ArchiveReadership(archive)) if settings.read_only else powers_over(archive, passwords)
    meaning = ArchiveMeaning(archive)
    if by_meaning:
        meaning.load_beside()
    return _app_over(archive, replace(powers, people=ArchivePeople(archive, passwords), meaning=meaning))


def app_to_read(settings: Settings) -> FastAPI:
    """Make the web app for a program of whoever holds the archive, which only reads, and waits for the encoder."""
    archive = open_archive(settings)
    return _app_over(archive, Powers(meaning=ArchiveMeaning(archive).wanted))


def _app_over(archive: Archive, powers: Powers) -> FastAPI:
    settings = archive.settings

    def render_issue(content: Mapping[str, object]) -> str:
        issue = content_from(dict(content))
        return render_html(issue, Links(settings.archive_url, issue.key, correct=settings.correct_url))

    return create_app(
        archive.sessions,
        pages=archive.pages,
        render_issue=render_issue,
        powers=replace(powers, max_body_bytes=settings.max_body_bytes),
        issues=ArchiveIssues(archive),
    )


def powers_over(archive: Archive, passwords: Passwords | None = None) -> Powers:
    """Give visitors all that may be changed in the browser, each as far as their role goes."""
    readership = ArchiveReadership(archive)
    return Powers(
        onboarding=ArchiveOnboarding(archive),
        upkeep=ArchiveUpkeep(archive),
        corrections=ArchiveCorrections(archive),
        taxonomy=ArchiveTaxonomy(archive),
        naming=ArchiveNaming(archive),
        readership=readership,
        enrolment=readership,
        editions=ArchiveEditions(archive),
        desk=ArchiveDesk(archive),
        accounts=ArchiveAccounts(archive, passwords),
        notebook=ArchiveNotebook(archive),
        takedowns=ArchiveTakedowns(archive),
        searches=ArchiveSearches(archive),
    )


class ArchiveOnboarding:
    """Finds and adds sources for the web app; what was found is remembered for a while, so that Add is quick."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._found: OrderedDict[tuple[str, bool], FoundSource] = OrderedDict()

    def find(self, url: str, *, render: bool) -> Mapping[str, object]:
        """Say what an address offers."""
        found = find_source(self._archive.settings, url, today=dt.datetime.now(dt.UTC).date(), render=render)
        self._found[url.strip(), render] = found
        while len(self._found) > REMEMBERED_FINDS:
            self._found.popitem(last=False)
        return found.value

    def add(self, url: str, said: Mapping[str, str]) -> str:
        """Add the source at an address, as it was found last."""
        now = dt.datetime.now(dt.UTC)
        render = said.get("render") == "true"
        found = self._found.get((url.strip(), render)) or find_source(
            self._archive.settings, url, today=now.date(), render=render
        )
        months = said.get("backfill_months", "0")
        wanted = {name: said.get(name) for name in ("slug", "name", "owner")}
        columns = wanted | {"backfill_months": int(months) if months.isdigit() else 0}
        return add_source(self._archive, found, columns, now=now).slug


class ArchiveUpkeep:
    """Changes how sources are watched, for the web app."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def edit(self, slug: str, said: Mapping[str, str]) -> str:
        """Change what a form says of a source."""
        return edit(self._archive, slug, said, now=dt.datetime.now(dt.UTC))

    def repair(self, slug: str) -> str:
        """Do what is proposed for a source."""
        return repair(self._archive, slug, now=dt.datetime.now(dt.UTC))

    def retire(self, slug: str) -> str:
        """Watch a source no more."""
        now = dt.datetime.now(dt.UTC)
        set_retired(self._archive, [slug], at=now, now=now)
        return f"{slug} is watched no more."

    def resume(self, slug: str) -> str:
        """Watch a retired source again."""
        set_retired(self._archive, [slug], at=None, now=dt.datetime.now(dt.UTC))
        return f"{slug} is watched again from the next crawl on."

    def check(self, slug: str) -> object:
        """Ask a source for its links now."""
        from perilune.inspecting import check_sources

        return next(iter(check_sources([slug])))


class ArchiveCorrections:
    """Obeys what visitors say of articles, for the web app."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def correct(self, key: str, said: Mapping[str, str], *, by: str) -> Obeyed:
        """Obey what a person says of an article."""
        from perilune.correcting import correct

        return correct(self._archive, key, said, by=by, now=dt.datetime.now(dt.UTC))

    def undo(self, correction_id: int, *, by: str) -> Obeyed:
        """Take a correction back."""
        from perilune.correcting import undo

        return undo(self._archive, correction_id, by=by, now=dt.datetime.now(dt.UTC))


class ArchiveTaxonomy:
    """Changes topics, for the web app."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def add(self, slug: str, said: Mapping[str, str]) -> str:
        """Add a topic as a form says it."""
        return add_topic(self._archive, slug, draft_from_form(said), now=dt.datetime.now(dt.UTC)).sentence

    def edit(self, slug: str, said: Mapping[str, str]) -> str:
        """Change what a form says of a topic."""
        return edit_topic(self._archive, slug, draft_from_form(said), now=dt.datetime.now(dt.UTC)).sentence

    def merge(self, slug: str, into: str) -> str:
        """Merge a topic into another."""
        return merge_topic(self._archive, slug, into, now=dt.datetime.now(dt.UTC)).sentence

    def switch(self, slug: str, *, is_on: bool) -> str:
        """Switch a topic on or off."""
        return switch_topic(self._archive, slug, is_on=is_on, now=dt.datetime.now(dt.UTC)).sentence


class ArchiveNaming:
    """Decides on proposed names, for the web app."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def accept(self, name: str, said: Mapping[str, str], *, by: str) -> str:
        """Make an actor of a proposed name."""
        from perilune.correcting.said import name_of_person

        actor = actor_from_name(name, said)
        return accept_name(self._archive, name, actor, by=name_of_person(by), now=dt.datetime.now(dt.UTC)).slug

    def dismiss(self, name: str, *, by: str) -> str:
        """Say that a proposed name is no actor's."""
        from perilune.correcting.said import name_of_person

        dismiss_name(self._archive, name, by=name_of_person(by), now=dt.datetime.now(dt.UTC))
        return f"{name} is not proposed again."


def served(app: FastAPI) -> Doorway:
    """Put before an app what a server must note: the true peer, whom uvicorn's middleware then replaces by its word."""
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
    return Doorway(ProxyHeadersMiddleware(app, trusted_hosts=trusted))  # type: ignore[arg-type]  # their own ASGI types


def door_of(archive: Archive) -> str:
    """Say in a sentence who may come in; Problem where strangers could do everything."""
    settings = archive.settings
    if settings.proxy_user_header:
        return f"Who somebody is stands in {settings.proxy_user_header}, as {settings.proxy_addresses} says."
    with archive.sessions() as session:
        if has_accounts(session):
            return "People sign in with their accounts."
    if settings.read_only:
        return "It only shows; nobody signs in."
    if settings.is_local:
        return "Single-user mode: nobody signs in, and whoever sits at this machine may do everything."
    raise Problem(
        f"{settings.host} can be reached by others, and there are no accounts: make an administrator with"
        " `perilune accounts add LOGIN --role administrator`, or set PERILUNE_READ_ONLY=true."
    )


def serve_archive(settings: Settings, *, port: int | None = None) -> None:
    """Serve the archive until stopped; Problem where strangers could do everything."""
    import uvicorn

    chosen = port or settings.port
    archive = open_archive(settings)
    door = door_of(archive)
    console().print(f"The archive is open at http://{settings.host}:{chosen}/ (Ctrl-C stops it). {door}")
    app = served(app_for(settings, by_meaning=True))
    with following(archive):
        # Its events go where all others go: the app tells of requests itself, by their routes.
        uvicorn.run(
            app,
            host=settings.host,
            port=chosen,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
