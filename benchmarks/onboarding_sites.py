"""Measures onboarding: how many replica sites become usable sources from their address alone, with nobody editing.

Usable: item precision 0.95 and recall 0.90 on the site, title and date right on 90% of its items. Baseline in the same
run: feed discovery alone (trafilatura's `find_feed_urls`, over the same web through a proxy on loopback).
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import time
from collections.abc import Sequence

import urllib3
from trafilatura import downloads
from trafilatura.feeds import find_feed_urls
from trafilatura.settings import DEFAULT_CONFIG

from benchmarks.onboarding.measure import Score, score, score_of_links
from benchmarks.onboarding.replicas import SETS, Replica, load_replicas
from benchmarks.onboarding.web import ReplicaWeb


def links_found_by_trafilatura(replica: Replica) -> list[str]:
    """Let trafilatura look for feeds and give their items' links; it fetches through the replica web."""
    return [url for url in find_feed_urls(replica.home) if url.startswith("http")]


def rows_of(replicas: Sequence[Replica]) -> list[tuple[Score, Score, float]]:
    """Score each replica by discovery and by feeds alone, with the seconds that discovery took."""
    rows = []
    with ReplicaWeb(replicas) as web:
        # It refuses loopback by default, and asks directly unless its pool is a proxy's.
        DEFAULT_CONFIG["DEFAULT"]["SSRF_PROTECTION"] = "off"
        downloads.HAS_PYCURL = False
        downloads.HTTP_POOL = downloads.NO_CERT_POOL = urllib3.ProxyManager(web.address)
        for replica in replicas:
            started = time.perf_counter()
            ours = score(replica)
            seconds = time.perf_counter() - started
            rows.append((ours, score_of_links(replica, links_found_by_trafilatura(replica)), seconds))
    return rows


def main() -> None:
    """Print a row a site, and the shares that are usable."""
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    for name in SETS:
        rows = rows_of(list(load_replicas(name)))
        print(f"\n{name}: {len(rows)} sites of {len({ours.kind for ours, _, _ in rows})} kinds")
        for ours, theirs, seconds in rows:
            print(
                f"  {'usable' if ours.is_usable else 'NOT   '} {ours.name:34} {ours.language} "
                f"{'feed' if ours.has_feed else '    '} takes {ours.chosen:9} precision {ours.precision:.2f} "
                f"recall {ours.recall:.2f} titles {ours.titles:.2f} dates {ours.dates:.2f} {seconds:5.2f} s | "
                f"feeds alone: {'usable' if theirs.is_usable else 'no'} (recall {theirs.recall:.2f})"
            )
        usable = sum(ours.is_usable for ours, _, _ in rows)
        baseline = sum(theirs.is_usable for _, theirs, _ in rows)
        print(
            f"{name}: usable {usable} of {len(rows)} ({usable / max(len(rows), 1):.0%}), feeds alone {baseline} "
            f"({baseline / max(len(rows), 1):.0%}), ratio {usable / max(baseline, 1):.1f}"
        )


if __name__ == "__main__":
    main()
