"""Which of the countries in an article take part in what it reports, each with the words that say so.

The weights of the evidence (`participants.toml`) are those of a logistic regression over the labelled texts, which
`benchmarks/countries_weights.py` fits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.understanding.country_evidence import Evidence, Page, evidence_of_page, page_of
from pipeline.understanding.sightings import AGENCY, NAME, Sighting, Thresholds, cues_file
from pipeline.values import Actor, ActorMention, Span

SIGNING = 0.25
"""How likely two countries must be that sign something together: no weight of one country sees the other."""
JOINTS = frozenset({"and", "and the", "with", "和", "与", "及", "同", "и", "с", "et", "et la", "et le", "et l", "avec"})
JOINT_CHARS = 8


@dataclass(frozen=True)
class Participant:
    """A country that takes part, and the words of the text that say so best; None where only the title does."""

    code: str
    span: Span | None


def participants_of(
    title: str,
    text: str,
    mentions: Sequence[ActorMention],
    actors: Mapping[str, Actor],
    *,
    language: str | None = None,
) -> tuple[Participant, ...]:
    """Rank the countries that take part in what an article reports, each with the words that say it best.

    `mentions` are those of the text, `actors` by slug; the language is a BCP 47 code. Where
    no country is likely enough, the likeliest one counts if it is nearly so.
    """
    page = page_of(title, text, _named(mentions, actors), language)
    weights, thresholds = cues_file().weights, cues_file().thresholds
    scores = {code: likelihood_of(evidence, weights) for code, evidence in evidence_of_page(page).items()}
    chosen = chosen_of(scores, thresholds)
    chosen += [code for code in sorted(_signing_together(page)) if code not in chosen and scores[code] >= SIGNING]
    return tuple(Participant(code, _best_span(page, code)) for code in chosen)


def _signing_together(page: Page) -> set[str]:
    """Find the countries that sign something with each other, as in `China and Russia signed`."""
    ordered = sorted((one for found in page.sightings.values() for one in found), key=lambda one: one.span.start)
    together: set[str] = set()
    for one, other in pairwise(ordered):
        between = page.sentences.shape[one.span.end : other.span.start][: JOINT_CHARS + 1].strip(" '").lower()
        is_signing = "signing" in page.sentences.cues.get(one.sentence, ())
        if is_signing and one.code != other.code and between in JOINTS:
            together |= {one.code, other.code}
    return together


def evidence_by_country(
    title: str, text: str, mentions: Sequence[ActorMention], actors: Mapping[str, Actor], language: str | None
) -> Mapping[str, Evidence]:
    """Give the numbers that the weights are fitted to, for every country that an article could be about."""
    return evidence_of_page(page_of(title, text, _named(mentions, actors), language))


def likelihood_of(evidence: Evidence, weights: Mapping[str, float]) -> float:
    """Weigh the evidence for a country; its likelihood is in 0..1."""
    total = weights["always"]
    for name, value in evidence.items():
        if value:
            total += weights.get(name, 0.0) * value
    return 1 / (1 + math.exp(-total))


def chosen_of(scores: Mapping[str, float], thresholds: Thresholds) -> list[str]:
    """Choose the countries that are likely enough, the likeliest first; or the likeliest alone if it is nearly so."""
    ranked = sorted(scores, key=lambda code: (-scores[code], code))
    chosen = [code for code in ranked if scores[code] >= thresholds.common]
    return chosen or [code for code in ranked[:1] if scores[code] >= thresholds.lone]


def _named(mentions: Sequence[ActorMention], actors: Mapping[str, Actor]) -> list[tuple[Actor, ActorMention]]:
    return [(actors[mention.slug], mention) for mention in mentions if mention.slug in actors]


def _best_span(page: Page, code: str) -> Span | None:
    """Choose the words to show: those of prose, beside cooperation, in the lead; the earliest of equals."""
    best = max(page.sightings.get(code, ()), key=lambda sighting: _strength(page, sighting), default=None)
    return best.span if best else None


def _strength(page: Page, sighting: Sighting) -> tuple[float, int]:
    sentences, cues = page.sentences, page.sentences.cues.get(sighting.sentence, ())
    strength = (
        4 * sentences.is_prose(sighting.sentence)
        + 2 * ("cooperation" in cues)
        + 2 * (sentences.lead <= sighting.span.start < sentences.lead_end)
        + (sighting.kind in {NAME, AGENCY})
        - ("background" in cues)
    )
    return strength, -sighting.span.start
