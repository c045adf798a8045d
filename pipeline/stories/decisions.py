"""What people decided on stories, worked out from all that they said: pure, so that every run comes to the same.

The latest that was said about an article counts. Who belongs with whom is a relation that holds both ways and reaches
on; who stands alone, or with a few others, takes in nobody else who was there at that moment, while later reports may
join.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class StoryAction(StrEnum):
    """What a person may say of an article's story."""

    WITH = "with"
    """It belongs to the story of another article."""
    ALONE = "alone"
    """It belongs to no story that there is."""
    ONE = "one"
    """Its story and that of another article are one."""
    SPLIT = "split"
    """It and others of its story are a story of their own."""


OF_SEVERAL = frozenset({StoryAction.ONE, StoryAction.SPLIT})
"""What is said of all the articles that are named, not of one."""
APART = frozenset({StoryAction.ALONE, StoryAction.SPLIT})
"""What takes articles out of the company that they are in."""


@dataclass(frozen=True)
class StoryDecision:
    """What a person said of an article's story; `others` are those that it belongs with."""

    subject: str
    action: StoryAction
    others: tuple[str, ...]
    made_by: str
    made_at: dt.datetime


@dataclass(frozen=True)
class StoryBonds:
    """Who belongs together and who stands alone, by the articles' keys."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    alone_since: dict[str, dt.datetime] = field(default_factory=dict)
    decided: dict[str, StoryDecision] = field(default_factory=dict)
    """The latest that was said about an article."""

    def group_of(self, key: str) -> frozenset[str]:
        """Name the articles that belong with one, itself among them."""
        return self.groups.get(key, frozenset((key,)))

    def is_of_its_own(self, key: str) -> bool:
        """Tell whether an article, or one that belongs with it, stands alone."""
        return any(one in self.alone_since for one in self.group_of(key))

    def may_meet(self, one: tuple[str, dt.datetime], other: tuple[str, dt.datetime]) -> bool:
        """Tell whether two articles, each with the moment that it was first seen, may be in one story."""
        if other[0] in self.group_of(one[0]):
            return True
        return not (self._shuts_out(one[0], other[1]) or self._shuts_out(other[0], one[1]))

    def _shuts_out(self, key: str, seen_at: dt.datetime) -> bool:
        return any(seen_at <= self.alone_since[one] for one in self.group_of(key) if one in self.alone_since)


def bonds_from(decisions: Sequence[StoryDecision]) -> StoryBonds:
    """Work out what holds from what was said, the newest last."""
    hub_of: dict[str, str] = {}
    alone_since: dict[str, dt.datetime] = {}
    decided: dict[str, StoryDecision] = {}
    for number, said in enumerate(decisions):
        about = (said.subject, *said.others) if said.action in OF_SEVERAL else (said.subject,)
        for key in about:
            hub_of.pop(key, None)
            alone_since.pop(key, None)
            decided[key] = said
        if said.action in APART:
            hub_of = {key: hub for key, hub in hub_of.items() if hub not in about}
            alone_since |= dict.fromkeys(about, said.made_at)
        if said.action is not StoryAction.ALONE:
            hub = said.others[0] if said.action is StoryAction.WITH else f"#{number}"
            hub_of |= dict.fromkeys(about, hub)
    return StoryBonds(_groups(hub_of), alone_since, decided)


def _groups(hub_of: dict[str, str]) -> dict[str, frozenset[str]]:
    """Gather all that hang together, whatever way round."""
    members: dict[str, set[str]] = {}
    for key, hub in hub_of.items():
        joined = members.get(key, {key}) | members.get(hub, {hub})
        for one in joined:
            members[one] = joined
    return {
        key: frozenset(one for one in group if not one.startswith("#"))
        for key, group in members.items()
        if not key.startswith("#")
    }
