"""Measures politeness: what polling costs on real publication times, and manners on a hostile web on loopback.

Run as `python -m benchmarks.politeness FOLDER`, or with the folder in BENCH_TIMES; it holds `text/` with the
publication times. Without it only the hostile web is crawled. The pace's constants were chosen on every other headline
site and on the first months of the news programme; what is reported is the rest.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from benchmarks.politeness_crawl import DELAY_SECONDS, crawl_with_plain_scrapy, crawl_with_the_product, manners_of
from benchmarks.politeness_replay import (
    ARTICLE_BYTES,
    Dial,
    Tally,
    adaptive,
    additive_multiplicative,
    fixed,
    matched,
    tally_of,
)
from benchmarks.politeness_servers import CLIENTS, SERVERS, exchange
from benchmarks.politeness_times import PLACEMENTS, RESAMPLED, Watched, headline_sites, programme
from crawler.pace import PaceRules

SEEDS = (1, 2, 3)
ADAPTIVE = Dial(lambda setting: adaptive(PaceRules(setting)), 1, 10)
TEXTBOOK = Dial(additive_multiplicative, 20, 480)
EAGERNESSES = (1.2, 1.8, 2.4, 3.6, 5.0, 7.0)
BOUNDS_MINUTES = ((5, 1440), (15, 1440), (15, 360), (30, 1440), (60, 1440))
SERVER_SITES = ("SpaceNews", "NASA", "European Spaceflight")
HEAD = f"{'':44}{'requests':>9}{'kB whole':>9}{'kB cond.':>9}{'kB ours':>9}{'median':>8}{'p90':>7}{'mean':>7}"


def line_of(name: str, tally: Tally) -> str:
    """Write a tally as a line: requests and index bytes per new article, delays in minutes.

    Indexes are fetched whole, or conditionally, or as we do: conditionally, with a check of the server now and then.
    """
    ordered = sorted(tally.delays)
    figures = (
        f"{tally.per_article(tally.request_count):9.2f}{tally.per_article(tally.plain_bytes) / 1000:9.1f}"
        f"{tally.per_article(tally.conditional_bytes) / 1000:9.1f}"
        f"{tally.per_article(tally.checked_bytes) / 1000:9.1f}{tally.median:8.1f}"
        f"{ordered[int(0.9 * len(ordered))]:7.0f}{sum(ordered) / len(ordered):7.0f}"
    )
    return f"{name:44}{figures}"


def compare(name: str, sites: Sequence[Watched]) -> None:
    """Print every way of polling on some sites, those with a setting at the hourly median."""
    print(f"\n{name}: {sum(len(site.moments) for site in sites)} articles, per new article; delays in minutes\n{HEAD}")
    hourly = tally_of(sites, fixed(60))
    print(line_of("every hour", hourly))
    print(line_of("every six hours", tally_of(sites, fixed(360))))
    setting, textbook = matched(sites, TEXTBOOK, hourly.median)
    print(line_of(f"halve or add 15 min, at most {setting:.0f} min", textbook))
    print(line_of(f"ours as shipped, eagerness {PaceRules().eagerness}", tally_of(sites, adaptive(PaceRules()))))
    setting, ours = matched(sites, ADAPTIVE, hourly.median)
    print(line_of(f"ours at the hourly median, eagerness {setting:.2f}", ours))
    print("at the hourly median: " + "; ".join(f"{what} {ratio:.2f}" for what, ratio in ratios(ours, hourly).items()))


def ratios(ours: Tally, hourly: Tally) -> dict[str, float]:
    """Compare with hourly polling; both have found the same articles, so that totals can be divided."""
    articles = len(ours.delays) * ARTICLE_BYTES
    return {
        "requests": ours.request_count / hourly.request_count,
        "index bytes against whole fetches": ours.checked_bytes / hourly.plain_bytes,
        "with the articles": (ours.checked_bytes + articles) / (hourly.plain_bytes + articles),
        "index bytes where neither can be conditional": ours.plain_bytes / hourly.plain_bytes,
        "where hourly polling is conditional too": ours.checked_bytes / hourly.conditional_bytes,
    }


def sensitivity(sites: Sequence[Watched]) -> None:
    """Print requests per new article and the median and 90th percentile of delay for several bounds."""
    print(
        "\nsensitivity on the sites reported: requests per new article / median delay / p90, by shortest-longest wait"
    )
    print("eagerness" + "".join(f"{f'{low}-{high} min':>20}" for low, high in BOUNDS_MINUTES))
    for eagerness in EAGERNESSES:
        cells = []
        for low, high in BOUNDS_MINUTES:
            rules = PaceRules(eagerness, dt.timedelta(minutes=low), dt.timedelta(minutes=high))
            tally = tally_of(sites, adaptive(rules))
            p90 = sorted(tally.delays)[int(0.9 * len(tally.delays))]
            cells.append(f"{tally.per_article(tally.request_count):8.1f} /{tally.median:4.0f} /{p90:4.0f}")
        print(f"{eagerness:9}" + "".join(cells))


def each_site(sites: Sequence[Watched]) -> None:
    """Print each site by itself, as shipped: what a site costs and how late it is."""
    print("\neach site by itself, as shipped: articles, visits a day (hourly: 24), median delay, p90")
    for site in sites:
        tally = tally_of([site], adaptive(PaceRules()))
        days = (site.end - site.start) / dt.timedelta(days=1)
        p90 = sorted(tally.delays)[int(0.9 * len(tally.delays))]
        print(f"{site.name:28}{len(site.moments):5}{tally.request_count / days:8.1f}{tally.median:8.0f}{p90:8.0f}")


def servers(sites: Sequence[Watched]) -> None:
    """Print what clients find at servers that are honest about their validators and at servers that lie."""
    print("\nvalidators: articles found / median delay in minutes / index kB per article published")
    print(f"{'':32}" + "".join(f"{f'believes {client}':>26}" for client in CLIENTS))
    published = sum(len(site.moments) for site in sites)
    for name, server in SERVERS.items():
        cells = []
        for client in CLIENTS.values():
            results = [exchange(site, server, client()) for site in sites]
            delays = sorted(delay for result in results for delay in result.delays)
            median = delays[len(delays) // 2] if delays else float("inf")
            size = sum(result.byte_count for result in results) / published / 1000
            cells.append(f"{len(delays):8} /{median:6.0f} /{size:8.1f}")
        print(f"{name:32}" + "".join(cells))


def manners() -> None:
    """Print how the product and plain Scrapy behave on the hostile web."""
    print(f"\nhostile web, delay {DELAY_SECONDS} s: requests, forbidden ones, hosts hurried (smallest gap < asked, s)")
    for name, crawl in (("plain Scrapy", crawl_with_plain_scrapy), ("ours", crawl_with_the_product)):
        seen = manners_of(crawl())
        hurried = ", ".join(f"{host} {gap:.2f} < {asked}" for host, (gap, asked) in sorted(seen.hurried.items()))
        print(f"{name:14}{seen.request_count:5}{len(seen.forbidden):5}   {hurried or 'none'}")
        for address in sorted(set(seen.forbidden)):
            print(f"{'':14}forbidden: {address}")


def replay(folder: Path) -> None:
    """Print all that is replayed."""
    print("\n".join(f"resampled: {remark}" for remark in RESAMPLED))
    sites = [site for seed in SEEDS for site in headline_sites(folder, seed)]
    names = sorted({site.name for site in sites})
    tuned = [site for site in sites if site.name in names[::2]]
    reported = [site for site in sites if site.name in names[1::2]]
    print(f"tuned on: {', '.join(names[::2])}\nreported: {', '.join(names[1::2])}; each drawn {len(SEEDS)} times")
    compare("sites reported", reported)
    compare("sites tuned on", tuned)
    for placement in PLACEMENTS:
        compare(f"CCTV, {placement}", [programme(folder, 1, placement)])
    sensitivity([site for site in reported if site.seed == 1])
    each_site([site for site in sites if site.seed == 1])
    servers([site for site in sites if site.seed == 1 and site.name in SERVER_SITES])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure politeness.")
    default = os.environ.get("BENCH_TIMES")
    parser.add_argument("folder", nargs="?", type=Path, default=default, help="holds text/ with the publication times")
    folder: Path | None = parser.parse_args().folder
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    if folder is None:
        print("no folder with publication times named: only the hostile web is crawled")
    else:
        replay(folder)
    manners()


if __name__ == "__main__":
    main()
