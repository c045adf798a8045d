"""Stories: which articles report the same event. Groups grow by the strongest link (agglomerative clustering).

What is settled stays: earlier stories are groups from the start, and articles of the day are free until it ends, so
that the order in which they arrive makes no difference. Average linkage follows Sokal and Michener (1958).
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.stories.evidence import WeighedArticle, weighed
from pipeline.stories.features import StoryFeatures, TermStatistics, term_counts_of
from pipeline.stories.linking import Links

# A story's newest members speak for it: a long story moves on, and the cost of a comparison stays bounded.
MEMBERS_COMPARED = 12
# A story that holds together this badly is two: less than it takes to join, so that nothing goes to and fro.
SPLIT_STRENGTH = -4.0


@dataclass(frozen=True)
class Story:
    """A story as the rule sees it: its id and its newest members, in the order of their days."""

    id: str
    members: tuple[WeighedArticle, ...]


@dataclass(frozen=True, eq=False)
class Group:
    """Articles that belong together: those that were free, the oldest first, and settled stories, the oldest first.

    `reasons` says of each free article, by its id, why it is here.
    """

    free: tuple[str, ...]
    stories: tuple[str, ...]
    reasons: Mapping[str, str]


def place(free: Sequence[WeighedArticle], stories: Sequence[Story], links: Links) -> list[Group]:
    """Group free articles with each other and with settled stories; the order of neither makes a difference.

    Settled stories become one where a free article joins both and they fit each other too.
    """
    groups = _Growth(_clusters(free, stories), links).run()
    everybody = [one for group in groups for one in group.members]
    return [_group(group, everybody, links) for group in groups if group.free]


def parts_of(members: Sequence[WeighedArticle], links: Links) -> list[list[str]]:
    """Return the parts into which a story falls, by its members' ids: one, unless evidence has come between them."""
    groups = _Growth(_clusters(members, ()), links, least=SPLIT_STRENGTH).run()
    parts = [_by_age(group.free, links) for group in groups]
    return sorted(parts, key=lambda part: age_key(links.article(part[0])))


def group_into_stories(articles: Sequence[StoryFeatures], background: TermStatistics | None = None) -> list[str]:
    """Return the story id of each article of a batch: the id of the story's first article.

    Without a background the batch is its own.
    """
    statistics = term_counts_of(articles) if background is None else background
    known = [weighed(article, statistics) for article in articles]
    links = Links({one.features.id: one for one in known})
    story_of: dict[str, str] = {}
    for group in place(known, (), links):
        story_of |= dict.fromkeys(group.free, group.free[0])
    return [story_of[article.id] for article in articles]


@dataclass
class _Cluster:
    """A group while it grows: settled stories with the day of their oldest member, and articles compared for it."""

    free: list[str]
    stories: list[tuple[dt.date, str]]
    members: list[str]


def _clusters(free: Iterable[WeighedArticle], stories: Iterable[Story]) -> dict[str, _Cluster]:
    ids = [one.features.id for one in free]
    clusters = {one: _Cluster([one], [], [one]) for one in ids}
    for story in stories:
        if story.members:
            compared = [one.features.id for one in story.members[-MEMBERS_COMPARED:]]
            clusters[f"story {story.id}"] = _Cluster([], [(age_key(story.members[0])[0], story.id)], compared)
    return clusters


class _Growth:
    """Makes the two groups with the strongest link one, until no link is stronger than `least`."""

    def __init__(self, clusters: dict[str, _Cluster], links: Links, *, least: float = 0.0) -> None:
        self._clusters, self._links, self._least = clusters, links, least
        self._queue: list[tuple[float, str, str]] = []
        self._near: dict[str, set[str]] = {name: set() for name in clusters}
        for one, other in combinations(sorted(clusters), 2):
            # Settled stories meet only through an article that joins both.
            may_meet = clusters[one].free or clusters[other].free
            if may_meet and links.is_near(clusters[one].members, clusters[other].members, least):
                self._near[one].add(other)
                self._near[other].add(one)
                self._offer(one, other)

    def run(self) -> list[_Cluster]:
        """Return the groups that are left."""
        while self._queue:
            _, one, other = heapq.heappop(self._queue)
            if one in self._clusters and other in self._clusters:
                self._join(one, other)
        return list(self._clusters.values())

    def _join(self, one: str, other: str) -> None:
        name = f"{one} {other}"
        self._clusters[name] = _joined(self._clusters.pop(one), self._clusters.pop(other))
        self._near[name] = (self._near.pop(one) | self._near.pop(other)) - {one, other}
        for neighbour in sorted(self._near[name]):
            self._near[neighbour] = self._near[neighbour] - {one, other} | {name}
            self._offer(name, neighbour)

    def _offer(self, one: str, other: str) -> None:
        strength = self._links.strength(self._clusters[one].members, self._clusters[other].members)
        if strength > self._least:
            first, second = sorted((one, other))
            heapq.heappush(self._queue, (-strength, first, second))


def _joined(one: _Cluster, other: _Cluster) -> _Cluster:
    return _Cluster(one.free + other.free, sorted(one.stories + other.stories), one.members + other.members)


def _group(cluster: _Cluster, strangers: Sequence[str], links: Links) -> Group:
    reasons = {}
    for one in cluster.free:
        others = [other for other in cluster.members if other != one]
        reasons[one] = _reason(one, others, links) if others else _reason_alone(one, strangers, links)
    return Group(tuple(_by_age(cluster.free, links)), tuple(story_id for _, story_id in cluster.stories), reasons)


def _reason(one: str, others: Sequence[str], links: Links) -> str:
    closest = links.closest(one, others) or max(others, key=lambda other: (links.between(one, other).logit, other))
    article, other = links.article(one), links.article(closest)
    shared = {name: weight for name, weight in article.names.items() if name in other.names and not name.isdigit()}
    rarest = sorted(shared, key=lambda name: (-shared[name], name))[:3]
    names = f", both name {', '.join(rarest)}" if rarest else ""
    cosine = float(article.features.vector @ other.features.vector)
    return f"like “{other.features.title}” (cosine {cosine:.2f}){names}"


def _reason_alone(one: str, strangers: Sequence[str], links: Links) -> str:
    closest = links.closest(one, (other for other in strangers if other != one), is_vetoed=True)
    if closest is None:
        return "the first report; no story is like it"
    why = "; ".join(links.between(one, closest).vetoes)
    return f"the first report; like “{links.article(closest).features.title}”, but {why}"


def _by_age(article_ids: Iterable[str], links: Links) -> list[str]:
    return sorted(article_ids, key=lambda one: age_key(links.article(one)))


def age_key(article: WeighedArticle) -> tuple[dt.date, str]:
    """Order articles by the day that they were published, or first seen, and then by id."""
    features = article.features
    return (features.published.first if features.published else features.first_seen, features.id)
