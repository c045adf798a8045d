"""What a week costs: `python -m benchmarks.footprint [--parts week,growth] [--articles 10000] [--sizes 10000,...]`.

`week`: 300 sources and 10,000 new articles in seven rounds through the whole cycle (crawl, pipeline, digest), by the
product's own commands over a web on loopback; time, peak memory of all processes, disk. Beside it, trafilatura alone
over the same pages. `growth`: the processor time of a new article through all stages, in archives of growing size.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import html
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import psutil
import sqlalchemy as sa
import trafilatura

from benchmarks.proxy import ProxyWeb, Reply
from benchmarks.stories_speed import NOW, Text, fill, lay, week_of
from models.article import Article
from models.edition import LedgerRow
from models.fate import counts_by_state
from models.vocabulary import Frequency
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.edition_settings import EditionDraft, make_edition
from perilune.logs import configure_logging
from perilune.mailing import compose_and_send
from perilune.processing import process_due
from perilune.readers import add_reader
from perilune.seeding import seed
from perilune.understanding import EncoderOnDemand

SOURCES = 300
DAYS = 7
OF_DOMAIN = 0.03
ADDED, WARMED = 300, 30
READERS = 10
MEMORY_MB, DISK_MB, HOURS, GROWTH = 4096, 0.3, 2.0, 1.2
BOILERPLATE = 22_000
SCRIPT_BYTES = 48_000
"""Of what compresses no further, so that a page takes as much on disk as the 107 real ones of the test data: 51 kB."""
LOOK_SECONDS = 0.5
ENTRY = "<item><title>{title}</title><link>{link}</link><pubDate>{day} Mar 2026 08:00:00 GMT</pubDate></item>"
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{entries}</channel></rss>'
PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta property="article:published_time" content="2026-03-{day:02d}T08:00:00Z">'
    "<script>state('{script}')</script></head><body>"
    "<nav>{nav}</nav><article><h1>{title}</h1>{paragraphs}</article><footer>{footer}</footer></body></html>"
)
SOURCE_FILE = (
    'name = "{name}"\nhome = "http://{host}/"\ncountry = "AT"\nkind = "feed"\naddress = ["http://{host}/feed.xml"]\n'
)


class Week(ProxyWeb):
    """Hosts with a feed each, whose articles of a day appear on it."""

    def __init__(self, count: int) -> None:
        super().__init__()
        texts = list(week_of(count, round(count * OF_DOMAIN)))
        random.Random(5).shuffle(texts)
        self.today = 0
        self._texts = texts
        self._menu = "".join(f'<a href="/section/{n}">Section {n} of our pages</a> ' for n in range(BOILERPLATE // 90))

    def articles_of(self, host: int) -> list[int]:
        """Name the articles that a host has up to today."""
        numbers = range(host, len(self._texts), SOURCES)
        return [number for number in numbers if self._day(number) <= self.today]

    def _day(self, number: int) -> int:
        return number // SOURCES % DAYS

    def page(self, number: int) -> str:
        """Write an article's page."""
        text: Text = self._texts[number]
        end = "。" if text.language == "zh" else ". "
        sentences = [each + end for each in text.text.split(end.strip()) if each.strip()]
        paragraphs = [html.escape("".join(sentences[at : at + 3])) for at in range(0, len(sentences), 3)]
        return PAGE.format(
            language=text.language,
            title=html.escape(text.title),
            day=2 + self._day(number),
            script=base64.b64encode(random.Random(number).randbytes(SCRIPT_BYTES)).decode(),
            nav=self._menu,
            footer=self._menu,
            paragraphs="".join(f"<p>{each}</p>" for each in paragraphs),
        )

    def reply_to(self, url: str) -> Reply:
        """Answer for a feed or an article."""
        host, _, path = url.removeprefix("http://").partition("/")
        if path == "feed.xml":
            numbers = self.articles_of(int(host[1:].partition(".")[0]))
            entries = (
                ENTRY.format(
                    title=html.escape(self._texts[each].title), link=f"http://{host}/{each}", day=2 + self._day(each)
                )
                for each in numbers
            )
            feed = FEED.format(host=host, entries="".join(entries))
            return Reply(200, {"Content-Type": "application/rss+xml"}, feed.encode())
        if path.isdigit():
            return Reply(200, {"Content-Type": "text/html; charset=utf-8"}, self.page(int(path)).encode())
        return Reply(404, {"Content-Type": "text/plain"}, b"")


class Peak:
    """The most memory that our children hold together, in MB, looked at all the while."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            total = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.megabytes = max(self.megabytes, total / 1e6)
            time.sleep(LOOK_SECONDS)


def print_week(count: int) -> None:
    """Put a week through the whole cycle, and print what it took."""
    with tempfile.TemporaryDirectory() as name, Week(count) as web:
        home = Path(name)
        sources = home / "sources"
        sources.mkdir()
        for number in range(SOURCES):
            file = SOURCE_FILE.format(name=f"Source {number}", host=f"s{number}.example")
            (sources / f"at_s{number}.toml").write_text(file, "utf-8")
        given = {
            "PERILUNE_HOME": name,
            "PERILUNE_SOURCES": str(sources),
            "PERILUNE_PROXY": web.address,
            "PERILUNE_DOWNLOAD_DELAY": "0",
            "PERILUNE_LOG_LEVEL": "error",
        }
        peak, seconds = Peak(), defaultdict[str, float](float)
        used = processor_seconds()
        for web.today in range(DAYS):
            for command in ("crawl --force", "process", "digest due"):
                begun = time.monotonic()
                run(command, {**os.environ, **given})
                seconds[command] += time.monotonic() - begun
        archive = open_archive(settings_from(given))
        begun, own = time.monotonic(), time.process_time()
        print_issue(archive)
        seconds["issue"] = time.monotonic() - begun
        used = processor_seconds() - used + time.process_time() - own
        print_figures(archive, home, peak, (sum(seconds.values()), used))
        print("  " + ", ".join(f"{command} {taken / 60:.1f} minutes" for command, taken in seconds.items()))
        print_beside(web, count, used)


def print_issue(archive: Archive) -> None:
    """Compose and send the issue that takes in the week, at the next day's moment, and print what is in it."""
    now = dt.datetime.now(dt.UTC)
    make_edition(archive, EditionDraft("daily", "Daily", frequency=Frequency.DAILY), now=now)
    for number in range(READERS):
        add_reader(archive, "daily", f"reader{number}@here.example", name=None, now=now)
    done = compose_and_send(archive, now=(now + dt.timedelta(days=1)).replace(hour=8))
    with archive.sessions() as session:
        ledger = Counter(session.scalars(sa.select(LedgerRow.fate)))
    print(f"an issue: {dict(done)}; articles in its ledger: {dict(ledger)}")


def run(command: str, environment: dict[str, str]) -> None:
    """Run a command of the product."""
    subprocess.run(
        [sys.executable, "-m", "perilune.cli", *command.split(), "--json"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def processor_seconds() -> float:
    """Add up the processor time of children that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def print_figures(archive: Archive, home: Path, peak: Peak, taken: tuple[float, float]) -> None:
    """Print time, memory and disk beside their aims, and what became of everything."""
    seconds, used = taken
    with archive.sessions() as session:
        articles = session.scalar(sa.select(sa.func.count()).select_from(Article)) or 0
        fates = Counter({f"{stage} {state}": n for stage, state, _, n in counts_by_state(session)})
    database = sum(each.stat().st_size for each in home.glob("perilune.db*"))
    disk = {what: size / 1e6 / articles for what, size in (("pages", disk_of(home / "pages")), ("database", database))}
    print(
        f"{SOURCES} sources, {articles:,} articles: {seconds / 60:.1f} minutes (aim {HOURS * 60:.0f}),"
        f" {used / articles * 1000:.0f} ms of processor time an article; peak memory {peak.megabytes:.0f} MB"
        f" (aim {MEMORY_MB}); disk {sum(disk.values()):.3f} MB an article (aim {DISK_MB}):"
        f" {', '.join(f'{what} {size:.3f}' for what, size in disk.items())}"
    )
    print("  " + ", ".join(f"{what} {n:,}" for what, n in sorted(fates.items())))


def disk_of(folder: Path) -> int:
    """Add up the bytes that a folder's files take on disk, in whole blocks."""
    return sum(each.stat().st_blocks * 512 for each in folder.rglob("*") if each.is_file())


def print_beside(web: Week, count: int, used: float) -> None:
    """Print what trafilatura alone takes for the same pages, which it only reads."""
    pages = [web.page(number) for number in range(0, count, max(1, count // 500))]
    begun = time.process_time()
    for page in pages:
        trafilatura.extract(page)
    alone = (time.process_time() - begun) / len(pages)
    print(f"  beside: trafilatura alone reads such a page in {alone * 1000:.1f} ms, ratio {used / count / alone:.1f}")


def print_growth(sizes: list[int]) -> None:
    """Print what a new article costs in archives of growing size."""
    first: float | None = None
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            archive = open_archive(settings_from({"PERILUNE_HOME": name}))
            seed(archive, now=NOW)
            fill(archive, size)
            encoder = EncoderOnDemand(archive.settings)
            added(archive, encoder, first=10**7, count=WARMED)
            cost = added(archive, encoder, first=2 * 10**7, count=ADDED)
        first = first or cost
        print(
            f"an archive of {size:,}: {cost * 1000:.0f} ms of processor time a new article, {cost / first:.2f} times"
            f" that of {sizes[0]:,} (aim at most {GROWTH})",
            flush=True,
        )


def added(archive: Archive, encoder: EncoderOnDemand, *, first: int, count: int) -> float:
    """Add articles as extraction leaves them, and return the processor seconds that one takes through the stages."""
    texts = list(week_of(count, round(count * OF_DOMAIN)))
    with archive.sessions.begin() as session:
        lay(session, texts, first=first, now=NOW)
    begun = time.process_time() + processor_seconds()
    process_due(archive, now=NOW, encoder=encoder)
    return (time.process_time() + processor_seconds() - begun) / count


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", default="week,growth")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    options = parser.parse_args()
    configure_logging("error")
    if "week" in options.parts:
        print_week(options.articles)
    if "growth" in options.parts:
        print_growth([int(size) for size in options.sizes.split(",")])


if __name__ == "__main__":
    main()
