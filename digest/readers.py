"""What a reader follows, as it stands now: topics that were merged and stories that became part of others."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from digest.follows import ALL_OF, Follows
from models.edition import Reader
from models.story import find_story
from models.taxonomy import merged_topics


def follows_of(session: Session, reader: Reader) -> Follows:
    """Read what a reader follows; what was merged is followed in what stands for it."""
    return tuple(dict.fromkeys(_standing(session, reader))) if reader.follows else ()


def _standing(session: Session, reader: Reader) -> Iterator[str]:
    merged = merged_topics(session)
    for token in reader.follows:
        kind, _, value = token.partition(":")
        if kind == "topic":
            yield f"topic:{ALL_OF.join(merged.get(slug, slug) for slug in value.split(ALL_OF))}"
        elif kind == "story" and (story := find_story(session, value)):
            yield f"story:{story.key}"
        else:
            yield token
