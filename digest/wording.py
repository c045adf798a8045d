"""Puts the parts of an issue into words: lines that templates print as they are, the same in text and HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.because import headline_of_news, span_of
from digest.columns import one_line
from digest.content import (
    Copy,
    Document,
    Entry,
    Evidence,
    FactEntry,
    FactNews,
    Item,
    Sentence,
    StoryState,
    Translated,
)
from digest.follows import View, followed_of, followed_of_entry
from digest.phrases import Phrases, phrases_for
from models.vocabulary import DocType, EventStatus, FactKind
from perilune.dates import PartialDate, Precision

MAX_SOURCES = 12
MAX_SUBJECTS = 6


@dataclass(frozen=True)
class Limits:
    """How many of each an issue prints and how long; the rest is in the issue on screen."""

    entries: int = 40
    facts: int = 15
    sources: int = 5
    sentences: int = 4
    sentence_chars: int = 600
    headline_chars: int = 160
    news: int = 5
    stories: int = 40


class Wording:
    """The words of one issue, in the language of its frame."""

    def __init__(self, view: View, limits: Limits) -> None:
        self.content = content = view.content
        self.whole = view.whole or content
        self.limits = limits
        self.follows = view.taste.follows
        self.hidden_count = view.hidden_count
        self.phrases: Phrases = phrases_for(content.language)

    def _listed(self, names: Sequence[str]) -> str:
        return self.phrases.text("comma").join(names)

    def date(self, text: str | None) -> str:
        """Write a date as precisely as it is known, or say that it is not stated."""
        return self.phrases.date(PartialDate.parse(text)) if text else self.phrases.text("no_date")

    def clip(self, text: str) -> str:
        """Put a title on one line of bearable length."""
        return one_line(text, self.limits.headline_chars)

    def clip_sentence(self, text: str) -> str:
        """Put a sentence on one line of bearable length."""
        return one_line(text, self.limits.sentence_chars)

    def period(self) -> str:
        """Write the issue's number and period."""
        start = self.phrases.date(PartialDate.of(self.content.period_start_on))
        end = self.phrases.date(PartialDate.of(self.content.due_on))
        number = self.phrases.text("issue", number=self.content.number)
        return f"{number} · {self.phrases.text('period', start=start, end=end)}"

    def marks(self, item: Item) -> str:
        """Write an item's source and date, its language where it is another, and its kind where it is not news."""
        parts = [one_line(item.source), self.date(item.published)]
        parts += [self.in_language(item.language)] if self.is_foreign(item.language) else []
        is_plain = item.doc_type is None or item.doc_type == DocType.NEWS
        parts += [] if is_plain else [self.phrases.word("doc_type", str(item.doc_type))]
        return " · ".join(parts)

    def marks_of_listed(self, item: Item) -> str:
        """Write the same of an item that stands for itself, and whether it was found late."""
        return self.marks(item) + (f" · {self.phrases.text('late')}" if item.is_late else "")

    def is_foreign(self, language: str | None) -> bool:
        """Tell whether a text is in another language than the issue's frame."""
        return language is not None and language != self.phrases.language

    def in_language(self, language: str | None) -> str:
        """Name the language that a text is in: `in Chinese`."""
        return self.phrases.text("in_language", language=self.phrases.language_name(language or ""))

    def subjects(self, items: Sequence[Item]) -> str:
        """Write the topics and countries of articles, each once; empty where there are neither.

        Where none is in the issue's language the actors are named too, so that one sees who it is about.
        """
        topics = dict.fromkeys(topic for item in items for topic in item.topics)
        countries = dict.fromkeys(country for item in items for country in item.countries)
        is_all_foreign = all(self.is_foreign(item.language) for item in items)
        actors = dict.fromkeys(one_line(actor) for item in items for actor in item.actors if is_all_foreign)
        return " · ".join(self._listed(list(names)[:MAX_SUBJECTS]) for names in (topics, actors, countries) if names)

    def also_in(self, item: Item) -> str:
        """Name the other sources of an item's copies, with their language where it is another; empty without any."""
        own = one_line(item.source)
        names = list(dict.fromkeys(name for copy in item.copies if (name := self._copy(copy, item)) != own))
        if not names:
            return ""
        shown = names[: self.limits.sources]
        rest = f" +{len(names) - len(shown)}" if len(names) > len(shown) else ""
        return self.phrases.text("also_in", names=self._listed(shown) + rest)

    def _copy(self, copy: Copy, item: Item) -> str:
        source = one_line(copy.source)
        if copy.language is None or copy.language == item.language:
            return source
        return self.phrases.text("aside", text=source, aside=self.in_language(copy.language))

    def standing(self, entry: Entry) -> str:
        """Count an entry's sources and languages where there are several, and say if it was found late."""
        parts = []
        if entry.source_count > 1:
            parts.append(self.phrases.counted("source_count", entry.source_count))
        if entry.language_count > 1:
            parts.append(self.phrases.counted("language_count", entry.language_count))
        if all(item.is_late for item in entry.items):
            parts.append(self.phrases.text("late"))
        return " · ".join(parts)

    def state(self, entry: Entry) -> str:
        """Say how an entry stands to earlier issues; empty in a first issue, where all is new."""
        if entry.state == StoryState.NEW:
            if entry.is_continued:
                return self.phrases.text("continued")
            return self.phrases.text("state_new") if self.content.number > 1 else ""
        name = "moved_on" if entry.state == StoryState.MOVED_ON else "still_open"
        return self.phrases.text(name, number=entry.since_issue)

    def followed(self, entry: Entry) -> str:
        """Say what of an entry the reader follows; empty where that is nothing."""
        names = [self.clip(name) for name in followed_of_entry(entry, self.follows)]
        return self.phrases.text("you_follow", names=self._listed(names[:MAX_SUBJECTS])) if names else ""

    def followed_item(self, item: Item) -> str:
        """Say what of an article the reader follows; empty where that is nothing."""
        names = [one_line(name) for name in followed_of(item, self.follows)]
        return self.phrases.text("you_follow", names=self._listed(names[:MAX_SUBJECTS])) if names else ""

    def because(self, entry: Entry) -> str:
        """Say why an entry stands where it does; empty in issues of before that was kept."""
        reasons = self.phrases.text("semicolon").join(map(one_line, entry.because))
        return self.phrases.text("why_here", reasons=reasons) if reasons else ""

    def news(self, news: FactNews) -> str:
        """Say what kind of news a fact is."""
        return headline_of_news(news, self.phrases)

    def told(self, entry: Entry) -> Iterator[tuple[str, Sentence]]:
        """Yield the sentences that are printed, the first of each run in another language headed by its name."""
        before = self.phrases.language
        for sentence in entry.sentences[: self.limits.sentences]:
            language = sentence.language or self.phrases.language
            is_marked = language != before and self.is_foreign(language)
            yield (self._headed(language) if is_marked else ""), sentence
            before = language

    def _headed(self, language: str) -> str:
        line = self.in_language(language)
        return line[:1].upper() + line[1:]

    def made_by(self, sentence: Sentence) -> str:
        """Say who wrote a sentence, a model or an editor, and what its evidence lacks; empty where it is copied."""
        if sentence.edited_by:
            line = self.phrases.text("edited_by", name=one_line(sentence.edited_by))
        elif sentence.maker:
            line = self.phrases.text("written_by", model=one_line(sentence.maker))
        else:
            return ""
        if not sentence.unsaid:
            return line
        unsaid = self.phrases.text("semicolon").join(map(one_line, sentence.unsaid))
        return line + self.phrases.text("semicolon") + self.phrases.text("unsaid", what=unsaid)

    def translated_by(self, translation: Translated) -> str:
        """Say which machine made a translation, and where it and the original do not agree."""
        line = self.phrases.text("translated_by", model=one_line(translation.model))
        if not translation.problems:
            return line
        problems = self.phrases.text("semicolon").join(map(one_line, translation.problems))
        return line + self.phrases.text("semicolon") + self.phrases.text("check", problems=problems)

    def fact(self, fact: FactEntry) -> str:
        """Write what is known of an agreement or an event: when, where, who, kind and status."""
        when = []
        if fact.start:
            when = [span_of(fact, self.phrases)]
        elif fact.kind == FactKind.AGREEMENT:
            when = [self.phrases.text("no_date")]
        known = (fact.place, self._listed(fact.parties), self.kind(fact), self.phrases.word("status", fact.status))
        return " · ".join([*when, *(one_line(part) for part in known if part)])

    def when(self, fact: FactEntry) -> str:
        """Write when a fact was or is, or that this is not stated."""
        return span_of(fact, self.phrases) if fact.start else self.phrases.text("no_date")

    def where(self, fact: FactEntry) -> str:
        """Write where an event is, who takes part, what it is, and its status where that is more than announced."""
        status = "" if fact.status == EventStatus.ANNOUNCED else self.phrases.word("status", fact.status)
        known = (fact.place, self._listed(fact.parties), self.kind(fact), status)
        return " · ".join(one_line(part) for part in known if part)

    def kind(self, fact: FactEntry) -> str:
        """Name the kind of an event or an agreement; empty where it has none."""
        return self.phrases.word("subkind", fact.subkind) if fact.subkind else ""

    def parties(self, fact: FactEntry) -> str:
        """Name who takes part."""
        return self._listed(list(map(one_line, fact.parties)))

    def status(self, fact: FactEntry) -> str:
        """Name the status of a fact."""
        return self.phrases.word("status", fact.status)

    def has_day(self, event: FactEntry) -> bool:
        """Tell whether the day on which an event begins is stated; without it no calendar can hold the event."""
        return event.start is not None and PartialDate.parse(event.start).precision == Precision.DAY

    def event_number(self, event: FactEntry) -> int:
        """Return the place of an event among those of the whole issue, from 1."""
        return self.whole.events.index(event) + 1

    def hidden(self) -> str:
        """Count the entries that the reader mutes; empty where there are none."""
        return self.phrases.counted("hidden_count", self.hidden_count) if self.hidden_count else ""

    def place(self, evidence: Evidence) -> str:
        """Name where a statement stands: source, page of a document, paragraph."""
        where = [one_line(evidence.source)]
        if evidence.page_number:
            where.append(self.phrases.text("page", number=evidence.page_number))
        where.append(self.phrases.text("paragraph", number=evidence.passage + 1))
        return self._listed(where)

    def page(self, evidence: Evidence) -> str:
        """Name the page of a document that a sentence stands on, or its paragraph where there are no pages."""
        if evidence.page_number:
            return self.phrases.text("page", number=evidence.page_number)
        return self.phrases.text("paragraph", number=evidence.passage + 1)

    def cited(self, told: Entry | Document) -> list[tuple[int, Evidence]]:
        """List the evidence of the sentences that are printed, with its numbers."""
        shown = {mark for sentence in told.sentences[: self.limits.sentences] for mark in sentence.marks}
        return [(number, place) for number, place in enumerate(told.evidence, 1) if number in shown]

    def counts(self) -> str:
        """Count what the issue holds, section by section."""
        content = self.content
        found = (
            ("story_count", content.stories),
            ("agreement_count", content.agreements),
            ("event_count", content.events),
            ("document_count", content.documents),
            ("change_count", content.changes),
            ("noted_count", content.also_noted),
            ("older_count", content.older),
        )
        counts = self._listed([self.phrases.counted(name, len(entries)) for name, entries in found if entries])
        return self.phrases.text("brief_line", counts=counts)

    def footer(self) -> list[str]:
        """Say how the items were chosen and how the sources fared."""
        content, phrases = self.content, self.phrases
        lines = [phrases.text("chosen", query=content.query)]
        lines += [phrases.counted("copy_count", content.copy_count)] if content.copy_count else []
        lines += [phrases.counted("left_out_count", content.left_out_count)] if content.left_out_count else []
        lines.append(phrases.text("checked", checked=content.watch.checked_count, total=content.watch.source_count))
        watch = content.watch
        for name, names in (("quiet", watch.quiet), ("failing", watch.failing), ("unvisited", watch.unvisited)):
            if names:
                shown = list(map(one_line, names[:MAX_SOURCES]))
                rest = f" +{len(names) - MAX_SOURCES}" if len(names) > MAX_SOURCES else ""
                lines.append(phrases.text(name, names=self._listed(shown) + rest))
        return lines
