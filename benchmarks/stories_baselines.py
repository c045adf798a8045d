"""What else groups articles: TF-IDF average and single linkage, Louvain on shared keywords, HDBSCAN on vectors.

Each is given our tokens, so that it reads Chinese and Russian as well as we do.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.spatial.distance import squareform
from sklearn.cluster import HDBSCAN

from benchmarks.stories_scores import b_cubed
from benchmarks.stories_sets import StorySet
from pipeline.stories.features import StoryFeatures, terms_in
from pipeline.values import Document

SINGLE_LINK_COSINE = 0.60
THRESHOLDS = tuple(round(0.40 + 0.02 * step, 2) for step in range(28))
KEYWORDS = 12
MIN_SHARED_KEYWORDS = 3
READ_CHARS = 6000

Distances = NDArray[np.float64]


def tfidf_distances(documents: Sequence[Document]) -> Distances:
    """Return one less the cosines of TF-IDF vectors of title and text, shape (n, n)."""
    vectors = [_tfidf_of(counts, frequency, len(documents)) for counts, frequency in _counted(documents)]
    terms = {term: column for column, term in enumerate(dict.fromkeys(term for one in vectors for term in one))}
    rows = [row for row, one in enumerate(vectors) for _ in one]
    columns = [terms[term] for one in vectors for term in one]
    values = [weight for one in vectors for weight in one.values()]
    matrix = csr_matrix((values, (rows, columns)), shape=(len(documents), len(terms)))
    distances = np.clip(1 - (matrix @ matrix.T).toarray(), 0, 1)
    np.fill_diagonal(distances, 0)
    return np.asarray(distances)


def _counted(documents: Sequence[Document]) -> list[tuple[Counter[str], Counter[str]]]:
    counts = [Counter(terms_in(f"{one.title}\n{one.text[:READ_CHARS]}", one.language)) for one in documents]
    frequency = Counter(term for one in counts for term in one)
    return [(one, frequency) for one in counts]


def _tfidf_of(counts: Counter[str], frequency: Counter[str], total: int) -> dict[str, float]:
    weights = {t: (1 + math.log(n)) * math.log((total + 1) / (frequency[t] + 0.5)) for t, n in counts.items()}
    norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {term: weight / norm for term, weight in weights.items()}


def linked(distances: Distances, threshold: float, method: str) -> list[int]:
    """Group by average or single linkage, up to a distance."""
    tree = linkage(squareform(distances, checks=False), method)
    return [int(label) for label in fcluster(tree, threshold, "distance")]


def tuned_threshold(sets: Mapping[str, tuple[Distances, Sequence[str]]], but_for: str) -> float:
    """Choose the distance at which average linkage does best on the other sets together."""

    def worth(threshold: float) -> float:
        return sum(
            b_cubed(linked(distances, threshold, "average"), stories).f1
            for name, (distances, stories) in sets.items()
            if name != but_for
        )

    return max(THRESHOLDS, key=worth)


def best_threshold(distances: Distances, stories: Sequence[str]) -> float:
    """Choose the distance that suits this very set best, which nobody can know beforehand."""
    return max(THRESHOLDS, key=lambda one: b_cubed(linked(distances, one, "average"), stories).f1)


def louvain(articles: StorySet) -> list[int]:
    """Group by Louvain communities of articles that share at least three of their twelve rarest-weighted keywords."""
    vectors = [
        _tfidf_of(counts, frequency, len(articles.documents)) for counts, frequency in _counted(articles.documents)
    ]
    keywords = [frozenset(sorted(one, key=lambda t: (-one[t], t))[:KEYWORDS]) for one in vectors]
    graph = nx.Graph()
    graph.add_nodes_from(range(len(keywords)))
    for one in range(len(keywords)):
        for other in range(one):
            shared = len(keywords[one] & keywords[other])
            if shared >= MIN_SHARED_KEYWORDS:
                graph.add_edge(one, other, weight=shared)
    label = {}
    for number, community in enumerate(nx.community.louvain_communities(graph, seed=0)):
        label |= dict.fromkeys(community, number)
    return [label[place] for place in range(len(keywords))]


def hdbscan(features: Sequence[StoryFeatures]) -> list[int]:
    """Group by HDBSCAN on the centred vectors; what it calls noise stands alone."""
    vectors = np.stack([one.vector for one in features])
    labels = HDBSCAN(min_cluster_size=2, metric="euclidean", copy=True).fit_predict(vectors)
    return [int(label) if label >= 0 else -2 - place for place, label in enumerate(labels)]
