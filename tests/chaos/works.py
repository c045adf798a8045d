"""The kinds of work that are attacked: each is the product's own, done in a forked child over the archive."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from types import MappingProxyType

import sqlalchemy as sa
from alembic import command
from scrapy.settings import default_settings
from scrapy.utils.misc import load_object

import crawler.batch
from crawler.catalogue import sync_sources
from crawler.source_file import load_source_files
from models.database import IN_COPY, DatabaseProblem, alembic_config, newest_revision, open_database
from models.edition import Edition, Reader, Subscription
from models.knowledge import Topic
from models.saved_search import SavedSearch
from models.tables import Account
from models.vocabulary import AlertPace, Relevance, Role, Stage
from perilune.mailing import compose_and_send
from perilune.processing import process_due
from perilune.searching import catch_up, rebuild
from perilune.storing.backing_up import back_up
from perilune.storing.manifest import backup_at
from perilune.storing.prune_policy import GivenUp, Policy, Rule
from perilune.storing.pruning import prune
from perilune.storing.rebuilding import forget_what_is_derived
from perilune.storing.restoring import restore
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.knowledge import columns_of_topic, seed_actors
from pipeline.understanding.taxonomy import load_topic_files
from pipeline.values import Actor
from tests.chaos.ground import Ground
from tests.chaos.words import WORDS

MADE = dt.datetime(2022, 3, 7, 12, tzinfo=dt.UTC)
NOW = dt.datetime(2022, 3, 14, 9, 0, tzinfo=dt.UTC)
"""A Monday, two hours after the digest is due."""
READERS = ("ada", "ben", "cleo")
SEARCHES = {"moon": "lunar", "signed": "memorandum", "space": "relevance:core"}
ACTORS = ("cnsa", "esa", "isro", "jaxa", "nasa", "roscosmos", "iss")
MIGRATION = "migration from "
OLD_SCHEMAS = ("0003", "0008", "0012", "0014")
KEPT = 2
"""How many backups are kept."""
MUCH_LATER = dt.timedelta(days=100)
POLICY = Policy(
    rule=(
        Rule(name="benches", older_than_days=60, give_up=GivenUp.ARTICLES, relevance=(Relevance.OFF,)),
        Rule(name="wire", older_than_days=60, give_up=GivenUp.PAGES, sources=("bb_wire",)),
        Rule(name="empty", older_than_days=60, give_up=GivenUp.REFUSED),
    )
)
PIPELINE = tuple(stage for stage in Stage if stage not in {Stage.CRAWL, Stage.FETCH})
Do = Callable[[Ground, dt.datetime], None]
BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Work:
    """A kind of work: what it begins from, what does it, and which stages it leaves nothing waiting in."""

    name: str
    begins_from: str
    do: Do
    settles: tuple[Stage, ...] = ()
    databases: tuple[str, ...] = BOTH
    weight: int = 4
    """How often it is attacked among the others."""
    is_mailing: bool = False
    revisions: tuple[str | None, ...] = ()
    """For what makes tables: what the database's revision may be meanwhile, when nothing else may open it."""
    goes_on: Do | None = None
    """What completes it where it was stopped, if that is not the same again."""


@cache
def some_actors() -> tuple[Actor, ...]:
    """Read a few of the shipped actors."""
    return tuple(actor for actor in load_actors() if actor.slug in ACTORS)


def warm_up() -> None:
    """Import what every crawl imports by its name, so that children find it there; it begins no reactor."""
    bases = (value for name, value in vars(default_settings).items() if name.endswith("_BASE"))
    paths = {path for base in bases for pair in base.items() for path in pair if isinstance(path, str)}
    for path in sorted(path for path in paths if path.startswith("scrapy.")):
        load_object(path)
    some_actors()


def crawl(_ground: Ground, now: dt.datetime) -> None:
    """Crawl what is due, as the crawl's own process does."""
    # Its wait for sources that come due meanwhile would be most of the time of a crawl as small as this.
    crawler.batch.LOOK_SECONDS = 0.05
    with redirect_stdout(StringIO()):
        code = crawler.batch.main(["--at", now.isoformat()])
    if code:
        raise SystemExit(code)


def process(ground: Ground, now: dt.datetime) -> None:
    """Work off the pipeline."""
    with ground.archive() as archive:
        process_due(archive, now=now, encoder=lambda: WORDS)


def mail(ground: Ground, now: dt.datetime) -> None:
    """Compose, release and send what is due."""
    with ground.archive() as archive:
        compose_and_send(archive, now=now)


def migrate(ground: Ground, _now: dt.datetime) -> None:
    """Open the database, which brings its schema to the newest."""
    open_database(ground.database_url).kw["bind"].dispose()


def index(ground: Ground, _now: dt.datetime) -> None:
    """Build the derived index anew, and follow what has changed since."""
    with ground.archive() as archive:
        rebuild(archive)
        catch_up(archive)


def backup(ground: Ground, now: dt.datetime) -> None:
    """Back the archive up, once more each time, and drop the oldest backups."""
    with ground.archive() as archive:
        back_up(archive, ground.backups, now=now, progress=in_silence, keep=KEPT)


def put_back(ground: Ground, _now: dt.datetime) -> None:
    """Restore the newest backup; an archive that is there already is none to be restored into."""
    try:
        restore(backup_at(ground.backups), ground.settings, progress=in_silence)
    except DatabaseProblem as problem:
        if "is not empty" not in str(problem):
            raise


def make_anew(ground: Ground, now: dt.datetime) -> None:
    """Make everything that is derived anew."""
    with ground.archive() as archive:
        forget_what_is_derived(archive)
    process(ground, now)


def give_up(ground: Ground, now: dt.datetime) -> None:
    """Give up what is old, when it is."""
    with ground.archive() as archive:
        prune(archive, POLICY, now=now + MUCH_LATER, progress=in_silence, settle=0)


def in_silence(_what: str, _done: int, _all: int) -> None:
    """Tell nobody how far something is."""


def turn(ground: Ground, now: dt.datetime) -> None:
    """Do everything once, as a scheduler's ticks do."""
    for do in (crawl, process, mail):
        do(ground, now)


WORKS: Mapping[str, Work] = MappingProxyType(
    {
        work.name: work
        for work in (
            Work("crawl", "empty", crawl, (Stage.FETCH,)),
            Work("pipeline", "crawled", process, PIPELINE),
            Work("digest", "processed", mail, is_mailing=True),
            Work("whole turn", "empty", turn, (Stage.FETCH, *PIPELINE), weight=2, is_mailing=True),
            *(
                Work(f"{MIGRATION}{old}", f"schema_{old}", migrate, weight=1, revisions=(old, newest_revision()))
                for old in OLD_SCHEMAS
            ),
            Work("backup", "backed_up", backup),
            Work("restore", "lost", put_back, weight=2, revisions=(None, IN_COPY, newest_revision())),
            Work("rebuild", "done", make_anew, PIPELINE, weight=1, goes_on=process),
            Work("prune", "done", give_up, weight=1),
            Work("search index", "processed", index, databases=("sqlite",), weight=1),
        )
    }
)


def lay_ground(ground: Ground) -> None:
    """Make what each kind of work begins from, by doing the work before it undisturbed."""
    ground.write_sources()
    ground.begin_empty()
    with ground.archive() as archive:
        files, problems = load_source_files(ground.sources)
        assert problems == []
        with archive.sessions.begin() as session:
            sync_sources(session, files, now=MADE)
            # Each run reads all names of actors that there are: some are enough.
            seed_actors(session, some_actors())
            session.add_all(Topic(slug=file.slug, **columns_of_topic(file)) for file in load_topic_files())
            edition = Edition(slug="weekly", name="Weekly digest", created_at=MADE)
            held = Edition(slug="held", name="Held digest", created_at=MADE, query="lunar", hold_hours=1)
            readers = [Reader(address=f"{name}@example.org", created_at=MADE) for name in READERS]
            session.add_all([edition, held, *readers])
            session.flush()
            session.add_all(
                Subscription(edition_id=each.id, reader_id=reader.id, confirmed_at=MADE)
                for each in (edition, held)
                for reader in readers
            )
            account = Account(login="dora", name="Dora", role=Role.READER, address="dora@example.org", created_at=MADE)
            session.add(account)
            session.add_all(
                SavedSearch(
                    account=account, name=name, query=query, pace=AlertPace.INSTANT, asked_at=MADE, created_at=MADE
                )
                for name, query in SEARCHES.items()
            )
    ground.keep("empty")


def lay_backups(ground: Ground) -> None:
    """Keep the archive with the backups that were made of it, and what is left of it when all but these is lost."""
    ground.keep("backed_up")
    ground.begin_empty()
    shutil.copytree(ground.folder / "backed_up" / ground.backups.name, ground.backups)
    ground.keep("lost")
    ground.restore("backed_up")
    shutil.rmtree(ground.backups)


def lay_old_schemas(ground: Ground) -> None:
    """Bring the archive, in which everything has been done, down to each of the older schemas."""
    for old in OLD_SCHEMAS:
        ground.restore("done")
        config = alembic_config(ground.database_url)
        command.downgrade(config, old)
        ground.keep(f"schema_{old}")


def in_child(ground: Ground, do_work: Do, now: dt.datetime) -> Callable[[], int]:
    """Make what a forked child does."""

    def do() -> int:
        from perilune.problems import Problem

        os.environ.update(ground.environment)
        try:
            do_work(ground, now)
        except Problem as problem:
            sys.stdout.write(f"problem: {problem}\n")
            return 2
        except sa.exc.SQLAlchemyError as error:
            sys.stdout.write(f"database: {error}\n")
            return 3
        return 0

    return do
