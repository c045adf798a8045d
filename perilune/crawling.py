"""Starting crawls: Scrapy runs in a child process with a deadline, so that a crash or a leak never takes us down."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from perilune.problems import Problem

CRAWL_DEADLINE = dt.timedelta(hours=2)
GRACE = dt.timedelta(seconds=60)


class CrawlProblem(Problem):
    """A crawl's process ended badly; the message is its last word."""


def crawl_in_child(
    slugs: Sequence[str] = (),
    *,
    forced: bool = False,
    at: dt.datetime | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, dict[str, object]]:
    """Crawl due sources (or the named ones) and return what each gave.

    The child takes its settings from `environment`, by default this process's own.
    """
    command = [sys.executable, "-m", "crawler.batch", "--parent", str(os.getpid()), *slugs]
    command += ["--force"] if forced else []
    command += ["--at", at.isoformat()] if at else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(environment or os.environ), text=True) as child:  # noqa: S603
        try:
            output, _ = child.communicate(timeout=CRAWL_DEADLINE.total_seconds())
        except subprocess.TimeoutExpired:
            child.terminate()
            try:
                output, _ = child.communicate(timeout=GRACE.total_seconds())
            except subprocess.TimeoutExpired:
                child.kill()
                raise CrawlProblem("the crawl did not stop in time and was killed; the next one goes on") from None
        finally:
            if child.poll() is None:  # this process is being stopped
                child.terminate()
    if child.returncode != 0:
        raise CrawlProblem(f"the crawl's process ended with code {child.returncode}; its messages stand above")
    counts: dict[str, dict[str, object]] = json.loads(output.splitlines()[-1])
    return counts
