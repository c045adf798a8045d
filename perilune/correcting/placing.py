"""Finding the stories of articles at once after a correction, by the vectors that are there, without the encoder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from models.article import Article, other_copies_of
from perilune.archive import Archive
from perilune.correcting.transaction import in_one_go
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
    for item_id, result in runner.compute(archive.sessions, sorted(set(copies_of))):
        in_one_go(archive, partial(runner.store, item_id=item_id, result=result, now=now))
    with archive.sessions() as session:
        return all(session.get_one(Article, article_id).story_id is not None for article_id in article_ids)
