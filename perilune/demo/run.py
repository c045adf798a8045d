"""Runs the demonstration: two Mondays of crawling, processing and composing on the demo web, then says what was found.

Every step looks into the database for what is due, so a run that was cut off is completed by the next one, and a run
after a complete one changes nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console

from models.article import Article, Version
from models.edition import Edition, Issue
from models.fate import due_count, release_claims_of_the_dead
from models.story import Story, SummarySentence
from models.vocabulary import Stage
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.crawling import crawl_in_child
from perilune.demo.build import demo_web_places
from perilune.demo.clock import FIRST_MOMENT, SECOND_MOMENT
from perilune.demo.web import DemoWeb
from perilune.edition_settings import EditionDraft, make_edition
from perilune.issues import write_issue
from perilune.logs import configure_logging
from perilune.mailing import compose_and_send
from perilune.output import stage_progress
from perilune.processing import process_due
from perilune.readers import add_reader
from perilune.seeding import seed

EDITION = "demo"
NOTE = (
    "This is the demonstration: its clock stands at {0:%d %B %Y} and then at {1:%d %B %Y}, and its web is a small one "
    "of real documents on this machine."
)
FILES = {FIRST_MOMENT: "digest-1", SECOND_MOMENT: "digest"}


def run_demo(folder: Path, *, database: str | None = None) -> None:
    """Run the demonstration in `folder` and say in plain words what came out.

    Whatever archive the environment names is left alone: the demo has its own, in `folder` unless `database` is given.
    """
    out = Console(highlight=False, soft_wrap=True)
    configure_logging("error")
    started = time.monotonic()
    with DemoWeb() as web:
        environment = _environment(folder, database, web)
        archive = open_archive(settings_from(environment))
        seed(archive, now=FIRST_MOMENT)
        _make_edition(archive)
        for moment in (FIRST_MOMENT, SECOND_MOMENT):
            web.at(moment)
            out.print(f"[bold]{moment:%A %d %B %Y}[/bold] on the demonstration's clock")
            _one_week(archive, folder, environment, moment)
    _say_what_was_found(archive, folder, out)
    out.print(f"Done in {time.monotonic() - started:.0f} s.")


def _environment(folder: Path, database: str | None, web: DemoWeb) -> dict[str, str]:
    """Make the environment of the demo: its own home, its own sources, and everything through its own web."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PERILUNE_") or name == "PERILUNE_CACHE"
    }
    return {
        **kept,
        **({"PERILUNE_DATABASE": database} if database else {}),
        "PERILUNE_HOME": str(folder.absolute()),
        "PERILUNE_SOURCES": str(Path(__file__).parent / "sources"),
        "PERILUNE_PROXY": web.address,
        "PERILUNE_ALLOW_NETWORKS": demo_web_places(),
        "PERILUNE_DOWNLOAD_DELAY": "0",
        "PERILUNE_LOG_LEVEL": "error",
    }


def _make_edition(archive: Archive) -> None:
    with archive.sessions() as session:
        if session.scalar(sa.select(Edition.id).where(Edition.slug == EDITION)):
            return
    made_at = FIRST_MOMENT - dt.timedelta(days=1)
    note = NOTE.format(FIRST_MOMENT, SECOND_MOMENT)
    make_edition(archive, EditionDraft(EDITION, "Perilune weekly (demonstration)", note=note), now=made_at)
    add_reader(archive, EDITION, "analyst@example.org", name=None, now=made_at)


def _one_week(archive: Archive, folder: Path, environment: Mapping[str, str], moment: dt.datetime) -> None:
    with archive.sessions.begin() as session:
        release_claims_of_the_dead(session)
        is_due = due_count(session, Stage.CRAWL, now=moment) > 0
    if is_due:
        crawl_in_child(at=moment, environment=environment)
    with stage_progress(is_shown=True) as progress:
        process_due(archive, now=moment, progress=progress)
    compose_and_send(archive, now=moment)
    with archive.sessions() as session:
        key = session.scalar(sa.select(Issue.key).where(Issue.due_at == moment))
    if key is not None:
        write_issue(archive, key, folder / FILES[moment], ("html", "txt", "eml"))


def _say_what_was_found(archive: Archive, folder: Path, out: Console) -> None:
    with archive.sessions() as session:
        current = (
            sa.select(sa.func.count()).select_from(Article).join(Version, Version.id == Article.current_version_id)
        )
        counts = {
            relevance: session.scalar(current.where(Version.relevance == relevance)) or 0
            for relevance in ("core", "space", "off")
        }
        copies = session.scalar(current.where(Article.copy_of_id.is_not(None)))
        several = sa.select(Article.story_id).group_by(Article.story_id).having(sa.func.count() > 1)
        stories = session.scalar(sa.select(sa.func.count()).select_from(Story))
        joint = session.scalar(sa.select(sa.func.count()).select_from(Story).where(Story.id.in_(several)))
        sentences = session.scalar(sa.select(sa.func.count()).select_from(SummarySentence))
        issues = list(session.scalars(sa.select(Issue).order_by(Issue.due_at)))
    out.print(
        f"\nFound {sum(counts.values())} articles: {counts['core']} about international space cooperation, "
        f"{counts['space']} about national space activity, {counts['off']} about other things."
    )
    out.print(f"{copies} of them are copies of others and stand folded under them.")
    out.print(f"They tell {stories} stories, {joint} of them told by several articles; {sentences} summary sentences")
    out.print("were chosen, each with the passage that says so.\n")
    for issue in issues:
        out.print(f"Issue {issue.number}: [bold]{issue.subject}[/bold]", markup=True)
    out.print(f"\nThe digest:  {folder}/digest.html, {folder}/digest.txt, {folder}/digest.eml")
    out.print(f"The week before:  {folder}/digest-1.html")
    out.print("The archive:  make serve   (then open http://127.0.0.1:8600/)")
