"""Takes the README's pictures from the demonstration: the digest as mailed, in all its guises, and the archive.

Run as `python docs/screenshots.py`; `--folder DEMO` takes them from a demonstration that has been run already.
`--tour PICTURES` takes none of these, but every main page of the archive, wide and narrow, light and dark, for review.
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
    from playwright.sync_api import Browser, FloatRect, Page

Scheme = Literal["light", "dark"]
PICTURES = Path(__file__).parent / "pictures"
SEARCH_LINE = "lunar OR 月球 OR лунный"
DIGEST_SIZES = {"": (700, 1150), "-narrow": (375, 900)}
SCHEMES: dict[str, Scheme] = {"": "light", "-dark": "dark"}
TOUR_WIDTHS = {"wide": 1280, "narrow": 375}
TOUR_HEIGHT = 900
TALLEST = 6000
"""How much of a page is kept in a picture for review, in CSS pixels."""
TOUR = (
    ("front", "/", ""),
    ("search", f"/?q={quote(SEARCH_LINE)}", ""),
    ("fault", "/?q=topics:moon", ""),
    ("nothing", "/?q=nowhereatall", ""),
    ("article", f"/?q={quote(SEARCH_LINE)}", ".hits h3 a"),
    ("document", "/?q=type:white-paper,report", ".hits h3 a"),
    ("stories", "/stories", ""),
    ("story", "/stories", ".hits h2 a"),
    ("evidence", "/stories", ".hits h2 a|.evidence"),
    ("calendar", "/calendar", ""),
    ("agreements", "/agreements", ""),
    ("fact", "/agreements", ".agenda h3 a"),
    ("matrix", "/matrix", ""),
    ("cell", "/matrix", ".matrix td a"),
    ("issues", "/issues", ""),
    ("issue", "/issues", "main li h2 a, main td a, main th a, main li a"),
    ("topics", "/topics", ""),
    ("topic", "/topics", ".listing th a"),
    ("sources", "/sources", ""),
    ("source", "/sources", ".listing th a"),
    ("new-source", "/sources/new", ""),
    ("actors", "/actors", ""),
    ("actor", "/actors", ".listing th a"),
    ("correct", "/?q=relevance:core", '.hits h3 a|a[href^="/correct/"]'),
    ("corrections", "/corrections", ""),
    ("editions", "/editions", ""),
    ("edition", "/editions", ".card h2 a"),
    ("new-edition", "/editions/new", ""),
    ("desk", "/editions", 'a[href^="/desk/"]'),
    ("readers", "/readers", ""),
    ("searches", "/searches", ""),
    ("notebook", "/notebook", ""),
    ("account", "/account", ""),
    ("accounts", "/accounts", ""),
    ("sign-in", "/sign-in", ""),
    ("takedowns", "/takedowns", ""),
    ("subscribe", "/subscribe", ""),
    ("status", "/status", ""),
    ("about", "/about", ""),
    ("api", "/api", ""),
    ("problem", "/nowhere", ""),
)
"""Pages for review: a name, where to begin, and the links to follow from there, each by its selector."""
MAIL_WIDTH = 700
ARCHIVE_SIZE = (1200, 1000)
EVIDENCE = ("/stories", ".hits h2 a|.evidence")
"""Where the words stand that the first sentence of the first story rests on."""
COLOURS = 128
"""How many colours the README's pictures keep: their files are a third as large, and nobody sees it."""
TOPS_OF_PARTS = (
    "[...document.querySelectorAll('.section, .story, .row, .grid')].map(each => each.getBoundingClientRect().top)"
)
TOP_OF_TOPICS = "document.querySelector('.trends').closest('tr').previousElementSibling.getBoundingClientRect().top"
PICTURE_ITSELF = re.compile(r'src="data:[^"]*"')
SECONDS_TO_START = 120.0
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
    """Take the README's pictures, or those for review."""
    parser = argparse.ArgumentParser(description="Take pictures of the demonstration.")
    parser.add_argument("--folder", type=Path, help="a finished demonstration; default: run one")
    parser.add_argument("--tour", type=Path, help="where pictures of every main page go; default: the README's only")
    parser.add_argument("--only", help="names of pages of the tour, with commas; default: all")
    given = parser.parse_args(arguments)
    with _demo_in(given.folder) as demo, _archive_of(demo) as address, _browser() as browser:
        if given.tour:
            take_tour(browser, address, given.tour, set(given.only.split(",")) if given.only else None)
        else:
            take_pictures(browser, address, demo)
    return 0


def take_pictures(browser: Browser, address: str, demo: Path) -> None:
    """Take the README's pictures."""
    PICTURES.mkdir(exist_ok=True)
    digest = (demo / "digest.html").absolute().as_uri()
    for (width, size), (tone, scheme) in product(DIGEST_SIZES.items(), SCHEMES.items()):
        take_picture(browser, digest, PICTURES / f"digest{width}{tone}.png", Window(size, scheme), cut=not width)
    take_end(browser, digest, PICTURES / "digest-end.png")
    bare = demo / "digest-without-images.html"
    bare.write_text(PICTURE_ITSELF.sub('src="cid:not-loaded"', (demo / "digest.html").read_text("utf-8")), "utf-8")
    take_end(browser, bare.absolute().as_uri(), PICTURES / "digest-end-without-images.png")
    search = f"{address}/?q={quote(SEARCH_LINE)}"
    take_picture(browser, search, PICTURES / "archive.png", Window(ARCHIVE_SIZE))
    page = browser.new_page()
    followed(page, address, *EVIDENCE)
    take_picture(browser, page.url.partition("#")[0], PICTURES / "article.png", Window(ARCHIVE_SIZE))
    page.close()
    for path in PICTURES.glob("*.png"):
        lighten(path)


def take_tour(browser: Browser, address: str, folder: Path, only: set[str] | None = None) -> None:
    """Keep pictures of every main page, wide and narrow, light and dark; what an archive does not hold is said."""
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": TOUR_WIDTHS["wide"], "height": TOUR_HEIGHT})
    for name, path, links in TOUR:
        if only is not None and name not in only:
            continue
        if missing := followed(page, address, path, links):
            print(f"{name}: nothing to see, for {page.url} has no {missing}")
            continue
        for (width, pixels), (tone, scheme) in product(TOUR_WIDTHS.items(), SCHEMES.items()):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": pixels, "height": TOUR_HEIGHT})
            height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
            clip: FloatRect = {"x": 0, "y": 0, "width": pixels, "height": height}
            page.screenshot(path=folder / f"{name}-{width}{tone}.png", full_page=True, clip=clip)
    page.close()


def followed(page: Page, address: str, path: str, links: str) -> str:
    """Open a page and follow links from there; give the selector of a link that was not there."""
    page.goto(address + path)
    for selector in filter(None, links.split("|")):
        if not (link := page.locator(selector)).count():
            return selector
        page.goto(address + str(link.first.get_attribute("href")))
    return ""


def lighten(path: Path) -> None:
    """Write a picture again with few colours."""
    from PIL import Image

    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


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
