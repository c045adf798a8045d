"""The bound on a crawl's memory counts what the crawl holds, not what the process held that started it."""

from __future__ import annotations

import resource
import subprocess
import sys

MEBIBYTE = 1 << 20
BALLAST_BYTES = 600 * MEBIBYTE
CHILD = """
import resource
from scrapy.utils.test import get_crawler
from crawler.memory import CurrentMemory
print(CurrentMemory(get_crawler()).get_virtual_size(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def test_a_crawl_is_not_charged_for_the_memory_of_the_worker_that_started_it() -> None:
    ballast = bytearray(BALLAST_BYTES)
    ballast[:: resource.getpagesize()] = b"x" * len(ballast[:: resource.getpagesize()])
    child = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    counted, peak = map(int, child.stdout.split())
    assert len(ballast) <= peak, "the kernel hands the peak on; were it not so, Scrapy's own bound would do"
    assert counted < len(ballast) / 2
