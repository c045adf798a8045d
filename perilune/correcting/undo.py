"""Undoing a correction: the article is understood and placed anew at once, with what else stands of corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy.orm import Session

from models.article import Article, find_article, other_copies_of
from models.corrections import head_of, hold_articles, keys_decided_on, words_of_correction
from models.fate import await_stage
from models.knowledge import Correction
from models.vocabulary import NAMINGS, CorrectionField, Stage
from perilune.archive import Archive
from perilune.correcting.correct import Obeyed, awaits_story
from perilune.correcting.placing import FINDS_LATER, place_anew
from perilune.correcting.said import name_of_person
from perilune.correcting.transaction import in_one_go
from perilune.problems import Problem
from perilune.understanding import EncoderOnDemand, understand_runner
from pipeline.runners.corrections import mark_corrected
from pipeline.runners.places import current_versions_of, drop_sentences_of_others, leave_story
from pipeline.runners.story_changes import Cause, record_places, story_keys_of
from pipeline.runners.story_corrections import name_as_decided
from pipeline.runners.story_decisions import articles_belonging_with, story_bonds
from pipeline.runners.understand import UnderstandRunner
from pipeline.values import Understanding

MAX_ID = 2**31 - 1  # the largest number that the column holds


@dataclass(frozen=True)
class _Undone:
    """What was answered, which articles need a place again, where they were, and why they left."""

    obeyed: Obeyed
    displaced: Sequence[int] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    cause: Cause | None = None


def undo(archive: Archive, correction_id: int, *, by: str, now: dt.datetime) -> Obeyed:
    """Take a correction back: what was derived, and what else people said, holds again at once.

    Undoing it twice is undoing it once. Problem where there is no such correction.
    """
    person = name_of_person(by)
    runner = understand_runner(archive, EncoderOnDemand(archive.settings))
    concerned = _versions_concerned(archive, correction_id)
    understood = dict(runner.compute(archive.sessions, concerned)) if concerned else {}

    def work(session: Session) -> _Undone:
        correction = _correction(session, correction_id)
        article = _article_of(session, correction)
        if article is not None:
            hold_articles(session, [article])
        session.refresh(correction)
        said = words_of_correction(CorrectionField(correction.field), correction.value)
        if correction.undone_at is not None:
            words = f"It was undone already by {correction.undone_by}: {said}."
            return _Undone(Obeyed((correction.id,), words, correction.article_key))
        correction.undone_at, correction.undone_by = now, person
        session.flush()
        obeyed = Obeyed((correction.id,), f"Undone: {said}.", correction.article_key)
        if article is None:
            return _Undone(obeyed)
        cause = Cause(f"undone: {said}", person, now)
        if correction.field == CorrectionField.STORY:
            before = _places_before(session, article, correction)
            return _Undone(obeyed, _leave_stories(session, article, correction, now=now), before, cause)
        if correction.field in NAMINGS:
            name_as_decided(session, article, CorrectionField(correction.field), cause)
            mark_corrected(session, article)
            return _Undone(obeyed)
        _understand_again(session, article, runner, understood, now=now)
        return _Undone(obeyed, [article.id] if awaits_story(article) else [])

    undone = in_one_go(archive, work)
    is_placed = place_anew(archive, undone.displaced, now=now)
    if undone.cause is not None:
        in_one_go(archive, partial(record_places, before=undone.places, cause=undone.cause))
    obeyed = undone.obeyed
    return obeyed if is_placed else replace(obeyed, words=f"{obeyed.words} {FINDS_LATER}")


def _correction(session: Session, correction_id: int) -> Correction:
    correction = session.get(Correction, correction_id) if 0 < correction_id <= MAX_ID else None
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
        if article is None or correction.field in {CorrectionField.STORY, *NAMINGS}:
            return []
        return current_versions_of([article, *other_copies_of(session, article)])


def _understand_again(
    session: Session,
    article: Article,
    runner: UnderstandRunner,
    understood: dict[int, Understanding],
    *,
    now: dt.datetime,
) -> None:
    """Bring back what holds of an article and its copies without the correction; some may leave their story."""
    group = [article, *other_copies_of(session, article)]
    before = {each.story_id for each in group if each.story_id is not None}
    for version_id in current_versions_of(group):
        if version_id not in understood:  # it changed a moment ago
            await_stage(session, Stage.UNDERSTAND, [version_id], due_at=now)
            continue
        runner.store(session, version_id, understood[version_id], now=now)
    drop_sentences_of_others(session, before)


def _places_before(session: Session, article: Article, correction: Correction) -> Mapping[str, str]:
    """Read where those are now that are about to leave their stories."""
    moved = _put_by(session, article, correction).values()
    return story_keys_of(session, {each.key for each in moved})


def _put_by(session: Session, article: Article, correction: Correction) -> dict[int, Article]:
    """Find the articles that a correction put where they are, by their numbers."""
    keys = sorted(keys_decided_on(correction))
    found = [head_of(session, each) for key in keys if (each := find_article(session, key)) is not None]
    bonds = story_bonds(session)
    moved = {each.id: each for each in found}
    for each in [one for one in found if one.key in bonds.decided or one is article]:
        moved |= {one.id: one for one in articles_belonging_with(session, each, bonds) if one.key in bonds.decided}
    return moved


def _leave_stories(session: Session, article: Article, correction: Correction, *, now: dt.datetime) -> list[int]:
    """Take those out of their stories that the correction had put there, and let grouping place them."""
    moved = _put_by(session, article, correction)
    hold_articles(session, moved.values())
    left = {each.story_id for each in moved.values() if each.story_id is not None}
    for each in moved.values():
        leave_story(session, each, now=now)
        mark_corrected(session, each)
    drop_sentences_of_others(session, left)
    await_stage(session, Stage.GROUP, moved, due_at=now)
    return [each.id for each in moved.values() if awaits_story(each)]
