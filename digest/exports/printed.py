"""An issue as a page to print: headings, lists and tables in HTML, from which the PDF is made."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

import jinja2

from digest.brief import brief_lines, subject_line
from digest.columns import one_line
from digest.content import IssueContent, Trend
from digest.follows import View
from digest.links import Links, web_address
from digest.pictures import bars_of, inlined
from digest.render import TEMPLATES, WHOLE
from digest.wording import Wording


def printed_html(content: IssueContent, links: Links) -> str:
    """Render all of an issue for paper, where addresses are to be read."""
    words = Wording(View(content), WHOLE)
    return (
        _environment()
        .get_template("print.html")
        .render(
            issue=content,
            words=words,
            t=words.phrases,
            links=links,
            subject=subject_line(content),
            brief=brief_lines(content),
            picture=_picture,
        )
    )


def _picture(trend: Trend) -> str:
    return inlined(bars_of(trend.counts))


def readable_address(url: str) -> str:
    """Write an address as a person reads it."""
    plain = unquote(url).removeprefix("https://").removeprefix("http://").removesuffix("/")
    return one_line(plain)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"one_line": one_line, "web_address": web_address, "readable": readable_address}
    return environment
