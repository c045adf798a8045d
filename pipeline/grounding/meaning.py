"""Meaning by the encoder: how near a claim is to its source, and claims in another language than their source."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.grounding.assertions import Assertion
from pipeline.grounding.comparisons import comparison_problems
from pipeline.grounding.dates import date_problems, stated_dates
from pipeline.grounding.names import name_problems
from pipeline.grounding.numbers import number_problems
from pipeline.grounding.places import Scene
from pipeline.grounding.sources import Source, amounts_of

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

HIGHEST_FLOOR = 0.85
MIN_MEANING_ACROSS = 0.25
UNCHECKED_SCORE = 0.4
SCORE_AT_LEAST, SCORE_SPAN = 0.35, 0.65


def cosines_of(source: Source, claim: str, encode: Encode) -> NDArray[np.float32]:
    """Return the cosine of a claim with each sentence of its source; a source is encoded once for an encoder."""
    if encode not in source.vectors:
        source.vectors[encode] = _unit(encode([sentence.text for sentence in source.sentences]))
    return np.asarray(source.vectors[encode] @ _unit(encode([claim]))[0], dtype=np.float32)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = np.asarray(vectors, dtype=np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def meaning_of(cosines: NDArray[np.float32]) -> float:
    """Return how far the nearest sentence stands out from the rest, 0..1."""
    floor = min(float(np.median(cosines)), HIGHEST_FLOOR)
    return float(np.clip((cosines.max() - floor) / (1 - floor), 0.0, 1.0))


def problems_across(source: Source, scene: Scene, nearest: Assertion | None) -> list[str]:
    """Compare what languages share: numbers, dates, known names, and what the nearest sentence denies or plans."""
    claim = scene.assertion
    dates = stated_dates(claim.text)
    problems = number_problems(amounts_of(claim.text, claim.language, dates), source.amounts)
    problems += date_problems(claim.text, source.text, source.dates)
    # A name may be written in another script: only the gazetteer and the list of countries can tell.
    known = [name for name in scene.names if name.slug is not None and not name.slug.startswith(("number:", "date:"))]
    problems += name_problems(known, source.known, [])
    return problems if nearest is None else problems + _contradictions(claim, nearest)


def _contradictions(claim: Assertion, nearest: Assertion) -> list[str]:
    problems = comparison_problems(claim.text, nearest.text, nearest.text)
    if claim.is_negated != nearest.is_negated:
        denier, other = ("claim", "source") if claim.is_negated else ("source", "claim")
        problems.append(f"the {denier} denies what the {other} states")
    if claim.is_planned and not nearest.is_planned and nearest.tells_of_the_past:
        problems.append("the claim says planned, the source says done")
    if nearest.is_planned and not claim.is_planned and claim.tells_of_the_past and not nearest.tells_of_the_past:
        problems.append("the source says planned, the claim says done")
    return problems
