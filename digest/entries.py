"""Makes an issue's entries of its new articles: one of each story, with what is new of it and why it stands there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.because import WHITE_PAPER, reasons
from digest.candidates import Candidate, IssueFrame, Material, ToldStory
from digest.content import Copy, Entry, Evidence, Item, NewsKind, Sentence, StoryState
from digest.novelty import MAX_SENTENCES, Novelty, chosen_sentences, news_of, novelty_of
from digest.phrases import phrases_for
from digest.ranking import Merits, Score, Voice, independent_voices, score_of
from models.vocabulary import DocType, Length

MIN_LEADS = 3
MAX_LEADS = {Length.SHORT: 5, Length.MEDIUM: 8, Length.LONG: 14}
TOPIC = "topic:"

Copies = Mapping[str, tuple[Copy, ...]]


@dataclass(frozen=True)
class Ranked:
    """An entry with its articles and its score."""

    entry: Entry
    members: tuple[Candidate, ...]
    score: Score

    @property
    def is_still_open(self) -> bool:
        """Tell whether its articles say nothing that earlier ones did not."""
        return self.entry.state == StoryState.STILL_OPEN

    @property
    def order(self) -> tuple[bool, tuple[float, int, str]]:
        """The key to sort by: what says nothing new comes last, unless an editor keeps it at the head."""
        return (self.is_still_open and self.entry.pinned_by is None, self.score.order)


def ranked_entries(new: Sequence[Candidate], material: Material, copies: Copies) -> list[Ranked]:
    """Make one entry of each story and of each article that belongs to none, the most important first.

    Documents of one source have a section of their own.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for one in new:
        groups[f"story {one.story_key}" if one.story_key in material.stories else one.key].append(one)
    stories = [
        members
        for members in groups.values()
        if not all(one.is_document for one in members) or len({one.publisher for one in members}) > 1
    ]
    return sorted((_ranked(members, material, copies) for members in stories), key=lambda each: each.order)


def entry_of(members: Sequence[Candidate], material: Material) -> Entry:
    """Make the entry of one story or article, as an editor adds it, whatever it weighs."""
    return _ranked(members, material, {}).entry


def _ranked(members: Sequence[Candidate], material: Material, copies: Copies) -> Ranked:
    language = material.frame.language
    in_order = sorted(members, key=lambda one: (-one.authority, one.language != language, one.day, one.key))
    told = material.stories.get(in_order[0].story_key or "")
    novelty = novelty_of(in_order, told, told.before, material.frame) if told and told.before else None
    merits = _merits(in_order, told, novelty, material)
    if told and told.before and novelty and novelty.is_nothing and not told.before.is_told:
        # Only its title was printed: what weighs enough to lead by now is told at last.
        anew = _merits(in_order, told, None, material)
        if score_of(anew, material.topic_weights).is_weighty:
            novelty, merits = None, anew
    score = score_of(merits, material.topic_weights)
    topics = {tag.token.removeprefix(TOPIC): tag.name for one in in_order for tag in one.tags}
    because = reasons(score, novelty, phrases_for(language), material.topic_weights, topics)
    base = Entry(
        headline=told.headline if told else in_order[0].title,
        language=told.language if told else in_order[0].language,
        story_key=told.key if told else None,
        items=tuple(item_of(one, copies, material.frame) for one in in_order),
        source_count=len(merits.voices),
        language_count=len(_languages(in_order, copies)),
        pinned_by=told.pinned_by if told else None,
        because=because,
    )
    return Ranked(_told(base, told, novelty, material), tuple(in_order), score)


def _languages(members: Sequence[Candidate], copies: Copies) -> set[str]:
    found = {one.language for one in members} | {copy.language for one in members for copy in copies.get(one.key, ())}
    return {language for language in found if language}


def _told(base: Entry, told: ToldStory | None, novelty: Novelty | None, material: Material) -> Entry:
    """Let an entry tell its story: all of it the first time, later what is new."""
    if told is None:
        return base
    if told.before is None or novelty is None:
        return base.model_copy(update={"sentences": told.sentences, "evidence": told.evidence})
    continued = base.model_copy(update={"is_continued": True, "since_issue": told.before.issue_number})
    if novelty.is_nothing:
        return continued.model_copy(update={"state": StoryState.STILL_OPEN})
    sentences, evidence, more_count = _new_sentences(told, novelty, material)
    return continued.model_copy(
        update={
            "state": StoryState.MOVED_ON,
            "news": novelty.facts,
            "sentences": sentences,
            "evidence": evidence,
            "more_new_count": more_count,
        }
    )


def _new_sentences(
    told: ToldStory, novelty: Novelty, material: Material
) -> tuple[tuple[Sentence, ...], tuple[Evidence, ...], int]:
    """Choose the sentences to print with their evidence, and count the new ones that are not printed."""
    summary, others = chosen_sentences(novelty, material.printed, material.frame.language)
    if told.before is None or not told.before.is_told or not (summary or others):
        background = [each for each in told.sentences if each not in summary and each.text not in material.printed]
        summary = [*summary, *background[: MAX_SENTENCES - len(summary) - len(others)]]
    evidence: list[Evidence] = []
    sentences = [_marked(each, [told.evidence[mark - 1] for mark in each.marks], evidence) for each in summary]
    for new in others:
        sentence = Sentence(text=new.text, language=new.language, marks=())
        sentences.append(_marked(sentence, [new.evidence], evidence))
    shown = {each.text for each in sentences}
    return tuple(sentences), tuple(evidence), sum(each.text not in shown for each in novelty.sentences)


def _marked(sentence: Sentence, places: Sequence[Evidence], evidence: list[Evidence]) -> Sentence:
    """Mark a sentence with the numbers of its places in the entry's list of evidence, which takes what it lacks."""
    evidence.extend(place for place in places if place not in evidence)
    return sentence.model_copy(update={"marks": tuple(evidence.index(place) + 1 for place in places)})


def _merits(
    members: Sequence[Candidate], told: ToldStory | None, novelty: Novelty | None, material: Material
) -> Merits:
    stated = [fact for one in members for fact in one.facts]
    news = novelty.facts if novelty else news_of(stated, (), material.frame.due_on)
    papers = [WHITE_PAPER for one in members if one.doc_type == DocType.WHITE_PAPER]
    slugs = dict.fromkeys(tag.token for one in members for tag in one.tags if tag.token.startswith(TOPIC))
    return Merits(
        voices=independent_voices([Voice(one.publisher, one.source, one.authority) for one in members]),
        newest_on=max(one.day for one in members),
        key=min(one.key for one in members),
        facts=(*(each.fact.status for each in news if each.kind != NewsKind.BACKGROUND), *papers),
        novelty=_kind_of(novelty),
        topics=tuple(token.removeprefix(TOPIC) for token in slugs),
        pinned_by=told.pinned_by if told else None,
    )


def _kind_of(novelty: Novelty | None) -> str:
    if novelty is None:
        return "new"
    if novelty.is_nothing:
        return "nothing"
    if any(each.kind != NewsKind.BACKGROUND for each in novelty.facts):
        return "facts"
    return "language" if novelty.is_of_language else "sentences"


def leads_and_noted(ranked: Sequence[Ranked], length: Length) -> tuple[list[Ranked], list[Ranked]]:
    """Let lead what is weighty, and at least three if there are three; the rest is noted, in its order."""
    may_lead = [each for each in ranked if not each.is_still_open or each.entry.pinned_by]
    chosen = [each for each in may_lead if each.score.is_weighty][: MAX_LEADS[length]]
    others = [each for each in may_lead if each not in chosen]
    leads = chosen + others[: max(0, MIN_LEADS - len(chosen))]
    return [each for each in ranked if each in leads], [each for each in ranked if each not in leads]


def item_of(candidate: Candidate, copies: Copies, frame: IssueFrame) -> Item:
    """Make the line that lists an article; late is what an edition's earlier issues could have had, and had not."""
    return Item(
        article_key=candidate.key,
        version=candidate.version,
        title=candidate.title,
        language=candidate.language,
        source=candidate.source,
        url=candidate.url,
        published=str(candidate.published) if candidate.published else None,
        doc_type=candidate.doc_type,
        topics=candidate.topics,
        countries=candidate.countries,
        actors=candidate.actors,
        copies=copies.get(candidate.key, ()),
        tags=candidate.tags,
        is_late=frame.number > 1 and not candidate.is_changed and is_before(candidate, frame.period_start_on),
    )


def is_before(candidate: Candidate, day: dt.date) -> bool:
    """Tell whether an article was certainly published before a day."""
    return candidate.published is not None and candidate.published.last < day
