"""What kind of document an article is, told by its title, its words and its address."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from models.vocabulary import DocType
from pipeline.understanding.lexicon import Lexicon, folded
from pipeline.understanding.taxonomy import load_vocabulary
from pipeline.values import Document

VOCABULARY_FILE = Path(__file__).with_name("doctype.toml")
OPENING_CHARS = 3_000
CLOSING_CHARS = 1_000
MIN_SCORE = 2.0

_TYPED = tuple(kind for kind in DocType if kind is not DocType.NEWS)
_GROUPS = tuple(f"{place}-{kind}" for kind in _TYPED for place in ("title", "text"))
_ADDRESSES: tuple[tuple[re.Pattern[str], DocType, float], ...] = (
    (re.compile(r"wiki", re.IGNORECASE), DocType.REFERENCE, 2.0),
    (
        re.compile(r"/press[-_]?(?:release|room)?s?/|/pressrels/|/pr/|/communiques?/", re.IGNORECASE),
        DocType.PRESS_RELEASE,
        2.0,
    ),
    (re.compile(r"//www\.gov\.uk/government/news/|/media-?cent(?:re|er)/", re.IGNORECASE), DocType.PRESS_RELEASE, 2.0),
    (re.compile(r"/opinions?/|/editorials?/|/op-?ed/|/columnas?/|/commentary/", re.IGNORECASE), DocType.OPINION, 1.5),
    (re.compile(r"/speech(?:es)?/", re.IGNORECASE), DocType.SPEECH, 2.5),
    (
        re.compile(r"//opportunities\.|/(?:opportunit(?:y|ies)|calls?|tenders?|vacanc(?:y|ies))/", re.IGNORECASE),
        DocType.OPPORTUNITY,
        1.0,
    ),
    (re.compile(r"/(?:events?|schedule|agenda)/", re.IGNORECASE), DocType.EVENT_NOTICE, 1.0),
    (re.compile(r"white-?paper|whitepaper", re.IGNORECASE), DocType.WHITE_PAPER, 1.5),
)


def doc_type_of(document: Document) -> DocType:
    """Tell the kind of a document; what its page declares goes before what its words say."""
    if document.doc_type is not None:
        return document.doc_type
    scores = _scores(document)
    best = max(scores, key=lambda kind: (scores[kind], -_TYPED.index(kind)), default=DocType.NEWS)
    return best if scores.get(best, 0.0) >= MIN_SCORE else DocType.NEWS


def _scores(document: Document) -> dict[DocType, float]:
    scores: dict[DocType, float] = defaultdict(float)
    text = document.text[:OPENING_CHARS] + "\n" + document.text[OPENING_CHARS:][-CLOSING_CHARS:]
    for place, words in (("title", document.title), ("text", text)):
        counted = {
            hit.pattern: (hit.group, hit.weight)
            for hit in _lexicon().hits(folded(words), document.language)
            if hit.group.startswith(place)
        }
        for group, weight in counted.values():
            scores[DocType(group.removeprefix(f"{place}-"))] += weight
    for address, kind, weight in _ADDRESSES:
        if address.search(document.url or ""):
            scores[kind] += weight
    return scores


@cache
def _lexicon() -> Lexicon:
    return Lexicon(load_vocabulary(VOCABULARY_FILE, _GROUPS))
