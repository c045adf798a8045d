"""What is new of a story since the edition's last issue that had it: facts and sentences; pure.

A fact is known again by its key, or by its name, or by its parties and kind. What moved on of it is a status that no
earlier article stated and that does not come before those that were, and a date that became known or is another now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.candidates import Before, Candidate, IssueFrame, NotedFact, Paragraph, ToldStory
from digest.content import Evidence, FactNews, NewsKind, Sentence
from digest.facts import RECENT, STATUS_CHANGES, is_news, plain_name
from digest.said_before import Memory, Signs, signs_of
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from perilune.changes import sentences_of
from perilune.changes.passing import is_passing, is_promotion
from perilune.dates import PartialDate

MAX_SENTENCES = 4
HALF_A_YEAR = dt.timedelta(days=183)
"""What is put off by more is taken for the next edition of a yearly meeting."""
STAGE: dict[str, int] = {
    AgreementStatus.PROPOSED: 0,
    AgreementStatus.SIGNED: 1,
    AgreementStatus.IN_FORCE: 2,
    AgreementStatus.SUSPENDED: 2,
    AgreementStatus.ENDED: 3,
    EventStatus.ANNOUNCED: 0,
    EventStatus.POSTPONED: 1,
    EventStatus.CANCELLED: 2,
    EventStatus.HELD: 2,
}
"""How far each status is along its way: what is told later of an earlier stage is no news."""


@dataclass(frozen=True)
class NewSentence:
    """A sentence that says what no earlier article said, and where it stands."""

    text: str
    language: str | None
    evidence: Evidence
    rank: tuple[bool, bool, int]
    """What is printed first: the edition's language, what states a new fact, what has most that is new."""


@dataclass(frozen=True)
class Novelty:
    """What is new of a story: facts, sentences in reading order, those of its summary, languages it was not told in."""

    facts: tuple[FactNews, ...]
    sentences: tuple[NewSentence, ...]
    summary: tuple[Sentence, ...]
    languages: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Tell whether nothing is new."""
        return not (self.facts or self.sentences)

    @property
    def is_of_language(self) -> bool:
        """Tell whether nothing is new but that the story is told in another language, where nobody compares it."""
        return not self.facts and all(each.language in self.languages for each in self.sentences)


def novelty_of(members: Sequence[Candidate], told: ToldStory, before: Before, frame: IssueFrame) -> Novelty:
    """Compare articles, the one that leads first, with what the edition's issues had of their story.

    An article without any text is in doubt, and so new: its title stands for it.
    """
    facts = news_of([fact for one in members for fact in one.facts], before.facts, frame.due_on)
    stated = {(each.fact.evidence.article_key, each.fact.evidence.passage) for each in facts}
    memory = Memory()
    for text in before.texts:
        memory.remember(signs for paragraph in text for _, signs in _sentences(paragraph))
    summary = tuple(each for each in told.sentences if not memory.holds(signs_of(each.text, each.language)))
    sentences = [
        NewSentence(text, paragraph.language, evidence, (paragraph.language != frame.language, not is_stated, -worth))
        for one in members
        for paragraph in one.paragraphs or (Paragraph(0, one.title, one.language),)
        for evidence in [_evidence(one, paragraph)]
        for is_stated in [(one.key, paragraph.passage) in stated]
        for text, worth in _new_sentences(paragraph, memory)
    ]
    told_in = before.languages
    languages = dict.fromkeys(one.language for one in members if one.language and one.language not in told_in)
    return Novelty(facts, tuple(sentences), summary, tuple(languages))


def _evidence(candidate: Candidate, paragraph: Paragraph) -> Evidence:
    return Evidence(
        article_key=candidate.key,
        version=candidate.version,
        passage=paragraph.passage,
        source=candidate.source,
        page_number=paragraph.page_number,
    )


def _sentences(paragraph: Paragraph) -> Iterator[tuple[str, Signs]]:
    """Yield the statements of a paragraph, without what passes beside a text."""
    for sentence in sentences_of(paragraph.text):
        signs = signs_of(sentence, paragraph.language)
        # "Sign up for the UN/China Workshop by 3 May" is news, however much it reads like an advertisement.
        is_beside = not (signs.figures or signs.names) if is_promotion(sentence.casefold()) else is_passing(sentence)
        if signs.says_something and not is_beside:
            yield sentence, signs


def _new_sentences(paragraph: Paragraph, memory: Memory) -> Iterator[tuple[str, int]]:
    """Yield the sentences that were not said, with how much of each is new, and remember them."""
    for sentence, signs in _sentences(paragraph):
        if not memory.holds(signs):
            yield sentence, memory.unheard_of(signs)
        memory.remember([signs])


def chosen_sentences(
    novelty: Novelty, printed: frozenset[str], language: str
) -> tuple[list[Sentence], list[NewSentence]]:
    """Choose what is printed: what is new of the summary, then the new sentences that it does not say.

    One in another language is chosen only where there is none in the edition's own.
    """
    summary = [each for each in novelty.summary if each.text not in printed][:MAX_SENTENCES]
    memory = Memory()
    memory.remember(signs_of(each.text, each.language) for each in summary)
    left = [each for each in novelty.sentences if not memory.holds(signs_of(each.text, each.language))]
    if language in {each.language for each in summary} | {each.language for each in left}:
        left = [each for each in left if each.language == language]
    best = sorted(left, key=lambda each: each.rank)[: MAX_SENTENCES - len(summary)]
    return summary, [each for each in left if each in best]


def news_of(stated: Iterable[NotedFact], before: Sequence[NotedFact], due_on: dt.date) -> tuple[FactNews, ...]:
    """List what is new among the facts that articles state, each fact once: what moved on first, background last."""
    groups: list[list[NotedFact]] = []
    for fact in stated:
        mine = next((group for group in groups if any(is_same(fact, other) for other in group)), None)
        if mine is None:
            groups.append([fact])
        else:
            mine.append(fact)
    news = [each for group in groups for each in _news_of_one(group, before, due_on)]
    order = (NewsKind.STATUS, NewsKind.DATE, NewsKind.FIRST, NewsKind.BACKGROUND)
    return tuple(sorted(news, key=lambda each: order.index(each.kind)))


def _news_of_one(group: Sequence[NotedFact], before: Sequence[NotedFact], due_on: dt.date) -> Iterator[FactNews]:
    known = [each for each in before if any(is_same(fact, each) for fact in group)]
    if not known:
        fact = max(group, key=_advance)
        is_news_now = _is_recent(fact, due_on)
        yield FactNews(kind=NewsKind.FIRST if is_news_now else NewsKind.BACKGROUND, fact=fact.entry)
        return
    statuses = tuple(dict.fromkeys(each.entry.status for each in known))
    furthest = max(STAGE.get(status, 0) for status in statuses)
    moved = [fact for fact in group if fact.entry.status not in statuses and _stage(fact) >= furthest]
    if moved:
        yield FactNews(kind=NewsKind.STATUS, fact=max(moved, key=_advance).entry, before=statuses)
        return
    dates = [(each.start, _end(each)) for each in known]
    redated = [fact for fact in group if _is_redated(fact, dates)]
    if redated:
        spans = tuple(dict.fromkeys(_span(each) for each in known if each.start))
        yield FactNews(kind=NewsKind.DATE, fact=max(redated, key=_advance).entry, before=spans)


def is_same(one: NotedFact, other: NotedFact) -> bool:
    """Tell whether two statements are of one fact: by its key where both have one, else by what they state."""
    mine, theirs = one.entry, other.entry
    if one.key is not None and other.key is not None:
        return one.key == other.key
    if mine.kind != theirs.kind or not _are_near(one.start, other.start):
        return False
    # Two memoranda of one agency, and two editions of a yearly meeting, bear one name.
    parties, others = set(one.party_slugs), set(other.party_slugs)
    if plain_name(mine.name) == plain_name(theirs.name):
        return parties <= others or others <= parties
    is_dated = one.start is not None and one.start == other.start
    return is_dated and len(parties) > 1 and parties == others and mine.subkind == theirs.subkind


def _are_near(one: PartialDate | None, other: PartialDate | None) -> bool:
    if one is None or other is None:
        return True
    return one.first - other.last < HALF_A_YEAR and other.first - one.last < HALF_A_YEAR


def _is_recent(fact: NotedFact, due_on: dt.date) -> bool:
    """Tell news from background."""
    if fact.entry.kind == FactKind.AGREEMENT:
        return is_news(fact, due_on, is_old=False) or fact.entry.status in STATUS_CHANGES
    return fact.start is None or fact.start.last >= due_on - RECENT


def _stage(fact: NotedFact) -> int:
    return STAGE.get(fact.entry.status, 0)


def _advance(fact: NotedFact) -> tuple[int, int]:
    """Order statements of one fact by how far they have come and how exactly they are dated."""
    exactness = len(str(fact.start)) if fact.start else 0
    return _stage(fact), exactness


def _end(fact: NotedFact) -> PartialDate | None:
    return PartialDate.parse(fact.entry.end) if fact.entry.end else None


def _span(fact: NotedFact) -> str:
    return f"{fact.entry.start}/{fact.entry.end}" if fact.entry.end else str(fact.entry.start)


def _is_redated(fact: NotedFact, dates: Sequence[tuple[PartialDate | None, PartialDate | None]]) -> bool:
    """Tell whether no earlier article gave a fact's start, or its end, as exactly as this one does."""
    is_moved = _is_unheard(fact.start, [start for start, _ in dates])
    return is_moved or _is_unheard(_end(fact), [end for _, end in dates if end])


def _is_unheard(date: PartialDate | None, known: Sequence[PartialDate | None]) -> bool:
    return date is not None and not any(each and date.first <= each.first and each.last <= date.last for each in known)
