"""Scoring of facts against labels: an event is right by name and start, an agreement by its sides or title and date.

Apart from the benchmark that calls it: these are pure functions of plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from models.vocabulary import FactKind
from pipeline.understanding.gazetteer import folded
from pipeline.understanding.labelled import LabelledFact
from pipeline.values import Fact

MIN_SHARED = 1 / 3
STEM_CHARS = 5

_CJK = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W_]+")
_EMPTY = frozenset(
    {"a", "an", "and", "the", "of", "on", "for", "in", "at", "to", "with", "by", "from", "between", "its"}
    | {"de", "des", "du", "la", "le", "les", "un", "une", "et", "sur", "pour", "au", "aux", "en"}
    | {"и", "в", "на", "по", "о", "об", "с", "для"}
)

NamesOf = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Stated:
    """A fact as a label or the pipeline states it: `names` are those it may be known by, `date` as written or None."""

    names: tuple[str, ...]
    date: str | None


@dataclass(frozen=True)
class Counted:
    """How many facts of some pages were right, found and labelled; pages may be added up."""

    right: int = 0
    found: int = 0
    labelled: int = 0

    def __add__(self, other: Counted) -> Counted:
        """Count two sets of pages as one."""
        return Counted(self.right + other.right, self.found + other.found, self.labelled + other.labelled)

    @property
    def precision(self) -> float:
        """The share of found facts that are right; 1 when none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of labelled facts that were found; 1 when there are none."""
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.labelled) if self.found + self.labelled else 1.0


def counted_events(facts: Iterable[Fact], labels: Iterable[LabelledFact]) -> Counted:
    """Compare the events of a page with its labels `{"name", "start"}`."""
    found = [Stated((fact.name,), _date(fact)) for fact in facts if fact.kind is FactKind.EVENT]
    return counted(found, [Stated((label.get("name") or "",), label.get("start")) for label in labels])


def counted_agreements(
    facts: Iterable[Fact], labels: Iterable[LabelledFact], names_of: NamesOf, *, with_proposed: bool = True
) -> Counted:
    """Compare the agreements of a page with its labels `{"parties", "date", "title"}`.

    `names_of` gives the names of an actor or a country by its slug or code. Labels list no proposed agreement, so
    those count as wrong unless left out.
    """
    found = [
        Stated((fact.name, *(name for party in fact.parties for name in (party, *names_of(party)))), _date(fact))
        for fact in facts
        if fact.kind is FactKind.AGREEMENT and (with_proposed or fact.status != "proposed")
    ]
    stated = [
        Stated((label.get("title") or "", *re.split(r"\s*[;；]\s*", label.get("parties") or "")), label.get("date"))
        for label in labels
    ]
    return counted(found, stated)


def counted(found: Sequence[Stated], labelled: Sequence[Stated]) -> Counted:
    """Pair each label with at most one finding of the same date whose name overlaps."""
    left = list(found)
    right = 0
    for label in labelled:
        match = next((each for each in left if each.date == label.date and _overlap(each.names, label.names)), None)
        if match is not None:
            left.remove(match)
            right += 1
    return Counted(right, len(found), len(labelled))


def _overlap(ones: Iterable[str], others: Sequence[str]) -> bool:
    return any(names_overlap(one, other) for one in ones for other in others)


def names_overlap(one: str, other: str) -> bool:
    """Tell whether two names share a third of the words of the shorter one; of Chinese, pairs of characters."""
    shorter, longer = sorted((_parts_of(one), _parts_of(other)), key=len)
    return bool(shorter) and len(shorter & longer) >= MIN_SHARED * len(shorter)


@cache
def _parts_of(name: str) -> frozenset[str]:
    shape = folded(name).lower()
    pairs = {run[place : place + 2] for run in _CJK.findall(shape) for place in range(len(run) - 1)}
    words = {word[:STEM_CHARS] for word in _WORD.findall(_CJK.sub(" ", shape)) if word not in _EMPTY}
    return frozenset(pairs | words)


def _date(fact: Fact) -> str | None:
    return str(fact.start) if fact.start else None
