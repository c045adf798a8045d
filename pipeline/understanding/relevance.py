"""The cues of relevance: words of space, space actors, words of cooperation, the parties that take part.

The classifier sees them beside the article's vector; without a classifier they are weighed here. No single one decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.vocabulary import Relevance
from pipeline.understanding.evidence import MAX_WORDS_SHOWN, Evidence
from pipeline.values import Actor

VOCABULARY_GROUPS = ("space", "cooperation", "abroad", "elsewhere")
SPACE_KINDS = frozenset({"agency", "mission", "programme", "instrument"})
INTERNATIONAL_PARTIES = frozenset({"UN", "EU-ESA"})
# Actors of no one country: organisations, treaties, joint missions.
STATELESS_KINDS = frozenset({"organisation", "association", "instrument", "mission", "programme"})

SPACE_ACTOR_SCORE = 0.8
MAX_SPACE_ACTORS = 4
ELSEWHERE_SHARE = 0.8
MIN_SPACE_SCORE = 2.4
SPACE_PER_100_WORDS = 0.8
DENSITY_OFFSET_WORDS = 60  # so that a short text is not dense by its first word

COOPERATION_SHARE = 0.5
COOPERATION_SCALE = 3.5
COOPERATION_TITLE_SHARE = 0.12
PARTIES_SHARE = {0: 0.0, 1: 0.0, 2: 0.22, 3: 0.34}
MAX_PARTIES = 3
BODY_SHARE = 0.18
ABROAD_SHARE = 0.08
MIN_ABROAD_SCORE = 1.2
WORDLESS_FACTOR = (
    0.7  # several countries in a text without any word of cooperation are competitors as often as partners
)
MIN_CUE = 0.08
MIN_CUES = 2
MIN_CORE_SCORE = 0.4


@dataclass(frozen=True)
class RelevanceCues:
    """What relevance is judged by; `countries` are the parties, UN and EU-ESA among them."""

    space: Evidence
    cooperation: Evidence
    abroad: Evidence
    elsewhere: Evidence
    actors: Sequence[Actor]
    countries: Sequence[str]
    word_count: int

    def evidence_for(self, group: str) -> Evidence:
        """Give the evidence for one of `VOCABULARY_GROUPS`."""
        by_group = {"space": self.space, "cooperation": self.cooperation, "abroad": self.abroad}
        return by_group.get(group, self.elsewhere)


@dataclass(frozen=True)
class RelevanceVerdict:
    """The class, a score in 0..1 (above one half is core, above one quarter space), and the words that decided."""

    relevance: Relevance
    score: float
    because: tuple[str, ...]


def words_for(cues: RelevanceCues, relevance: Relevance) -> tuple[str, ...]:
    """Give the words and parties that speak for a class."""
    if relevance is Relevance.OFF:
        return cues.elsewhere.words[: MAX_WORDS_SHOWN // 2]
    because = (*cues.space.words[: MAX_WORDS_SHOWN // 2], *cues.cooperation.words[: MAX_WORDS_SHOWN // 2])
    return because if relevance is Relevance.SPACE else (*because, *cues.countries[:MAX_PARTIES])


def relevance_of(cues: RelevanceCues) -> RelevanceVerdict:
    """Judge an article by its cues."""
    space = space_share(cues)
    if space < 1.0:
        return RelevanceVerdict(Relevance.OFF, round(space / 4, 3), cues.space.words)
    core = core_share(cues)
    if core < MIN_CORE_SCORE:
        score = 0.25 + 0.25 * core / MIN_CORE_SCORE
        return RelevanceVerdict(Relevance.SPACE, round(score, 3), words_for(cues, Relevance.SPACE))
    score = 0.5 + 0.5 * min(1.0, (core - MIN_CORE_SCORE) / (1 - MIN_CORE_SCORE))
    return RelevanceVerdict(Relevance.CORE, round(score, 3), words_for(cues, Relevance.CORE))


def space_share(cues: RelevanceCues) -> float:
    """Tell how much of what an article on space needs is there: 1 suffices, both in weight and in density."""
    actors = sum(actor.kind in SPACE_KINDS for actor in cues.actors)
    strength = cues.space.score + SPACE_ACTOR_SCORE * min(actors, MAX_SPACE_ACTORS)
    strength -= ELSEWHERE_SHARE * cues.elsewhere.score
    mass = cues.space.mass + min(actors, MAX_SPACE_ACTORS) - cues.elsewhere.mass
    density = 100 * mass / (cues.word_count + DENSITY_OFFSET_WORDS)
    if not cues.space.words:
        return 0.0
    return max(0.0, min(strength / MIN_SPACE_SCORE, density / SPACE_PER_100_WORDS))


def core_share(cues: RelevanceCues) -> float:
    """Weigh the cues of cooperation in 0..1; fewer than two of them are not enough for core."""
    shares = _shares(cues)
    total = sum(shares)
    if shares[0] < MIN_CUE and "UN" not in cues.countries:
        total *= WORDLESS_FACTOR
    return total if cue_count(cues) >= MIN_CUES else min(total, MIN_CORE_SCORE - 0.01)


def cue_count(cues: RelevanceCues) -> int:
    """Count the kinds of cue that speak for cooperation."""
    return sum(share >= MIN_CUE for share in _shares(cues))


def _shares(cues: RelevanceCues) -> tuple[float, ...]:
    """Weigh each kind of cue: words, title, parties, an international body, something from abroad."""
    words = COOPERATION_SHARE * (1 - math.exp(-cues.cooperation.score / COOPERATION_SCALE))
    title = COOPERATION_TITLE_SHARE if cues.cooperation.title_score >= 1.0 else 0.0
    parties = PARTIES_SHARE[min(len(cues.countries), MAX_PARTIES)]
    body = BODY_SHARE if _has_international_body(cues) else 0.0
    abroad = ABROAD_SHARE if cues.abroad.score >= MIN_ABROAD_SCORE and words >= MIN_CUE else 0.0
    return words, title, parties, body, abroad


def _has_international_body(cues: RelevanceCues) -> bool:
    return bool(INTERNATIONAL_PARTIES & set(cues.countries)) or any(
        actor.kind == "un" or (actor.country is None and actor.kind in STATELESS_KINDS) for actor in cues.actors
    )
