"""Stories: which articles report the same event. One rule, used article by article and, sorted, on a batch.

The rule never moves an article once it is placed, so that a story's address and its readers' notes stay right.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.stories.evidence import Evidence, WeighedArticle, evidence_between, weighed
from pipeline.stories.features import StoryFeatures, TermStatistics, term_counts_of
from pipeline.stories.vetoes import vetoes_of

JOIN_SCORE = 0.5
# A story's newest members speak for it: a long story moves on, and the cost of a comparison stays bounded.
MEMBERS_COMPARED = 12
# A background piece among the members shall not keep the next report out.
BEST_MEMBERS_SHARE = 0.75
# One stray number in one member must not shut a large story; in a small one every veto counts.
VETO_SHARE = 1 / 3
# Below this cosine nothing else has ever made two articles one story; it spares most comparisons.
MIN_COSINE = 0.1


@dataclass(frozen=True)
class Story:
    """A story as the rule sees it: its id and the features of its members, in the order they joined."""

    id: str
    members: tuple[StoryFeatures, ...]


@dataclass(frozen=True)
class StoryChoice:
    """Where an article belongs: `story_id` is None when it founds a story; `reason` says why in words."""

    story_id: str | None
    score: float
    reason: str


def same_story_score(a: StoryFeatures, b: StoryFeatures, background: TermStatistics) -> float:
    """Return how likely two articles report the same event, in 0..1; vetoes are not looked at."""
    return _score(evidence_between(weighed(a, background), weighed(b, background)))


def story_for(article: StoryFeatures, stories: Iterable[Story], background: TermStatistics) -> StoryChoice:
    """Choose the story that an article joins, or let it found one.

    `stories` are the candidates, such as those with a member of the last 45 days or without a date; their order
    does not matter.
    """
    candidates = [
        (story.id, [weighed(member, background) for member in story.members[-MEMBERS_COMPARED:]])
        for story in stories
        if _may_belong(article, story.members)
    ]
    return _choice(weighed(article, background), candidates)


def group_into_stories(articles: Sequence[StoryFeatures], background: TermStatistics | None = None) -> list[str]:
    """Return the story id of each article: the incremental rule over the articles by date and id.

    A story's id is that of its first article; the result does not depend on the order of `articles`.
    Without a background the batch is its own.
    """
    statistics = term_counts_of(articles) if background is None else background
    stories: dict[str, list[WeighedArticle]] = {}
    story_of: dict[str, str] = {}
    for article in sorted(articles, key=_age_key):
        candidates = [
            (story_id, members[-MEMBERS_COMPARED:])
            for story_id, members in stories.items()
            if _may_belong(article, [member.features for member in members])
        ]
        newcomer = weighed(article, statistics)
        story_id = _choice(newcomer, candidates).story_id or article.id
        stories.setdefault(story_id, []).append(newcomer)
        story_of[article.id] = story_id
    return [story_of[article.id] for article in articles]


def _age_key(article: StoryFeatures) -> tuple[dt.date, str]:
    return (article.published.first if article.published else article.first_seen, article.id)


def _may_belong(article: StoryFeatures, members: Sequence[StoryFeatures]) -> bool:
    return any(float(article.vector @ member.vector) >= MIN_COSINE for member in members[-MEMBERS_COMPARED:])


def _choice(article: WeighedArticle, candidates: Iterable[tuple[str, Sequence[WeighedArticle]]]) -> StoryChoice:
    refusals: list[StoryChoice] = []
    best: StoryChoice | None = None
    for story_id, members in sorted(candidates, key=lambda candidate: candidate[0]):
        probability = _probability(_mean_of_best([_logit(evidence_between(article, member)) for member in members]))
        if probability < JOIN_SCORE:
            continue
        veto = _veto_by(article, members)
        if veto is not None:
            refusals.append(StoryChoice(None, probability, f"like story {story_id}, but {veto}"))
        elif best is None or probability > best.score:
            best = StoryChoice(story_id, probability, _reason(article, members))
    if best is not None:
        return best
    return max(refusals, key=lambda refusal: refusal.score, default=StoryChoice(None, 0.0, "no story is like it"))


def _veto_by(article: WeighedArticle, members: Sequence[WeighedArticle]) -> str | None:
    vetoes = [found for member in members if (found := vetoes_of(article.features, member.features))]
    return "; ".join(vetoes[-1]) if vetoes and len(vetoes) >= VETO_SHARE * len(members) else None


def _reason(article: WeighedArticle, members: Sequence[WeighedArticle]) -> str:
    closest = max(members, key=lambda member: _logit(evidence_between(article, member)))
    shared = {name: weight for name, weight in article.names.items() if name in closest.names and not name.isdigit()}
    rarest = sorted(shared, key=lambda name: (-shared[name], name))[:3]
    names = f", both name {', '.join(rarest)}" if rarest else ""
    cosine = evidence_between(article, closest).vector
    return f"like “{closest.features.title}” (cosine {cosine:.2f}){names}"


def _score(evidence: Evidence) -> float:
    return _probability(_logit(evidence))


def _logit(evidence: Evidence) -> float:
    # A logistic regression on pairs of ECB+, Wikinews, hand-picked news and this domain's pages, rounded. They
    # are not delicate: other weights within a third of these changed B-cubed F by 0.03 at most.
    across = 0.0 if evidence.is_same_language else 1.9
    return (
        9.5 * evidence.vector
        + 7.5 * evidence.terms
        + 2.0 * evidence.titles
        + 11.0 * evidence.names
        + 2.0 * evidence.actors
        + across
        - 3.0 * evidence.gap
        - 4.5
    )


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _mean_of_best(logits: Sequence[float]) -> float:
    best = sorted(logits, reverse=True)[: math.ceil(BEST_MEMBERS_SHARE * len(logits))]
    return math.fsum(best) / len(best)
