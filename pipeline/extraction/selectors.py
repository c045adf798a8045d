"""A person's CSS selectors for a source's pages (`body`, `drop`, `date`, `title`): they go before what is learned."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from perilune.dates import Witness, WitnessKind, dates_in
from pipeline.extraction.container import blocks_of_element
from pipeline.extraction.markup_dates import stated_date
from pipeline.extraction.problems import ExtractionProblem
from pipeline.extraction.runs import line_of
from pipeline.values import Block


class Selected:
    """What a source's selectors find on one page; ExtractionProblem where `body` or `title` finds nothing."""

    def __init__(self, tree: HtmlElement, selectors: Mapping[str, str]) -> None:
        self._tree = tree
        self._selectors = selectors
        for element in self._found("drop"):
            if element.getparent() is not None:
                element.drop_tree()

    def _found(self, key: str) -> list[HtmlElement]:
        css = self._selectors.get(key)
        return _matches(css, self._tree) if css else []

    def _needed(self, key: str) -> list[HtmlElement]:
        found = self._found(key)
        if not found and key in self._selectors:
            raise ExtractionProblem(f"its source's selector for the {key} matches nothing: {self._selectors[key]}")
        return found

    @property
    def title(self) -> str:
        """The text of the first element that `title` finds; empty without that selector."""
        return next((line_of(element.text_content()) for element in self._needed("title")), "")

    @property
    def blocks(self) -> list[Block]:
        """All text that `body` finds; none without that selector."""
        return [block for element in self._needed("body") for block in blocks_of_element(element)]

    @property
    def has_date(self) -> bool:
        """Tell whether a person said where the date stands; no other place on the page is asked then."""
        return "date" in self._selectors

    @property
    def witness(self) -> Witness | None:
        """The date that the first element states in its attributes or its text."""
        for element in self._found("date"):
            for value in (element.get("datetime"), element.get("content"), line_of(element.text_content())):
                if value and (date := stated_date(value) or next((found for found, _, _ in dates_in(value)), None)):
                    return Witness(WitnessKind.SELECTED, date, value[:60])
        return None


@lru_cache(maxsize=512)
def _compiled(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def _matches(css: str, tree: HtmlElement) -> list[HtmlElement]:
    found = _compiled(css)(tree)
    return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []
