"""Sections of an issue that saved searches make: what they found and no other part of it, or issue before, has."""

from __future__ import annotations

from digest.candidates import Candidate, LedgerDecision, Material
from digest.content import Section
from digest.entries import item_of
from models.vocabulary import LedgerFate


def sections_of(material: Material) -> tuple[tuple[Section, ...], tuple[LedgerDecision, ...]]:
    """Make the sections, each article in the first that found it, and decide on every candidate of theirs."""
    seen = {_root(one) for one in material.candidates} | set(material.known_copies)
    taken: set[int] = set()
    sections, decisions = [], []
    for each in material.sections:
        printed = []
        for one in sorted(each.candidates, key=_newest_first):
            if one.version_id in taken:
                continue
            taken.add(one.version_id)
            is_new = _root(one) not in seen
            seen.add(_root(one))
            printed += [one] if is_new else []
            fate = LedgerFate.INCLUDED if is_new else LedgerFate.FOLDED
            reason = f"found by “{each.name}”" if is_new else f"copy of {_root(one)}"
            decisions.append(LedgerDecision(one.article_id, one.version_id, fate, reason))
        if printed:
            items = tuple(item_of(one, {}, material.frame) for one in printed)
            sections.append(Section(name=each.name, query=each.query, items=items))
    return tuple(sections), tuple(decisions)


def _root(candidate: Candidate) -> str:
    return candidate.copy_of or candidate.key


def _newest_first(candidate: Candidate) -> tuple[int, int, str]:
    return -candidate.day.toordinal(), -candidate.authority, candidate.key
