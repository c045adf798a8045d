"""What else groups articles: TF-IDF average and single linkage, Louvain on shared keywords, HDBSCAN on vectors.

Each is given our tokens, so that it reads Chinese and Russian as well as we do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

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


def _terms_of(document: Document) -> list[str]:
    return list(terms_in(f"{document.title}\n{document.text[:READ_CHARS]}", document.language))


def _weighed(documents: Sequence[Document]) -> Distances:
    """Return TF-IDF vectors, shape (n, terms)."""
    return np.asarray(TfidfVectorizer(analyzer=_terms_of, sublinear_tf=True).fit_transform(documents).toarray())


def tfidf_distances(documents: Sequence[Document]) -> Distances:
    """Return one less the cosines of TF-IDF vectors of title and text, shape (n, n)."""
    matrix = _weighed(documents)
    distances = np.clip(1 - matrix @ matrix.T, 0, 1)
    np.fill_diagonal(distances, 0)
    return np.asarray(distances)


def linked(distances: Distances, threshold: float, method: str) -> list[int]:
    """Group by average or single linkage, up to a distance."""
    grouping = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage=method, distance_threshold=threshold
    )
    return [int(label) for label in grouping.fit_predict(distances)]


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
    keywords = [frozenset(np.argsort(-row, kind="stable")[:KEYWORDS].tolist()) for row in _weighed(articles.documents)]
    graph = nx.Graph()
    graph.add_nodes_from(range(len(keywords)))
    for one in range(len(keywords)):
        for other in range(one):
            shared = len(keywords[one] & keywords[other])
            if shared >= MIN_SHARED_KEYWORDS:
                graph.add_edge(one, other, weight=shared)
    label: dict[int, int] = {}
    for number, community in enumerate(nx.community.louvain_communities(graph, seed=0)):
        label |= dict.fromkeys(community, number)
    return [label[place] for place in range(len(keywords))]


def hdbscan(features: Sequence[StoryFeatures]) -> list[int]:
    """Group by HDBSCAN on the centred vectors; what it calls noise stands alone."""
    vectors = np.stack([one.vector for one in features])
    labels = HDBSCAN(min_cluster_size=2, metric="euclidean", copy=True).fit_predict(vectors)
    return [int(label) if label >= 0 else -2 - place for place, label in enumerate(labels)]
