"""By words, by meaning or both, as the search page shows it: three links, and a sentence on what made the results."""

from __future__ import annotations

from dataclasses import dataclass

from models.search import By, Query, Results, way_of
from models.search.fusion import FUSED, words_of
from web.links import search_link
from web.search_view import Choice

LABELS = {By.BOTH: "Words and meaning", By.WORDS: "Words", By.MEANING: "Meaning"}
NOT_LOADED = "By words only: what finds by meaning is not loaded (yet)."
COUNTS_NOTE = f"Counted among what was found. Meaning finds the nearest {FUSED} at most, so a choice may bring more."


@dataclass(frozen=True)
class Ways:
    """The links, none where nothing finds by meaning or there are no words; a sentence on results and one on counts."""

    choices: tuple[Choice, ...]
    note: str
    counts_note: str = ""


def ways_of(query: Query, results: Results, *, is_loaded: bool) -> Ways:
    """Make the links from one way to another, and say which was gone."""
    if not words_of(query):
        return Ways((), "")
    if not is_loaded:
        return Ways((), NOT_LOADED if way_of(query) != By.WORDS else "")
    choices = tuple(
        Choice(label, search_link(query.with_(by=by).line), is_active=results.by == by) for by, label in LABELS.items()
    )
    return Ways(choices, _note(results), COUNTS_NOTE if results.by_meaning_alone else "")


def _note(results: Results) -> str:
    alone = results.by_meaning_alone
    if results.by == By.MEANING and alone:
        return "The nearest in meaning, in any language; the words need not be there."
    if results.by == By.BOTH and alone:
        return f"{results.total - alone:,} by words, {alone:,} more by meaning, in any language."
    return ""
