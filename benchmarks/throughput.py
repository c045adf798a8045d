"""Measures how fast a crawl that stores everything is, and whether its memory grows, beside plain Scrapy.

Both crawl the same pages in the same run, of many hosts that answer at once, without delay and with the same bounds.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import platform
import statistics

from benchmarks.throughput_crawl import CRAWLERS, Taken
from benchmarks.throughput_web import Web, pages_a_second, web_of

HOSTS = 32
ROUNDS = 3
LOOK_EVERY = 5_000


def throughput(web: Web) -> None:
    """Print pages a second and a processor second, the best of several rounds."""
    takings: dict[str, list[Taken]] = {name: [] for name in CRAWLERS}
    for _ in range(ROUNDS):  # in turn, since the machine's speed changes
        for name, crawl in CRAWLERS.items():
            takings[name].append(crawl(web, look_every=LOOK_EVERY))
    best = {
        name: (
            max(taken.page_count / taken.seconds for taken in rounds),
            max(taken.page_count / taken.processor_seconds for taken in rounds),
        )
        for name, rounds in takings.items()
    }
    ours = best["ours, everything stored"]
    print(f"{'':32}{'pages/s':>9}{'ours/it':>9}{'pages/processor s':>19}{'ours/it':>9}")
    for name, (a_second, a_processor_second) in best.items():
        ratios = ours[0] / a_second, ours[1] / a_processor_second
        print(f"{name:32}{a_second:9.0f}{ratios[0]:9.2f}{a_processor_second:19.0f}{ratios[1]:9.2f}")


def memory(web: Web) -> None:
    """Print what each crawl holds as its pages go by, and the slope."""
    for name, crawl in list(CRAWLERS.items())[:2]:
        taken = crawl(web, look_every=LOOK_EVERY)
        slope, _ = statistics.linear_regression(list(taken.held), list(taken.held.values()))
        print(f"{name:32}" + "".join(f"{held / 1e6:6.0f}" for held in taken.held.values()) + f"{slope:9.0f} bytes/page")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure a crawl's throughput and memory.")
    parser.add_argument("--pages", type=int, default=9_600, help="in each of the rounds that measure throughput")
    parser.add_argument("--pages-for-memory", type=int, default=50_400)
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    with web_of(HOSTS, options.pages // HOSTS) as web:
        print(
            f"the web by itself, asked by a client that keeps nothing: {asyncio.run(pages_a_second(web)):.0f} pages/s"
        )
        throughput(web)
    with web_of(HOSTS, options.pages_for_memory // HOSTS) as web:
        print(f"\nresident memory in MB after every {LOOK_EVERY} of {options.pages_for_memory} pages, and its slope")
        memory(web)


if __name__ == "__main__":
    main()
