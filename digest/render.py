"""Renders a frozen issue as a subject line, plain text and HTML; it reads nothing but the content, and no clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import css_inline
import jinja2

from digest.columns import WIDTH, one_line, wrapped
from digest.content import IssueContent
from digest.follows import Follows, for_reader
from digest.wording import Limits, Links, Wording, web_address

TEMPLATES = Path(__file__).parent / "templates"
MAX_HTML_BYTES = 96_000
"""Gmail cuts a message at 102 kB."""
BRIEF_HEADLINES = 3
# From generous to terse: the first that keeps the HTML below its limit is taken, for text and HTML alike.
TIERS = (
    Limits(),
    Limits(24, 10, 4, news=4),
    Limits(12, 8, 3, 3, 400, 120, news=3),
    Limits(6, 5, 2, 2, 240, 100, news=2, stories=8),
)


def subject_of(content: IssueContent) -> str:
    """Write the subject line, such as `Perilune weekly 21 Mar 2022: ...; 1 changed page`."""
    return one_line(_environment().get_template("subject.txt").render(subject=Wording(content, TIERS[0]).subject()))


def render_html(
    content: IssueContent,
    *,
    archive_url: str,
    correct_url: str | None = None,
    unsubscribe_url: str | None = None,
    follows: Follows = (),
) -> str:
    """Render the HTML version: styles inlined, nothing loaded from anywhere, under 100 kB.

    With a `correct_url`, each item asks whether it is wrong. What a reader `follows` comes first.
    """
    links = Links(archive_url.rstrip("/"), correct_url)
    view = View(for_reader(content, follows), follows)
    return _html(view, _fitting(view, links), links, unsubscribe_url)


def render_text(
    content: IssueContent,
    *,
    archive_url: str,
    correct_url: str | None = None,
    unsubscribe_url: str | None = None,
    follows: Follows = (),
) -> str:
    """Render the plain text version, in 72 columns; addresses alone may be longer."""
    links = Links(archive_url.rstrip("/"), correct_url)
    view = View(for_reader(content, follows), follows)
    wording = Wording(view.content, _fitting(view, links), follows)
    lines = [line.rstrip() for line in _render("body.txt", wording, links, unsubscribe_url).splitlines()]
    # Absent sections and items leave their blank lines behind; one between two lines is enough.
    kept = [line for before, line in pairwise(["", *lines]) if line or before]
    return "\n".join(kept).strip("\n") + "\n"


@dataclass(frozen=True)
class View:
    """An issue as one reader gets it."""

    content: IssueContent
    follows: Follows


def render_notice(ending: str, **given: object) -> str:
    """Render a notice about sources: `txt` or `html`."""
    return _environment().get_template(f"notice.{ending}").render(**given)


@lru_cache(maxsize=16)
def _fitting(view: View, links: Links) -> Limits:
    sizes = ((limits, len(_html(view, limits, links, None).encode())) for limits in TIERS)
    return next((limits for limits, size in sizes if size <= MAX_HTML_BYTES), TIERS[-1])


@lru_cache(maxsize=16)
def _html(view: View, limits: Limits, links: Links, unsubscribe_url: str | None) -> str:
    html = _render("body.html", Wording(view.content, limits, view.follows), links, unsubscribe_url)
    inliner = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
    return str(inliner.inline(html))


def _render(template: str, wording: Wording, links: Links, unsubscribe_url: str | None) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            issue=wording.content,
            limits=wording.limits,
            words=wording,
            t=wording.phrases,
            headlines=list(wording.headlines())[:BRIEF_HEADLINES],
            unsubscribe_url=unsubscribe_url,
            links=links,
            width=WIDTH,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrapped"] = wrapped
    environment.filters["one_line"] = one_line
    environment.filters["web_address"] = web_address
    return environment
