"""Obeys corrections of facts: a fact is found again by its kind and the words that say so, whatever run found it.

A fact that a person stated or changed stands for as long as its words stand in the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from rapidfuzz import fuzz

from models.article import Version
from models.corrections import folded_quote
from models.fact import FactWitness
from models.vocabulary import FactKind
from perilune.dates import PartialDate
from perilune.quotes import places_of_quote
from pipeline.values import Span

Value = Mapping[str, object]
MIN_LIKENESS = 70.0
"""Of 100: what the names of two facts in one sentence seldom reach, and two wordings of one name mostly do."""


def span_of_quote(text: str, quote: str) -> Span | None:
    """Find where a text says something word for word, spacing and case aside."""
    place = next(places_of_quote(text, quote), None)
    return Span(*place) if place else None


def quote_of(version: Version, witness: FactWitness) -> str:
    """Return the words that state a fact."""
    return version.text[witness.start : witness.end]


def witness_named(version: Version, value: Value) -> FactWitness | None:
    """Find the fact of a version that a correction is about.

    Its kind and the words that say so decide; another run may have cut the words shorter or longer. Its name must be
    like one that the correction knows, since the same words may state another fact, and chooses among several.
    """
    named = cast("Value", value["witness"])
    quote = folded_quote(str(named["quote"]))
    of_kind = [(row, folded_quote(quote_of(version, row))) for row in version.witnesses if row.kind == named["kind"]]
    found = [row for row, said in of_kind if said == quote]
    found = found or [row for row, said in of_kind if said and quote and (said in quote or quote in said)]
    names = [folded_quote(name) for name in _names_in(value)]
    alike = [row for row in found if any(_is_like(row, name) for name in names)]
    return max(alike, key=lambda row: _likeness(row, names), default=None)


def _names_in(value: Value) -> list[str]:
    parts = (cast("Value", value.get(part) or {}) for part in ("witness", "was", "fields"))
    return [str(part["name"]) for part in parts if part.get("name")]


def _is_like(row: FactWitness, name: str) -> bool:
    """Tell whether a fact may bear this name: much the same, or one within the other."""
    own = folded_quote(row.name)
    return max(fuzz.ratio(own, name), fuzz.partial_ratio(own, name), fuzz.token_set_ratio(own, name)) >= MIN_LIKENESS


def _likeness(row: FactWitness, names: Sequence[str]) -> float:
    return max((fuzz.ratio(folded_quote(row.name), name) for name in names), default=0.0)


def obey_about_fact(version: Version, value: Value) -> None:
    """Remove, change or add a fact of a version as a person said; what is one and what is two is settled elsewhere."""
    if value["action"] == "remove":
        row = witness_named(version, value)
        if row is not None:
            version.witnesses.remove(row)
    elif value["action"] in {"change", "add"}:
        _state(version, value)


def _state(version: Version, value: Value) -> None:
    """Make a version state a fact as a person said, if its text still has the words."""
    named, fields = (cast("Value", value.get(part) or {}) for part in ("witness", "fields"))
    whole = {**cast("Value", value.get("was") or {}), **fields}
    row = witness_named(version, value)
    if row is not None and value["action"] == "add" and folded_quote(row.name) != folded_quote(str(whole["name"])):
        row = None
    span = span_of_quote(version.text, str(named["quote"]))
    if row is not None:
        _fill(row, fields)
    elif span is not None:
        ordinal = max((row.ordinal for row in version.witnesses), default=-1) + 1
        row = FactWitness(ordinal=ordinal, kind=FactKind(str(named["kind"])), start=span.start, end=span.end)
        _fill(row, {"name": "", "status": "", "parties": [], "countries": [], **whole})
        version.witnesses.append(row)


def _fill(row: FactWitness, fields: Value) -> None:
    row.by_human = True
    for name, value in fields.items():
        if name in {"start", "end"}:
            setattr(row, f"{name}_on", PartialDate.parse(str(value)) if value else None)
        elif name in {"parties", "countries"}:
            setattr(row, name, list(cast("Sequence[str]", value)))
        else:
            setattr(row, name, value)


def fields_of(witness: FactWitness) -> dict[str, object]:
    """Write what a fact says as a correction keeps it."""
    return {
        "name": witness.name,
        "status": witness.status,
        "subkind": witness.subkind,
        "start": str(witness.start_on) if witness.start_on else None,
        "end": str(witness.end_on) if witness.end_on else None,
        "place": witness.place,
        "parties": list(witness.parties),
        "countries": list(witness.countries),
    }
