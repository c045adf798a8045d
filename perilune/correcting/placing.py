"""Finding the stories of articles at once after a correction, by the vectors that are there, without the encoder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.article import Article, other_copies_of
from models.vocabulary import FateState
from perilune.archive import Archive
from pipeline.runners.group import GroupRunner

FINDS_LATER = "The next `perilune process` finds its story."


def place_anew(archive: Archive, article_ids: Sequence[int], *, now: dt.datetime) -> bool:
    """Group articles and their copies now, where their vectors are there; tells whether all have a place."""
    if not article_ids:
        return True
    runner = GroupRunner(archive.settings.encoder)
    copies_of = list(article_ids)
    with archive.sessions() as session:
        for article_id in article_ids:
            copies_of += [each.id for each in other_copies_of(session, session.get_one(Article, article_id))]
    states = []
    for item_id, result in runner.compute(archive.sessions, sorted(set(copies_of))):
        with archive.sessions.begin() as session:
            states.append(runner.store(session, item_id, result, now=now).state)
    return all(state == FateState.DONE for state in states)
