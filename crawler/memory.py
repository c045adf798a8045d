"""The bound on a crawl's memory."""

from __future__ import annotations

import psutil
from scrapy.extensions.memusage import MemoryUsage


class CurrentMemory(MemoryUsage):
    """Scrapy's own bound, on what this process holds now.

    Scrapy reads the peak that the kernel keeps. On Linux a new process starts with the peak of the one that started it,
    so a crawl begun by a worker that had loaded its models would end before its first request.
    """

    def get_virtual_size(self) -> int:
        """Give the resident set of this process in bytes."""
        return int(psutil.Process().memory_info().rss)
