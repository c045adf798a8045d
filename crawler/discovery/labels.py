"""Names of elements: the tag with the one class that tells an element's kind, so that a list's items bear one name.

Its own file because what the name is taken from is decided for a whole page: by siblings, or else by those elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby

from lxml import etree
from lxml.html import HtmlElement

STATE_TOKEN = re.compile(
    r"\d|^(?:first|last|odd|even|active|current|selected|open|hover|clearfix|left|right|new|hidden|show|in|fade)$"
)
PLAIN_TOKEN = re.compile(r"[A-Za-z_][\w-]*")
SHARED_BY_SIBLINGS = 0.6
MIN_ALIKE = 3
LEAST_SHARED_BY_KIN = 2


def labels_of(tree: HtmlElement) -> dict[HtmlElement, str]:
    """Name every element of a page.

    Among three siblings with one tag, a class counts that most of them have. Fewer are judged by their kin, which stand
    in other rows at the same place: a class or an identifier that each has for itself alone names no kind.
    """
    labels: dict[HtmlElement, str] = {}
    generation = [tree]
    kin_of: dict[HtmlElement, tuple[str, ...]] = {tree: ()}
    while generation:
        kinships: defaultdict[tuple[str, ...], list[HtmlElement]] = defaultdict(list)
        for element in generation:
            kinships[(*kin_of[element], str(element.tag))].append(element)
        for path, kin in kinships.items():
            for element, label in _labelled(kin):
                labels[element] = label
                kin_of |= dict.fromkeys(element.iterchildren(etree.Element), (*path[:-1], label))
        generation = [child for element in generation for child in element.iterchildren(etree.Element)]
    return labels


def _labelled(kin: Sequence[HtmlElement]) -> list[tuple[HtmlElement, str]]:
    """Name elements with one tag whose parents have the same names."""
    among_kin = _counts(kin)
    has_own_name = len({element.get("id") for element in kin}) < MIN_ALIKE
    labelled = []
    for _, family in groupby(kin, key=lambda element: element.getparent()):
        siblings = list(family)
        counts, least = _counts(siblings), SHARED_BY_SIBLINGS * len(siblings)
        if len(siblings) < MIN_ALIKE:
            counts, least = among_kin, LEAST_SHARED_BY_KIN if len(kin) >= MIN_ALIKE else 1
        labelled += [(element, _label(element, counts, least, has_own_name=has_own_name)) for element in siblings]
    return labelled


def _counts(elements: Sequence[HtmlElement]) -> Counter[str]:
    return Counter(token for element in elements for token in set(_tokens(element)))


def _label(element: HtmlElement, counts: Counter[str], least: float, *, has_own_name: bool) -> str:
    shared = [token for token in _tokens(element) if counts[token] >= least]
    if shared:
        return f"{element.tag}.{max(shared, key=lambda token: counts[token])}"
    identifier = element.get("id") or ""
    return f"{element.tag}#{identifier}" if has_own_name and _is_stable(identifier) else str(element.tag)


def _tokens(element: HtmlElement) -> list[str]:
    return [token for token in (element.get("class") or "").split() if _is_stable(token)]


def _is_stable(token: str) -> bool:
    return bool(PLAIN_TOKEN.fullmatch(token)) and not STATE_TOKEN.search(token)
