"""Stories beside other ways to group articles: `python -m benchmarks.stories [--data DIR]`.

B-cubed and pairwise precision, recall and F1 on each set; how stable the stories are under the order of arrival; and
how many look-alikes (editions of a workshop, agreements of one agency) share a story. Ours comes day by day, as in use.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path

from benchmarks.stories_baselines import (
    SINGLE_LINK_COSINE,
    Distances,
    best_threshold,
    hdbscan,
    linked,
    louvain,
    tfidf_distances,
    tuned_threshold,
)
from benchmarks.stories_scores import adjusted_rand, b_cubed, confused, pairwise
from benchmarks.stories_sets import StorySet, load_sets, with_features
from benchmarks.stories_week import in_one_week
from perilune.config import settings_from
from pipeline.encoding.encoder import load_encoder
from pipeline.stories.evidence import WeighedArticle, weighed
from pipeline.stories.features import StoryFeatures, term_counts_of
from pipeline.stories.linking import Links
from pipeline.stories.stories import Story, age_key, place
from pipeline.understanding.understand import load_knowledge

SHUFFLES = 3

Grouping = Sequence[Hashable]


def day_by_day(features: Sequence[StoryFeatures], order: Sequence[int]) -> list[str]:
    """Group articles as they come: those of a day are free until it ends; `order` is that of arrival within a day."""
    background = term_counts_of(features)
    known = {one.id: weighed(one, background) for one in features}
    links = Links(known)
    days: dict[object, list[WeighedArticle]] = defaultdict(list)
    for place_of in order:
        article = known[features[place_of].id]
        days[age_key(article)[0]].append(article)
    stories: dict[str, list[WeighedArticle]] = {}
    for day in sorted(days, key=str):
        _settle(days[day], stories, links, known)
    story_of = {one.features.id: name for name, members in stories.items() for one in members}
    return [story_of[one.id] for one in features]


def _settle(
    free: Sequence[WeighedArticle],
    stories: dict[str, list[WeighedArticle]],
    links: Links,
    known: dict[str, WeighedArticle],
) -> None:
    settled = [Story(name, tuple(sorted(members, key=age_key))) for name, members in stories.items()]
    for group in place(free, settled, links):
        kept = group.stories[0] if group.stories else group.free[0]
        members = stories.setdefault(kept, [])
        for gone in group.stories[1:]:
            members += stories.pop(gone)
        members += [known[one] for one in group.free]


def _shuffled(count: int, seed: int) -> list[int]:
    return random.Random(seed).sample(range(count), count)


def print_set(found: StorySet, matrix: Distances, tuned: float) -> None:
    """Print every method's agreement with the readers of one set."""
    count = len(found.documents)
    started = time.process_time()
    ours = day_by_day(found.features, range(count))
    seconds = time.process_time() - started
    best = best_threshold(matrix, found.stories)
    rivals: dict[str, Grouping] = {
        "ours, day by day": ours,
        f"TF-IDF average link, tuned on the other sets ({tuned:.2f})": linked(matrix, tuned, "average"),
        f"TF-IDF average link, best for this very set ({best:.2f})": linked(matrix, best, "average"),
        f"single link, cosine {SINGLE_LINK_COSINE:.2f}": linked(matrix, 1 - SINGLE_LINK_COSINE, "single"),
        "Louvain on shared keywords": louvain(found),
        "HDBSCAN on vectors": hdbscan(found.features),
    }
    print(f"\n{found.name}: {count} articles, {len(set(found.stories))} stories; ours took {seconds:.1f} s of CPU")
    for name, grouping in rivals.items():
        figures = f"B-cubed {b_cubed(grouping, found.stories)}  pairs {pairwise(grouping, found.stories)}"
        ratio = b_cubed(grouping, found.stories).f1 / b_cubed(ours, found.stories).f1
        families = f"  look-alikes in one story {confused(grouping, found.stories, found.families)}"
        print(f"  {name:58s} {figures}  ratio {ratio:.2f}{families if any(found.families) else ''}")
    stable = min(
        adjusted_rand(ours, day_by_day(found.features, _shuffled(count, seed))) for seed in range(1, SHUFFLES + 1)
    )
    print(f"  under other orders of arrival within the days: adjusted Rand at least {stable:.3f}", flush=True)


def main() -> None:
    """Group every set by every method and print the agreement with readers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="the folder of real texts; without it only our own are read")
    options = parser.parse_args()
    settings = settings_from({})
    knowledge, encoder = load_knowledge(), load_encoder(settings.encoder, settings.cache)
    sets = [with_features(one, knowledge, encoder) for one in load_sets(options.data)]
    sets.append(in_one_week(sets))
    distances = {one.name: (tfidf_distances(one.documents), one.stories) for one in sets}
    for one in sets:
        tuned = tuned_threshold(distances, one.name) if len(sets) > 1 else best_threshold(*distances[one.name])
        print_set(one, distances[one.name][0], tuned)


if __name__ == "__main__":
    main()
