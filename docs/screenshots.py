"""Takes the README's pictures from the demonstration: the digest as mailed, in all its guises, and the archive.

Run as `python docs/screenshots.py`; `--folder DEMO` takes them from a demonstration that has been run already.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect

Scheme = Literal["light", "dark"]
PICTURES = Path(__file__).parent / "pictures"
SEARCH_LINE = "lunar OR 月球 OR лунный"
DIGEST_SIZES = {"": (700, 1150), "-narrow": (375, 1900)}
SCHEMES: dict[str, Scheme] = {"": "light", "-dark": "dark"}
MAIL_WIDTH = 700
ARCHIVE_SIZE = (1200, 1000)
TOPS_OF_PARTS = (
    "[...document.querySelectorAll('.section, .story, .row, .grid')].map(each => each.getBoundingClientRect().top)"
)
TOP_OF_TOPICS = "document.querySelector('.trends').closest('tr').previousElementSibling.getBoundingClientRect().top"
PICTURE_ITSELF = re.compile(r'src="data:[^"]*"')
SECONDS_TO_START = 30.0
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take both pictures."""
    parser = argparse.ArgumentParser(description="Take the README's pictures from the demonstration.")
    parser.add_argument("--folder", type=Path, help="a finished demonstration; default: run one")
    folder: Path | None = parser.parse_args(arguments).folder
    PICTURES.mkdir(exist_ok=True)
    with _demo_in(folder) as demo:
        digest = (demo / "digest.html").absolute().as_uri()
        with _archive_of(demo) as address, _browser() as browser:
            for (width, size), (tone, scheme) in product(DIGEST_SIZES.items(), SCHEMES.items()):
                take_picture(browser, digest, PICTURES / f"digest{width}{tone}.png", Window(size, scheme), cut=True)
            take_end(browser, digest, PICTURES / "digest-end.png")
            bare = demo / "digest-without-images.html"
            bare.write_text(
                PICTURE_ITSELF.sub('src="cid:not-loaded"', (demo / "digest.html").read_text("utf-8")), "utf-8"
            )
            take_end(browser, bare.absolute().as_uri(), PICTURES / "digest-end-without-images.png")
            search = f"{address}/?q={quote(SEARCH_LINE)}"
            take_picture(browser, search, PICTURES / "archive.png", Window(ARCHIVE_SIZE))
    return 0


@dataclass(frozen=True)
class Window:
    """How a picture is looked at: width and height in CSS pixels, and whether the reader prefers light or dark."""

    size: tuple[int, int]
    scheme: Scheme = "light"


def take_picture(browser: Browser, address: str, path: Path, window: Window, *, cut: bool = False) -> None:
    """Open an address in a window and keep what it shows.

    With `cut` the picture ends above the last part in the window, so that no story is cut in two.
    """
    width, height = window.size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=window.scheme)
    page.goto(address, wait_until="load")
    if cut:
        tops: list[float] = page.evaluate(TOPS_OF_PARTS)
        height = int(max((top for top in tops if height / 2 < top < height), default=height))
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": height})
    page.close()
    print(path)


def take_end(browser: Browser, address: str, path: Path) -> None:
    """Keep the end of a mail, from the picture of its topics on."""
    page = browser.new_page(viewport={"width": MAIL_WIDTH, "height": 1000})
    page.goto(address, wait_until="load")
    top, end = page.evaluate(TOP_OF_TOPICS), page.evaluate("document.documentElement.scrollHeight")
    clip: FloatRect = {"x": 0, "y": top, "width": MAIL_WIDTH, "height": end - top}
    page.screenshot(path=path, full_page=True, clip=clip)
    page.close()
    print(path)


@contextmanager
def _demo_in(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        demo = Path(temporary) / "demo"
        subprocess.run([sys.executable, "-m", "perilune.cli", "demo", "--folder", str(demo)], check=True)  # noqa: S603 - our own command line
        yield demo


@contextmanager
def _archive_of(demo: Path) -> Iterator[str]:
    """Serve the demonstration's archive on a free loopback port, and give its address."""
    port = _free_port()
    settings = {**os.environ, "PERILUNE_HOME": str(demo.absolute())}
    command = [sys.executable, "-m", "perilune.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - our own command line
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the archive did not start; its messages stand above")


@contextmanager
def _browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is not installed; `make test-tools` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(BROWSER_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
