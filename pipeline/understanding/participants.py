"""Which of the countries in an article take part in what it reports, each with the words that say so.

The weights of the evidence (`participants.toml`) are those of a logistic regression over labelled articles.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from pipeline.understanding.countries import PLACE_MARK, country_matches
from pipeline.understanding.gazetteer import NameMatcher, folded, names_of
from pipeline.understanding.sightings import (
    AGENCY,
    BODY,
    CRAFT,
    NAME,
    PLACE,
    Sentences,
    Sighting,
    cues_file,
    sentences_of,
    sightings_in,
    width,
)
from pipeline.values import Actor, ActorMention, Span

MAX_REPEATED = 5
MAX_MASS = 4
PLACE_MASS = 0.5
LIST_CODES = 5
SENTENCE_CUES = ("background", "customer", "host", "launch", "role")
# A country so near its sentence's beginning is mostly its subject.
SUBJECT_CHARS = 15
# What joins two countries that do something together.
JOINTS = frozenset({"and", "and the", "with", "和", "与", "及", "同", "и", "с", "et", "et la", "et le", "et l", "avec"})
JOINED_CHARS = 8
PAIR_CODES = 3
SHORT_CHARS = 800
# In what country an article plays that names none: a press writes of its own.
HOME_OF_LANGUAGE = {"zh": "CN", "ru": "RU", "fr": "FR"}
# The United Nations meet there, which makes nobody their host.
SEATS_OF_UN = frozenset({"AT", "US", "CH"})


@dataclass(frozen=True)
class Participant:
    """A country that takes part, and the words of the text that say so best; None where only the title does."""

    code: str
    span: Span | None


@dataclass(frozen=True)
class _InTitle:
    names: frozenset[str]
    places: frozenset[str]
    actors: frozenset[str]

    @cached_property
    def codes(self) -> frozenset[str]:
        return self.names | self.places | self.actors


@dataclass(frozen=True)
class _Page:
    """What of an article the evidence is drawn from."""

    title: _InTitle
    sentences: Sentences
    sightings: Mapping[str, Sequence[Sighting]]
    codes_of_sentence: Mapping[int, set[str]]
    mass: Mapping[str, float]
    home: str | None
    cooperation: float
    length: float

    @cached_property
    def codes(self) -> AbstractSet[str]:
        return {*self.sightings, *self.title.codes, *([self.home] if self.home else [])}

    @cached_property
    def total_mass(self) -> float:
        return sum(self.mass.values()) or 1.0

    @cached_property
    def greatest_mass(self) -> float:
        return max(self.mass.values(), default=0.0)


def participants_of(
    title: str,
    text: str,
    mentions: Sequence[ActorMention],
    actors: Mapping[str, Actor],
    *,
    language: str | None = None,
) -> tuple[Participant, ...]:
    """Rank the countries that take part in what an article reports, each with the words that say it best.

    `mentions` are those of the text, `actors` by slug; the language is a BCP 47 code. Where
    no country is likely enough, the likeliest one counts if it is nearly so.
    """
    named = [(actors[mention.slug], mention) for mention in mentions if mention.slug in actors]
    page = _page(title, text, named, language)
    scores = {code: _likelihood(evidence) for code, evidence in _evidence_by_country(page).items()}
    ranked = sorted(scores, key=lambda code: (-scores[code], code))
    joined, file = _joined(page), cues_file()
    chosen = [code for code in ranked if scores[code] >= (file.signing_threshold if code in joined else file.threshold)]
    if not chosen and ranked and scores[ranked[0]] >= file.lone_threshold:
        chosen = ranked[:1]
    return tuple(Participant(code, _best_span(page, code)) for code in chosen)


def _likelihood(evidence: Mapping[str, float]) -> float:
    weights = cues_file().weights
    total = weights["always"]
    for name, value in evidence.items():
        if value:
            total += weights.get(name, 0.0) * value
    return 1 / (1 + math.exp(-total))


def _page(title: str, text: str, named: Sequence[tuple[Actor, ActorMention]], language: str | None) -> _Page:
    sentences = sentences_of(text)
    sightings = defaultdict(list)
    codes_of_sentence = defaultdict(set)
    for sighting in sightings_in(sentences, named, language):
        sightings[sighting.code].append(sighting)
        codes_of_sentence[sighting.sentence].add(sighting.code)
    prose = [number for number in codes_of_sentence if sentences.is_prose(number)]
    together = sum("cooperation" in sentences.cues.get(number, ()) for number in prose)
    return _Page(
        title=_in_title(title, [actor for actor, _ in named], language),
        sentences=sentences,
        sightings=sightings,
        codes_of_sentence=codes_of_sentence,
        mass={code: sum(map(_mass, found)) for code, found in sightings.items()},
        home=HOME_OF_LANGUAGE.get((language or "")[:2].lower()),
        cooperation=together / max(1, len(prose)),
        length=math.log1p(width(text) / SHORT_CHARS),
    )


def _joined(page: _Page) -> AbstractSet[str]:
    """Find the countries that sign something together, as in `China and Russia signed`."""
    ordered = sorted((one for found in page.sightings.values() for one in found), key=lambda one: one.span.start)
    joined: set[str] = set()
    for one, other in pairwise(ordered):
        between = page.sentences.shape[one.span.end : other.span.start][: JOINED_CHARS + 1].strip(" '").lower()
        signs = "signing" in page.sentences.cues.get(one.sentence, ())
        if signs and one.code != other.code and between in JOINTS:
            joined |= {one.code, other.code}
    return joined


def _mass(sighting: Sighting) -> float:
    return min(sighting.count, MAX_MASS) * (PLACE_MASS if sighting.kind == PLACE else 1.0)


def _in_title(title: str, actors: Iterable[Actor], language: str | None) -> _InTitle:
    shape = folded(title)
    owners = [match.owner for match in country_matches(shape, language, with_places=True)]
    names = frozenset(owner for owner in owners if not owner.startswith(PLACE_MARK))
    return _InTitle(
        names=names,
        places=frozenset(owner.removeprefix(PLACE_MARK) for owner in owners if owner.startswith(PLACE_MARK)),
        actors=frozenset(
            actor.country
            for actor in actors
            if actor.country
            if actor.country not in names and _matcher_of(tuple(names_of(actor))).candidates_in_folded(shape)
        ),
    )


@lru_cache(maxsize=4096)
def _matcher_of(names: tuple[str, ...]) -> NameMatcher:
    return NameMatcher(("", name) for name in names)


def _evidence_by_country(page: _Page) -> Mapping[str, Mapping[str, float]]:
    return {code: _evidence(page, code) for code in page.codes}


def _evidence(page: _Page, code: str) -> Mapping[str, float]:
    found = page.sightings.get(code, ())
    prose = [sighting for sighting in found if page.sentences.is_prose(sighting.sentence)]
    return {
        **_of_title(page, code),
        **_of_code(page, code, prose),
        **_of_counts(page, found, prose),
        **_of_lead(page, prose),
        **_of_sentences(page, {sighting.sentence for sighting in prose}),
    }


def _of_title(page: _Page, code: str) -> Mapping[str, float]:
    title = page.title
    is_named = code in title.names
    return {
        "title_name": is_named,
        "title_place": not is_named and code in title.places,
        "title_actor": not is_named and code in title.actors,
        "title_others": code not in title.codes and len(title.names | title.actors) > 1,
    }


def _of_code(page: _Page, code: str, prose: Sequence[Sighting]) -> Mapping[str, float]:
    total, most = page.total_mass, page.greatest_mass
    mass = page.mass.get(code, 0.0)
    is_home = code == page.home
    is_only_place = bool(prose) and all(sighting.kind == PLACE for sighting in prose) and code not in page.title.codes
    return {
        "is_eu": code == "EU-ESA",
        "is_un": code == "UN",
        "home": is_home,
        "home_alone": is_home and len(page.codes) == 1,
        "home_unnamed": is_home and not mass and code not in page.title.codes,
        "share": mass / total,
        "second_to_sole": (mass < most) * most / total,
        "cooperation_of_second": page.cooperation * (mass < most),
        "only_place": is_only_place,
        "seat_of_un": is_only_place and code in SEATS_OF_UN and "UN" in page.codes,
        "countries": math.log(len(page.codes)),
        "length": page.length,
    }


def _of_counts(page: _Page, found: Sequence[Sighting], prose: Sequence[Sighting]) -> Mapping[str, float]:
    counts: Counter[str] = Counter()
    for sighting in prose:
        counts[sighting.kind] += min(sighting.count, MAX_REPEATED)
    before = [sighting.before for sighting in prose]
    of_all = 1 / max(1, len(found))
    openings = [s for s in prose if s.span.start - page.sentences.starts[s.sentence] < SUBJECT_CHARS]
    words = cues_file().before
    return {
        **{f"count_{kind}": math.log1p(counts[kind]) for kind in (NAME, PLACE, AGENCY, BODY, CRAFT)},
        "count_menu": math.log1p(len(found) - len(prose)),
        "only_menu": bool(found) and not prose,
        "single": counts.total() == 1,
        "in_share": of_all * sum(word in words["place"] for word in before),
        "with_share": of_all * sum(word in words["with"] for word in before),
        "subject": math.log1p(sum(sighting.kind != PLACE for sighting in openings)),
        "actors": math.log1p(sum(sighting.kind in {AGENCY, BODY} for sighting in prose)),
    }


def _of_lead(page: _Page, prose: Sequence[Sighting]) -> Mapping[str, float]:
    sentences = page.sentences
    first = sentences.at(sentences.lead)
    evidence: dict[str, float] = {}
    for sighting in prose:
        kind = sighting.kind if sighting.kind in {NAME, PLACE} else "actor"
        if sighting.sentence == first:
            evidence[f"first_{kind}"] = 1
        elif sighting.span.start < sentences.lead_end:
            evidence[f"lead_{kind}"] = 1
    return evidence


def _of_sentences(page: _Page, numbers: set[int]) -> Mapping[str, float]:
    """Draw evidence from the company a country keeps: words of cooperation, other countries, background."""
    if not numbers:
        return {}
    cues = {number: page.sentences.cues.get(number, set()) for number in numbers}
    company = {number: len(page.codes_of_sentence[number]) for number in numbers}
    together = [company[number] for number in numbers if "cooperation" in cues[number]]
    evidence: dict[str, float] = {
        "sentences": math.log1p(len(numbers)),
        "cooperation": bool(together),
        "cooperation_pair": math.log1p(sum(1 < codes <= PAIR_CODES for codes in together)),
        "cooperation_many": math.log1p(sum(codes > PAIR_CODES for codes in together)),
        "company": math.log(min(company.values())),
        "only_list": min(company.values()) >= LIST_CODES,
        "late": min(numbers) / page.sentences.count,
        "spread": (max(numbers) - min(numbers)) / page.sentences.count,
    }
    for cue in SENTENCE_CUES:
        hits = sum(cue in found for found in cues.values())
        evidence[f"{cue}_some"] = hits > 0
        evidence[f"{cue}_all"] = hits == len(numbers)
    return evidence


def _best_span(page: _Page, code: str) -> Span | None:
    """Choose the words to show: those of prose, beside cooperation, in the lead; the earliest of equals."""
    best = max(page.sightings.get(code, ()), key=lambda sighting: _strength(page, sighting), default=None)
    return best.span if best else None


def _strength(page: _Page, sighting: Sighting) -> tuple[float, int]:
    sentences, cues = page.sentences, page.sentences.cues.get(sighting.sentence, ())
    strength = (
        4 * sentences.is_prose(sighting.sentence)
        + 2 * ("cooperation" in cues)
        + 2 * (sentences.lead <= sighting.span.start < sentences.lead_end)
        + (sighting.kind in {NAME, AGENCY})
        - ("background" in cues)
    )
    return strength, -sighting.span.start
