"""The gate before any generated sentence: its form, then its support by an article; apart from asking for it.

A sentence passes when nothing in it speaks to anybody, leads anywhere or repeats another, and one article supports it
as `ground` tells. What supports it becomes its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from perilune.languages import language_of
from pipeline.generating.instruction_forms import CODED_RUN
from pipeline.generating.instructions import is_instruction
from pipeline.grounding.ground import NOBODY, Judges, ground
from pipeline.grounding.names import Names
from pipeline.grounding.words import terms_of
from pipeline.summaries.candidates import is_statement
from pipeline.summaries.sentences import sentences_of
from pipeline.summaries.words import REFERENCES
from pipeline.values import Document, EvidenceSpan, Span

MAX_SHARED = 0.6  # share of the shorter sentence's stems above which it says nothing new
MAX_SOURCE_CHARS = 40_000
ARTICLES_ASKED = 3
MAX_EVIDENCE = 3
MIN_ADDED_STEMS = 2

_ADDRESS = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|net|info|gov|edu|ru|cn|fr|eu|int|io|ai|xyz|top|site|online"
    r"|link)\b(?:/|\b)|\S@\S"
    r"|(?<!\w)@\w|\bt\.me\b|\]\(|微信号|公众号|\+\d[\d ()-]{7,}",
    re.IGNORECASE,
)
_SECOND_PERSON = re.compile(
    r"\b(?:you|your|yours|yourself|yourselves|vous|votre|vos|вы|вас|вам|вами|ваш\w{0,3}|ты|тебя"
    r"|тебе|твой|твоя|твои)\b"
    r"|你|您",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^\W*(?:please|click|visit|send|open the|download|install|log in|sign up|subscribe|buy|pay|transfer|reply|respond"
    r"|write|say|print|repeat|ignore|forget|disregard|contact|call (?!for)|see|note that|remember|do not|don['’]t"
    r"|never|stop|cliquez|visitez|envoyez|téléchargez|écrivez|ignorez|contactez|veuillez|n['’]oubliez|перейдите"
    r"|нажмите|отправьте|скачайте|напишите|пришлите|позвоните|пожалуйста)(?!\w)(?!\s(?:of|with|between|is|was)\b)"
    r"|^\W*(?:请|請|点击|點擊|访问此|下载|转账|联系我们|忽略)",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"^\W*(?:sure|certainly|of course|okay|here (?:is|are)|in summary|summary|as an? (?:ai|language"
    r"|assistant)|i\b|i['’]m|je |voici"
    r"|bien sûr|конечно|вот |я |我(?:是|无法|不能|会为|将为|来为)|好的|当然|以下是|总结|摘要)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Check:
    """What a sentence is checked by besides its words: names of the gazetteer, and the models that judge meaning.

    The judges should not read in context here: where there is an extract to fall back on, words that no article says
    are no loss, and inventions are near in meaning to what they are made of.
    """

    names: Names | None = None
    judges: Judges = NOBODY


@dataclass(frozen=True)
class Verdict:
    """A generated sentence with what speaks against it, and, where nothing does, its evidence."""

    text: str
    problems: tuple[str, ...]
    evidence: tuple[EvidenceSpan, ...] = ()

    @property
    def has_passed(self) -> bool:
        """Whether it may be shown."""
        return not self.problems


@dataclass
class Gate:
    """Judges the sentences of one answer in their order: what was let through before decides on repetition."""

    documents: Sequence[Document]
    language: str | None
    check: Check
    passed: list[str] = field(default_factory=list)
    _is_after_failure: bool = True

    def verdict_on(self, sentence: str) -> Verdict:
        """Judge the next sentence of the answer."""
        problems = tuple(self._objections_to_form(sentence))
        verdict = Verdict(sentence, problems) if problems else self._support_of(sentence)
        self._is_after_failure = not verdict.has_passed
        if verdict.has_passed:
            self.passed.append(sentence)
        return verdict

    def _objections_to_form(self, sentence: str) -> Iterator[str]:
        if is_instruction(sentence):
            yield "it speaks to a model"
        if _ADDRESS.search(sentence):
            yield "it holds an address"
        if _SECOND_PERSON.search(sentence) or _ORDER.search(sentence):
            yield "it speaks to the reader"
        if _TALK.search(sentence):
            yield "it talks about itself"
        if CODED_RUN.search(sentence) or not is_statement(sentence):
            yield "it is no plain statement"
        if self.language and language_of(sentence) not in {None, self.language}:
            yield "it is in another language"
        if any(is_repetition(sentence, other) for other in self.passed):
            yield "it repeats another sentence"
        if self._is_after_failure and REFERENCES.match(sentence):
            yield "it points back at a sentence that is not there"

    def _support_of(self, sentence: str) -> Verdict:
        """Ask the articles most like it, one by one: a claim made up of two articles' parts is no one's."""
        ranked = sorted(self.documents, key=lambda document: -_shared(sentence, document.text))[:ARTICLES_ASKED]
        objections: list[tuple[str, ...]] = []
        evidence: list[EvidenceSpan] = []
        for document in ranked:
            text = document.text[:MAX_SOURCE_CHARS]
            grounding = ground(text, sentence, names=self.check.names, judges=self.check.judges)
            if grounding.supported:
                evidence.extend(
                    EvidenceSpan(document.id, span.start, span.end) for span in places_of(sentence, document)
                )
            else:
                objections.append(grounding.problems)
        if evidence:
            return Verdict(sentence, (), tuple(evidence[:MAX_EVIDENCE]))
        return Verdict(
            sentence, min(objections, key=len, default=("no article says this",)) or ("no article says this",)
        )


def is_repetition(one: str, other: str) -> bool:
    """Tell whether two sentences say much the same, by their stems."""
    mine, theirs = _stems(one), _stems(other)
    return len(mine & theirs) > MAX_SHARED * max(1, min(len(mine), len(theirs)))


def places_of(sentence: str, document: Document) -> list[Span]:
    """Find the sentence of a document that says most of this, and a second one where it adds two words or more."""
    mine = _stems(sentence)
    spans = sentences_of(document.text[:MAX_SOURCE_CHARS], document.language)
    told = [(_stems(document.text[span.start : span.end]), span) for span in spans]
    if not told:
        return []
    best, place = max(told, key=lambda one: (len(mine & one[0]), -len(one[0])))
    more, second = max(told, key=lambda one: (len(mine & one[0] - best), -len(one[0])))
    places = [place, second] if len(mine & more - best) >= MIN_ADDED_STEMS else [place]
    return sorted(places, key=lambda span: span.start)


def _shared(sentence: str, text: str) -> int:
    return len(_stems(sentence) & _stems(text[:MAX_SOURCE_CHARS]))


def _stems(text: str) -> frozenset[str]:
    return frozenset(term.stem for term in terms_of(text))
