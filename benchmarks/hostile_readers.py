"""What the hostile benchmark runs in worker processes: light to import, so that a worker starts fast."""

from __future__ import annotations

import contextlib
import resource
import time

from perilune.encodings import decode
from pipeline.extraction.extract import FetchedPage, extract


def read_with_trafilatura(body: bytes) -> bool:
    """Read a page with plain trafilatura; tell whether it found a text."""
    from trafilatura import bare_extraction

    return bare_extraction(decode(body).text) is not None


def cost_of(page: FetchedPage) -> tuple[float, int]:
    """Extract in this process, which must be fresh; give the seconds and the peak of its memory in MB."""
    started = time.perf_counter()
    with contextlib.suppress(Exception):  # only the cost is asked for; the fates are counted elsewhere
        extract(page)
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
