"""Finds a story's articles that are one text in two languages, and folds them under the best of them.

Apart from summarising, which calls it because a story's articles and the encoder are at hand there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from sqlalchemy.orm import Session

from models.article import Article
from models.story import Story
from pipeline.encoding.language_means import LanguageMeans, prior_means
from pipeline.runners.places import copy_of_article
from pipeline.stories.duplicates import lead_of
from pipeline.stories.translations import Rendering, is_translation, may_be_translation
from pipeline.summaries.scores import Encode
from pipeline.summaries.sentences import sentences_of
from pipeline.values import Document

MAX_SENTENCES = 30
MAX_READ_CHARS = 20_000


def translated_copies(documents: Sequence[Document], encode: Encode, model: str) -> list[frozenset[str]]:
    """Group the documents that are one text in several languages, by their ids; most stories have none.

    Only languages whose mean the encoder is known to have: vectors of others are near each other whatever they say.
    """
    means = LanguageMeans({}, prior_means(model))
    renderings: dict[str, Rendering] = {}
    groups: dict[str, frozenset[str]] = {}
    comparable = [document for document in documents if document.language in means.prior]
    for one, other in combinations(comparable, 2):
        if may_be_translation(one, other):
            for each in (one, other):
                if each.id not in renderings:
                    renderings[each.id] = rendering_of(each, encode, means)
            if is_translation(renderings[one.id], renderings[other.id]):
                joined = groups.get(one.id, frozenset({one.id})) | groups.get(other.id, frozenset({other.id}))
                groups |= dict.fromkeys(joined, joined)
    return list(dict.fromkeys(groups.values()))


def rendering_of(document: Document, encode: Encode, means: LanguageMeans) -> Rendering:
    """Encode a title and the sentences that its text begins with."""
    text = document.text[:MAX_READ_CHARS]
    spans = sentences_of(text, document.language)[:MAX_SENTENCES]
    vectors = encode([document.title, *(text[span.start : span.end] for span in spans)])
    centred = np.stack([means.centred(vector, document.language) for vector in vectors])
    return Rendering(document, centred[0], centred[1:])


def fold_translations(session: Session, story: Story, groups: Sequence[frozenset[str]]) -> None:
    """Fold the articles of each group under the one that leads; no other article of the story is a translation."""
    leading = {article.key: article for article in story.articles if article.copy_of_id is None}
    heads = _heads([[leading[key] for key in sorted(group) if key in leading] for group in groups])
    for article in leading.values():
        head = heads.get(article.id)
        article.translation_of_id = head if head != article.id else None
    session.flush()


def _heads(groups: Sequence[Sequence[Article]]) -> Mapping[int, int]:
    heads: dict[int, int] = {}
    for group in groups:
        if group:
            address = lead_of([copy_of_article(article) for article in group]).address
            head = next(article.id for article in group if article.url == address)
            heads |= dict.fromkeys([article.id for article in group], head)
    return heads
