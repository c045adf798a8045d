"""Which feature of caniemail's data each use of HTML and CSS is, and the issues whose mail is looked at."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from digest.render import render_html
from tests.digest_issues import FULL_LINKS, a_full_issue
from tests.mail_uses import HEADINGS, uses_of

TABLE = Path(__file__).with_suffix(".toml")
DEGRADATIONS = Path(__file__).parent / "mail_degradations.toml"
LANGUAGES = ("en", "fr", "ru", "zh")
CLIENTS = (
    ("gmail", "desktop-webmail"),
    ("gmail", "ios"),
    ("gmail", "android"),
    ("outlook", "windows"),
    ("outlook", "macos"),
    ("outlook", "outlook-com"),
    ("outlook", "ios"),
    ("apple-mail", "macos"),
    ("apple-mail", "ios"),
)
"""The new Outlook for Windows is the web's; `windows` is the classic one."""
SIDES = ("top", "right", "bottom", "left")
FEATURES = {
    **{f"element {tag}": "html-h1-h6" for tag in HEADINGS},
    **{f"element {tag}": "html-lists" for tag in ("ul", "ol", "li", "dl", "dt", "dd")},
    **{f"element {tag}": "html-table" for tag in ("tr", "td", "th", "thead", "tbody", "caption")},
    **{f"property {box}-{side}": f"css-{box}" for box in ("margin", "padding", "border") for side in SIDES},
    **{f"property border-{side}-{what}": "css-border" for side in SIDES for what in ("color", "width", "style")},
    "property border-color": "css-border",
    "meta color-scheme": "html-meta-color-scheme",
    "selector #": "css-selector-id",
    "selector *": "css-selector-universal",
    "selector >": "css-selector-child",
    "selector [": "css-selector-attribute",
}
"""Where the data has another name than the use itself."""


def feature_of(use: str) -> str:
    """Name the feature of a use as the data would."""
    kind, _, name = use.partition(" ")
    prefixes = {
        "element": "html-",
        "attribute": "html-",
        "property": "css-",
        "at-rule": "css-at-" if name in {"media", "import", "supports", "font-face"} else "css-at-media-",
        "unit": "css-unit-",
        "keyword": "css-",
        "display": "css-display-",
        "selector": "css-pseudo-class-" if name.startswith(":") else "css-selector-",
        "function": "css-function-" if name in {"min", "max", "clamp", "light-dark"} else "css-",
    }
    return FEATURES.get(use, f"{prefixes.get(kind, f'{kind}-')}{name.removeprefix(':')}")


@lru_cache
def full_html(language: str) -> str:
    """Render an issue that has everything, in a language."""
    return render_html(a_full_issue(language), FULL_LINKS)


def used_in_issues() -> set[str]:
    """Name all that the mail uses in any language."""
    return set().union(*(uses_of(full_html(language)) for language in LANGUAGES))
