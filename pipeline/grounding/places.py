"""Whether the names of a claim stand where its source has them: who did what to whom, and who said it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations

from pipeline.grounding.alignment import Token, tokens_of
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.names import Name
from pipeline.grounding.wording import light_words
from pipeline.grounding.words import is_stop

MAX_ACTORS = 8
MAX_THEIRS = 24
WINDOW_WORDS = 2
WINDOW_SIGNS = 5
FAR_WORDS = 5
MIN_NAME_CHARS = 4
NAME_ENDING_CHARS = 3
MIN_NEIGHBOURS = 2
NEXT_TOKENS = 5
MIN_FITTING_WORDS = 1.5
MIN_FITTING_SIGNS = 3.0
LITTLE = 0.5
SAYING = frozenset({"said", "say", "says", "told", "tell"})
NUMBER, DATE = "number", "date"
"""What the slugs of amounts and dates begin with, which have their places as names do."""

_SYMMETRIC = re.compile(
    r"^(?:sign|agre|agreement|accord|cooper|coopér|meet|met|memorandum|mémorandum|talk|partner"
    r"|joint|jointli|togeth|work"
    r"|mou|statement|dialogu|relat|ties|link|space|spatial|подпис|соглашен|меморандум|сотруднич|встрет|договор|совмест"
    r"|космическ|签署|协议|合作|会谈|会晤|备忘|忘录|联合|协定).*"
)
_ASIDE = re.compile(r"(?<=\w)[,，] ?[^,，.;。；]{3,110}[,，](?= ?\w)")
_SLIGHT = frozenset(
    [
        "the",
        "a",
        "an",
        "le",
        "la",
        "les",
        "l",
        "un",
        "une",
        "is",
        "are",
        "was",
        "were",
        "est",
        "sont",
        "a-t",
        "его",
        "её",
        "the",
    ]
)
_LISTED = re.compile(
    r"[\s,，、/&-]*(?:and|et|и|和|与|及|as well as)?[\s,，、/-]*(?:the\s|la\s|le\s|l['’])?", re.IGNORECASE
)
_PASSIVE = re.compile(r"\bby\b|\bpar\b|被|由|\bfrom\b|\bот\b", re.IGNORECASE)
_BREAK = re.compile(r"[.;:!?。；！？\n]")
_LONG_NAME = re.compile(r"(?:[A-ZА-ЯЁ][\w’-]+\s){2,}[A-ZА-ЯЁ][\w’-]+")


Surroundings = dict[Name, tuple[list[str], list[str]]]


@dataclass(frozen=True)
class Scene:
    """A text and the names in it, in reading order."""

    assertion: Assertion
    names: tuple[Name, ...]

    @property
    def text(self) -> str:
        """Its words."""
        return self.assertion.text

    @cached_property
    def tokens(self) -> list[Token]:
        """Its telling words outside names."""
        tokens = (token for token in tokens_of(self.text, self.assertion.language) if token.tells or _says(token))
        taken = bytearray(len(self.text) + 1)
        for name in self.names:
            taken[name.start : name.end] = b"\1" * (name.end - name.start)
        return [token for token in tokens if not taken[token.start]]

    @cached_property
    def surroundings(self) -> Surroundings:
        """Give each name the stems before it, the nearest first, and those after it; other names are `¤`, edges `¶`.

        Names in a list have the surroundings of the whole list; articles and `is` do not count.
        """
        return self._surroundings_in(self.text)

    @cached_property
    def without_asides(self) -> Surroundings:
        """Give the same with what stands between commas left out: `Arianespace, which sold the rockets, expects`."""
        return self._surroundings_in(_ASIDE.sub(lambda aside: " " * len(aside[0]), self.text))

    def _surroundings_in(self, text: str) -> Surroundings:
        groups = self.listed_groups()
        stems: list[str | int] = ["¶"]
        for token in tokens_of(text, self.assertion.language):
            if token.stem in _SLIGHT:
                continue
            number = next((at for at, group in enumerate(groups) if _holds(group, token)), None)
            if number is None:
                stems.append(token.stem)
            elif stems[-1] != number:
                stems.append(number)
        stems.append("¶")
        plain = ["¤" if isinstance(one, int) else one for one in stems]
        return {
            name: (plain[max(0, at - NEXT_TOKENS) : at][::-1], plain[at + 1 : at + 1 + NEXT_TOKENS])
            for at, one in enumerate(stems)
            if isinstance(one, int)
            for name in groups[one]
        }

    def listed_groups(self) -> list[list[Name]]:
        """Return the names in order, those of a list together: `China, Brazil and India`."""
        groups: list[list[Name]] = []
        for name in self.names:
            if groups and _are_listed(self.text, groups[-1][-1], name):
                groups[-1].append(name)
            else:
                groups.append([name])
        return groups

    def neighbours(self, name: Name, reach: int) -> frozenset[tuple[str, str]]:
        """Return the words close to a name within its clause, each with its side."""
        left = [token for token in self.tokens if token.end <= name.start][-reach:]
        right = [token for token in self.tokens if token.start >= name.end][:reach]
        before = {("left", one.stem) for one in left if not _BREAK.search(self.text, one.end, name.start)}
        after = {("right", one.stem) for one in right if not _BREAK.search(self.text, name.end, one.start)}
        return frozenset(before | after)


def _holds(group: Sequence[Name], token: Token) -> bool:
    return group[0].start <= token.start < group[-1].end


def _says(token: Token) -> bool:
    """See verbs of saying, which otherwise tell little."""
    return token.stem in SAYING


def kind_of(name: Name) -> str:
    """Tell amounts, dates and names apart."""
    kind = (name.slug or "").partition(":")[0]
    return kind if kind in {NUMBER, DATE} else "name"


def is_part_of(one: str, other: str) -> bool:
    """Tell whether one of two names is a shorter form of the other, in whatever case: `Сюняев`, `Рашида Сюняева`."""
    shorter, longer = sorted((one.lower().split(), other.lower().split()), key=len)
    return all(any(_is_inflected(word, held) for held in longer) for word in shorter)


def _is_inflected(one: str, other: str) -> bool:
    shared = max(MIN_NAME_CHARS, min(len(one), len(other)) - NAME_ENDING_CHARS)
    is_near = len(one) >= shared and abs(len(one) - len(other)) <= NAME_ENDING_CHARS
    return one == other or (is_near and one[:shared] == other[:shared])


def key_of(name: Name) -> str:
    """Return what two mentions of one name have in common."""
    return name.slug or name.text.lower()[: max(4, len(name.text) - 2)]


def place_problems(claim: Scene, source: Scene) -> list[str]:
    """Say which name stands where the source has another one, as its neighbours tell."""
    reach = WINDOW_SIGNS if claim.assertion.language == "zh" else WINDOW_WORDS
    there = source.names[:MAX_THEIRS]
    keys = {key_of(name) for name in claim.names}
    for name in claim.names[:MAX_ACTORS]:
        near = claim.neighbours(name, reach)
        homes = [source.neighbours(one, 2 * FAR_WORDS) for one in there if same_name(one, name)]
        own = max((_shared(near, home) for home in homes), default=None)
        if _is_inside_a_name(claim.text, name):
            continue
        stranger = _stands_for(claim, name, source)
        if stranger is not None:
            return [f"the source has {stranger.text} where the claim has {name.text}"]
        if not near or own:
            continue
        for other in there:
            shared = len(near & source.neighbours(other, reach))
            is_free = key_of(other) not in keys or own is not None
            enough = 1 if own is None else min(MIN_NEIGHBOURS + (reach == WINDOW_SIGNS), len(near))
            if not same_name(other, name) and is_free and shared >= enough and _are_of_a_kind(name, other):
                return [f"the source has {other.text} where the claim has {name.text}"]
    return []


def _stands_for(claim: Scene, name: Name, source: Scene) -> Name | None:
    """Find a name whose very surroundings in the source the claim's name has, more than it has its own there."""
    if _acts_in_passive(claim, name) and not any(_acts_in_passive(source, one) for one in source.names[:MAX_THEIRS]):
        return None
    own = max((_fit(claim, name, source, one) for one in source.names[:MAX_THEIRS] if same_name(one, name)), default=0)
    least = MIN_FITTING_SIGNS if claim.assertion.language == "zh" else MIN_FITTING_WORDS
    for other in source.names[:MAX_THEIRS]:
        if _are_of_a_kind(name, other) and not same_name(name, other):
            fit = _fit(claim, name, source, other)
            if fit >= own + least and not _stays(claim, other, source, fit):
                return other
    return None


def _acts_in_passive(scene: Scene, name: Name) -> bool:
    """See who acts in `was signed by`, whom a plain sentence has elsewhere."""
    before = scene.surroundings.get(name, ([], []))[0]
    return bool(before) and before[0] in {"by", "par"}


def _stays(claim: Scene, name: Name, source: Scene, fit: float) -> bool:
    """Tell whether the claim has a name of the source where it stands there, at least as plainly as another one."""
    return any(same_name(one, name) and _fit(claim, one, source, name) >= fit for one in claim.names[:MAX_ACTORS])


def _fit(claim: Scene, name: Name, source: Scene, other: Name) -> float:
    """Count the words right before and right after that two names have in common; other names stand for each other."""
    mine = claim.surroundings.get(name)
    found = [one for one in (source.surroundings.get(other), source.without_asides.get(other)) if one is not None]
    if mine is None:
        return 0.0
    language = claim.assertion.language
    fits = (sum(_common(one, two, language) for one, two in zip(mine, theirs, strict=True)) for theirs in found)
    return max(fits, default=0.0)


def _common(one: Sequence[str], other: Sequence[str], language: str) -> float:
    """Weigh the words in common up to the first difference; those that say little count half."""
    total = 0.0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        total += LITTLE if a in {"¤", "¶"} or (is_stop(a, language) and a not in SAYING) else 1.0
    return total


def _is_inside_a_name(text: str, name: Name) -> bool:
    """See a country within the name of an organisation, which has no place of its own."""
    return any(run.start() <= name.start and name.end <= run.end() for run in _LONG_NAME.finditer(text))


def _are_of_a_kind(one: Name, other: Name) -> bool:
    return kind_of(one) == kind_of(other)


def same_name(one: Name, other: Name) -> bool:
    """Tell whether two mentions name the same: a name, an amount or a date."""
    if key_of(one) == key_of(other):
        return True
    kinds = [(name.slug or "").partition(":") for name in (one, other)]
    if kind_of(one) == kind_of(other) == "name" and is_part_of(one.text, other.text):
        return True
    if all(kind == DATE for kind, _, _ in kinds):
        parts = zip(kinds[0][2].split("-"), kinds[1][2].split("-"), strict=True)
        return all(a == b for a, b in parts if a and b)
    return not any(kind in {NUMBER, DATE} for kind, _, _ in kinds) and (
        one.text in other.text or other.text in one.text
    )


def _shared(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> int:
    """Count common neighbours on whichever side: a rewording may turn a sentence round."""
    return len({stem for _, stem in one} & {stem for _, stem in other})


def order_problems(claim: Scene, source: Scene) -> list[str]:
    """Say where two names have changed places around the same verb in the same voice."""
    mine, theirs = claim.names[:MAX_ACTORS], source.names[:MAX_ACTORS]
    if [key_of(name) for name in mine] == [key_of(name) for name in theirs]:
        return []
    for left, right in combinations(mine, 2):
        if key_of(left) == key_of(right) or kind_of(left) != kind_of(right) or _are_listed(claim.text, left, right):
            continue
        found = next(_swapped((claim, left, right), source, theirs), None)
        if found is not None:
            return [f"the source has {found[0].text} and {found[1].text} the other way round"]
    return []


def _are_listed(text: str, left: Name, right: Name) -> bool:
    """See `A and B`, whose order says nothing."""
    return is_listed_between(text[left.end : right.start])


def is_listed_between(text: str) -> bool:
    """Tell whether what stands between two names makes a list of them."""
    return _LISTED.fullmatch(text) is not None


def is_symmetric(stem: str) -> bool:
    """Tell whether a word says of both sides the same, as `signed` and `met` do."""
    return _SYMMETRIC.match(stem) is not None


def _swapped(claimed: tuple[Scene, Name, Name], source: Scene, names: Sequence[Name]) -> Iterator[tuple[Name, Name]]:
    _, left, right = claimed
    in_order = any(key_of(one) == key_of(left) and key_of(two) == key_of(right) for one, two in combinations(names, 2))
    for one, two in permutations(names, 2):
        is_turned = (key_of(one), key_of(two)) == (key_of(right), key_of(left)) and one.start < two.start
        is_listed = _are_listed(source.text, one, two)
        if is_turned and not in_order and not is_listed and _same_between(claimed, (source, one, two)):
            yield one, two


def _same_between(claimed: tuple[Scene, Name, Name], told: tuple[Scene, Name, Name]) -> bool:
    """Tell whether a verb that is not symmetric stands between both pairs in the same voice, or the very same words."""
    texts = [" ".join(scene.text[a.end : b.start].lower().split()) for scene, a, b in (claimed, told)]
    voices = {_PASSIVE.search(text) is None for text in texts}
    if texts[0] == texts[1] and texts[0]:
        return not any(_SYMMETRIC.match(stem) for stem in _between(*claimed, kept=True))
    return bool(_between(*claimed) & _between(*told)) and len(voices) == 1


def _between(scene: Scene, left: Name, right: Name, *, kept: bool = False) -> frozenset[str]:
    return frozenset(
        word.stem
        for word in scene.assertion.words
        if left.end <= word.start
        and word.end <= right.start
        and word.stem in scene.assertion.stems - light_words(scene.assertion.language)
        and (kept or not _SYMMETRIC.match(word.stem))
        and not any(name.start <= word.start < name.end for name in scene.names)
    )
