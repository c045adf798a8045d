"""One reader's view of a frozen issue, by their taste: what they want comes first, what they mute is hidden; pure.

What an editor pinned stays at the head; then comes what the reader follows, which is marked, then their own topics
and countries. What is only noted is lifted among the stories where the reader follows it. Nothing that both follow
and mute lists name is hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from digest.content import Entry, FactEntry, IssueContent, Item, StoryState

MAX_LIFTED = 6
"""Who follows a country gets its news, not a mail of nothing but notes."""
ALL_OF = "+"
STORY = "story:"

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
    """Hide what a reader mutes and order the rest for their taste; all else keeps its order."""
    shown = _without_muted(content, taste)
    return View(_ordered(shown, taste), taste, _entry_count(content) - _entry_count(shown), whole=content)


def _entry_count(content: IssueContent) -> int:
    parts = (content.stories, content.also_noted, content.documents, content.older, content.changes)
    listed = (section.items for section in content.sections)
    return sum(map(len, (*parts, *listed, content.agreements, content.events)))


def _without_muted(content: IssueContent, taste: Taste) -> IssueContent:
    """Leave out each entry whose every article is muted; a fact goes with the article that states it."""
    if not taste.mutes:
        return content
    hidden = {id(entry) for entry in (*content.stories, *content.also_noted) if _is_muted(entry, taste)}
    muted = _muted_articles(content, taste, hidden)
    facts = {
        part: tuple(fact for fact in getattr(content, part) if fact.evidence.article_key not in muted)
        for part in ("agreements", "events")
    }
    return content.model_copy(
        update={
            "stories": tuple(entry for entry in content.stories if id(entry) not in hidden),
            "also_noted": tuple(entry for entry in content.also_noted if id(entry) not in hidden),
            "documents": tuple(item for item in content.documents if item.article_key not in muted),
            "older": tuple(item for item in content.older if item.article_key not in muted),
            "sections": tuple(
                section.model_copy(
                    update={"items": tuple(item for item in section.items if item.article_key not in muted)}
                )
                for section in content.sections
            ),
            "changes": tuple(change for change in content.changes if change.item.article_key not in muted),
            **facts,
        }
    )


def _is_muted(entry: Entry, taste: Taste) -> bool:
    if followed_of_entry(entry, taste.follows):
        return False
    return _is_of_story(entry, taste.mutes) or all(followed_of(item, taste.mutes) for item in entry.items)


def _is_muted_item(item: Item, taste: Taste) -> bool:
    return bool(followed_of(item, taste.mutes)) and not followed_of(item, taste.follows)


def _muted_articles(content: IssueContent, taste: Taste, hidden: Collection[int]) -> frozenset[str]:
    """Name the articles that are muted, by themselves or with their story, with their copies."""
    entries = (*content.stories, *content.also_noted)
    gone = {item.article_key for entry in entries if id(entry) in hidden for item in entry.items}
    wanted = {item.article_key for entry in entries if followed_of_entry(entry, taste.follows) for item in entry.items}
    muted = [
        item
        for item in _items_of(content)
        if item.article_key in gone or (item.article_key not in wanted and _is_muted_item(item, taste))
    ]
    return frozenset(key for item in muted for key in (item.article_key, *(copy.article_key for copy in item.copies)))


def _items_of(content: IssueContent) -> list[Item]:
    entries = (*content.stories, *content.also_noted)
    listed = [item for entry in entries for item in entry.items]
    listed += [item for section in content.sections for item in section.items]
    return [*listed, *content.documents, *content.older, *(change.item for change in content.changes)]


def _ordered(content: IssueContent, taste: Taste) -> IssueContent:
    if taste == Taste(mutes=taste.mutes):
        return content
    wanted = [entry for entry in content.also_noted if followed_of_entry(entry, taste.follows)]
    lifted = [entry for entry in wanted if entry.state != StoryState.STILL_OPEN][:MAX_LIFTED]
    pinned = [entry for entry in content.stories if entry.pinned_by]
    stories = [entry for entry in content.stories if not entry.pinned_by]
    up = {id(entry) for entry in lifted}
    noted = [entry for entry in content.also_noted if id(entry) not in up]
    of_entry, of_item = partial(_place_of_entry, taste), partial(_place_of_item, taste)
    of_fact = partial(_place_of_fact, taste, {item.article_key: item for item in _items_of(content)})
    return content.model_copy(
        update={
            "stories": (*pinned, *sorted([*stories, *lifted], key=of_entry)),
            "also_noted": tuple(sorted(noted, key=of_entry)),
            "agreements": tuple(sorted(content.agreements, key=of_fact)),
            "documents": tuple(sorted(content.documents, key=of_item)),
            "older": tuple(sorted(content.older, key=of_item)),
            "changes": tuple(sorted(content.changes, key=lambda change: of_item(change.item))),
        }
    )


Place = tuple[bool, int, int]
"""What orders: not followed, the place of the first of the reader's topics, and of their countries."""


def _place_of_entry(taste: Taste, entry: Entry) -> Place:
    return not followed_of_entry(entry, taste.follows), *_wish(taste, entry.items)


def _place_of_item(taste: Taste, item: Item) -> Place:
    return not followed_of(item, taste.follows), *_wish(taste, [item])


def _place_of_fact(taste: Taste, items: Mapping[str, Item], fact: FactEntry) -> Place:
    item = items.get(fact.evidence.article_key)
    return _place_of_item(taste, item) if item else (True, len(taste.topics), len(taste.countries))


def _wish(taste: Taste, items: Iterable[Item]) -> tuple[int, int]:
    tokens = {tag.token for item in items for tag in item.tags}
    return _first(taste.topics, "topic", tokens), _first(taste.countries, "country", tokens)


def _first(wanted: Sequence[str], kind: str, tokens: set[str]) -> int:
    return next((place for place, value in enumerate(wanted) if f"{kind}:{value}" in tokens), len(wanted))


def _is_of_story(entry: Entry, tokens: Follows) -> bool:
    return entry.story_key is not None and f"{STORY}{entry.story_key}" in tokens


def followed_of_entry(entry: Entry, follows: Follows) -> tuple[str, ...]:
    """Name what a reader follows of an entry, each once."""
    story = [entry.headline] if _is_of_story(entry, follows) else []
    return tuple(dict.fromkeys([*story, *(name for item in entry.items for name in followed_of(item, follows))]))


def followed_of(item: Item, follows: Follows) -> tuple[str, ...]:
    """Name what a reader follows of an article; `country:GB+CN` asks for both."""
    names = {tag.token: tag.name for tag in item.tags} if follows else {}
    return tuple(dict.fromkeys(name for token in follows if (name := _name_in(names, token))))


def _name_in(names: Mapping[str, str], token: str) -> str:
    if ALL_OF not in token:
        return names.get(token, "")
    kind, _, value = token.partition(":")
    parts = [names.get(f"{kind}:{part}", "") for part in value.split(ALL_OF)]
    return f" {ALL_OF} ".join(parts) if all(parts) else ""
