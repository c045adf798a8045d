"""All checks in their order, and running them: what a check may raise becomes a finding, any other error rises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from digest.mail import MailProblem
from models.database import DatabaseProblem, open_engine
from models.page_store import PageStoreProblem
from perilune.archive import attached
from perilune.config import ConfigProblem, Settings, settings_from
from perilune.doctor import at_work, choices, databases, outside, program, storage
from perilune.doctor.findings import Check, Finding, Installation, Needs, State, problem, sentence_of, skipped, warning
from perilune.problems import Problem
from pipeline.generating.answers import GenerationProblem

OF_TABLES = (sa.exc.DatabaseError,)
DATABASE = databases.ANSWER
CHECKS = (
    Check("settings", choices.choices),
    Check("secrets", choices.secret_files, (OSError,), "Check the paths in PERILUNE_..._FILE."),
    Check("disk", storage.room, (OSError, PageStoreProblem), "Check that the folders are mounted."),
    Check("permissions", storage.permissions, (OSError, PageStoreProblem), "Check that the folders are mounted."),
    Check("page store", storage.page_store, (PageStoreProblem,), "Check PERILUNE_PAGES, its room and its permissions."),
    Check("database", databases.sqlite, OF_TABLES, databases.RESTORE, Needs.DATABASE),
    Check("database", databases.postgresql, OF_TABLES, DATABASE, Needs.DATABASE),
    Check(
        "who may come in",
        choices.door,
        (Problem, *OF_TABLES),
        "Until then `perilune serve` does not start.",
        Needs.TABLES,
    ),
    Check("editions", program.zones_of_editions, OF_TABLES, DATABASE, Needs.TABLES),
    Check("pages", storage.pages, OF_TABLES, DATABASE, Needs.TABLES),
    Check("backup", storage.last_backup, OF_TABLES, DATABASE, Needs.TABLES),
    Check("search index", databases.search_index, (*OF_TABLES, Problem), DATABASE, Needs.TABLES),
    Check("encoder", program.encoder, (Problem,), "Articles wait at the stage embed until it can be loaded."),
    Check(
        "browser", program.chromium, (Problem, *OF_TABLES), "Sources with render = true fail until then.", Needs.TABLES
    ),
    Check("scans", program.tesseract, (Problem,), "Scanned documents fail until then."),
    Check("mail sender", outside.sender, (MailProblem, Problem), "No mail goes out until then."),
    Check("mail server", outside.mail_server, (MailProblem, Problem), "Mail waits, and goes out once this is mended."),
    Check("returned mail", outside.bounce_mailbox, (MailProblem, OSError), "Check PERILUNE_BOUNCE_MAILBOX."),
    Check("generator", outside.generator, (GenerationProblem,), "Summaries are copied sentences until then."),
    Check("translator", outside.translator, (GenerationProblem,), "Nothing is translated until then."),
    Check("work", at_work.somebody, OF_TABLES, DATABASE, Needs.TABLES),
    Check("claims", at_work.stuck_claims, OF_TABLES, DATABASE, Needs.TABLES),
    Check("failures", at_work.failed, OF_TABLES, DATABASE, Needs.TABLES),
    Check("sources", at_work.sources, OF_TABLES, DATABASE, Needs.TABLES),
    Check("outbox", at_work.mail, OF_TABLES, DATABASE, Needs.TABLES),
    Check("time", at_work.clock_jumps, OF_TABLES, DATABASE, Needs.TABLES),
)


def examine(
    environment: Mapping[str, str], *, now: dt.datetime, is_thorough: bool, tell: Callable[[str], None]
) -> Iterator[Finding]:
    """Look at everything, and yield what is found as it is; `tell` is called with what is looked at."""
    yield from (program.python_version(), *program.packages(), program.time_zones())
    try:
        settings = settings_from(environment)
    except ConfigProblem as trouble:
        yield problem("settings", sentence_of(trouble), "Mend or unset it; `perilune config` lists all settings.")
        yield skipped("the rest", "Nothing else can be checked while the settings cannot be read.")
        return
    tell("database")
    engine, found = _opened(settings)
    if engine is not None:
        found = databases.schema(engine)
    yield found
    has = Needs.NOTHING if engine is None else Needs.TABLES if found.state is State.OK else Needs.DATABASE
    sessions = sessionmaker(engine or sa.create_engine("sqlite://"), expire_on_commit=False)
    installation = Installation(settings, attached(settings, sessions), now, is_thorough)
    for check in CHECKS:
        tell(check.name)
        if check.needs <= has:
            yield from _found_by(check, installation)
        elif check.needs is Needs.TABLES:
            yield skipped(check.name, "The tables tell it, and they cannot be read.")
    if engine is not None:
        engine.dispose()


def _opened(settings: Settings) -> tuple[sa.Engine | None, Finding]:
    """Open the database as it is, without making or migrating it; None with what is in the way."""
    address = sa.make_url(settings.database_url) if settings.database_url.startswith("sqlite:") else None
    if address is not None and address.database and not Path(address.database).exists():
        sentence = f"There is no archive at {address.database} yet."
        return None, warning(
            "database", sentence, "`perilune run` or `perilune crawl` makes one; or set PERILUNE_HOME."
        )
    try:
        return open_engine(settings.database_url), skipped("database", "It answers.")
    except DatabaseProblem as trouble:
        return None, problem("database", sentence_of(trouble), DATABASE)


def _found_by(check: Check, installation: Installation) -> Iterator[Finding]:
    try:
        yield from check.look(installation)
    except check.raises as trouble:
        yield problem(check.name, sentence_of(trouble), check.remedy)
