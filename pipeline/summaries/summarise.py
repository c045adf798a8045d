"""Summaries as chosen sentences, each with its evidence: the pure decision of the `summarise` stage.

Extractive throughout, so that nothing is written that no source says: fitted scores, and novelty in the manner of MMR
(Carbonell and Goldstein 1998). Candidates, scores and word lists have files of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.generating.instructions import is_instruction
from pipeline.grounding.words import STOP_WORDS, terms_of
from pipeline.summaries.candidates import Candidate, candidates_of, is_statement, without_opening
from pipeline.summaries.scores import (
    NEWS,
    Encode,
    Matrix,
    scores_of,
    shares_of,
    shipped_weights,
    signs_of,
    support_from_abroad,
)
from pipeline.summaries.sentences import sentences_of
from pipeline.summaries.titles import is_empty_title, title_without_site
from pipeline.values import Document, EvidenceSpan, SummarySentence

MAX_SHARED = 0.6  # share of the shorter sentence's terms above which it says nothing new
SAME_SHARED = 0.72  # F1 of terms from which two sentences say the same
# What of a text a headline is chosen by.
HEADLINE_CHARS = 2000
MAX_TITLE_CHARS = 160
SHORT_TITLE_CHARS = 12
MIN_REPEATED = 2
UNDATED = "9999"

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def summarise(
    documents: Sequence[Document],
    encode: Encode | None,
    *,
    budget: int = 3,
    language: str | None = None,
    is_outline: bool = False,
) -> tuple[SummarySentence, ...]:
    """Choose up to `budget` sentences that tell what the documents report, in reading order.

    Each sentence is a slice of its document's text; a sentence that another document has nearly word for word gets
    that place as further evidence. `language` is kept to where any document is in it, else the language of most
    documents. `encode` returns one row a text; it is asked only how far reports in other languages say the same, about
    20 sentences at most. Fewer than `budget` come back rather than repetition or a sentence that cannot be understood
    alone. In an outline, lines without an end count as sentences.
    """
    offer = offer_of(documents, language=language, is_outline=is_outline)
    if not offer.allowed or budget < 1:
        return ()
    weights = shipped_weights()
    scores = scores_of(signs_of(offer.candidates, offer.stems, offer.titles), weights)
    if encode and offer.is_foreign_too and len({offer.candidates[n].text for n in offer.allowed}) > budget:
        scores += weights["support"] * support_from_abroad(offer.candidates, documents, offer.only(scores), encode)
    chosen = chosen_of(offer, scores, budget=budget, news=weights[NEWS])
    ordered = _in_reading_order(chosen, offer.candidates, documents, scores)
    return tuple(_with_evidence(n, offer.candidates, documents, offer.stems) for n in ordered)


@dataclass(frozen=True, eq=False)
class Offer:
    """What a summary may choose from: candidates, their stems and those of titles, and which are in its language."""

    candidates: Sequence[Candidate]
    stems: Sequence[frozenset[str]]
    titles: Sequence[frozenset[str]]
    allowed: Sequence[int]

    @property
    def is_foreign_too(self) -> bool:
        """Whether the story has candidates in other languages."""
        return len(self.allowed) < len(self.candidates)

    def only(self, scores: Matrix) -> Matrix:
        """Return the scores with those of other languages below all others."""
        kept = np.full(len(scores), -np.inf, dtype=np.float32)
        kept[list(self.allowed)] = scores[list(self.allowed)]
        return kept


def offer_of(documents: Sequence[Document], *, language: str | None, is_outline: bool = False) -> Offer:
    """Find the candidates of a story, and those in the wanted language."""
    candidates = candidates_of(documents, is_outline=is_outline)
    stems = [_stems(one.text, documents[one.document].language) for one in candidates]
    titles = [_stems(title_without_site(one.title, one.url), one.language) for one in documents]
    return Offer(candidates, stems, titles, _in_language(candidates, documents, language) if candidates else ())


def _stems(text: str, language: str | None = None) -> frozenset[str]:
    return frozenset(term.stem for term in terms_of(text, language if language in STOP_WORDS else None))


def _in_language(candidates: Sequence[Candidate], documents: Sequence[Document], language: str | None) -> list[int]:
    """Keep to one language: the wanted one, or else that of most documents."""
    known = [documents[one.document].language for one in candidates]
    chosen = language if language in known else _main_language([documents[n] for n in {c.document for c in candidates}])
    return [n for n, own in enumerate(known) if own == chosen]


def _main_language(documents: Sequence[Document]) -> str | None:
    """Return the language of most documents; English wins a tie."""
    counts = Counter(document.language for document in documents)
    return max(counts, key=lambda code: (counts[code], code == "en", str(code)))


def chosen_of(offer: Offer, scores: Matrix, *, budget: int, news: float) -> list[int]:
    """Choose greedily by score and by what is new in a sentence, as MMR does; no sentence before what it points at."""
    untold = shares_of([offer.stems[n] for n in offer.allowed])
    chosen: list[int] = []
    while len(chosen) < budget:
        open_ones = [n for n in offer.allowed if n not in chosen and not _repeats(n, chosen, offer.stems)]
        fit = [n for n in open_ones if _stands(offer.candidates[n], [offer.candidates[m] for m in chosen])]
        if not fit and not chosen:
            fit = open_ones
        if not fit:
            return chosen
        worth = {n: float(scores[n]) + news * sum(untold.get(stem, 0.0) for stem in offer.stems[n]) for n in fit}
        best = max(fit, key=lambda n: (worth[n], -n))
        chosen.append(best)
        for stem in offer.stems[best]:
            untold.pop(stem, None)
    return chosen


def _stands(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    if not candidate.refers:
        return True
    return any(one.document == candidate.document and one.order == candidate.order - 1 for one in chosen)


def _repeats(one: int, chosen: Sequence[int], stems: Sequence[frozenset[str]]) -> bool:
    mine = stems[one]
    return any(len(mine & stems[n]) > MAX_SHARED * max(1, min(len(mine), len(stems[n]))) for n in chosen)


def _in_reading_order(
    chosen: Sequence[int], candidates: Sequence[Candidate], documents: Sequence[Document], scores: Matrix
) -> list[int]:
    """Put the lead's document first, then the others by date; within one, as it reads."""
    lead = candidates[max(chosen, key=lambda n: float(scores[n]))].document if chosen else 0

    def key(n: int) -> tuple[bool, str, int, int]:
        one = candidates[n]
        published = documents[one.document].published
        return (one.document != lead, str(published or UNDATED), one.document, one.order)

    return sorted(chosen, key=key)


def _with_evidence(
    n: int, candidates: Sequence[Candidate], documents: Sequence[Document], stems: Sequence[frozenset[str]]
) -> SummarySentence:
    one = candidates[n]
    places = [one]
    for other, stem in zip(candidates, stems, strict=True):
        elsewhere = other.document not in {place.document for place in places}
        if elsewhere and _says_the_same(one.text, other.text, stems[n], stem):
            places.append(other)
    evidence = tuple(EvidenceSpan(documents[p.document].id, p.span.start, p.span.end) for p in places)
    return SummarySentence(one.text, documents[one.document].language, evidence)


def _says_the_same(one: str, other: str, stems: frozenset[str], others: frozenset[str]) -> bool:
    """Compare terms and require the same figures: `55 delegates` does not back `54 delegates`."""
    shared = 2 * len(stems & others) / max(1, len(stems) + len(others))
    return shared >= SAME_SHARED and set(_FIGURE.findall(one)) == set(_FIGURE.findall(other))


def headline_of(documents: Sequence[Document], language: str | None = None) -> tuple[str, str]:
    """Choose the title that fits the story best, without its site's name, and the id of its document.

    Titles that name a site or a file, or that speak to a model, are none; without any a first sentence stands in.
    ValueError when there is no document.
    """
    if not documents:
        raise ValueError("a headline needs at least one document")
    titled = [(one, title) for one in documents if (title := _fit_title(one))] or _stand_ins(documents)
    known = {one.language for one, _ in titled}
    chosen = language if language in known else _main_language([one for one, _ in titled])
    offered = [(one, title) for one, title in titled if one.language == chosen]
    titles = [title for _, title in offered]
    stems = [_stems(title) for title in titles]
    bodies = [_stems(one.text[:HEADLINE_CHARS]) for one, _ in offered]
    worth = [_title_worth(n, titles, stems, bodies) for n in range(len(titles))]
    best = int(np.argmax(worth))
    return titles[best], offered[best][0].id


def _fit_title(document: Document) -> str:
    """Return a document's title without its site, or nothing where it tells of no event or gives orders to a model."""
    title = title_without_site(document.title, document.url)
    return "" if is_instruction(document.title) or is_empty_title(title, document.url) else title


def _stand_ins(documents: Sequence[Document]) -> list[tuple[Document, str]]:
    """Offer the first sentence of each document; where none has any, such titles as there are, or addresses."""
    openings = [(one, opening) for one in documents if (opening := _opening(one))]
    empty = [(one, one.title.strip()) for one in documents if one.title.strip() and not is_instruction(one.title)]
    return openings or empty or [(one, one.url or "") for one in documents]


def _title_worth(
    n: int, titles: Sequence[str], stems: Sequence[frozenset[str]], bodies: Sequence[frozenset[str]]
) -> float:
    """Prefer titles whose words the other titles and the texts use; shouting, questions and the like count against."""
    mine = stems[n]
    shared = sum(len(mine & other) / max(1, len(mine | other)) for m, other in enumerate(stems) if m != n)
    told = sum(len(mine & body) / max(1, len(mine)) for body in bodies)
    width = len(titles[n]) + len(_CJK.findall(titles[n]))
    poor = titles[n].isupper() + titles[n].rstrip().endswith(("?", "？", "…", "...")) + (width > MAX_TITLE_CHARS)
    poor += _repeats_itself(titles[n])
    return (shared + told) / len(titles) - 0.3 * (poor + (width < SHORT_TITLE_CHARS))


def _repeats_itself(title: str) -> bool:
    """See a kicker that says what follows: `'solar storm' centre: UK to open 'solar storm' centre`."""
    head, _, tail = title.partition(": ")
    return len(_stems(head) & _stems(tail)) >= MIN_REPEATED


def _opening(document: Document) -> str:
    """Return the first of the opening sentences that states something, or else the first that is no order."""
    text = document.text[:HEADLINE_CHARS]
    spans = [without_opening(text, span) for span in sentences_of(text, document.language)]
    said = [one for span in spans if not is_instruction(one := text[span.start : span.end])]
    return next(filter(is_statement, said), said[0] if said else "")
