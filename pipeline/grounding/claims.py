"""Where a sentence and what answers for it contradict each other: one denies, or only plans, what the other states."""

from __future__ import annotations

import re

from pipeline.grounding.assertions import Assertion
from pipeline.grounding.wording import are_alike

MIN_PLANNED_SHARE = 0.6

_SINCE = re.compile(
    r"\b(?:since|before|until|depuis|avant|jamais|ранее|раньше|прежде|до сих пор)\b|此前|以前|之前|以来", re.IGNORECASE
)
_FIRST = re.compile(r"\b(?:first|premi(?:er|ère)s?|перв(?!ен)\w*|впервые)\b|首次|首[个颗枚家]|第一", re.IGNORECASE)


def negation_problems(claim: Assertion, source: Assertion, evidence: Assertion) -> list[str]:
    """Say where one of the two denies what the other states."""
    if claim.is_negated and not evidence.is_negated and not _is_the_first_since(claim, evidence):
        return ["the claim denies what the source states"]
    is_denied_otherwise = bool(claim.denied & source.denied) and len(claim.denied) >= len(source.denied)
    more, less = claim.denied - source.near_denial, source.denied - claim.near_denial
    problems = [
        f"the source denies what the claim states ({stem})"
        for stem in sorted(less if not is_denied_otherwise else ())
        # Where each denies something of its own, the same denial may only be worded otherwise.
        if (stem in claim.stems if more else _is_among(stem, claim.stems)) and not _is_stated_too(stem, source)
    ]
    return problems + [
        f"the claim denies what the source states ({stem})"
        for stem in sorted(more & source.stems)
        if stem not in evidence.denied
    ]


def _is_the_first_since(claim: Assertion, evidence: Assertion) -> bool:
    """See `had not been done since 2001`, or `never before`, of what the source calls the first."""
    return bool(_SINCE.search(claim.text)) and not _FIRST.search(claim.text) and bool(_FIRST.search(evidence.text))


def _is_among(stem: str, stems: frozenset[str]) -> bool:
    return stem in stems or any(are_alike(stem, other) for other in stems)


def _is_stated_too(stem: str, source: Assertion) -> bool:
    return sum(word.stem == stem for word in source.words) > 1


def modality_problems(claim: Assertion, source: Assertion, evidence: Assertion) -> list[str]:
    """Say where one of the two reports as done what the other only plans."""
    is_past = claim.language == "zh" or evidence.tells_of_the_past or any(map(evidence.is_done, claim.planned))
    if claim.is_planned and is_past and not evidence.is_planned and not evidence.softly_planned:
        return ["the claim says planned, the source says done"]
    planned = source.softly_planned | (evidence.softly_planned - source.stems)
    problems = [
        f"the source says planned, the claim says done ({stem})"
        for stem in sorted(_done_of(planned, claim) - claim.softly_planned)
        if claim.is_done(stem) and not _is_stated_too(stem, source)
    ]
    problems += [
        f"the claim says planned, the source says done ({stem})"
        for stem in sorted(claim.planned & source.stems - source.softly_planned)
        if source.is_done(stem) and stem not in evidence.softly_planned
    ]
    if not problems and claim.tells_of_the_past and not claim.is_planned and _is_mostly_planned(claim, source):
        problems.append("the source says planned, the claim says done")
    return problems


def _done_of(planned: frozenset[str], claim: Assertion) -> frozenset[str]:
    """Return the claim's words that a plan is about, in whatever form."""
    return frozenset(stem for stem in claim.stems if stem in planned or any(are_alike(stem, one) for one in planned))


def _is_mostly_planned(claim: Assertion, source: Assertion) -> bool:
    """Tell whether most of what the claim says, names aside, stands under a plan in its source."""
    said = frozenset(
        word.stem for word in claim.words if word.stem in claim.stems and not claim.text[word.start].isupper()
    )
    held = said & source.stems
    return bool(held) and len(held & source.under_plan) >= MIN_PLANNED_SHARE * len(said)
