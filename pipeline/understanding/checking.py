"""How good a classifier is on the frozen check set, and whether it is worse than another; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from models.vocabulary import Relevance

TOLERANCE = 0.01
"""A fall by less is within what one or two texts of the check set make."""
HEADLINES = ("core", "relevance", "topics", "topics_macro")


@dataclass(frozen=True)
class Said:
    """What is said of one text: its relevance and its topics."""

    relevance: Relevance
    topics: frozenset[str]


@dataclass(frozen=True)
class Scores:
    """F1 of core against the rest, macro F1 of the three classes, micro and macro F1 of topics, F1 of each topic."""

    core: float
    relevance: float
    topics: float
    topics_macro: float
    each_topic: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Give the scores as plain values, rounded."""
        each = {slug: round(score, 3) for slug, score in self.each_topic.items()}
        return {name: round(value, 3) for name, value in asdict(self).items() if name in HEADLINES} | {
            "each_topic": each
        }


@dataclass(frozen=True)
class Counts:
    """What was found rightly, found wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


def scores_of(expected: Sequence[Said], found: Sequence[Said]) -> Scores:
    """Compare what was found with what a reader said, text by text."""
    pairs = list(zip(expected, found, strict=True))
    by_class = {
        name: counts_of((one.relevance == name, other.relevance == name) for one, other in pairs) for name in Relevance
    }
    slugs = sorted({slug for one, other in pairs for slug in one.topics | other.topics})
    by_topic = {slug: counts_of((slug in one.topics, slug in other.topics) for one, other in pairs) for slug in slugs}
    return Scores(
        core=by_class[Relevance.CORE].f1,
        relevance=_mean([counts.f1 for counts in by_class.values()]),
        topics=_summed(by_topic.values()).f1,
        topics_macro=_mean([counts.f1 for counts in by_topic.values()]),
        each_topic={slug: counts.f1 for slug, counts in by_topic.items()},
    )


def counts_of(pairs: Iterable[tuple[bool, bool]]) -> Counts:
    """Count pairs of expected and found."""
    listed = list(pairs)
    return Counts(
        sum(expected and found for expected, found in listed),
        sum(found and not expected for expected, found in listed),
        sum(expected and not found for expected, found in listed),
    )


def _summed(counts: Iterable[Counts]) -> Counts:
    listed = list(counts)
    return Counts(*(sum(getattr(one, name) for one in listed) for name in ("right", "wrong", "missed")))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def complaint_about(new: Scores, deployed: Scores) -> str | None:
    """Say in words what of a new classifier is worse than of the deployed one; None when nothing is."""
    worse = [
        f"{name} {getattr(new, name):.3f} instead of {getattr(deployed, name):.3f}"
        for name in HEADLINES
        if getattr(new, name) < getattr(deployed, name) - TOLERANCE
    ]
    return f"worse on the check set: {', '.join(worse)}" if worse else None
