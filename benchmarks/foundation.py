"""Measures the foundation: how quick the command line answers, and what the demonstration costs in time and memory.

Baselines in the same run: a bare interpreter for the command line; for the demonstration, fetching the same pages with
plain Scrapy (no storing, no pipeline).
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from perilune.demo.clock import FIRST_MOMENT
from perilune.demo.web import DemoWeb

ROUNDS = 5
PLAIN_SPIDER = """
import sys, scrapy
from scrapy.crawler import AsyncCrawlerProcess
class Plain(scrapy.Spider):
    name = "plain"
    start_urls = sys.argv[2].split()
    custom_settings = {"DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR", "HTTPERROR_ALLOW_ALL": True}
    async def start(self):
        for url in self.start_urls:
            yield scrapy.Request(url, meta={"proxy": sys.argv[1]}, dont_filter=True)
    def parse(self, response):
        pass
process = AsyncCrawlerProcess()
process.crawl(Plain)
process.start()
"""


def seconds_of(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Return the best wall time of a command over several rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        times.append(time.perf_counter() - started)
    return min(times)


def peak_memory_of(command: list[str]) -> tuple[float, float]:
    """Run a command and return its wall time in seconds and the peak of its processes' memory in megabytes."""
    started = time.perf_counter()
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        stop = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not stop.wait(0.1):
                peak = max(peak, _memory(child.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        child.wait()
        stop.set()
        watcher.join()
    return time.perf_counter() - started, peak


def _memory(pid: int) -> float:
    """Add up the proportional memory of a process and its descendants, in megabytes."""
    total = 0.0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            total += process.memory_full_info().pss / 1e6
    except psutil.NoSuchProcess:
        pass
    return total


def plain_scrapy_seconds() -> float:
    """Fetch the demonstration's pages of the first moment with plain Scrapy."""
    with DemoWeb() as web:
        web.at(FIRST_MOMENT)
        addresses = " ".join(sorted(web.snapshot.resources))
        return seconds_of([sys.executable, "-c", PLAIN_SPIDER, web.address, addresses])


def main() -> None:
    """Print the figures."""
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    bare = seconds_of([sys.executable, "-c", "pass"])
    perilune = [sys.executable, "-m", "perilune.cli"]
    with tempfile.TemporaryDirectory() as folder:
        demo = [*perilune, "demo", "--folder", folder]
        first, memory = peak_memory_of(demo)
        again, _ = peak_memory_of(demo)
        environment = {**os.environ, "PERILUNE_HOME": folder}
        rows = [
            ("perilune --help, s", seconds_of([*perilune, "--help"]), "bare interpreter", bare),
            ("perilune search, s", seconds_of([*perilune, "search", "moon"], environment), "bare interpreter", bare),
            ("demo, s", first, "plain Scrapy fetching its pages", plain_scrapy_seconds()),
            ("demo once more, s", again, "the first time", first),
            ("demo, peak MB", memory, "limit", 2000.0),
        ]
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
    for name, figure, baseline, other in rows:
        print(f"{name:24} {figure:9.2f}   {baseline}: {other:.2f}   ratio {figure / other:.2f}")
    print(f"{'archive on disk, MB':24} {size:9.2f}")


if __name__ == "__main__":
    main()
