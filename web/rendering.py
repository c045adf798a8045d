"""Templates to HTML: one Jinja environment that escapes everything, with our words for values as filters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web import labels, links, navigation
from web.people import visitor_here

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "date": labels.date_in_words,
        "moment": labels.moment_in_words,
        "actor_kind": labels.kind_of_actor,
        "country": labels.country_name,
        "language": labels.language_name,
        "words": labels.words_of,
        "relevance": labels.relevance_label,
        "size": labels.size_in_words,
        "counted": labels.counted,
        "bars": labels.bars_of,
        "percent": labels.share_in_words,
        "outward": links.outward_link,
        "search_link": links.search_link,
    }
    environment.globals |= {
        "navigation": navigation,
        "period": labels.period_in_words,
        "style_version": _version("style.css"),
        "htmx_version": _version("htmx.min.js"),
        "highlight_version": _version("highlight.js"),
        "search_script_version": _version("search.js"),
    }
    return environment


def _version(name: str) -> str:
    """Make a mark of a file's bytes, so that browsers may keep it for as long as it stays the same."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def rendered(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Render a template with these values."""
    return HTMLResponse(html_of(template, values), status_code=status)


def html_of(template: str, values: Mapping[str, object]) -> str:
    """Render a template as text; with `shared` among the values, the page has no navigation.

    Every template knows its `visitor`, so that what they may not do is not shown.
    """
    usual = {"shared": None} if "visitor" in values else {"shared": None, "visitor": visitor_here()}
    return _environment().get_template(template).render(usual | dict(values))
