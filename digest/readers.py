"""A reader's taste as it stands now: topics that were merged and stories that became part of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from digest.follows import ALL_OF, Follows, Taste
from models.edition import Reader
from models.story import find_story
from models.taxonomy import merged_topics


def taste_of(session: Session, reader: Reader) -> Taste:
    """Read what a reader wants; what was merged is wanted in what stands for it."""
    merged = merged_topics(session) if reader.follows or reader.mutes or reader.topics else {}
    return Taste(
        follows=_standing(session, reader.follows, merged),
        mutes=_standing(session, reader.mutes, merged),
        topics=tuple(dict.fromkeys(merged.get(slug, slug) for slug in reader.topics)),
        countries=tuple(reader.countries),
    )


def _standing(session: Session, tokens: Sequence[str], merged: Mapping[str, str]) -> Follows:
    return tuple(dict.fromkeys(_each_standing(session, tokens, merged)))


def _each_standing(session: Session, tokens: Sequence[str], merged: Mapping[str, str]) -> Iterator[str]:
    for token in tokens:
        kind, _, value = token.partition(":")
        if kind == "topic":
            yield f"topic:{ALL_OF.join(merged.get(slug, slug) for slug in value.split(ALL_OF))}"
        elif kind == "story" and (story := find_story(session, value)):
            yield f"story:{story.key}"
        else:
            yield token
