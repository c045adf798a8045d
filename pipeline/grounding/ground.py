"""Whether sources support a claim, and if not, what they do not say; the gate before any sentence not copied.

A check by rules and overlap: numbers, dates, quotations and names must be there, every word of the claim must be
accounted for, and the sentences that answer for it must not deny, plan, compare or order otherwise. With an encoder
meaning counts too, and with an entailment model its judgement. It finds planted errors, not every untruth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.grounding.alignment import Alignment, tokens_of
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.claims import modality_problems, negation_problems
from pipeline.grounding.comparisons import comparison_problems
from pipeline.grounding.dates import date_problems, exchanged_dates, stated_dates, weekday_problems
from pipeline.grounding.names import Names, name_problems, otherwise_named
from pipeline.grounding.numbers import exchange_problems, number_problems
from pipeline.grounding.places import Scene, order_problems, place_problems
from pipeline.grounding.scoring import support_of
from pipeline.grounding.sources import Source, amounts_of, folded_marks, read_source, scene_of
from pipeline.grounding.unsaid import substitution_problems, unsaid_problems
from pipeline.grounding.words import language_by_words
from pipeline.summaries.sentences import sentences_of
from pipeline.values import Grounding

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Entailment = Callable[[str, str], float]

LIKE_SHARE = 0.85  # of the best sentence's overlap: such sentences may answer for the claim too
MAX_LIKE_SENTENCES = 4
MIN_OVERLAP_TO_COMPARE = 0.3
MIN_OVERLAP_TO_REPLACE = 0.45
MIN_OVERLAP_TO_EXCHANGE = 0.6
MIN_OVERLAP_TO_ANSWER = 0.6
"""From here one sentence answers for the claim by itself."""
MIN_CLAUSE_STEMS = 3
MIN_QUOTED_WORDS = 3
MIN_QUOTED_CJK = 4
MAX_TITLE_WORDS = 5
MIN_ENTAILMENT = 0.5
MAX_PREMISE_CHARS = 2000

_QUOTED = re.compile(r"[“\"«「『《]([^“”\"«»「」『』《》]{2,600})[”\"»」』》]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[;；]\s*")


@dataclass(frozen=True)
class _Judges:
    """The models that may judge meaning; either may be absent."""

    encode: Encode | None
    nli: Entailment | None


def ground(
    source: str,
    claim: str,
    *,
    names: Names | None = None,
    encode: Encode | None = None,
    nli: Entailment | None = None,
) -> Grounding:
    """Check a claim of one or more sentences against the text of its sources.

    Sentences copied from the source are supported. `names` returns (slug, start, end) of the gazetteer's actors in a
    text; capitalised words and countries are checked besides. `encode` lets meaning count, and claims in another
    language be checked; `nli` returns the probability that a premise entails a claim. A claim is supported when
    nothing speaks against it; the score is that of the weakest sentence, 0..1: how likely people call it supported.
    """
    read = read_source(source, names)
    language = language_by_words(claim, read.language)
    judges = _Judges(encode, nli)
    spans = sentences_of(claim, language)
    parts = [_grounded(read, Assertion(claim[span.start : span.end], language), judges) for span in spans]
    if not parts:
        return Grounding(supported=False, score=0.0, problems=("the claim is empty",))
    problems = tuple(dict.fromkeys(problem for part in parts for problem in part.problems))
    return Grounding(all(part.supported for part in parts), min(part.score for part in parts), problems)


def _grounded(source: Source, claim: Assertion, judges: _Judges) -> Grounding:
    if folded_marks(claim.text) in source.whole_sentences:
        return Grounding(supported=True, score=1.0)
    if claim.language != source.language:
        return grounded_across(source, claim, judges.encode)
    scene = scene_of(claim, source.names)
    chosen = source.evidence_for(claim)
    evidence = Assertion("\n".join(source.sentences[number].text for number in chosen), source.language)
    problems = _problems_of_parts(source, scene, evidence)
    if claim.stems:
        problems += _problems_of_statement(source, scene, evidence)
    free = _accounted_for(source, scene)
    alignment = Alignment(claim.text, [source.sentences[one].text for one in chosen], claim.language, free=free)
    if not problems:
        problems = unsaid_problems(alignment)
    support = support_of(source, claim, alignment, problems=problems, meaning=None)
    return Grounding(not problems, round(support.score, 4), tuple(problems))


def grounded_across(source: Source, claim: Assertion, encode: Encode | None) -> Grounding:
    """Check a claim in another language than its source: numbers, dates and known names, and meaning by the encoder."""
    return Grounding(supported=False, score=0.0, problems=("the claim is in another language than the source",))


def _problems_of_parts(source: Source, scene: Scene, evidence: Assertion) -> list[str]:
    """Check what must be somewhere in the source: numbers, dates, quotations, names."""
    claim = scene.assertion
    dates = stated_dates(claim.text)
    amounts = amounts_of(claim.text, claim.language, dates)
    theirs = stated_dates(evidence.text)
    problems: list[str] = []
    # The whole source is read only where the sentences that answer for the claim do not have all of it.
    if number_problems(amounts, amounts_of(evidence.text, evidence.language, theirs)):
        problems += number_problems(amounts, source.amounts)
    if date_problems(claim.text, evidence.text, theirs):
        problems += date_problems(claim.text, source.text, source.dates)
    problems += [
        f"the quotation “{quoted}” is not in the source"
        for quoted in _quotations(claim.text)
        if _plain(quoted) not in source.folded and not _is_inflected(quoted, source)
    ]
    named = [name for name in scene.names if not is_counted(name.slug)]
    otherwise = otherwise_named(claim.text, named, source.known)
    return problems + name_problems(named, source.known, otherwise)


def is_counted(slug: str | None) -> bool:
    """Tell the slugs of amounts and dates from those of names."""
    return (slug or "").startswith(("number:", "date:"))


def _accounted_for(source: Source, scene: Scene) -> list[tuple[int, int]]:
    """List the spans of a claim that checks of their own have seen to: what is named otherwise, amounts and dates."""
    named = [name for name in scene.names if not is_counted(name.slug)]
    counted = [(name.start, name.end) for name in scene.names if is_counted(name.slug)]
    return counted + otherwise_named(scene.text, named, source.known)


def _problems_of_statement(source: Source, scene: Scene, evidence: Assertion) -> list[str]:
    """Compare each clause with the sentences most like it; the one with the fewest objections answers."""
    problems: list[str] = []
    for clause in _clauses(scene, source):
        overlaps = [source.covered(clause.assertion.stems, sentence.stems) for sentence in source.sentences]
        best = max(overlaps, default=0.0)
        if best < MIN_OVERLAP_TO_COMPARE:
            continue
        like = sorted((n for n, share in enumerate(overlaps) if share >= LIKE_SHARE * best), key=lambda n: -overlaps[n])
        found = (_objections(source, clause, n, evidence) for n in like[:MAX_LIKE_SENTENCES])
        problems += min(found, key=len)
    return problems


def _clauses(scene: Scene, source: Source) -> list[Scene]:
    """Part a claim at semicolons, where sentences may have been joined."""
    texts = _CLAUSE.split(scene.text)
    clauses = [Assertion(text, scene.assertion.language) for text in texts]
    if len(clauses) == 1 or any(len(clause.stems) < MIN_CLAUSE_STEMS for clause in clauses):
        return [scene]
    return [scene_of(clause, source.names) for clause in clauses]


def _objections(source: Source, scene: Scene, n: int, evidence: Assertion) -> list[str]:
    claim, sentence, theirs = scene.assertion, source.sentences[n], source.scene(n)
    is_alone = source.covered(claim.stems, sentence.stems) >= MIN_OVERLAP_TO_ANSWER
    whole = sentence if is_alone else Assertion(f"{sentence.text}\n{evidence.text}", sentence.language)
    problems = negation_problems(claim, sentence, whole) + modality_problems(claim, sentence, whole)
    problems += weekday_problems(claim.text, sentence.text, source.text)
    problems += comparison_problems(claim.text, sentence.text, whole.text)
    problems += order_problems(scene, theirs)
    nameless = claim.stems - {w.stem for w in claim.words if any(a.start <= w.start < a.end for a in scene.names)}
    if source.covered(nameless, sentence.stems) >= MIN_OVERLAP_TO_REPLACE:
        problems += place_problems(scene, theirs)
    if source.covered(claim.stems, sentence.stems) >= MIN_OVERLAP_TO_EXCHANGE:
        problems += substitution_problems(claim, sentence, _accounted_for(source, scene))
        mine = amounts_of(claim.text, claim.language, stated_dates(claim.text))
        problems += exchange_problems(
            mine, amounts_of(sentence.text, sentence.language, stated_dates(sentence.text))
        )
        problems += exchanged_dates(claim.text, sentence.text)
    return problems


def _quotations(claim: str) -> list[str]:
    """List the quoted passages long enough to be speech or a title; a word or two in quotes may be inflected."""
    quoted = [match[1].strip() for match in _QUOTED.finditer(claim)]
    return [one for one in quoted if len(one.split()) >= MIN_QUOTED_WORDS or len(_CJK.findall(one)) >= MIN_QUOTED_CJK]


def _is_inflected(quoted: str, source: Source) -> bool:
    """See a title that Russian puts into another case."""
    stems = tuple(token.stem for token in tokens_of(quoted, source.language))
    return source.language == "ru" and 0 < len(stems) <= MAX_TITLE_WORDS and stems in source.runs(len(stems))


def _plain(quoted: str) -> str:
    return folded_marks(quoted).strip(" .,;:!?。，")
