"""Our own labelled texts as if all had been published in one week, as hundreds of reports of this domain are.

Over years few texts share a day, so that a rule which joins whatever is near in time looks better than it is.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchmarks.stories_sets import StorySet
from perilune.dates import PartialDate
from pipeline.stories.features import StoryFeatures

NAME = "week"
OF = ("written", "gold")
MONDAY = dt.date(2026, 1, 5)
DAYS = 7


def in_one_week(sets: Iterable[StorySet]) -> StorySet:
    """Let each story begin on a day of one week, by chance; within it and a family of look-alikes days stay."""
    chosen = [one for one in sets if one.name in OF]
    features = [article for one in chosen for article in one.features]
    stories = [f"{one.name} {story}" for one in chosen for story in one.stories]
    families = [family for one in chosen for family in one.families]
    ties = [family or story for family, story in zip(families, stories, strict=True)]
    shifts = _shifts(features, ties)
    moved = tuple(_moved(article, shifts.get(tie)) for article, tie in zip(features, ties, strict=True))
    documents = tuple(
        replace(document, published=article.published)
        for document, article in zip((each for one in chosen for each in one.documents), moved, strict=True)
    )
    return StorySet(NAME, documents, tuple(stories), tuple(families), moved)


def _shifts(features: Sequence[StoryFeatures], ties: Sequence[str]) -> dict[str, dt.timedelta]:
    """Say by how much articles move that keep their distance, by what ties them."""
    first: dict[str, dt.date] = {}
    for article, tie in zip(features, ties, strict=True):
        if article.published is not None:
            first[tie] = min(first.get(tie, dt.date.max), article.published.first)
    chance = random.Random(1)
    return {tie: MONDAY + dt.timedelta(days=chance.randrange(DAYS)) - day for tie, day in sorted(first.items())}


def _moved(article: StoryFeatures, shift: dt.timedelta | None) -> StoryFeatures:
    published = article.published
    if published is None or shift is None or published.first != published.last:
        return article
    return replace(article, published=PartialDate.of(published.first + shift))
