"""Races a crawl of one site against fundus: the same articles on loopback, both with selectors written by hand.

Ours crawls in its child process and keeps every page, reads pages in worker processes, and stores the articles; fundus
fetches and reads in one process and stores nothing. So ours is timed until the text is in hand, and storing apart.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import sqlalchemy as sa

from benchmarks.extraction_peers import FUNDUS_NEEDS, python_with
from benchmarks.extraction_site import site_of
from benchmarks.throughput_web import Web
from crawler.source_file import SourceFile
from models.database import open_database
from models.fate import Fate
from models.source import Page
from models.vocabulary import FateState, Stage
from perilune.config import settings_from
from pipeline.extraction.extract import FetchedPage
from pipeline.runners.extract import ExtractRunner, Result
from pipeline.values import Extracted
from tests.crawl_bench import Crawl

LOOK_SECONDS = 0.05
FEWEST_WAITING = 50
FUNDUS = Path(__file__).with_name("extraction_fundus.py")
SELECTORS = {
    "body": "article div.article-body",
    "drop": "article div.article-body > div",
    "date": "meta[property='article:published_time']",
    "title": "h1",
}


@dataclass
class Race:
    """One crawl's articles, characters of text, wall seconds by phase, and processor seconds until text was in hand."""

    article_count: int
    char_count: int
    seconds: dict[str, float]
    processor_seconds: float

    @property
    def in_hand(self) -> float:
        """Wall seconds from the first page until all texts were in hand."""
        return self.seconds["in hand"]

    @property
    def with_start(self) -> float:
        """Wall seconds from nothing, the start of its process and the reading of the sitemap included."""
        return self.seconds["start"] + self.seconds["in hand"]


class SelectingRunner(ExtractRunner):
    """Gives the pages their selectors where source files cannot."""

    def _fetched(self, page: Page) -> FetchedPage:
        return replace(super()._fetched(page), selectors=SELECTORS)


def race_of_fundus(web: Web) -> Race:
    """Crawl with fundus."""
    python, used = python_with(FUNDUS_NEEDS), _processor_seconds()
    command = [str(python), str(FUNDUS), web.sitemaps[0].rpartition("/")[0]]
    started_at, before = time.time(), web.page_count
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        first_at = _first_page_at(web, before, lambda: child.poll() is None)
        found = json.loads(child.communicate()[0])
    phases = {"start": first_at - started_at, "in hand": found["ended_at"] - first_at}
    return Race(found["count"], found["chars"], phases, _processor_seconds() - used)


def _first_page_at(web: Web, before: int, is_alive: Callable[[], bool]) -> float:
    """Wait until the site is asked for a page: only then do two programs that start differently crawl alike."""
    while is_alive() and web.page_count == before:
        time.sleep(LOOK_SECONDS)
    return time.time()


def race_of_ours(web: Web) -> Race:
    """Crawl, extract and store with the product, with the selectors where source files may give them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = f"sqlite:///{folder}/perilune.db"
        crawl = Crawl(folder, database, open_database(database))
        keys = {key: css for key, css in SELECTORS.items() if key in SourceFile.model_fields}
        crawl.add(
            "aa_site", name="Site", home=web.sitemaps[0], kind="sitemap", address=f'["{web.sitemaps[0]}"]', **keys
        )
        settings = settings_from(crawl.settings)
        return _run(crawl, web, ExtractRunner(settings) if keys else SelectingRunner(settings))


def _run(crawl: Crawl, web: Web, runner: ExtractRunner) -> Race:
    """Crawl, and read meanwhile what has come, as the scheduler's two processes do."""
    used, before = _processor_seconds(), web.page_count
    child = threading.Thread(target=crawl.run)
    started_at = time.time()
    child.start()
    first_at, crawled = _first_page_at(web, before, child.is_alive), 0.0
    results: list[tuple[int, Result]] = []
    while (is_alive := child.is_alive()) or _waiting(crawl, results):
        crawled = crawled if is_alive else crawled or time.time() - first_at
        fresh = _waiting(crawl, results)[: runner.batch_size]
        # Each batch starts workers anew: while more is coming, a few pages are not worth that.
        fresh = fresh if len(fresh) >= FEWEST_WAITING or not is_alive else []
        results += runner.compute(crawl.sessions, fresh) if fresh else []
        time.sleep(0 if fresh else LOOK_SECONDS)
    seconds = time.time() - first_at
    spent = _processor_seconds() - used
    texts = [result.text for _, result in results if isinstance(result, Extracted)]
    phases = {"start": first_at - started_at, "crawl": crawled or seconds, "in hand": seconds}
    phases["store"] = _store_seconds(crawl, runner, results)
    return Race(len(texts), sum(map(len, texts)), phases, spent)


def _waiting(crawl: Crawl, known: Sequence[tuple[int, Result]]) -> list[int]:
    """List the pages that wait to be read and have not been."""
    due = sa.select(Fate.item_id).where(Fate.stage == Stage.EXTRACT, Fate.state == FateState.WAITING)
    with crawl.sessions() as session:
        ids = list(session.scalars(due.order_by(Fate.item_id)))
    seen = {page_id for page_id, _ in known}
    return [page_id for page_id in ids if page_id not in seen]


def _store_seconds(crawl: Crawl, runner: ExtractRunner, results: Sequence[tuple[int, Result]]) -> float:
    """Store the articles as the runner does, each in a transaction of its own."""
    started = time.perf_counter()
    for page_id, result in results:
        with crawl.sessions.begin() as session:
            runner.store(session, page_id, result, now=dt.datetime.now(dt.UTC))
    return time.perf_counter() - started


def _processor_seconds() -> float:
    """Add up the processor time of this process, its children that have ended, and the server that forks workers."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    servers = [child for child in psutil.Process().children() if "forkserver" in " ".join(child.cmdline())]
    times = [server.cpu_times() for server in servers]
    forked = sum(each.user + each.system + each.children_user + each.children_system for each in times)
    return sum(each.ru_utime + each.ru_stime for each in used) + forked


def print_race(count: int, rounds: int) -> None:
    """Race in turn, so many rounds, and print the best of each."""
    races: dict[str, list[Race]] = {"Perilune": [], "fundus": []}
    with site_of(count) as web:
        for _ in range(rounds):
            races["Perilune"].append(race_of_ours(web))
            races["fundus"].append(race_of_fundus(web))
    print(f"\ncrawl of one site of {count} articles, from first page to last text in hand, best of {rounds} rounds")
    print(f"{'':12}{'articles':>9}{'seconds':>9}{'articles/s':>11}{'articles/cpu s':>15}  phases")
    best = {name: min(runs, key=lambda race: race.in_hand) for name, runs in races.items()}
    for name, race in best.items():
        phases = ", ".join(f"{phase} {seconds:.2f} s" for phase, seconds in race.seconds.items())
        rates = race.article_count / race.in_hand, race.article_count / race.processor_seconds
        print(f"{name:12}{race.article_count:9}{race.in_hand:9.2f}{rates[0]:11.1f}{rates[1]:15.1f}  {phases}")
    ours, theirs = best.values()
    print(f"ours / fundus: articles a second {theirs.in_hand / ours.in_hand:.2f}, aim 1.0; ", end="")
    print(f"with the start of both {theirs.with_start / ours.with_start:.2f}; ", end="")
    print(f"a processor second {theirs.processor_seconds / ours.processor_seconds:.2f}")
