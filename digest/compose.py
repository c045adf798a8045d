"""Decides what an issue says and what becomes of every candidate; pure, so that equal rows give equal issues."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.candidates import Candidate, IssueFrame, LedgerDecision, Material
from digest.content import ChangeEntry, Copy, Document, Evidence, IssueContent, Item, Sentence
from digest.entries import Copies, Ranked, item_of, leads_and_noted, ranked_entries
from digest.facts import coming_events, new_agreements
from digest.sections import sections_of
from models.vocabulary import LedgerFate
from perilune.changes import real_rewordings

OLD_AFTER = dt.timedelta(days=30)
MAX_OLDER_BACKFILL = 12
MAX_REWORDINGS = 6


@dataclass(frozen=True)
class Composition:
    """What an issue says, and one ledger decision for each candidate."""

    content: IssueContent
    decisions: tuple[LedgerDecision, ...]


def compose(material: Material) -> Composition:
    """Compose an issue: every candidate is included, folded or left out, with a reason."""
    due_on = material.frame.due_on
    folds = _folded_copies(material)
    originals = [candidate for candidate in material.candidates if candidate.key not in folds]
    copies = _copies_by_leader(material.candidates, folds)
    changed = [candidate for candidate in originals if candidate.is_changed]
    changes = _changes(changed, copies, material.frame)
    first_time = [candidate for candidate in originals if not candidate.is_changed]
    older, left_out = _older_documents([one for one in first_time if is_older(one, due_on)])
    new = [candidate for candidate in first_time if not is_older(candidate, due_on)]
    ranked = ranked_entries(new, material, copies)
    leads, noted = leads_and_noted(ranked, material.frame.length)
    printed = [*_in_order(new, ranked), *(one for one in changed if one.key in changes), *older]
    sections, further = sections_of(material)
    content = IssueContent(
        **vars(material.frame),
        stories=tuple(each.entry for each in leads),
        agreements=new_agreements(printed, due_on, frozenset(one.key for one in older)),
        events=coming_events(printed, due_on),
        documents=_documents(new, copies, material.frame),
        changes=tuple(changes.values()),
        also_noted=tuple(each.entry for each in noted),
        sections=sections,
        older=tuple(item_of(one, copies, material.frame) for one in older),
        copy_count=len(folds),
        left_out_count=len(left_out),
        watch=material.watch,
        trends=material.trends,
    )
    fates = _Fates(folds, {one.key for one in left_out}, set(changes), _since(ranked))
    return Composition(content, (*(_decision(one, fates) for one in material.candidates), *further))


def is_older(candidate: Candidate, due_on: dt.date) -> bool:
    """Tell whether an article is an older document: certainly published more than 30 days ago, or undated backfill.

    A partial date is judged by the last day that it may be.
    """
    if candidate.published is None:
        return candidate.is_backfill
    return candidate.published.last < due_on - OLD_AFTER


def _folded_copies(material: Material) -> dict[str, str]:
    """Map the keys of copies to the article each is folded under: one of this issue, or one of an earlier issue."""
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in material.candidates:
        groups[candidate.copy_of or candidate.key].append(candidate)
    folds = {}
    for root, members in groups.items():
        leader = material.known_copies.get(root) or _leader(members, material.frame.due_on).key
        # The article that led before may come again as a changed page: it stays its own.
        folds.update({one.key: leader for one in members if one.key != leader})
    return folds


def _leader(members: Iterable[Candidate], due_on: dt.date) -> Candidate:
    """Choose who leads copies: news before older documents, lest an undated original hide it; then the original."""
    return min(
        members,
        key=lambda one: (is_older(one, due_on), one.copy_of is not None, -one.authority, one.day, one.key),
    )


def _copies_by_leader(candidates: Iterable[Candidate], folds: Mapping[str, str]) -> Copies:
    copies: dict[str, list[Copy]] = defaultdict(list)
    for one in sorted(candidates, key=lambda one: (-one.authority, one.source, one.key)):
        if one.key in folds:
            copies[folds[one.key]].append(_copy(one))
    return {leader: tuple(found) for leader, found in copies.items()}


def _copy(candidate: Candidate) -> Copy:
    return Copy(article_key=candidate.key, source=candidate.source, url=candidate.url, language=candidate.language)


def _changes(changed: Sequence[Candidate], copies: Copies, frame: IssueFrame) -> dict[str, ChangeEntry]:
    entries = {}
    for one in sorted(changed, key=lambda one: (-one.authority, one.source, one.key)):
        assert one.before is not None
        assert one.after is not None
        if found := real_rewordings(one.before, one.after):
            more_count = max(0, len(found) - MAX_REWORDINGS)
            entries[one.key] = ChangeEntry(
                item=item_of(one, copies, frame), rewordings=found[:MAX_REWORDINGS], more_count=more_count
            )
    return entries


def _older_documents(older: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Cut the backfill to the newest and most authoritative; what was published late is always kept."""
    in_order = sorted(older, key=lambda one: (one.published is None, _newest_first(one), -one.authority, one.key))
    backfill = [one for one in in_order if one.is_backfill]
    left_out = backfill[MAX_OLDER_BACKFILL:]
    left_out_keys = {one.key for one in left_out}
    return [one for one in in_order if one.key not in left_out_keys], left_out


def _documents(new: Sequence[Candidate], copies: Copies, frame: IssueFrame) -> tuple[Document, ...]:
    documents = sorted(
        (one for one in new if one.is_document),
        key=lambda one: (-one.authority, _newest_first(one), one.key),
    )
    return tuple(_document(one, item_of(one, copies, frame)) for one in documents)


def _document(candidate: Candidate, item: Item) -> Document:
    """Let a document say what it is about, each sentence with its page."""
    sentences = [
        Sentence(text=each.text, language=each.language, marks=(number,))
        for number, each in enumerate(candidate.overview, 1)
    ]
    evidence = [
        Evidence(
            article_key=candidate.key,
            version=candidate.version,
            passage=each.passage,
            source=candidate.source,
            page_number=each.page_number,
        )
        for each in candidate.overview
    ]
    return Document(**dict(item), sentences=tuple(sentences), evidence=tuple(evidence))


def _in_order(new: Sequence[Candidate], ranked: Sequence[Ranked]) -> list[Candidate]:
    """Put the candidates in the order in which the issue prints them, without those that say nothing new."""
    keys = [one.key for each in ranked for one in each.members]
    place = {key: number for number, key in enumerate(keys)}
    nothing_new = _since(ranked)
    printed = [one for one in new if one.key not in nothing_new]
    return sorted(printed, key=lambda one: (place.get(one.key, len(place)), one.key))


def _since(ranked: Iterable[Ranked]) -> dict[str, int]:
    """Map the articles that say nothing new to the issue since which that is so; documents are listed all the same."""
    still_open = (each for each in ranked if each.is_still_open)
    return {one.key: each.entry.since_issue or 0 for each in still_open for one in each.members if not one.is_document}


@dataclass(frozen=True)
class _Fates:
    folds: Mapping[str, str]
    left_out: set[str]
    changes: set[str]
    nothing_new: Mapping[str, int]


def _decision(candidate: Candidate, fates: _Fates) -> LedgerDecision:
    fate, reason = LedgerFate.INCLUDED, "new"
    if candidate.key in fates.folds:
        fate, reason = LedgerFate.FOLDED, f"copy of {fates.folds[candidate.key]}"
    elif candidate.key in fates.left_out:
        fate, reason = LedgerFate.LEFT_OUT, "backfill, older than 30 days"
    elif candidate.key in fates.nothing_new:
        fate, reason = LedgerFate.FOLDED, f"nothing new since issue {fates.nothing_new[candidate.key]}"
    elif candidate.key in fates.changes:
        reason = "changed"
    elif candidate.is_changed:
        fate, reason = LedgerFate.FOLDED, "a new version with the same words"
    elif candidate.story_key:
        reason = f"in story {candidate.story_key}"
    return LedgerDecision(candidate.article_id, candidate.version_id, fate, reason)


def _newest_first(candidate: Candidate) -> int:
    return -candidate.day.toordinal()
