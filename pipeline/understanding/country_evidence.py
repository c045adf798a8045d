"""The evidence that a country takes part in what an article reports: numbers, drawn from where it is sighted.

Apart from `participants`, which weighs them, since the weights are fitted to the very same numbers
(`benchmarks/countries_weights.py`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipeline.understanding.countries import PLACE_MARK, country_matches
from pipeline.understanding.gazetteer import NameMatcher, folded, names_of
from pipeline.understanding.sightings import (
    AGENCY,
    BODY,
    CRAFT,
    NAME,
    PLACE,
    SITE,
    Sentences,
    Sighting,
    code_of_whole,
    cues_file,
    sentences_of,
    sightings_in,
    width,
)
from pipeline.values import Actor, ActorMention

MAX_REPEATED = 5
MAX_MASS = 4
PLACES = frozenset({PLACE, SITE})
PLACE_MASS = 0.5
# A country so near its sentence's beginning is mostly its subject.
SUBJECT_CHARS = 15
PAIR_CODES = 3
SHORT_CHARS = 800
LATE_CHARS = 100
# In what country an article plays that names none: a press writes of its own.
HOME_OF_LANGUAGE = {"zh": "CN", "ru": "RU", "fr": "FR"}
# The United Nations meet there, which makes nobody their host.
SEATS_OF_UN = frozenset({"AT", "US", "CH"})
# Those that act through the European Union or ESA where these are named more.
MEMBERS_OF_EU = frozenset(
    {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT", "LT"}
    | {"LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)

Evidence = Mapping[str, float]


@dataclass(frozen=True)
class _InTitle:
    names: frozenset[str]
    places: frozenset[str]
    actors: frozenset[str]

    @cached_property
    def codes(self) -> frozenset[str]:
        return self.names | self.places | self.actors


@dataclass(frozen=True)
class Page:
    """What of an article the evidence is drawn from."""

    title: _InTitle
    sentences: Sentences
    sightings: Mapping[str, Sequence[Sighting]]
    mass: Mapping[str, float]
    home: str | None
    breadth: float

    @cached_property
    def codes(self) -> AbstractSet[str]:
        """The countries that the article could be about."""
        return {*self.sightings, *self.title.codes, *([self.home] if self.home else [])}

    @cached_property
    def codes_of_sentence(self) -> Mapping[int, AbstractSet[str]]:
        """The countries met in each sentence."""
        codes = defaultdict(set)
        for code, found in self.sightings.items():
            for sighting in found:
                codes[sighting.sentence].add(code)
        return codes

    @cached_property
    def total_mass(self) -> float:
        """How much all countries are sighted."""
        return sum(self.mass.values()) or 1.0

    @cached_property
    def lead_sentence(self) -> int:
        """The number of the first sentence of prose."""
        return self.sentences.at(self.sentences.lead)


def page_of(title: str, text: str, named: Sequence[tuple[Actor, ActorMention]], language: str | None) -> Page:
    """Read a page; `named` are the actors that its text mentions."""
    sentences = sentences_of(text)
    sightings = defaultdict(list)
    for sighting in sightings_in(sentences, named, language):
        sightings[sighting.code].append(sighting)
    return Page(
        title=_in_title(title, [actor for actor, _ in named], language),
        sentences=sentences,
        sightings=sightings,
        mass={code: sum(map(_mass, found)) for code, found in sightings.items()},
        home=HOME_OF_LANGUAGE.get((language or "")[:2].lower()),
        breadth=width(text) / max(1, len(text)),
    )


def evidence_of_page(page: Page) -> Mapping[str, Evidence]:
    """Draw the evidence for every country that a page could be about."""
    return {code: _evidence(page, code) for code in page.codes}


def _mass(sighting: Sighting) -> float:
    return min(sighting.count, MAX_MASS) * (PLACE_MASS if sighting.kind in PLACES else 1.0)


def _in_title(title: str, actors: Iterable[Actor], language: str | None) -> _InTitle:
    shape = folded(title)
    owners = [match.owner for match in country_matches(shape, language, with_places=True)]
    names = frozenset(code_of_whole(owner) for owner in owners if not owner.startswith(PLACE_MARK))
    codes = ((code_of_whole(actor.country), actor) for actor in actors if actor.country)
    return _InTitle(
        names=names,
        places=frozenset(
            code_of_whole(owner.removeprefix(PLACE_MARK)) for owner in owners if owner.startswith(PLACE_MARK)
        ),
        actors=frozenset(
            code
            for code, actor in codes
            if code not in names and _matcher_of(tuple(names_of(actor))).candidates_in_folded(shape)
        ),
    )


@lru_cache(maxsize=4096)
def _matcher_of(names: tuple[str, ...]) -> NameMatcher:
    return NameMatcher(("", name) for name in names)


def _evidence(page: Page, code: str) -> Evidence:
    found = page.sightings.get(code, ())
    prose = [sighting for sighting in found if page.sentences.is_prose(sighting.sentence)]
    return {
        **_of_title(page, code),
        **_of_code(page, code, prose),
        **_of_counts(found, prose),
        **_of_words(page, found, prose),
        **_of_place(page, code, prose),
        **_of_sentences(page, {sighting.sentence for sighting in prose}),
    }


def _of_title(page: Page, code: str) -> Evidence:
    title = page.title
    is_named = code in title.names
    return {
        "title_name": is_named,
        "title_place": not is_named and code in title.places,
        "title_others": code not in title.codes and len(title.names | title.actors) > 1,
        "title_silent": not title.codes,
    }


def _of_code(page: Page, code: str, prose: Sequence[Sighting]) -> Evidence:
    mass = page.mass.get(code, 0.0)
    rank = sum(other > mass for other in page.mass.values())
    is_home, is_in_title = code == page.home, code in page.title.codes
    is_only_place = bool(prose) and not is_in_title and all(sighting.kind in PLACES for sighting in prose)
    is_un_body = code == "UN" and any(sighting.kind in {AGENCY, BODY} for sighting in prose)
    return {
        "is_eu": code == "EU-ESA",
        "member_of_eu": code in MEMBERS_OF_EU and page.mass.get("EU-ESA", 0.0) > mass,
        "un_body": is_un_body,
        "un_countries": (code == "UN") * math.log(len(page.codes)),
        "home": is_home,
        "home_alone": is_home and len(page.codes) == 1,
        "home_unnamed": is_home and not mass and not is_in_title,
        "share": mass / page.total_mass,
        "rank": math.log1p(rank),
        "both_are_others": rank > 1 and bool(page.sentences.cue_places.get("both")),
        "seat_of_un": is_only_place and code in SEATS_OF_UN and "UN" in page.codes,
        "length": math.log1p(page.breadth * len(page.sentences.text) / SHORT_CHARS),
    }


def _of_counts(found: Sequence[Sighting], prose: Sequence[Sighting]) -> Evidence:
    counts: Counter[str] = Counter()
    for sighting in prose:
        counts[sighting.kind] += min(sighting.count, MAX_REPEATED)
    return {
        **{f"count_{kind}": math.log1p(counts[kind]) for kind in (NAME, PLACE, SITE, AGENCY, BODY)},
        **{f"only_{kind}": counts.keys() == {kind} for kind in (NAME, SITE, CRAFT)},
        "kinds": len(counts) > 1,
        "count_menu": math.log1p(len(found) - len(prose)),
        "only_menu": bool(found) and not prose,
    }


def _of_words(page: Page, found: Sequence[Sighting], prose: Sequence[Sighting]) -> Evidence:
    sentences, words = page.sentences, cues_file().before
    of_all = 1 / max(1, len(found))
    openings = [one for one in prose if one.span.start - sentences.starts[one.sentence] < SUBJECT_CHARS]
    return {
        "in_share": of_all * sum(one.before in words["place"] for one in prose),
        "role_beside": of_all * sum(sentences.is_beside("role", one.span) for one in prose),
        "background_beside": any(sentences.is_beside("background", one.span) for one in prose),
        "subject": math.log1p(sum(one.kind not in PLACES for one in openings)),
        "only_dateline": bool(prose) and all(one.kind in {NAME, PLACE} and sentences.is_dateline(one) for one in prose),
    }


def _of_place(page: Page, code: str, prose: Sequence[Sighting]) -> Evidence:
    """Tell how early a country is met, by what is there before it."""
    if not prose:
        return {}
    sentences = page.sentences
    earliest = min(prose, key=lambda one: one.span.start)
    start, first = earliest.span.start, earliest.sentence
    before = sum(
        sentences.starts[first] <= one.span.start < start
        for other in page.codes_of_sentence[first] - {code}
        for one in page.sightings[other]
    )
    actors = [one for one in prose if one.kind not in {NAME, PLACE, SITE}]
    return {
        "behind": math.log1p(before),
        "late_chars": math.log1p(page.breadth * max(0, start - sentences.lead) / LATE_CHARS),
        "late_sentences": math.log1p(max(0, first - page.lead_sentence)),
        "first_actor": any(one.sentence == page.lead_sentence for one in actors),
        "lead_actor": any(one.sentence != page.lead_sentence and one.span.start < sentences.lead_end for one in actors),
    }


def _of_sentences(page: Page, numbers: set[int]) -> Evidence:
    """Draw evidence from the company a country keeps: words of cooperation, other countries, launches."""
    if not numbers:
        return {}
    cues = [page.sentences.cues.get(number, ()) for number in numbers]
    together = [len(page.codes_of_sentence[n]) for n in numbers if "cooperation" in page.sentences.cues.get(n, ())]
    return {
        "sentences": math.log1p(len(numbers)),
        "cooperation": bool(together),
        "cooperation_pair": math.log1p(sum(1 < codes <= PAIR_CODES for codes in together)),
        "launch": any("launch" in found for found in cues),
        "role": any("role" in found for found in cues),
        "late": min(numbers) / page.sentences.count,
        "spread": (max(numbers) - min(numbers)) / page.sentences.count,
    }
