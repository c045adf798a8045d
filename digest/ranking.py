"""Which story comes first: a score that is a sum of named parts, each with its reason; pure, and knows no words.

An analyst reads from the top and stops early, so what binds states comes before what happens, what several publishers
tell before what one tells, and what one of authority tells before what anybody does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.vocabulary import AgreementStatus, EventStatus

MAX_AUTHORITY = 10
POINTS_FOR_AUTHORITY = 3.0
"""For the most authoritative source, at authority 10: an agency's own word outweighs two copies of the wire's."""
POINTS_PER_FURTHER_SOURCE = 1.0
MAX_FURTHER_SOURCES = 4
"""Beyond five publishers more of them say how loud a story is, not how much it matters."""
POINTS_OF_FACTS: Mapping[str, float] = {
    AgreementStatus.SIGNED: 4.0,
    AgreementStatus.SUSPENDED: 4.0,
    AgreementStatus.ENDED: 4.0,
    AgreementStatus.IN_FORCE: 3.0,
    AgreementStatus.PROPOSED: 2.0,
    EventStatus.CANCELLED: 2.0,
    EventStatus.POSTPONED: 2.0,
    EventStatus.ANNOUNCED: 1.5,
    EventStatus.HELD: 1.5,
    "white-paper": 2.5,
}
"""What binds weighs most, and a bond that breaks as much; a plan less; what is only held or announced least."""
SHARE_OF_FURTHER_FACTS = 0.25
MAX_FURTHER_FACTS = 4
"""A list of twenty events is still one calendar."""
POINTS_OF_NOVELTY = {"new": 2.0, "facts": 2.0, "sentences": 1.0, "language": 0.5, "nothing": 0.0}
"""A story that moved on by a fact is worth a new one; by words alone, half; in another language alone, a quarter."""
POINTS_OF_PIN = 1_000.0
"""More than all else can come to: an editor's word decides."""
MAX_TOPIC_WEIGHT = 10.0
USUAL = 1.0


class PartName(StrEnum):
    """What a score is made of."""

    AUTHORITY = "authority"
    SOURCES = "sources"
    FACTS = "facts"
    NOVELTY = "novelty"
    TOPICS = "topics"
    PIN = "pin"


@dataclass(frozen=True)
class Part:
    """One part of a score with what it rests on: a source, a status, a topic, a name; and how many of them."""

    name: PartName
    points: float
    basis: str = ""
    count: int = 0


@dataclass(frozen=True)
class Voice:
    """An independent publisher that tells a story."""

    publisher: str
    source: str
    authority: int


@dataclass(frozen=True)
class Merits:
    """What speaks for a story.

    `facts` are the statuses of its news agreements and events, and `white-paper`; `novelty` is a key of
    POINTS_OF_NOVELTY; `topics` are slugs.
    """

    voices: tuple[Voice, ...]
    newest_on: dt.date
    key: str
    facts: tuple[str, ...] = ()
    novelty: str = "new"
    topics: tuple[str, ...] = ()
    pinned_by: str | None = None


@dataclass(frozen=True)
class Score:
    """The parts of a story's score, and what decides between equals: the newer, then the key."""

    parts: tuple[Part, ...]
    tie: tuple[int, str] = field(default=(0, ""))

    @property
    def points(self) -> float:
        """The sum of the parts."""
        return sum(part.points for part in self.parts)

    @property
    def order(self) -> tuple[float, int, str]:
        """The key to sort by, the best first."""
        return (-round(self.points, 6), *self.tie)

    @property
    def is_weighty(self) -> bool:
        """Tell whether a story may lead: several sources, a fact, a lifted topic or a pin, and no topic let sink."""
        points = {part.name: part.points for part in self.parts}
        if PartName.PIN in points:
            return True
        return self.points > 0 and any(points.get(name, 0) > 0 for name in _WEIGHTY)


_WEIGHTY = (PartName.SOURCES, PartName.FACTS, PartName.TOPICS)


def independent_voices(told: Sequence[Voice]) -> tuple[Voice, ...]:
    """Count each publisher once, by its most authoritative source; the most authoritative first."""
    best: dict[str, Voice] = {}
    for voice in sorted(told, key=lambda each: (-each.authority, each.source)):
        best.setdefault(voice.publisher, voice)
    return tuple(best.values())


def score_of(merits: Merits, topic_weights: Mapping[str, float]) -> Score:
    """Weigh a story for an edition."""
    told = (*_sources(merits), *_facts(merits), _novelty(merits))
    parts = [part for part in told if part.points or part.name is PartName.AUTHORITY]
    topics = _topics(merits, sum(part.points for part in parts), topic_weights)
    pin = [Part(PartName.PIN, POINTS_OF_PIN, merits.pinned_by)] if merits.pinned_by else []
    return Score((*parts, *topics, *pin), (-merits.newest_on.toordinal(), merits.key))


def _sources(merits: Merits) -> list[Part]:
    first, further = merits.voices[0], len(merits.voices) - 1
    peers = sum(voice.authority == first.authority for voice in merits.voices)
    return [
        Part(PartName.AUTHORITY, POINTS_FOR_AUTHORITY * first.authority / MAX_AUTHORITY, first.source, peers),
        Part(PartName.SOURCES, POINTS_PER_FURTHER_SOURCE * min(further, MAX_FURTHER_SOURCES), count=further + 1),
    ]


def _facts(merits: Merits) -> list[Part]:
    if not merits.facts:
        return []
    best = max(merits.facts, key=lambda fact: POINTS_OF_FACTS.get(fact, 0))
    points = POINTS_OF_FACTS.get(best, 0)
    further = min(len(merits.facts) - 1, MAX_FURTHER_FACTS)
    return [Part(PartName.FACTS, points * (1 + further * SHARE_OF_FURTHER_FACTS), best, len(merits.facts))]


def _novelty(merits: Merits) -> Part:
    return Part(PartName.NOVELTY, POINTS_OF_NOVELTY[merits.novelty], merits.novelty)


def _topics(merits: Merits, points: float, weights: Mapping[str, float]) -> list[Part]:
    """Multiply by the weight of the topic that counts most: a story sinks only where all its topics do."""
    if not merits.topics:
        return []
    topic = max(merits.topics, key=lambda slug: (weights.get(slug, USUAL), slug in weights))
    weight = min(weights.get(topic, USUAL), MAX_TOPIC_WEIGHT)
    return [Part(PartName.TOPICS, points * (weight - 1), topic)] if weight != USUAL else []
