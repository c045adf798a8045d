"""Retells a story by a model, sentence by sentence through the gate; what does not pass is an extract's sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from perilune.languages import language_of
from pipeline.generating.answers import GenerationProblem, Model, UnusableAnswer
from pipeline.generating.gate import Check, Gate, Verdict, is_repetition
from pipeline.generating.instructions import is_instruction, without_instructions
from pipeline.generating.prompts import harmless, retelling_prompt
from pipeline.summaries.sentences import sentences_of
from pipeline.summaries.words import REFERENCES
from pipeline.values import Document, SummarySentence

MAX_ANSWER_CHARS = 6000
REPLACED = "some generated sentences did not pass the check; copied ones stand for them"
REFUSED = "no generated sentence passed the check; the extract stands"

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_MARKDOWN = re.compile(r"\*\*|__|`+|^\s*(?:#{1,6}|>|\d{1,2}[.)]|[-*•])\s+", re.MULTILINE)


@dataclass(frozen=True)
class Retold:
    """A summary with what the gate said of each generated sentence, and a remark where the model's was not taken."""

    sentences: tuple[SummarySentence, ...]
    verdicts: tuple[Verdict, ...] = ()
    remark: str | None = None


def retell(extract: Sequence[SummarySentence], documents: Sequence[Document], model: Model, check: Check) -> Retold:
    """Have a model retell an extract in as many sentences at most, from articles in the extract's language.

    Whatever the model answers, what comes back is supported: its sentences that pass the gate, each with evidence,
    and the extract's in place of the others. Without a usable answer it is the extract.
    """
    extract = tuple(extract)
    if not extract:
        return Retold(extract)
    language = extract[0].language
    told_in = [_without_orders(document) for document in documents if document.language == language]
    prompt = retelling_prompt([sentence.text for sentence in extract], told_in, language, len(extract))
    try:
        answered = _sentences_in(model.answer(prompt), language, limit=len(extract))
    except GenerationProblem as problem:
        return Retold(extract, remark=f"the extract stands: {problem}")
    gate = Gate(told_in, language, check)
    verdicts = tuple(gate.verdict_on(sentence) for sentence in answered)
    return _put_together(extract, verdicts, model.name)


def _without_orders(document: Document) -> Document:
    """Leave out what speaks to a model, so that neither the prompt nor the check has it."""
    title = "" if is_instruction(document.title) else document.title
    return replace(document, title=title, text=without_instructions(document.text, document.language))


def _sentences_in(answer: str, language: str | None, *, limit: int) -> list[str]:
    """Cut an answer into sentences; UnusableAnswer for one that nobody could use."""
    said = _MARKDOWN.sub("", harmless(_THOUGHT.sub("", answer))).strip()
    if not said:
        raise UnusableAnswer("the answer is empty")
    if len(said) > MAX_ANSWER_CHARS:
        raise UnusableAnswer("the answer does not end")
    spoken = language_of(said)
    if language and spoken not in {None, language}:
        raise UnusableAnswer("the answer is in another language")
    sentences = [said[span.start : span.end] for span in sentences_of(said, language)]
    if max(Counter(" ".join(one.lower().split()) for one in sentences).values()) > 1:
        raise UnusableAnswer("the answer repeats itself")
    return sentences[:limit]


def _put_together(extract: tuple[SummarySentence, ...], verdicts: Sequence[Verdict], maker: str) -> Retold:
    """Keep the order of the answer; for a sentence that failed stands one of the extract that adds to the rest."""
    passed = [verdict for verdict in verdicts if verdict.has_passed]
    if not passed:
        return Retold(extract, tuple(verdicts), REFUSED)
    spare = [one for one in extract if _adds_to(one.text, [other.text for other in passed])]
    sentences: list[SummarySentence] = []
    for verdict in verdicts:
        if verdict.has_passed:
            sentences.append(SummarySentence(verdict.text, extract[0].language, verdict.evidence, maker))
        elif spare:
            sentences.append(spare.pop(0))
    return Retold(tuple(sentences), tuple(verdicts), REPLACED if len(passed) < len(verdicts) else None)


def _adds_to(sentence: str, others: Sequence[str]) -> bool:
    """Tell whether a sentence can stand among others: it repeats none, and points back at none."""
    return not REFERENCES.match(sentence) and not any(is_repetition(sentence, other) for other in others)
