"""Hard pairs that are no copies: editions, series, templates, updates, round-ups, corrections, reports of one event."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.duplicates_copies import SWAPS, WORDINGS, Pair, wording
from benchmarks.duplicates_texts import LANGUAGES, Source, sentences_in
from pipeline.stories.duplicates import copy_likeness

TEMPLATES = tomllib.loads((Path(__file__).parent / "duplicates_templates.toml").read_text(encoding="utf-8"))
SLOTS: Mapping[str, list[str]] = TEMPLATES["slots"]
CLUSTER_PAIRS = 500
TEMPLATE_PAIRS = 12
SLOT_VALUES = 7
DATELINE_CHARS = 60
# Such pairs of one cluster may be syndicated copies in truth: nobody has labelled them.
MAY_BE_SYNDICATED = 0.5
MONTHS = {
    "en": "January February March April June July August September October November December".split(),  # noqa: SIM905
    "fr": "janvier février mars avril juin juillet août septembre octobre novembre décembre".split(),  # noqa: SIM905
    "ru": "января февраля марта апреля июня июля августа сентября октября ноября декабря".split(),  # noqa: SIM905
}
COUNTRIES = {
    "en": ("China", "Russia", "India", "Japan", "France", "Brazil", "Canada", "Germany", "Egypt", "Italy"),
    "zh": ("中国", "俄罗斯", "印度", "日本", "法国", "巴西", "加拿大", "德国", "埃及", "意大利"),
    "ru": ("Китая", "России", "Индии", "Японии", "Франции", "Бразилии", "Канады", "Германии", "Египта", "Италии"),
    "fr": ("Chine", "Russie", "Inde", "Italie", "Espagne", "Suisse", "Norvège", "Suède", "Égypte", "Turquie"),
}


def others_of(sources: Sequence[Source], clustered: Sequence[Source]) -> Iterator[Pair]:
    """Yield every hard pair; the two texts of a pair belong to one half."""
    yield from _template_pairs()
    for source in sources:
        for kind, make in (("another edition", _edition), ("other parties", _parties), ("the opposite", _opposite)):
            text = make(source)
            if _differ_inside(source.text, text):
                yield _pair(source, kind, source.title, text)
        yield from _updates(source)
    by_half: dict[tuple[str, bool], list[Source]] = defaultdict(list)
    for source in sources:
        by_half[source.language, source.is_held_out].append(source)
    for group in by_half.values():
        yield from _round_ups(group)
        yield from _shared_frames(group)
    yield from _reports_of_one_event(clustered)


def _differ_inside(text: str, other: str) -> bool:
    """Tell whether they differ elsewhere than in a dateline: what is only dated anew stays the same text."""
    return text[DATELINE_CHARS:] != other[DATELINE_CHARS + len(other) - len(text) :]


def _pair(source: Source, kind: str, title: str, text: str, *, whole: str | None = None) -> Pair:
    texts = (source.text if whole is None else whole, text)
    return Pair(kind, source.language, source.is_held_out, is_copy=False, titles=(source.title, title), texts=texts)


def _template_pairs() -> Iterator[Pair]:
    for template in TEMPLATES["template"]:
        made = [filled(template, number) for number in range(SLOT_VALUES)]
        pairs = list(itertools.combinations(made, 2))
        for number, (one, other) in enumerate(pairs[:TEMPLATE_PAIRS]):
            half = number % 2 == 1
            titles, texts = (one[0], other[0]), (one[1], other[1])
            yield Pair(template["kind"], template["language"], half, is_copy=False, titles=titles, texts=texts)


def filled(template: Mapping[str, str], number: int) -> tuple[str, str]:
    """Fill a template's title and text with the values of one number."""
    values = {name.partition("_")[0]: listed[number] for name, listed in SLOTS.items() if "_" not in name}
    ending = f"_{template['language']}"
    values |= {name.removesuffix(ending): listed[number] for name, listed in SLOTS.items() if name.endswith(ending)}
    return template["title"].format(**values), template["body"].format(**values)


def _edition(source: Source) -> str:
    """Shift years, days before months and ordinals by one, wherever they stand."""
    text = re.sub(r"(?<!\d)(20\d\d|19\d\d)(?!\d)", lambda match: str(int(match[1]) + 1), source.text)
    text = re.sub(r"(?<!\d)(\d{1,2})(?=th\b|-[йя]\b|e\b|[月日届])", lambda match: str(int(match[1]) % 11 + 2), text)
    months = MONTHS.get(source.language, [])
    if not months:
        return text
    return re.sub(rf"\b({'|'.join(months)})\b", lambda match: months[(months.index(match[1]) + 5) % len(months)], text)


def _parties(source: Source) -> str:
    """Put other countries in the place of those named, each always the same one."""
    names = COUNTRIES[source.language]
    named = [name for name in names if name in source.text]
    free = [name for name in names if name not in source.text]
    swaps = dict(zip(named, free, strict=False))
    if not swaps:
        return source.text
    edge = "" if source.language == "zh" else r"\b"
    return re.sub(f"{edge}({'|'.join(swaps)}){edge}", lambda match: swaps[match[1]], source.text)


def _opposite(source: Source) -> str:
    """Turn one to three statements of the beginning into their opposites."""
    chance = source.chance("opposite")
    text, budget = source.text, chance.choice((1, 2, 3))
    edge = "" if source.language == "zh" else r"\b"
    swaps = SWAPS["opposites"][source.language]
    for old, new in chance.sample(swaps, len(swaps)):
        if budget and re.search(edge + re.escape(old), text[: len(text) // 2]):
            text = re.sub(edge + re.escape(old), new, text, count=1)
            budget -= 1
    return text


def _updates(source: Source) -> Iterator[Pair]:
    """Add news to a story, with half of the earlier text as background; the news come first."""
    chance = source.chance("update")
    sentences = sentences_in(source)
    if len(sentences) < 6:
        return
    half = len(sentences) // 2
    start = chance.choice((0, len(sentences) - half, half // 2))
    background = "".join(sentences[start : start + half])
    news = wording("news", source, chance)
    if len(sentences) > 16:
        news += " " + wording("news", source, chance)
    title = news.partition("." if source.language != "zh" else "，")[0]
    yield _pair(source, "an update", title, f"{news}\n{background}")


def _round_ups(group: Sequence[Source]) -> Iterator[Pair]:
    for source in group:
        chance = source.chance("round-up")
        items = [one for one in chance.sample(group, min(len(group), chance.randrange(5, 9))) if one is not source]
        shortened = ["".join(sentences_in(one)[: chance.randrange(2, 5)]) for one in items]
        mine = source.text if chance.random() < 0.5 else "".join(sentences_in(source)[: chance.randrange(2, 5)])
        place = 0 if chance.random() < 0.3 else chance.randrange(len(items) + 1)
        title = wording("round_up", source, chance)
        titled = [f"{one.title}\n{text}" for one, text in zip(items, shortened, strict=True)]
        whole = "\n".join([*titled[:place], f"{source.title}\n{mine}", *titled[place:]])
        if len(whole) >= 2 * len(mine):
            yield _pair(source, "a round-up", title, whole)


def _shared_frames(group: Sequence[Source]) -> Iterator[Pair]:
    """Put two short texts into the same frame: menu, cookie notice, related links, contacts, both blurbs."""
    for one, other in itertools.pairwise(group[:60]):
        chance = one.chance("frame")
        texts = []
        above = [wording(kind, one, chance) for kind in ("menu", "cookies")]
        below = [text for kind in ("about", "related", "contacts") for text in WORDINGS[kind][one.language]]
        for source in (one, other):
            body = "".join(sentences_in(source)[: chance.randrange(3, 7)])
            texts.append("\n".join([*above, body, *below]))
        yield _pair(one, "one frame", other.title, texts[1], whole=texts[0])


def _reports_of_one_event(clustered: Sequence[Source]) -> Iterator[Pair]:
    by_event: dict[tuple[str | None, bool], list[Source]] = defaultdict(list)
    for source in clustered:
        by_event[source.cluster, source.is_held_out].append(source)
    yielded: dict[bool, int] = defaultdict(int)
    for number in range(1, 30):
        for (_, is_held_out), members in by_event.items():
            for one, other in zip(members, members[number:], strict=False):
                is_wanted = yielded[is_held_out] < CLUSTER_PAIRS // 2 and one.text and other.text
                if is_wanted and copy_likeness(one.text, other.text) < MAY_BE_SYNDICATED:
                    yielded[is_held_out] += 1
                    yield _pair(one, "reports of one event", other.title, other.text)
                    break


__all__ = ["LANGUAGES", "SLOT_VALUES", "TEMPLATES", "filled", "others_of"]
