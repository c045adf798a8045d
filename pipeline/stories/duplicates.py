"""Copies: which pages carry one text, and which of them speaks for all; candidates come from `signatures`.

A copy is one text inside another: all that one of them tells stands in the other. Likeness alone does not make it one.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from perilune.dates import PartialDate
from pipeline.stories.alignment import Alignment
from pipeline.stories.contradictions import (
    figures_differ,
    has_other_figures,
    has_other_subject,
    names_others,
    says_the_opposite,
)
from pipeline.stories.numbers import event_numbers_of
from pipeline.stories.parts import first_page_of
from pipeline.stories.signatures import Signature, signature_of
from pipeline.stories.tokens import Reading, reading_of, words_of

COPY_LIKENESS = 0.75
# Fewer common shingles than this prove nothing: a shared sentence is a quotation.
MIN_SHARED_SHINGLES = 12
# So much of the shorter one missing, and so many words of news before it, make an update of a story.
WHOLE_LIKENESS = 0.9
MAX_NEWS_WORDS = 20
# A page that opens with so much of its own holds the text somewhere.
MAX_PREFACE_WORDS = 70
# A page that holds another's text among much else: an item of a round-up, or a teaser's original?
LONGER = 1.4
SAME_TITLE = 0.6
MIN_TEASER_WORDS = 6
# A copy with less of the text than this stands behind the others of its authority.
TEASER_SHARE = 0.4
MIN_SHARED_TITLE = 0.5
# A page whose lists and menus outweigh its sentences is compared by all of its words too.
MIN_TOLD_SHARE = 0.35
# Words that each side has to itself between two passages that both share.
MAX_OWN_WORDS = 9
# What each side may have to itself all in all, for each word that both share.
MAX_BOTH_SIDED = 0.3

_ROUND_UP = re.compile(
    r"round[- ]?up|\b(?:weekly|week in|of the week|this week|digest|in brief|briefs?|briefing|bulletin|highlights|"
    r"recap)\b|"
    r"快讯|要闻|简报|汇总|一周|周报|综述|联播|早报|晚报|"
    r"дайджест|обзор|итоги недели|коротко|хроника|сводка|"
    r"de la semaine|en bref|revue de presse|tour d.horizon|breves|hebdo|condense",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Copy:
    """One address of a text: `authority` is its source's standing, higher is better; `chars` are its text's."""

    address: str
    authority: int
    published: PartialDate | None
    chars: int = 0


def normalised_hash(text: str) -> str:
    """Return a hash that ignores case, spacing, punctuation and character variants (64 hexadecimal digits)."""
    return hashlib.sha256(" ".join(words_of(text)).encode()).hexdigest()


def copy_likeness(a: str, b: str) -> float:
    """Return how much of what one text tells stands in the other, in 0..1: of the text of which more does.

    Of very short texts it is the share of shingles that both have.
    """
    return _likeness(Alignment(reading_of(a), reading_of(b)))


def is_copy(title_a: str, text_a: str, title_b: str, text_b: str) -> bool:
    """Tell whether two pages carry one text, junk around it and a missing end allowed.

    Texts that differ in a figure, a name or a negation at the same place are not copies, however alike: they are two
    editions of a workshop, two launches, or a correction. Neither is a report with news before what it quotes, nor a
    round-up that holds the text among others.
    """
    alignment = Alignment(reading_of(text_a), reading_of(text_b))
    is_alike = _likeness(alignment) >= COPY_LIKENESS or _is_short_teaser(alignment, title_a, title_b)
    if not is_alike or _titles_conflict(title_a, title_b):
        return False
    if _is_more_than_a_copy(alignment, title_a, title_b):
        return False
    titles = reading_of(title_a), reading_of(title_b)
    if has_other_subject(titles, alignment) or _part_in_the_middle(alignment):
        return False
    return not (has_other_figures(alignment) or says_the_opposite(alignment) or names_others(alignment))


def lead_of(copies: Iterable[Copy]) -> Copy:
    """Choose the copy that speaks for all; raises ValueError when there is none.

    Authority decides, since a scraper may date a text as early as it likes: an agency's page leads over all that
    repeat it, and a wire over an embassy's re-post where the catalogue trusts the wire more. Among equals a teaser
    does not speak for the whole, and the dated come before the undated: who copies by machine loses dates more often
    than who writes. Then the earliest date, a vague one by its last day; the first of an article's pages; the longest
    text; the address, so that the order of arrival never matters.
    """
    known = list(copies)
    longest: dict[int, int] = {}
    for copy in known:
        longest[copy.authority] = max(copy.chars, longest.get(copy.authority, 0))
    return min(known, key=lambda copy: _precedence(copy, longest[copy.authority]))


def _precedence(copy: Copy, longest: int) -> tuple[int, bool, bool, int, int, int, str]:
    day = copy.published.last.toordinal() if copy.published else 0
    is_teaser = copy.chars < TEASER_SHARE * longest
    _, page = first_page_of(copy.address)
    return (-copy.authority, is_teaser, copy.published is None, day, page, -copy.chars, copy.address)


def _likeness(alignment: Alignment) -> float:
    shared = len(alignment.shared)
    if shared < MIN_SHARED_SHINGLES:
        either = len({*alignment.first.shingles, *alignment.second.shingles})
        return shared / either if either else 0.0
    return max(_shares(alignment))


def _shares(alignment: Alignment) -> tuple[float, float]:
    """Measure how much of what each text tells stands in the other."""
    return _share(alignment.first, alignment.covered[0]), _share(alignment.second, alignment.covered[1])


def _share(reading: Reading, covered: frozenset[int]) -> float:
    told = _told(reading)
    share = sum(1 for place in told if place in covered) / len(told) if told else 0.0
    is_told = len(told) >= MIN_TOLD_SHARE * len(reading.words)
    return share if is_told else min(share, len(covered) / max(1, len(reading.words)))


def _told(reading: Reading) -> list[int]:
    """Give the places of the words that tell something; of a text without sentences, of all words."""
    told = [place for one in reading.sentences if one.is_prose for place in range(one.start, one.end)]
    return told or list(range(len(reading.words)))


def _is_more_than_a_copy(alignment: Alignment, title_a: str, title_b: str) -> bool:
    sides = ((alignment.first, alignment.covered[0]), (alignment.second, alignment.covered[1]))
    shares = _shares(alignment)
    own = [[place for place in _told(reading) if place not in covered] for reading, covered in sides]
    common = min(len(_told(reading)) - len(mine) for (reading, _), mine in zip(sides, own, strict=True))
    if min(map(len, own)) > MAX_BOTH_SIDED * max(1, common):
        return True
    for mine, other in ((0, 1), (1, 0)):
        reading, covered = sides[mine]
        told = _told(reading)
        first_shared = next((number for number, place in enumerate(told) if place in covered), 0)
        if first_shared > MAX_NEWS_WORDS and shares[other] < WHOLE_LIKENESS:
            return True
        is_longer = len(told) > LONGER * len(_told(sides[other][0])) and shares[mine] < COPY_LIKENESS
        if is_longer and _is_a_collection(first_shared, (title_a, title_b), is_first=mine == 0):
            return True
    return False


def _is_a_collection(first_shared: int, titles: tuple[str, str], *, is_first: bool) -> bool:
    """Tell whether a longer page holds a text among others: by its title, or because it opens with something else."""
    longer, shorter = titles if is_first else titles[::-1]
    if _ROUND_UP.search(longer) and not _ROUND_UP.search(shorter):
        return True
    return first_shared > MAX_PREFACE_WORDS and not _have_one_title(longer, shorter)


def _have_one_title(one: str, other: str) -> bool:
    mine, theirs = set(words_of(one)), set(words_of(other))
    return bool(mine and theirs) and len(mine & theirs) >= SAME_TITLE * min(len(mine), len(theirs))


def _part_in_the_middle(alignment: Alignment) -> bool:
    """Tell whether both texts say much of their own at one place between passages that they share."""
    for gap in alignment.inner_gaps:
        first = Counter(word for place, word in _words(alignment.first, gap.first) if place not in alignment.covered[0])
        second = Counter(
            word for place, word in _words(alignment.second, gap.second) if place not in alignment.covered[1]
        )
        if min((first - second).total(), (second - first).total()) > MAX_OWN_WORDS:
            return True
    return False


def _words(reading: Reading, places: range) -> Iterable[tuple[int, str]]:
    return zip(places, reading.words[places.start : places.stop], strict=True)


def _is_short_teaser(alignment: Alignment, title_a: str, title_b: str) -> bool:
    """Tell whether one text is the opening of the other and nothing else, under the same title."""
    first, second = alignment.first.words, alignment.second.words
    length = min(len(first), len(second))
    return length >= MIN_TEASER_WORDS and first[:length] == second[:length] and words_of(title_a) == words_of(title_b)


def _titles_conflict(a: str, b: str) -> bool:
    one, other = event_numbers_of(a), event_numbers_of(b)
    pairs = ((one.editions, other.editions), (one.years, other.years), (one.crafts, other.crafts))
    if any(mine and theirs and mine.isdisjoint(theirs) for mine, theirs in pairs):
        return True
    first, second = words_of(a), words_of(b)
    blocks = [
        block for block in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks() if block.size
    ]
    if not blocks:
        return False
    ends = [(block.a + block.size, block.b + block.size) for block in blocks]
    starts = [*((block.a, block.b) for block in blocks[1:]), (len(first), len(second))]
    # Two titles of one make share most of their words: a figure in each of two headlines proves nothing.
    is_one_make = sum(block.size for block in blocks) >= MIN_SHARED_TITLE * min(len(first), len(second))
    return is_one_make and any(
        figures_differ(first[a:a_end], second[b:b_end]) for (a, b), (a_end, b_end) in zip(ends, starts, strict=True)
    )


__all__ = [
    "Copy",
    "Signature",
    "copy_likeness",
    "is_copy",
    "lead_of",
    "normalised_hash",
    "signature_of",
]
