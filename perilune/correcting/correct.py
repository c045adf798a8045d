"""Correcting: what is said is stored and obeyed in one transaction; the same said twice is one correction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models.article import Article
from models.corrections import head_of, hold_articles, keys_of, standing_corrections, words_of_correction
from models.knowledge import Correction
from models.vocabulary import NAMINGS, CorrectionField, Relevance
from perilune.archive import Archive
from perilune.correcting.placing import FINDS_LATER, place_anew
from perilune.correcting.said import (
    Said,
    Value,
    corrections_said,
    name_of_person,
    note_of,
    says_something,
)
from perilune.correcting.said_of_stories import known_article
from perilune.correcting.transaction import in_one_go
from perilune.problems import Problem
from pipeline.runners.corrections import obey_at_once
from pipeline.runners.story_changes import Cause
from pipeline.runners.story_corrections import name_as_decided, put_as_decided
from pipeline.runners.story_decisions import stands_as_said


@dataclass(frozen=True)
class Obeyed:
    """What became of something that a person said: the corrections, and one sentence about it."""

    ids: tuple[int, ...]
    words: str
    article_key: str


def correct(archive: Archive, key: str, said: Said, *, by: str, now: dt.datetime) -> Obeyed:
    """Store what a person says of an article, and obey it in the article, its copies and its story.

    The key may be `story/KEY` for what is said of a story. Problem where nothing is said, or what is said cannot be.
    """
    person, note = name_of_person(by), note_of(said)

    def work(session: Session) -> tuple[Obeyed, list[int]]:
        article = known_article(session, key)
        hold_articles(session, [article, head_of(session, article)])
        wanted = corrections_said(session, article, said)
        if not wanted and not says_something(said):
            raise Problem("nothing to correct: say what is wrong, such as relevance, topics or story.")
        stored = [
            _stored(session, article, each, Correction(note=note, made_by=person, made_at=now)) for each in wanted
        ]
        _obey(session, article, [each for each, is_new in stored if is_new], now=now)
        corrections = [each for each, _ in stored]
        obeyed = Obeyed(tuple(each.id for each in corrections), _sentence(article, corrections), article.key)
        return obeyed, [article.id] if awaits_story(article) else []

    obeyed, displaced = in_one_go(archive, work)
    is_placed = place_anew(archive, displaced, now=now)
    return obeyed if is_placed else replace(obeyed, words=f"{obeyed.words} {FINDS_LATER}")


def _stored(
    session: Session, article: Article, wanted: tuple[CorrectionField, Value], row: Correction
) -> tuple[Correction, bool]:
    """Store a correction, unless the same was the last that was said of this and holds; tells whether it is new."""
    field, value = wanted
    standing = standing_corrections(session, keys_of(session, article))
    last = next((each for each in reversed(standing) if each.field == field and _is_about(each, value)), None)
    if last is not None and _meaning(last.value) == _meaning(value) and _holds(session, article, last, value):
        return last, False
    row.article_key, row.field, row.value = article.key, field, value
    session.add(row)
    session.flush()
    return row, True


def _holds(session: Session, article: Article, correction: Correction, value: Value) -> bool:
    """Tell whether what was said still holds: of a story, what was said of another article may have undone it."""
    if correction.field in NAMINGS:
        return False  # or it would not have come to be said anew
    return correction.field != CorrectionField.STORY or stands_as_said(session, head_of(session, article), value)


def _is_about(correction: Correction, value: Value) -> bool:
    """Tell whether a correction of the same field says something of the same thing."""
    before = correction.value
    if correction.field == CorrectionField.TOPICS:
        topics = [each.get("add") or each.get("remove") for each in (before, value)]
        return None in topics or topics[0] == topics[1]
    if correction.field == CorrectionField.FACT:
        return before["witness"] == value["witness"]
    return True


def _meaning(value: Value) -> Value:
    """Leave out what a correction keeps of the moment at which it was made."""
    return {name: said for name, said in value.items() if name not in {"members", "was"}}


def _obey(session: Session, article: Article, corrections: Sequence[Correction], *, now: dt.datetime) -> None:
    obey_at_once(session, article, corrections, now=now)
    for correction in corrections:
        if correction.field == CorrectionField.STORY:
            put_as_decided(session, head_of(session, article), correction, now=now)
        if correction.field in NAMINGS:
            cause = Cause(correction.note or "", correction.made_by, now)
            name_as_decided(session, head_of(session, article), CorrectionField(correction.field), cause)


def awaits_story(article: Article) -> bool:
    """Tell whether an article belongs into a story and has none."""
    version = article.current_version
    is_off = version is None or version.relevance in {None, Relevance.OFF}
    return not is_off and article.story_id is None


def _sentence(article: Article, corrections: Sequence[Correction]) -> str:
    if not corrections:
        return "That is how it stands already."
    said = "; ".join(words_of_correction(CorrectionField(each.field), each.value) for each in corrections)
    if article.current_version is None or article.current_version.relevance is None:
        return f"Noted: {said}. It is obeyed when the article is understood, with the next `perilune process`."
    return f"Corrected: {said}."
