"""Undoing a correction: the article is understood and placed anew at once, with what else stands of corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, find_article, other_copies_of
from models.corrections import head_of, hold_articles, words_of_correction
from models.fate import await_stage
from models.knowledge import Correction
from models.vocabulary import CorrectionField, Stage
from perilune.archive import Archive
from perilune.correcting.correct import SETTLE, Obeyed, in_one_go
from perilune.correcting.placing import FINDS_LATER, place_anew
from perilune.correcting.said import name_of_person
from perilune.problems import Problem
from pipeline.runners.corrections import mark_corrected
from pipeline.runners.places import current_versions_of, drop_sentences_of_others, leave_story
from pipeline.runners.story_decisions import articles_belonging_with, story_bonds
from pipeline.runners.understand import UnderstandRunner
from pipeline.values import Understanding

Understand = Callable[[sessionmaker[Session], Sequence[int]], Iterable[tuple[int, Understanding]]]
"""Understands versions anew, which takes milliseconds once the taxonomy is read."""


def understand_anew(sessions: sessionmaker[Session], version_ids: Sequence[int]) -> Iterable[tuple[int, Understanding]]:
    """Understand versions as the stage does."""
    return UnderstandRunner().compute(sessions, version_ids)


def undo(
    archive: Archive, correction_id: int, *, by: str, now: dt.datetime, understand: Understand = understand_anew
) -> Obeyed:
    """Take a correction back: what was derived, and what else people said, holds again at once.

    Undoing it twice is undoing it once. Problem where there is no such correction.
    """
    person = name_of_person(by)
    understood = dict(understand(archive.sessions, _versions_concerned(archive, correction_id)))

    def work(session: Session) -> tuple[Obeyed, list[int]]:
        correction = _correction(session, correction_id)
        article = _article_of(session, correction)
        if article is not None:
            hold_articles(session, [article])
        session.refresh(correction)
        said = words_of_correction(CorrectionField(correction.field), correction.value)
        if correction.undone_at is not None:
            words = f"It was undone already by {correction.undone_by}: {said}."
            return Obeyed((correction.id,), words, correction.article_key), []
        correction.undone_at, correction.undone_by = now, person
        session.flush()
        displaced = _go_back(session, article, correction, understood, now=now) if article is not None else []
        return Obeyed((correction.id,), f"Undone: {said}.", correction.article_key), displaced

    obeyed, displaced = in_one_go(archive, work)
    is_placed = place_anew(archive, displaced, now=now)
    return obeyed if is_placed else replace(obeyed, words=f"{obeyed.words} {FINDS_LATER}")


def _correction(session: Session, correction_id: int) -> Correction:
    correction = session.get(Correction, correction_id)
    if correction is None:
        raise Problem(f"there is no correction {correction_id}; `perilune corrections list` prints the numbers.")
    return correction


def _article_of(session: Session, correction: Correction) -> Article | None:
    """Find the article that leads now; None where it has left the archive."""
    article = find_article(session, correction.article_key)
    return head_of(session, article) if article is not None else None


def _versions_concerned(archive: Archive, correction_id: int) -> list[int]:
    with archive.sessions() as session:
        correction = _correction(session, correction_id)
        article = _article_of(session, correction)
        if article is None or correction.field == CorrectionField.STORY:
            return []
        return current_versions_of([article, *other_copies_of(session, article)])


def _go_back(
    session: Session,
    article: Article,
    correction: Correction,
    understood: dict[int, Understanding],
    *,
    now: dt.datetime,
) -> list[int]:
    """Bring back what holds without the correction; returns the articles whose place in stories is open."""
    if correction.field == CorrectionField.STORY:
        return _leave_stories(session, article, correction, now=now)
    runner = UnderstandRunner()
    everyone = [article, *other_copies_of(session, article)]
    for each in everyone:
        version = each.current_version
        if version is None:
            continue
        if version.id not in understood:  # it changed a moment ago
            await_stage(session, Stage.UNDERSTAND, [version.id], due_at=now)
            continue
        runner.store(session, version.id, understood[version.id], now=now)
        SETTLE(session, version, now=now)
    is_about_relevance = correction.field == CorrectionField.RELEVANCE
    return [each.id for each in everyone if each.story_id is None] if is_about_relevance else []


def _leave_stories(session: Session, article: Article, correction: Correction, *, now: dt.datetime) -> list[int]:
    """Take those out of their stories that the correction had put there, and let grouping place them."""
    keys = [article.key, *(str(key) for key in _listed(correction.value.get("members")))]
    found = [head_of(session, each) for key in keys if (each := find_article(session, key)) is not None]
    bonds = story_bonds(session)
    moved = {each.id: each for each in found}
    for each in [one for one in found if one.key in bonds.decided or one is article]:
        moved |= {one.id: one for one in articles_belonging_with(session, each, bonds) if one.key in bonds.decided}
    hold_articles(session, moved.values())
    left = {each.story_id for each in moved.values() if each.story_id is not None}
    for each in moved.values():
        leave_story(session, each, now=now)
        mark_corrected(session, each)
    drop_sentences_of_others(session, left)
    await_stage(session, Stage.GROUP, moved, due_at=now)
    return list(moved)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
