"""Working off what waits: the pipeline's stages in their order, then the health of the sources that were visited."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection
from functools import partial

import sqlalchemy as sa

from crawler.watching import judge_due
from models.claimant import this_process
from models.fate import ENDED, Fate, await_stage, release_claims_of_the_dead
from models.search import renew_index
from models.vocabulary import Stage
from perilune.archive import Archive
from perilune.generating import summarise_runner, translate_due
from perilune.reasons import is_meant
from perilune.understanding import EncoderOnDemand, understand_runner
from pipeline.encoding.encoder import Encoder
from pipeline.runners.embed import EmbedRunner
from pipeline.runners.extract import ExtractRunner
from pipeline.runners.group import GroupRunner
from pipeline.runners.identify import IdentifyRunner
from pipeline.runners.match import MatchRunner
from pipeline.runners.passages import PassagesRunner
from pipeline.runners.runner import Progress, Worker, drain

AT_ONCE = 1000
OF_THE_CRAWLER = (Stage.CRAWL, Stage.FETCH, Stage.JUDGE)


def await_again(archive: Archive, reasons: Collection[str], *, now: dt.datetime) -> int:
    """Make everything wait again that ended in the pipeline for one of these reasons; returns how many items.

    One that ends in dots stands for all that begin so; how words are spaced, which a terminal changes, is ignored.
    """
    is_ended = Fate.state.in_(ENDED) & Fate.stage.not_in(OF_THE_CRAWLER)
    items: dict[Stage, list[int]] = {}
    with archive.sessions.begin() as session:
        known = session.scalars(sa.select(Fate.reason).where(is_ended, Fate.reason.is_not(None)).distinct())
        meant = [found for found in known if found and any(is_meant(found, each) for each in reasons)]
        for start in range(0, len(meant), AT_ONCE):
            some = Fate.reason.in_(meant[start : start + AT_ONCE])
            for stage, item_id in session.execute(sa.select(Fate.stage, Fate.item_id).where(is_ended, some)):
                items.setdefault(Stage(stage), []).append(item_id)
        for stage, item_ids in items.items():
            await_stage(session, stage, item_ids, due_at=now)
    return sum(map(len, items.values()))


def process_due(
    archive: Archive,
    *,
    now: dt.datetime,
    progress: Progress = lambda _stage, _done, _all: None,
    encoder: Callable[[], Encoder] | None = None,
    seconds: float | None = None,
) -> dict[Stage, Counter[str]]:
    """Work off every stage in order; returns how many items met each fate.

    Without an `encoder` that is loaded already, that of the settings is loaded when the first item needs it. With
    `seconds`, each stage claims no more after them, so that what is first in a long backlog is not last to be read.
    """
    settings = archive.settings
    encoder = encoder or EncoderOnDemand(settings)
    worker = Worker(archive.sessions, this_process(), now, progress, seconds)
    with archive.sessions.begin() as session:
        release_claims_of_the_dead(session)
    renew_index(archive.sessions)
    counts = {
        Stage.EXTRACT: drain(ExtractRunner(settings), worker),
        Stage.IDENTIFY: drain(IdentifyRunner(), worker),
        Stage.EMBED: drain(EmbedRunner(settings.encoder, encoder), worker),
        Stage.UNDERSTAND: drain(understand_runner(archive, encoder), worker),
        Stage.GROUP: drain(GroupRunner(settings.encoder), worker),
        Stage.MATCH: drain(MatchRunner(settings.archive_url), worker),
        Stage.SUMMARISE: drain(summarise_runner(archive, encoder), worker),
        Stage.TRANSLATE: translate_due(archive, worker),
        Stage.PASSAGES: drain(PassagesRunner(settings.encoder, encoder), worker),
    }
    # Last, since what became of a source's pages tells how it fares.
    counts[Stage.JUDGE] = judge_due(archive.sessions, worker.claimant, now, progress=partial(progress, Stage.JUDGE))
    return {stage: fates for stage, fates in counts.items() if fates}
