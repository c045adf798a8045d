"""Takes the words of withdrawn articles out of a frozen issue's JSON; pure, so that each who shows an issue does alike.

An issue keeps its shape: places, numbers, keys and addresses stay, and what was withdrawn says so in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Json = Mapping[str, object]
CLEARED: Json = {
    "language": None,
    "published": None,
    "doc_type": None,
    "topics": [],
    "countries": [],
    "actors": [],
    "tags": [],
    "translation": None,
    "sentences": [],
}
"""What an item of an issue says besides its title."""
CLEARED_OF_FACT: Json = {"language": None, "subkind": None, "start": None, "end": None, "place": None, "parties": []}


@dataclass(frozen=True)
class Redacted:
    """An issue's content as it may be shown, and the words that were taken out of it."""

    content: dict[str, object]
    hidden: frozenset[str] = frozenset()
    is_changed: bool = False

    def hides(self, text: str | None) -> bool:
        """Tell whether a text bears words that were taken out."""
        return text is not None and any(words in text for words in self.hidden)


@dataclass
class _Redaction:
    """What stands in the place of each withdrawn article, and what was found so far."""

    words: Mapping[str, str]
    hidden: set[str] = field(default_factory=set)
    is_changed: bool = False

    def shown(self, part: object) -> object:
        """Return a part of an issue without what is withdrawn."""
        if isinstance(part, list):
            return [self.shown(each) for each in part if not self._is_copy(each)]
        return self._mapping(part) if isinstance(part, Mapping) else part

    def _mapping(self, part: Json) -> object:
        if "headline" in part and isinstance(part.get("items"), list):
            return self._entry(part)
        if "rewordings" in part and _key_of(part.get("item")) in self.words:
            return {**part, "item": self._item(part["item"]), "rewordings": []}
        if "title" in part and _key_of(part) in self.words:
            return self._item(part)
        if "name" in part and _key_of(part.get("evidence")) in self.words:
            return self._fact(part)
        return {name: self.shown(value) for name, value in part.items()}

    def _is_copy(self, part: object) -> bool:
        """Tell whether a part is the place of a withdrawn copy, which nothing numbers."""
        return (
            isinstance(part, Mapping)
            and set(part) <= {"article_key", "source", "url", "language"}
            and (_key_of(part) in self.words)
        )

    def _take(self, *texts: object) -> None:
        self.is_changed = True
        self.hidden |= {text for text in texts if isinstance(text, str) and text}

    def _item(self, item: object) -> dict[str, object]:
        assert isinstance(item, Mapping)
        self._take(item["title"], *(one.get("text") for one in _mappings(item.get("sentences"))))
        copies = self.shown(item.get("copies") or [])
        cleared = {name: value for name, value in CLEARED.items() if name in item}
        return {**item, **cleared, "title": self.words[str(item["article_key"])], "copies": copies}

    def _fact(self, fact: Json) -> dict[str, object]:
        self._take(fact["name"])
        name = self.words[str(_key_of(fact["evidence"]))]
        return {**fact, **{each: value for each, value in CLEARED_OF_FACT.items() if each in fact}, "name": name}

    def _entry(self, entry: Json) -> dict[str, object]:
        """Leave of a story what the other articles say: its headline may be a withdrawn title, and goes."""
        shown = {name: self.shown(value) for name, value in entry.items()}
        items = _mappings(entry["items"])
        gone = [str(item["article_key"]) for item in items if _key_of(item) in self.words]
        if gone:
            left = [item for item in items if _key_of(item) not in self.words]
            self._take(entry.get("headline"))
            shown["headline"] = left[0]["title"] if left else self.words[gone[0]]
            shown["language"] = left[0].get("language") if left else None
            shown["translation"] = None
        places = _mappings(entry.get("evidence"))
        cited = {number for number, place in enumerate(places, 1) if _key_of(place) in self.words}
        words = next((self.words[str(_key_of(place))] for place in places if _key_of(place) in self.words), "")
        shown["sentences"] = [
            one if cited.isdisjoint(_numbers(one.get("marks"))) else self._sentence(one, words)
            for one in _mappings(entry.get("sentences"))
        ]
        return shown

    def _sentence(self, sentence: Json, words: str) -> dict[str, object]:
        """Keep a sentence's place, by which editors name it."""
        self._take(sentence["text"])
        cleared: Json = {"language": None, "translation": None, "unsaid": []}
        return {**sentence, **{name: value for name, value in cleared.items() if name in sentence}, "text": words}


def redacted(content: Mapping[str, object], words: Mapping[str, str]) -> Redacted:
    """Put `words` (by the keys of withdrawn articles) in the place of what an issue says of those articles."""
    if not words:
        return Redacted(dict(content))
    redaction = _Redaction(words)
    shown = {name: redaction.shown(value) for name, value in content.items()}
    return Redacted(shown, frozenset(redaction.hidden), redaction.is_changed)


def _key_of(part: object) -> object:
    return part.get("article_key") if isinstance(part, Mapping) else None


def _mappings(parts: object) -> list[Json]:
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, Sequence) else []


def _numbers(marks: object) -> Iterable[object]:
    return marks if isinstance(marks, list) else ()
