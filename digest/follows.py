"""One reader's view of a frozen issue, by their taste: what they follow comes first and is marked; pure.

What an editor pinned stays at the head. What is only noted is lifted among the stories where the reader follows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from digest.content import Entry, IssueContent, Item, StoryState

MAX_LIFTED = 6
"""Who follows a country gets its news, not a mail of nothing but notes."""
ALL_OF = "+"

Follows = tuple[str, ...]
"""Tokens of the search line, such as `topic:launch`."""


@dataclass(frozen=True)
class Taste:
    """What a reader wants: tokens that they follow and mute; topics and countries in the order of their wishes."""

    follows: Follows = ()
    mutes: Follows = ()
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """An issue as one reader gets it; `hidden_count` entries were muted and are in the issue on screen."""

    content: IssueContent
    taste: Taste = Taste()
    hidden_count: int = 0
    whole: IssueContent | None = None
    """The issue as it is for everybody; None where that is the content."""


def for_reader(content: IssueContent, taste: Taste) -> View:
    """Order an issue for a reader's taste; all else keeps its order."""
    return View(_followed(content, taste.follows), taste, whole=content)


def _followed(content: IssueContent, follows: Follows) -> IssueContent:
    if not follows:
        return content
    wanted = [entry for entry in content.also_noted if followed_of_entry(entry, follows)]
    lifted = [entry for entry in wanted if entry.state != StoryState.STILL_OPEN][:MAX_LIFTED]
    pinned = [entry for entry in content.stories if entry.pinned_by]
    stories = [entry for entry in content.stories if not entry.pinned_by]
    noted = [entry for entry in content.also_noted if entry not in lifted]
    return content.model_copy(
        update={
            "stories": (*pinned, *_followed_first([*stories, *lifted], follows)),
            "also_noted": tuple(_followed_first(noted, follows)),
        }
    )


def _followed_first(entries: Iterable[Entry], follows: Follows) -> list[Entry]:
    return sorted(entries, key=lambda entry: not followed_of_entry(entry, follows))


def followed_of_entry(entry: Entry, follows: Follows) -> tuple[str, ...]:
    """Name what a reader follows of an entry, each once."""
    is_followed = entry.story_key is not None and f"story:{entry.story_key}" in follows
    story = [entry.headline] if is_followed else []
    return tuple(dict.fromkeys([*story, *(name for item in entry.items for name in followed_of(item, follows))]))


def followed_of(item: Item, follows: Follows) -> tuple[str, ...]:
    """Name what a reader follows of an article; `country:GB+CN` asks for both."""
    names = {tag.token: tag.name for tag in item.tags}
    found = []
    for token in follows:
        kind, _, value = token.partition(":")
        parts = [names.get(f"{kind}:{part}") for part in value.split(ALL_OF)]
        if all(parts):
            found.append(f" {ALL_OF} ".join(map(str, parts)))
    return tuple(dict.fromkeys(found))
