"""Takes the README's pictures from the demonstration: the digest as mailed, and the archive's search page.

Run as `python docs/screenshots.py`; `--folder DEMO` takes them from a demonstration that has been run already.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES = Path(__file__).parent / "pictures"
SEARCH_LINE = "lunar OR 月球 OR лунный"
DIGEST_SIZE = (700, 1150)
ARCHIVE_SIZE = (1200, 1000)
TOPS_OF_HEADINGS = "[...document.querySelectorAll('h1, h2, h3')].map(each => each.getBoundingClientRect().top)"
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
    with _demo_in(folder) as demo, _archive_of(demo) as address, _browser() as browser:
        PICTURES.mkdir(exist_ok=True)
        digest = (demo / "digest.html").absolute().as_uri()
        take_picture(browser, digest, PICTURES / "digest.png", size=DIGEST_SIZE, cut=True)
        search = f"{address}/?q={quote(SEARCH_LINE)}"
        take_picture(browser, search, PICTURES / "archive.png", size=ARCHIVE_SIZE)
    return 0


def take_picture(browser: Browser, address: str, path: Path, *, size: tuple[int, int], cut: bool = False) -> None:
    """Open an address in a window of `size` (width, height in CSS pixels) and keep what it shows.

    With `cut` the picture ends above the last heading in the window, so that no story is cut in two.
    """
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(address, wait_until="load")
    if cut:
        tops: list[float] = page.evaluate(TOPS_OF_HEADINGS)
        height = int(max((top for top in tops if height / 2 < top < height), default=height))
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": height})
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
