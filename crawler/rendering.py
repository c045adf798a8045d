"""Rendering, for sources whose pages a program in the browser fills: what it takes, and which requests ask for it.

Knows neither Scrapy nor the browser, which an installation may lack; `middleware.py` and `browser.py` do the work.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from typing import TYPE_CHECKING

from perilune.problems import Problem

if TYPE_CHECKING:
    from scrapy import Request

    from perilune.config import Settings

RENDER = "perilune_render"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

# Chromium of a crawl goes through `gateway.py` alone: it resolves no names, and sends nothing past its proxy (WebRTC).
NO_OTHER_WAY = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)


class RenderingProblem(Problem):
    """A source wants its pages rendered, and what that takes is not there."""


def marked(request: Request, *, render: bool) -> Request:
    """Have what a request brings rendered, where its source wants that."""
    return request.replace(meta={**request.meta, RENDER: True}) if render else request


def require_browser(settings: Settings) -> None:
    """Raise RenderingProblem where the optional packages or Chromium are missing."""
    if importlib.util.find_spec("scrapy_playwright") is None:
        raise RenderingProblem("render = true needs optional packages: pip install 'perilune[render]'")
    if settings.chromium is not None and shutil.which(settings.chromium) is None:
        raise RenderingProblem(f"render = true needs Chromium, and PERILUNE_CHROMIUM names none: {settings.chromium}")
    if _chromium(settings) is None:
        raise RenderingProblem(
            "render = true needs Chromium: install the system's package, or name its program in PERILUNE_CHROMIUM"
        )


def rendering_settings(settings: Settings) -> dict[str, object]:
    """Give scrapy-playwright's settings; they start nothing."""
    return {
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": _chromium(settings),
            "args": [*chromium_arguments(), *NO_OTHER_WAY],
        },
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": settings.download_timeout * 1000,
    }


def chromium_arguments() -> list[str]:
    """Keep the sandbox around strangers' programs, unless we are root, as whom Chromium has none."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, *(["--no-sandbox"] if is_root else [])]


def _chromium(settings: Settings) -> str | None:
    names = CHROMIUM_NAMES if settings.chromium is None else (settings.chromium,)
    return next(filter(None, map(shutil.which, names)), None)
