"""An issue as Markdown (CommonMark with footnotes) that reads well by itself; no foreign text is ever markup in it."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import jinja2
from markupsafe import Markup

from digest.brief import brief_lines
from digest.columns import one_line
from digest.content import Evidence, IssueContent
from digest.follows import View
from digest.links import Links, web_address
from digest.render import TEMPLATES, WHOLE
from digest.wording import Wording
from perilune.plain_markdown import bracketed, escaped_line


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
    line = escaped_line(one_line("" if text is None else str(text)))
    return Markup(line)  # noqa: S704 - escaped just now


def link(text: str, url: str) -> Markup:
    """Write a link; what is no address of the web stays plain text."""
    address = web_address(url)
    linked = f"[{escaped(text)}]({bracketed(address)})" if address else escaped(text)
    return Markup(linked)  # noqa: S704 - both parts are escaped


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
