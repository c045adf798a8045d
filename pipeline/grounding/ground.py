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

from pipeline.grounding.across import likeness_of, problems_across
from pipeline.grounding.alignment import Alignment, tokens_of
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.claims import modality_problems, negation_problems
from pipeline.grounding.comparisons import comparison_problems
from pipeline.grounding.dates import date_problems, exchanged_dates, stated_dates, weekday_problems
from pipeline.grounding.findings import not_there
from pipeline.grounding.fragments import copied_share
from pipeline.grounding.meaning import (
    Encode,
    cosines_of,
    meaning_of,
)
from pipeline.grounding.names import Names, name_problems, otherwise_named
from pipeline.grounding.nearness import MAX_CLAIM_CHARS, InContext, Nearness
from pipeline.grounding.numbers import exchange_problems, number_problems
from pipeline.grounding.places import Scene, order_problems, place_problems
from pipeline.grounding.roles import (
    agent_problems,
    exchange_of_places,
    exchange_of_words,
    speaker_problems,
    title_problems,
)
from pipeline.grounding.scoring import Support, support_of
from pipeline.grounding.sources import Source, amounts_of, folded_marks, read_source, scene_of
from pipeline.grounding.unsaid import are_near, substitution_problems, unsaid_problems
from pipeline.grounding.words import language_by_words
from pipeline.summaries.sentences import sentences_of
from pipeline.values import Grounding

Entailment = Callable[[str, str], float]

SUPPORTED_SCORE = 0.3
SUPPORTED_SCORE_BY_MEANING = 0.35
"""Below it a claim with words of its own is put together too loosely to be trusted."""
MIN_ANCHORED = 0.62
PROBLEM_FACTOR = 0.45
UNCHECKED_SCORE = 0.4
MIN_CLOSENESS = 0.56
"""Of a claim in another language: how far the nearest sentence stands out, and how near its words come."""
SCORE_AT_LEAST, SCORE_SPAN = 0.2, 0.8
NEAREST_SENTENCES = 2
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
MAX_LISTED = 3
MAX_TITLE_WORDS = 5
MIN_ENTAILMENT = 0.5
MAX_PREMISE_CHARS = 2000

_QUOTED = re.compile(r"[“\"«「『《]([^“”\"«»「」『』《》]{2,600})[”\"»」』》]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[;；]\s*")


@dataclass(frozen=True)
class Judges:
    """The models that may judge meaning; each may be absent.

    `encode` gives a vector for each text, `in_context` one for each piece of a text, and `nli` the probability that a
    premise entails a claim.
    """

    encode: Encode | None = None
    in_context: InContext | None = None
    nli: Entailment | None = None


NOBODY = Judges()


def ground(
    source: str,
    claim: str,
    *,
    names: Names | None = None,
    judges: Judges = NOBODY,
) -> Grounding:
    """Check a claim of one or more sentences against the text of its sources.

    Sentences copied from the source are supported. `names` returns (slug, start, end) of the gazetteer's actors in a
    text; capitalised words and countries are checked besides. With an encoder among the `judges` meaning counts, and
    claims in another language are checked. A claim is supported when nothing speaks against it; the score, 0..1,
    is the mean over its sentences: how likely people call each supported.
    """
    read = read_source(source, names)
    language = language_by_words(claim, read.language)
    spans = sentences_of(claim, language)
    parts = [_grounded(read, Assertion(claim[span.start : span.end], language), judges) for span in spans]
    if not parts:
        return Grounding(supported=False, score=0.0, problems=("the claim is empty",))
    problems = tuple(dict.fromkeys(problem for part in parts for problem in part.problems))
    score = sum(part.score for part in parts) / len(parts)
    return Grounding(all(part.supported for part in parts), round(score, 4), problems)


def _grounded(source: Source, claim: Assertion, judges: Judges) -> Grounding:
    if folded_marks(claim.text) in source.whole_sentences:
        return Grounding(supported=True, score=1.0)
    scene = scene_of(claim, source.names)
    if not claim.stems and not scene.names:
        return Grounding(supported=False, score=0.0, problems=("the claim says nothing that could be checked",))
    if claim.language != source.language:
        return _grounded_across(source, scene, judges)
    examined = _examined(source, scene, judges)
    problems, score = examined.problems, examined.support.score
    least = SUPPORTED_SCORE_BY_MEANING if judges.encode else SUPPORTED_SCORE
    if not problems and score < least and examined.alignment.is_loose and not examined.is_near:
        problems = [_too_loose(examined.alignment)]
    return _judged(examined.evidence.text, claim.text, Grounding(not problems, score, tuple(problems)), judges.nli)


@dataclass(frozen=True)
class _Examined:
    """A claim beside what answers for it: what speaks against it, and what the score is made of."""

    evidence: Assertion
    alignment: Alignment
    is_near: bool
    problems: list[str]
    support: Support


def _examined(source: Source, scene: Scene, judges: Judges) -> _Examined:
    claim = scene.assertion
    chosen = source.evidence_for(claim)
    texts = [source.sentences[number].text for number in chosen]
    evidence = Assertion("\n".join(texts), source.language)
    problems = _problems_of_parts(source, scene, evidence)
    scenes = [source.scene(number) for number in chosen]
    problems += exchange_of_places(scene, scenes) or title_problems(scene, scenes)
    problems += agent_problems(scene, scenes)
    if claim.stems:
        problems += _problems_of_statement(source, scene, evidence)
    alignment = Alignment(claim.text, texts, claim.language, free=_accounted_for(source, scene))
    encode = judges.encode if source.sentences else None
    meaning = meaning_of(cosines_of(source, claim.text, encode)) if encode else None
    is_near = _is_anchored(source, claim, meaning) and are_near(
        alignment, _nearness(source, claim, chosen, judges), copied_share(alignment.mine, source.index)
    )
    problems = problems or ([] if is_near else unsaid_problems(alignment))
    support = support_of(source, claim, alignment, problems=problems, meaning=meaning)
    return _Examined(evidence, alignment, is_near, problems, support)


def _is_anchored(source: Source, claim: Assertion, meaning: float | None) -> bool:
    """Tell whether one sentence of the source stands out, by meaning and by its words: what is made up has none."""
    shares = (source.covered(claim.stems, one.stems) for one in source.sentences)
    return meaning is not None and meaning + max(shares, default=0.0) >= MIN_ANCHORED


def _nearness(source: Source, claim: Assertion, chosen: Sequence[int], judges: Judges) -> Nearness | None:
    if judges.in_context is None:
        return None
    evidence = [source.pieces(number, judges.in_context) for number in chosen]
    return Nearness(judges.in_context(claim.text[:MAX_CLAIM_CHARS]), evidence)


def supports_of(source: str, claim: str, *, names: Names | None = None, judges: Judges = NOBODY) -> list[Support]:
    """Return what the score of each sentence of a claim is made of; for fitting, in the source's language."""
    read = read_source(source, names)
    language = language_by_words(claim, read.language)
    parts = (Assertion(claim[span.start : span.end], language) for span in sentences_of(claim, language))
    return [_examined(read, scene_of(part, names), judges).support for part in parts]


def _too_loose(alignment: Alignment) -> str:
    words = ", ".join(run.text for run in alignment.unsaid[:MAX_LISTED])
    return f"no passage of the source says this in one place; its own words are: {words}"


def _grounded_across(source: Source, scene: Scene, judges: Judges) -> Grounding:
    """Check a claim in another language than its source."""
    if judges.encode is None or not source.sentences:
        unchecked = "the claim is in another language than the source and cannot be compared without an encoder"
        return Grounding(False, UNCHECKED_SCORE, (*problems_across(source, scene, (), None), unchecked))
    cosines = cosines_of(source, scene.text, judges.encode)
    likeness = likeness_of(source, scene.assertion, judges.in_context) if judges.in_context else None
    shares = likeness.of_sentences(scene.assertion) if likeness else cosines
    nearest = [int(place) for place in np.argsort(-(cosines[: len(shares)] + shares))[:NEAREST_SENTENCES]]
    problems = problems_across(source, scene, nearest, likeness)
    meaning = meaning_of(cosines)
    closeness = min(1.0, meaning + (float(shares.max()) if likeness else meaning))
    if closeness < MIN_CLOSENESS:
        problems.append("no sentence of the source is close in meaning to the claim")
    score = (SCORE_AT_LEAST + SCORE_SPAN * closeness) * (PROBLEM_FACTOR if problems else 1.0)
    return _judged(
        source.sentences[nearest[0]].text, scene.text, Grounding(not problems, score, tuple(problems)), judges.nli
    )


def _judged(premise: str, claim: str, grounding: Grounding, nli: Entailment | None) -> Grounding:
    """Let an entailment model object, and weigh into the score."""
    if nli is None:
        return Grounding(grounding.supported, round(grounding.score, 4), grounding.problems)
    entailed = nli(premise[:MAX_PREMISE_CHARS], claim)
    problems = grounding.problems
    if entailed < MIN_ENTAILMENT:
        problems = (*problems, f"the entailment model finds it in the source with {entailed:.0%} only")
    return Grounding(not problems, round((grounding.score + entailed) / 2, 4), problems)


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
        not_there(f"quotation “{quoted}”")
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
        found: list[list[str]] = [_objections(source, clause, n, evidence) for n in like[:MAX_LIKE_SENTENCES]]
        fewest: list[str] = min(found, key=len)
        problems += fewest
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
    problems += order_problems(scene, theirs) or exchange_of_words(scene, theirs)
    problems += speaker_problems(scene, theirs)
    nameless = claim.stems - {w.stem for w in claim.words if any(a.start <= w.start < a.end for a in scene.names)}
    if source.covered(nameless, sentence.stems) >= MIN_OVERLAP_TO_REPLACE:
        problems += place_problems(scene, theirs)
    if source.covered(claim.stems, sentence.stems) >= MIN_OVERLAP_TO_EXCHANGE:
        problems += substitution_problems(claim, sentence, _accounted_for(source, scene))
        mine = amounts_of(claim.text, claim.language, stated_dates(claim.text))
        problems += exchange_problems(mine, amounts_of(sentence.text, sentence.language, stated_dates(sentence.text)))
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
