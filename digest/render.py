"""Renders a frozen issue as a subject line, plain text and HTML; it reads nothing but the content, and no clock."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

import css_inline
import jinja2

from digest.brief import brief_lines, subject_line
from digest.columns import WIDTH, one_line, wrapped
from digest.content import IssueContent, Trend
from digest.follows import Taste, View, for_reader
from digest.links import Links, web_address
from digest.pictures import bars_of, inlined, picture_name
from digest.wording import Limits, Wording
from models.vocabulary import Length

NO_TASTE = Taste()
TEMPLATES = Path(__file__).parent / "templates"
MAX_HTML_BYTES = 99_000
"""Gmail cuts a message at 102 kB."""
# From generous to terse: the first that keeps the HTML below its limit is taken, for text and HTML alike.
TIERS = (
    Limits(),
    Limits(24, 10, 4, news=4),
    Limits(12, 8, 3, 3, 400, 120, news=3),
    Limits(6, 5, 2, 2, 240, 100, news=2, stories=8),
    Limits(5, 4, 1, 2, 200, 90, news=1, stories=8),
    Limits(2, 2, 1, 1, 160, 80, news=1, stories=3),
)
TIERS_BY_LENGTH = {
    Length.SHORT: (Limits(12, 8, 3, 2, 400, news=3), *TIERS[3:]),
    Length.MEDIUM: TIERS,
    Length.LONG: (Limits(80, 30, 8), *TIERS),
}


def subject_of(content: IssueContent) -> str:
    """Write the subject line, such as `Agencies sign a lunar agreement; 2 deadlines`."""
    return one_line(_environment().get_template("subject.txt").render(subject=subject_line(content)))


WHOLE = Limits(**dict.fromkeys((each.name for each in fields(Limits)), sys.maxsize))
"""Everything, for those who have the issue on screen, in a file or on paper."""


@dataclass(frozen=True)
class Mail:
    """Both versions of an issue's mail."""

    html: str
    text: str


def render_mail(content: IssueContent, links: Links, taste: Taste = NO_TASTE, *, tier: int | None = None) -> Mail:
    """Render both versions of a reader's mail, which print the same entries.

    `tier` is the issue's by `tier_of`, where it is known already.
    """
    view = for_reader(content, taste)
    limits, html = _fitting(view, links, _first_tier(content, links, taste) if tier is None else tier)
    return Mail(html, _text(view, limits, links))


def render_whole(content: IssueContent, links: Links) -> Mail:
    """Render all of an issue in both forms, whatever mail programs would show of it."""
    view = View(content)
    return Mail(_html(view, WHOLE, links), _text(view, WHOLE, links))


def render_html(content: IssueContent, links: Links, taste: Taste = NO_TASTE) -> str:
    """Render the HTML version: styles inlined, nothing loaded from anywhere, under 100 kB."""
    return _fitting(for_reader(content, taste), links, _first_tier(content, links, taste))[1]


def tier_of(content: IssueContent, links: Links) -> int:
    """Find the place of the limits that keep a whole issue below what mail programs show; its readers' begin there."""
    return TIERS_BY_LENGTH[content.length].index(_fitting(View(content), links, 0)[0])


def _first_tier(content: IssueContent, links: Links, taste: Taste) -> int:
    return 0 if taste == NO_TASTE else tier_of(content, links)


def _text(view: View, limits: Limits, links: Links) -> str:
    lines = [line.rstrip() for line in _render("body.txt", Wording(view, limits), links).splitlines()]
    # Absent sections and items leave their blank lines behind; one between two lines is enough.
    kept = [line for before, line in pairwise(["", *lines]) if line or before]
    return "\n".join(kept).strip("\n") + "\n"


def render_notice(ending: str, name: str = "notice", **given: object) -> str:
    """Render a mail that is no issue as `txt` or `html`: `notice` is about sources, `held` about an issue."""
    return _environment().get_template(f"{name}.{ending}").render(**given)


def render_letter(ending: str, **given: object) -> str:
    """Render a letter to one reader: `txt` or `html`."""
    return _environment().get_template(f"letter.{ending}").render(**given)


def _fitting(view: View, links: Links, first: int) -> tuple[Limits, str]:
    """Render the HTML with the most generous limits from `first` that keep it below what mail programs show whole."""
    found = ((limits, _html(view, limits, links)) for limits in TIERS_BY_LENGTH[view.content.length][first:])
    last = None
    for last in found:
        if len(last[1].encode()) <= MAX_HTML_BYTES:
            break
    assert last is not None
    return last


def _html(view: View, limits: Limits, links: Links) -> str:
    return str(_inliner().inline(_render("body.html", Wording(view, limits), links)))


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        keep_style_tags=True,
        keep_at_rules=True,
        remove_inlined_selectors=True,
        minify_css=True,
        load_remote_stylesheets=False,
    )


def _render(template: str, wording: Wording, links: Links) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            issue=wording.content,
            limits=wording.limits,
            words=wording,
            t=wording.phrases,
            brief=brief_lines(wording.content),
            subject=subject_line(wording.content),
            picture=partial(_picture, links),
            links=links,
            width=WIDTH,
        )
    )


def _picture(links: Links, trend: Trend, number: int) -> str:
    """Return the address of a trend's picture: a part of the mail, or on a page the picture itself."""
    return f"cid:{picture_name(links.issue_key, number)}" if links.has_parts else inlined(bars_of(trend.counts))


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
