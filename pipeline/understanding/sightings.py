"""Where countries are sighted in a text: by name, by a place or by an actor of theirs, sentence by sentence.

Apart from `countries`, which finds names alone, and from `participants`, which weighs what is sighted.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import ahocorasick
from pydantic import BaseModel, ConfigDict

from pipeline.understanding.countries import PLACE_MARK, country_matches
from pipeline.understanding.gazetteer import folded
from pipeline.values import Actor, ActorMention, Span

CUES_FILE = Path(__file__).with_name("participants.toml")
LEAD_CHARS = 600
PROSE_LINE_CHARS = 60
PROSE_SENTENCE_CHARS = 40
IDEOGRAPH_WIDTH = 2.5  # an ideograph says as much as so many letters
BEFORE_CHARS = 10
BESIDE_CHARS = 18
DATELINE_CHARS = 25
# What stands after the first third of a text under such a heading is no part of the article.
BLURB_AFTER = 3
MAX_SIGHTINGS = 2_000
NAME, PLACE, SITE, AGENCY, BODY, CRAFT = "name", "place", "site", "agency", "body", "craft"
# Readers count what these do as done by the country they are part of.
PART_OF = {"HK": "CN", "MO": "CN"}
# An agency acts for its country, a launcher or a navigation system hardly does.
KIND_OF_ACTOR = {
    "agency": AGENCY,
    "un": AGENCY,
    "organisation": AGENCY,
    "institute": BODY,
    "company": BODY,
    "association": BODY,
}

# It begins with one class of characters, by which the engine skips what lies between.
_SENTENCE_END = re.compile(r"[.!?;。！？；\n](?:(?<=[;。！？；\n])|(?<![A-ZА-Я].)[\"'»)\]]* )")
_DATELINE = re.compile(
    r"[^.\n。，]{0,30}?(?: [-–—]|\)|）|电[ （　]|讯[ （　])|[.] [A-ZА-ЯÀ-Ý]|, \d{1,2} \w+(?: \(|[.]| [-–—])|, de notre"
)
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_BLURB = re.compile(
    r"(?im)^\W{0,4}(?:about (?:us|the|[A-Z]\w+)\b[^\n]{0,30}$|(?:media |press )?contacts?\b|related\b"
    r"|read (?:also|more|next)|see also|more (?:news|stories)|copyright|©|tags?\b|share\b|also on"
    r"|关于我们|联系我们|相关(?:新闻|阅读|链接|报道)|延伸阅读|上一篇|下一篇|地址|版权|责任编辑|友情链接|扫一扫|推荐阅读|分享"
    r"|о компании|контакт|читайте также|(?:еще )?по теме|другие новости|смотрите также|похожие|теги|поделиться|справка"
    r"|[aà] propos|contacts? |lire aussi|[aà] lire|voir aussi|mentions l[eé]gales|partager|sur le m[eê]me sujet"
    r"|plan du site)"
)


@dataclass(frozen=True)
class Thresholds:
    """How likely a country must be to take part, and how likely where no other country is likelier."""

    common: float
    lone: float


class _CuesFile(BaseModel):
    """The words of `participants.toml`, and what each piece of evidence weighs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thresholds: Thresholds
    weights: Mapping[str, float]
    cues: Mapping[str, Mapping[str, tuple[str, ...]]]
    before: Mapping[str, frozenset[str]]


@cache
def cues_file() -> _CuesFile:
    """Read the words and weights that ship with Perilune."""
    return _CuesFile.model_validate(tomllib.loads(CUES_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Sighting:
    """A country as it is met at a place of the text: in which sentence, by what, how often, after which word."""

    code: str
    span: Span
    kind: str
    count: int
    sentence: int
    before: str = ""


@dataclass(frozen=True)
class Sentences:
    """A text cut into sentences; `starts` of each, with the text's length behind the last."""

    text: str
    shape: str
    starts: Sequence[int]
    cues: Mapping[int, set[str]]
    cue_places: Mapping[str, Sequence[int]]
    _prose: dict[int, bool] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Say how many sentences there are."""
        return len(self.starts) - 1

    def at(self, place: int) -> int:
        """Find the number of the sentence that holds a place."""
        return bisect_right(self.starts, place) - 1

    @cached_property
    def blurb(self) -> int:
        """Find where the article ends and contacts, teasers and the like begin."""
        heading = _BLURB.search(self.text, len(self.text) // BLURB_AFTER)
        return heading.start() if heading else len(self.text)

    @cached_property
    def lead(self) -> int:
        """Find the first prose: menus and headings are short lines, paragraphs are long ones."""
        start = 0
        for line in self.text.split("\n"):
            if width(line) >= PROSE_LINE_CHARS:
                return start
            start += len(line) + 1
        return 0

    @cached_property
    def lead_end(self) -> int:
        """Find where the lead ends; Chinese says as much in fewer characters."""
        is_cjk = _CJK.search(self.text, self.lead, self.lead + LEAD_CHARS) is not None
        return self.lead + int(LEAD_CHARS / (IDEOGRAPH_WIDTH if is_cjk else 1))

    def is_dateline(self, sighting: Sighting) -> bool:
        """Tell whether a place says where an article was written, as in `PARIS, 3 May -`."""
        begun = sighting.span.start - self.lead
        return 0 <= begun <= DATELINE_CHARS and _DATELINE.match(self.text, sighting.span.end) is not None

    def is_beside(self, cue: str, span: Span) -> bool:
        """Tell whether a cue begins next to a span."""
        places = self.cue_places.get(cue, ())
        reach = BESIDE_CHARS // (3 if _CJK.match(self.text, span.start) else 1)
        number = bisect_left(places, max(0, span.start - reach))
        return number < len(places) and places[number] <= span.end + reach

    def is_prose(self, number: int) -> bool:
        """Tell a sentence from a menu's entry, a heading or a footer's line."""
        known = self._prose.get(number)
        if known is None:
            known = self._prose[number] = self._reads_as_prose(number)
        return known

    def _reads_as_prose(self, number: int) -> bool:
        start, end = self.starts[number], self.starts[number + 1]
        if start >= self.blurb:
            return False
        is_closed = self.text[end - 1] != "\n" and end != len(self.text)
        return is_closed or width(self.text[start:end]) >= PROSE_SENTENCE_CHARS


def code_of_whole(code: str) -> str:
    """Give the code of the country that another is part of, or its own."""
    return PART_OF.get(code, code)


def width(words: str) -> float:
    """Measure words in letters of the Latin alphabet."""
    return len(words) * (IDEOGRAPH_WIDTH if _CJK.search(words) else 1.0)


def sentences_of(text: str) -> Sentences:
    """Cut a text into sentences and note the cues that each one holds."""
    starts = [0, *[match.end() for match in _SENTENCE_END.finditer(text)]]
    if starts[-1] != len(text) or len(starts) == 1:
        starts.append(len(text))
    shape = folded(text)
    cues: defaultdict[int, set[str]] = defaultdict(set)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, found in _cue_places(shape.lower()):
        cues[bisect_right(starts, place) - 1] |= found
        for cue in found:
            places[cue].append(place)
    return Sentences(text, shape, starts, cues, {cue: sorted(found) for cue, found in places.items()})


def _cue_places(lowered: str) -> Iterable[tuple[int, frozenset[str]]]:
    for last, (length, is_cjk, cues) in _cue_automaton().iter(lowered):
        start = last + 1 - length
        if is_cjk or start == 0 or not lowered[start - 1].isalpha():
            yield start, cues


@cache
def _cue_automaton() -> ahocorasick.Automaton:
    cues_of_stem: defaultdict[str, set[str]] = defaultdict(set)
    for cue, languages in cues_file().cues.items():
        for stem in (stem for stems in languages.values() for stem in stems):
            cues_of_stem[folded(stem)].add(cue)
    automaton = ahocorasick.Automaton()
    for stem, cues in cues_of_stem.items():
        automaton.add_word(stem, (len(stem), _CJK.match(stem) is not None, frozenset(cues)))
    automaton.make_automaton()
    return automaton


def sightings_in(
    sentences: Sentences, named: Sequence[tuple[Actor, ActorMention]], language: str | None
) -> list[Sighting]:
    """List where countries are met, by names and places first, then by actors; at most `MAX_SIGHTINGS`."""
    found = []
    sites = frozenset(sentences.cue_places.get("site", ()))
    for match in country_matches(sentences.shape, language, with_places=True)[:MAX_SIGHTINGS]:
        kind = PLACE if match.owner.startswith(PLACE_MARK) else NAME
        span = Span(match.start, match.end)
        code = code_of_whole(match.owner.removeprefix(PLACE_MARK))
        if match.start in sites:
            kind = SITE
        found.append(Sighting(code, span, kind, 1, sentences.at(match.start), _word_before(sentences, match.start)))
    for actor, mention in named:
        if actor.country:
            kind = KIND_OF_ACTOR.get(actor.kind, CRAFT)
            number = sentences.at(mention.first.start)
            before = _word_before(sentences, mention.first.start)
            found.append(Sighting(code_of_whole(actor.country), mention.first, kind, mention.count, number, before))
    return found


def _word_before(sentences: Sentences, place: int) -> str:
    before = sentences.shape[max(0, place - BEFORE_CHARS) : place].lower().replace("'", " ").split()
    if not before:
        return ""
    return before[-1][-1] if _CJK.match(before[-1][-1]) else before[-1]
