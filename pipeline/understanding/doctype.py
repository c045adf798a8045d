"""What kind of document an article is, told by its title, its words and its address."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from models.vocabulary import DocType
from pipeline.understanding.gazetteer import folded
from pipeline.understanding.lexicon import Lexicon
from pipeline.understanding.taxonomy import load_vocabulary
from pipeline.values import Document

VOCABULARY_FILE = Path(__file__).with_name("doctype.toml")
OPENING_CHARS = 3_000
CLOSING_CHARS = 1_000
MIN_SCORE = 2.0
MAX_WORDS_SHOWN = 5
MAX_WORD_CHARS = 80
# Standing pages and columns are seldom dated, and the former quote nobody and say no day.
WITHOUT_REPORTING = 0.75

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

_UNDATED = ((DocType.REFERENCE, 0.5), (DocType.OPINION, 0.5), (DocType.OPPORTUNITY, 0.25))
_REPORTING = re.compile(
    r"\b(?:said|says|told|announced|reported|yesterday|today|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|表示|介绍|说[,，:：]|报道|宣布|\d{1,2}月\d{1,2}日|\b(?:сообщил|заявил|сказал|отметил|рассказал|объявил)"
    r"|\b\d{1,2} (?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр)"
    r"|\b(?:a déclaré|a annoncé|a indiqué|explique|précise|hier)\b"
    r"|\b\d{1,2} (?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\b"
    r"|\b\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)


def doc_type_and_words(document: Document) -> tuple[DocType, tuple[str, ...]]:
    """Tell the kind of a document and the words that decided, the weightiest first.

    What its page declares goes before what its words say. There are no words where nothing speaks against news, nor
    where the page declares the kind itself.
    """
    if document.doc_type is not None:
        return document.doc_type, ()
    signs = _signs(document)
    scores = {kind: sum(weight for weight, _ in found) for kind, found in signs.items()}
    best = max(scores, key=lambda kind: (scores[kind], -_TYPED.index(kind)), default=DocType.NEWS)
    if scores.get(best, 0.0) < MIN_SCORE:
        return DocType.NEWS, ()
    ranked = sorted(signs[best], key=lambda sign: -sign[0])
    return best, tuple(dict.fromkeys(words for _, words in ranked if words))[:MAX_WORDS_SHOWN]


def _signs(document: Document) -> Mapping[DocType, Sequence[tuple[float, str]]]:
    """List what speaks for each kind: a weight, and the words to show (none for a sign that is no words)."""
    signs: defaultdict[DocType, list[tuple[float, str]]] = defaultdict(list)
    text = document.text[:OPENING_CHARS] + "\n" + document.text[OPENING_CHARS:][-CLOSING_CHARS:]
    for place, words in (("title", document.title), ("text", text)):
        counted = {hit.pattern: hit for hit in _lexicon(place).hits(_folded_lines(words), document.language)}
        for hit in counted.values():
            shown = " ".join(hit.words.split())[:MAX_WORD_CHARS]
            signs[DocType(hit.group.removeprefix(f"{place}-"))].append((hit.weight, shown))
    for address, kind, weight in _ADDRESSES:
        found = address.search(document.url or "")
        if found:
            signs[kind].append((weight, found.group()))
    if document.published is None:
        for kind, weight in _UNDATED:
            signs[kind].append((weight, ""))
        if not _REPORTING.search(text):
            signs[DocType.REFERENCE].append((WITHOUT_REPORTING, ""))
    return signs


def _folded_lines(text: str) -> str:
    """Fold a text but for its lines, at whose beginnings many words mean something else."""
    return "\n".join(folded(line) for line in text.split("\n"))


@cache
def _lexicon(place: str) -> Lexicon:
    """Compile the words that are looked for in titles, or in texts."""
    groups = load_vocabulary(VOCABULARY_FILE, _GROUPS)
    return Lexicon({group: patterns for group, patterns in groups.items() if group.startswith(place)})
