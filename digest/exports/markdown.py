"""An issue as Markdown (CommonMark with footnotes) that reads well by itself; no foreign text is ever markup in it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from digest.brief import brief_lines
from digest.columns import one_line
from digest.content import Evidence, IssueContent
from digest.follows import View
from digest.links import Links, web_address
from digest.render import TEMPLATES, WHOLE
from digest.wording import Wording

MARKUP = re.compile(r"[\\`*_\[\]<>|~$@]|(?<=:)//|(?<=www)\.|&(?=#?\w)|#(?=#*$)", re.IGNORECASE)
"""What CommonMark, footnotes, tables, formulas and automatic links read as markup within a line, or at its end."""
OPENING = re.compile(r"^(?:[#+=:-]|\d{1,9}(?=[.)]))")
"""What opens a heading, a list or a rule at the head of a block."""


class Notes:
    """The evidence of an issue as footnotes, each place once, numbered in the order in which it is cited."""

    def __init__(self) -> None:
        self._numbers: dict[Evidence, int] = {}

    def mark(self, place: Evidence) -> Markup:
        """Cite a place."""
        return Markup(f"[^{self._numbers.setdefault(place, len(self._numbers) + 1)}]")  # noqa: S704 - a number

    @property
    def places(self) -> list[tuple[int, Evidence]]:
        """What was cited so far."""
        return [(number, place) for place, number in self._numbers.items()]


def markdown_of(content: IssueContent, links: Links) -> str:
    """Write all of an issue as Markdown."""
    words = Wording(View(content), WHOLE)
    text = (
        _environment()
        .get_template("issue.md")
        .render(issue=content, words=words, t=words.phrases, links=links, notes=Notes(), brief=brief_lines(content))
    )
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(line for before, line in pairwise(["", *lines]) if line or before).strip("\n") + "\n"


def escaped(text: object) -> Markup:
    """Put a text on one line in which nothing is markup."""
    if isinstance(text, Markup):
        return text
    line = MARKUP.sub(lambda found: f"\\{found[0]}", one_line("" if text is None else str(text)))
    opening = OPENING.match(line)
    if opening:
        place = opening.end() if opening[0].isdigit() else 0
        line = f"{line[:place]}\\{line[place:]}"
    return Markup(line)  # noqa: S704 - escaped just now


def link(text: str, url: str) -> Markup:
    """Write a link; what is no address of the web stays plain text."""
    address = web_address(url)
    # Between angle brackets an address ends at one of these.
    safe = "".join(quote(sign) if sign in '<>\\`"' else sign for sign in address)
    return Markup(f"[{escaped(text)}](<{safe}>)") if safe else escaped(text)  # noqa: S704 - both parts are escaped


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=escaped,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["link"] = link
    environment.filters["web_address"] = web_address
    return environment
