"""Obeys corrections: what people decided is put over what was derived, at once and after every later run.

Apart from understanding and grouping because both obey, and so does whoever makes a correction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version, VersionCountry, other_copies_of
from models.corrections import keys_of, standing_corrections, stories_decided_on
from models.fate import await_stage
from models.knowledge import Correction
from models.taxonomy import standing_topics
from models.vocabulary import CorrectionField, DocType, Relevance, Stage
from pipeline.runners.fact_corrections import obey_about_fact
from pipeline.runners.facts import settle_facts
from pipeline.runners.places import drop_sentences_of_others, leave_story
from pipeline.runners.story_changes import Cause, record_places, story_keys_of


def obey_corrections(session: Session, version: Version) -> None:
    """Put the corrections that stand over what was derived of a version, the newest last."""
    keys = keys_of(session, version.article)
    corrections = standing_corrections(session, keys)
    _obey(session, version, corrections)
    _mark(version, (*corrections, *stories_decided_on(session, keys)))


def mark_corrected(session: Session, article: Article) -> None:
    """Note on an article and its copies what of them people have decided."""
    keys = keys_of(session, article)
    corrections = (*standing_corrections(session, keys), *stories_decided_on(session, keys))
    for each in (article, *other_copies_of(session, article)):
        if each.current_version is not None:
            _mark(each.current_version, corrections)
    session.flush()


def _mark(version: Version, corrections: Iterable[Correction]) -> None:
    version.corrected = sorted({str(each.field) for each in corrections})


def _obey(session: Session, version: Version, corrections: Iterable[Correction]) -> None:
    for correction in corrections:
        _OBEY[CorrectionField(correction.field)](session, version, correction)


def obey_at_once(session: Session, article: Article, corrections: Sequence[Correction], *, now: dt.datetime) -> None:
    """Put new corrections over an article and its copies as they are, where all that stood before is obeyed."""
    before = story_keys_of(session, [article.key])
    for each in (article, *other_copies_of(session, article)):
        version = each.current_version
        if version is None or version.relevance is None:  # understanding will obey
            continue
        _obey(session, version, corrections)
        session.flush()
        await_stage(session, Stage.MATCH, [each.id], due_at=now)
        if version.relevance == Relevance.OFF:
            _leave(session, each, now=now)
        elif each.story_id is None:
            await_stage(session, Stage.EMBED, [version.id], due_at=now)
        settle_facts(session, version)
    mark_corrected(session, article)
    for last in corrections[-1:]:
        record_places(session, before, Cause(last.note or "", last.made_by, now))


def _leave(session: Session, article: Article, *, now: dt.datetime) -> None:
    left = article.story_id
    leave_story(session, article, now=now)
    if left is not None:
        drop_sentences_of_others(session, [left])


def _because(correction: Correction) -> list[str]:
    return [f"corrected by {correction.made_by}"]


def _obey_relevance(_session: Session, version: Version, correction: Correction) -> None:
    version.relevance = Relevance(str(correction.value["value"]))
    version.relevance_because, version.reads_like = _because(correction), []


def _obey_doc_type(_session: Session, version: Version, correction: Correction) -> None:
    version.doc_type = DocType(str(correction.value["value"]))
    version.doc_type_because = _because(correction)


def _obey_topics(session: Session, version: Version, correction: Correction) -> None:
    value = correction.value
    if "add" in value:
        _give_topics(version, standing_topics(session, [str(value["add"])]))
    elif "remove" in value:
        removed = str(value["remove"])
        _take_topics(version, {removed, *standing_topics(session, [removed])})
    else:
        wanted = standing_topics(session, cast("Sequence[str]", value["value"]))
        _take_topics(version, {row.topic_slug for row in version.topics} - set(wanted))
        _give_topics(version, wanted)


def _give_topics(version: Version, slugs: Iterable[str]) -> None:
    for slug in slugs:
        row = next((row for row in version.topics if row.topic_slug == slug), None)
        if row is None:
            row = TopicAssignment(topic_slug=slug, because=[])
            version.topics.append(row)
        row.score, row.by_human = 1.0, True


def _take_topics(version: Version, slugs: Iterable[str]) -> None:
    for row in [row for row in version.topics if row.topic_slug in set(slugs)]:
        version.topics.remove(row)


def _obey_countries(_session: Session, version: Version, correction: Correction) -> None:
    wanted = cast("Sequence[str]", correction.value["value"])
    rows = {row.country: row for row in version.countries}
    for code in rows.keys() - set(wanted):
        version.countries.remove(rows[code])
    for rank, code in enumerate(wanted):
        if code not in rows:
            version.countries.append(VersionCountry(country=code, rank=rank))
        else:
            rows[code].rank = rank


def _obey_fact(_session: Session, version: Version, correction: Correction) -> None:
    obey_about_fact(version, correction.value)


def _leave_to_grouping(_session: Session, _version: Version, _correction: Correction) -> None:
    """Do nothing here: stories are grouping's, and `put_as_decided` and `name_as_decided` obey at once."""


_OBEY: dict[CorrectionField, Callable[[Session, Version, Correction], None]] = {
    CorrectionField.RELEVANCE: _obey_relevance,
    CorrectionField.DOC_TYPE: _obey_doc_type,
    CorrectionField.TOPICS: _obey_topics,
    CorrectionField.COUNTRIES: _obey_countries,
    CorrectionField.FACT: _obey_fact,
    CorrectionField.STORY: _leave_to_grouping,
    CorrectionField.HEADLINE: _leave_to_grouping,
    CorrectionField.PIN: _leave_to_grouping,
}
