"""Why an entry stands where it does, and what is new of it, in the words of the edition's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from digest.columns import one_line
from digest.content import FactEntry, FactNews, NewsKind
from digest.novelty import Novelty
from digest.phrases import Phrases
from digest.ranking import USUAL, PartName, Score
from models.vocabulary import FactKind
from perilune.dates import PartialDate

NAME_CHARS = 90
DOUBLE, HALF = 2.0, 0.5
WHITE_PAPER = "white-paper"


def reasons(
    score: Score, novelty: Novelty | None, phrases: Phrases, weights: Mapping[str, float], topics: Mapping[str, str]
) -> tuple[str, ...]:
    """Put the parts of a score into words; `topics` are the names of topics by slug."""
    parts = {part.name: part for part in score.parts}
    lines = []
    if pin := parts.get(PartName.PIN):
        lines.append(phrases.text("because_pinned", name=one_line(pin.basis, NAME_CHARS)))
    lines.append(_sources(score, phrases))
    news = list(_what_is_new(novelty, phrases)) if novelty is not None else []
    fact = parts.get(PartName.FACTS)
    # What is new of a story that goes on names the fact itself.
    lines += [phrases.word("because_fact", fact.basis)] if fact and not news else news
    if topic := parts.get(PartName.TOPICS):
        weight = weights.get(topic.basis, USUAL)
        lines.append(_weight_in_words(weight, one_line(topics.get(topic.basis, topic.basis)), phrases))
    return tuple(lines)


def _sources(score: Score, phrases: Phrases) -> str:
    """Count the sources, and name the first where it stands out or is the only one."""
    parts = {part.name: part for part in score.parts}
    first, further = parts.get(PartName.AUTHORITY), parts.get(PartName.SOURCES)
    count = further.count if further else 1
    name = one_line(first.basis, NAME_CHARS) if first else ""
    if count == 1:
        return phrases.text("because_source", name=name)
    stands_out = first is not None and first.count == 1
    return phrases.counted("because_sources" if stands_out else "because_voices", count, name=name)


def _what_is_new(novelty: Novelty, phrases: Phrases) -> Iterator[str]:
    news = [each for each in novelty.facts if each.kind != NewsKind.BACKGROUND]
    if news:
        name, change = one_line(news[0].fact.name, NAME_CHARS), _change(news[0], phrases)
        more = f" +{len(news) - 1}" if len(news) > 1 else ""
        yield phrases.text("because_new", what=phrases.text("aside", text=name, aside=change) + more)
    elif novelty.is_of_language and novelty.sentences:
        names = phrases.text("comma").join(map(phrases.language_name, novelty.languages))
        yield phrases.text("because_language", language=names)
    elif novelty.sentences:
        yield phrases.counted("because_sentences", len(novelty.sentences))


def _change(news: FactNews, phrases: Phrases) -> str:
    if news.kind == NewsKind.DATE and news.fact.start:
        return span_of(news.fact, phrases)
    return phrases.word("status", news.fact.status)


def _weight_in_words(weight: float, topic: str, phrases: Phrases) -> str:
    if weight in {DOUBLE, HALF}:
        return phrases.text("because_double" if weight == DOUBLE else "because_half", topic=topic)
    return phrases.text("because_times" if weight else "because_sunk", topic=topic, weight=f"{weight:g}")


def span_of(fact: FactEntry, phrases: Phrases) -> str:
    """Write when a fact was, is or will be; empty where that is not stated."""
    if not fact.start:
        return ""
    return phrases.span(PartialDate.parse(fact.start), PartialDate.parse(fact.end) if fact.end else None)


def headline_of_news(news: FactNews, phrases: Phrases) -> str:
    """Say what is new of a fact: `New agreement`, `Now signed (before: proposed)`, `Now 5 May (before: April)`."""
    if news.kind == NewsKind.STATUS:
        return _now(
            phrases.word("status", news.fact.status), [phrases.word("status", each) for each in news.before], phrases
        )
    if news.kind == NewsKind.DATE:
        if not news.before:
            return phrases.text("news_date", now=span_of(news.fact, phrases))
        return _now(span_of(news.fact, phrases), [_span_of_text(each, phrases) for each in news.before], phrases)
    is_agreement = news.fact.kind == FactKind.AGREEMENT
    if news.kind == NewsKind.FIRST:
        return phrases.text("news_agreement" if is_agreement else "news_event")
    return phrases.text("news_background")


def _now(now: str, before: list[str], phrases: Phrases) -> str:
    return phrases.text("news_now", now=now, before=phrases.text("comma").join(before))


def _span_of_text(text: str, phrases: Phrases) -> str:
    start, _, end = text.partition("/")
    return phrases.span(PartialDate.parse(start), PartialDate.parse(end) if end else None)
