"""Numbering citations, and putting answers into words: what others wrote stands between marks that it cannot forge."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perilune.mcp.answers import MATERIAL, Citation
from web.api_fact_models import FactWitnessAnswer
from web.links import article_link


@dataclass(frozen=True)
class Place:
    """Where something stands, before it has a number."""

    article_key: str
    title: str
    source: str
    published: str | None = None
    language: str | None = None
    url: str | None = None
    link: str | None = None
    version: int | None = None
    passage: int | None = None
    page_number: int | None = None
    quote: str | None = None


def place_of_witness(witness: FactWitnessAnswer) -> Place:
    """Say where an article states a fact."""
    return Place(
        witness.article_key,
        witness.article_title,
        witness.source.name,
        witness.published,
        witness.language,
        witness.article_url,
        witness.link,
        version=witness.version_number,
        passage=witness.passage_ordinal,
        page_number=witness.page_number,
        quote=witness.quote,
    )


class Citations:
    """The citations of one answer, each place once."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        self._found: dict[Place, Citation] = {}

    def cite(self, place: Place) -> int:
        """Return the number of a place."""
        if place not in self._found:
            link = place.link or article_link(place.article_key, place.version)
            values = {name: value for name, value in vars(place).items() if name not in {"url", "link"}}
            self._found[place] = Citation(
                number=len(self._found) + 1, archive_url=self._base + link, original_url=place.url, **values
            )
        return self._found[place].number

    def every(self) -> tuple[Citation, ...]:
        """Return the citations by number."""
        return tuple(self._found.values())


class Words:
    """The readable text of an answer: our own lines, and lines of others between marks with a sign of this answer."""

    def __init__(self) -> None:
        self._sign = secrets.token_hex(4)
        marks = f"It stands between <material {self._sign}> and </material {self._sign}>."
        self._lines: list[str] = [f"{MATERIAL} {marks}"]

    def say(self, line: str) -> None:
        """Add a line of ours; what of it others wrote is put through `quoted`."""
        self._lines.append(line)

    def quoted(self, text: str) -> str:
        """Mark what others wrote."""
        return f"<material {self._sign}>{text.replace(self._sign, '')}</material {self._sign}>"

    def cited(self, text: str, numbers: Sequence[int]) -> None:
        """Add what is said, with the numbers of its citations."""
        self.say(f"- {self.quoted(text)} {marks_of(numbers)}")

    def list_citations(self, citations: Iterable[Citation]) -> None:
        """Add the citations."""
        self.say("Citations:")
        for each in citations:
            title = self.quoted(f"{each.title} ({each.source})")
            self.say(f"[{each.number}] {title}, {each.published or 'undated'}, {', '.join(_places(each))}")
            if each.quote:
                self.say(f"    {self.quoted(each.quote)}")

    @property
    def text(self) -> str:
        """The whole."""
        return "\n".join(self._lines)


def marks_of(numbers: Sequence[int]) -> str:
    """Write the numbers of citations."""
    return "".join(f"[{number}]" for number in numbers)


def _places(citation: Citation) -> Iterable[str]:
    yield f"article {citation.article_key}"
    if citation.page_number is not None:
        yield f"page {citation.page_number}"
    if citation.passage is not None:
        yield f"passage {citation.passage}"
    yield f"archived at {citation.archive_url}"
    if citation.original_url:
        yield f"originally {citation.original_url}"
