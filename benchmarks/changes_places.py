"""Where a page of the mutation suite can be changed: the paragraphs that extraction keeps, and around them."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.changes_pages import BasePage

PARAGRAPH = re.compile(r"<p\b[^>]*>(.*?)</p>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")
MIN_PARAGRAPHS = 2
MIN_PARAGRAPH_CHARS = 30
COMPARED_CHARS = 40

Pair = tuple[str, str]


@dataclass(frozen=True)
class Ground:
    """A page with the places of its paragraphs, and a seeded chance."""

    page: BasePage
    paragraphs: tuple[tuple[int, int], ...]
    chance: random.Random

    @property
    def html(self) -> str:
        """Return the page as it is."""
        return self.page.html

    def after_paragraph(self, place: int, added: str) -> str:
        """Put HTML behind a paragraph."""
        end = self.paragraphs[place][1]
        return self.html[:end] + "\n" + added + self.html[end:]

    def inside_paragraph(self, place: int, added: str) -> str:
        """Put HTML at the end of a paragraph, within it."""
        end = self.html.rindex("<", 0, self.paragraphs[place][1])
        return self.html[:end] + added + self.html[end:]

    def after_tag(self, pattern: str, added: str) -> str | None:
        """Put HTML behind the first tag that matches; None where there is none."""
        match = re.search(pattern, self.html, re.IGNORECASE)
        return None if match is None else self.html[: match.end()] + "\n" + added + self.html[match.end() :]

    def at_end(self, added: str) -> str:
        """Put HTML before the end of the body."""
        match = re.search(r"</body", self.html, re.IGNORECASE)
        end = match.start() if match else len(self.html)
        return self.html[:end] + added + "\n" + self.html[end:]

    def with_text(self, start: int, end: int, text: str) -> str:
        """Put other HTML in a place."""
        return self.html[:start] + text + self.html[end:]


def ground_of(page: BasePage, passages: Iterable[str], chance: random.Random) -> Ground | None:
    """Find the paragraphs that extraction kept; None where there are too few to change."""
    kept = {_start_of(text) for text in passages if len(text) >= MIN_PARAGRAPH_CHARS}
    places = []
    for match in PARAGRAPH.finditer(page.html):
        text = html.unescape(TAG.sub("", match.group(1)))
        if len(text.strip()) >= MIN_PARAGRAPH_CHARS and _start_of(text) in kept:
            places.append(match.span())
    return Ground(page, tuple(places), chance) if len(places) >= MIN_PARAGRAPHS else None


def _start_of(text: str) -> str:
    return re.sub(r"\W", "", text)[:COMPARED_CHARS]
