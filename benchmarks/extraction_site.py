"""One site of articles on loopback whose pages are as heavy as real ones; its own process.

Run as `python -m benchmarks.extraction_site COUNT`; it prints its port, then answers until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.extraction_pages import article_page
from benchmarks.throughput_web import Host, Web, host

WEIGHT_BYTES = 40_000
SCRIPT = "window.queue=window.queue||[];function ready(a){for(var b=0;b<a.length;b++){window.queue.push(a[b])}}\n"
STYLE = ".card__title--wide:not(.is-plain)>a{display:flex;margin:0 auto 1.25rem;color:#1d2433;line-height:1.4}\n"


class ArticleHost(Host):
    """Serves the articles."""

    pages: tuple[bytes, ...] = ()

    def _page(self, path: str) -> bytes:
        return self.pages[int(path.rpartition("/")[2])]


def heavy_page(number: int) -> bytes:
    """Write an article's page with the styles and scripts that real pages carry."""
    half = WEIGHT_BYTES // 2
    weight = f"<style>{STYLE * (half // len(STYLE))}</style><script>{SCRIPT * (half // len(SCRIPT))}</script>"
    return article_page(number).html.replace("</head>", f"{weight}</head>", 1).encode()


@contextlib.contextmanager
def site_of(count: int) -> Iterator[Web]:
    """Serve a site of so many articles in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.extraction_site", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield Web(1, count, int(server.stdout.readline()))
        finally:
            server.terminate()


async def serve(count: int) -> None:
    """Answer until the process is ended."""
    Host.pages_per_host = count
    ArticleHost.pages = tuple(heavy_page(number) for number in range(count))
    server = await asyncio.get_running_loop().create_server(ArticleHost, host(0), 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
