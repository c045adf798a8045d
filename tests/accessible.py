"""Judges pages by axe-core (https://github.com/dequelabs/axe-core), as the package axe-playwright-python ships it."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

Scheme = Literal["light", "dark"]
PACKAGE = "axe_playwright_python"
CHECKED: dict[str, object] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
    "iframes": False,
}
"""Levels A and AA of WCAG 2.0, 2.1 and 2.2; what a frame shows is a page of its own."""
CONTRAST = CHECKED | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""What alone differs when an open page turns dark or light."""


@cache
def _axe() -> str:
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        message = f"{PACKAGE} is not installed; it is among the packages for tests"
        raise ModuleNotFoundError(message)
    return (Path(package.origin).parent / "axe.min.js").read_text("utf-8")


def violations_on(page: Page, first: Scheme = "light", then: Scheme = "dark") -> list[str]:
    """Say what on a page breaks which rule, and where; then what is hard to read once it changes its colours."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {_axe()} }} }}")
    page.emulate_media(color_scheme=first)
    found = _violations(page, CHECKED)
    page.emulate_media(color_scheme=then)
    found += [f"{then}: {each}" for each in _violations(page, CONTRAST)]
    page.emulate_media(color_scheme=first)
    return found


def _violations(page: Page, options: dict[str, object]) -> list[str]:
    found = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{rule['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
