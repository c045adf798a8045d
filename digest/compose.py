"""Decides what an issue says and what becomes of every candidate; pure, so that equal rows give equal issues."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.candidates import Candidate, LedgerDecision, Material
from digest.content import ChangeEntry, Copy, Entry, IssueContent, Item
from digest.facts import coming_events, is_news, new_agreements
from models.vocabulary import AgreementStatus, FactKind, LedgerFate
from perilune.changes import real_rewordings

OLD_AFTER = dt.timedelta(days=30)
MAX_OLDER_BACKFILL = 12
MIN_LEADS = 3
MAX_LEADS = 8
MAX_REWORDINGS = 6
AGREED, PROPOSED, EVENT, NOTHING = 3, 2, 1, 0


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
    changes = _changes(changed, copies)
    first_time = [candidate for candidate in originals if not candidate.is_changed]
    older, left_out = _older_documents([one for one in first_time if is_older(one, due_on)])
    new = [candidate for candidate in first_time if not is_older(candidate, due_on)]
    entries = _entries(new, material, copies)
    leads, noted = _leads(entries)
    printed = [*_in_order(new, entries), *(one for one in changed if one.key in changes), *older]
    content = IssueContent(
        **vars(material.frame),
        stories=leads,
        agreements=new_agreements(printed, due_on, frozenset(one.key for one in older)),
        events=coming_events(printed, due_on),
        documents=_documents(new, copies),
        changes=tuple(changes.values()),
        also_noted=noted,
        older=tuple(_item(one, copies) for one in older),
        copy_count=len(folds),
        left_out_count=len(left_out),
        watch=material.watch,
    )
    left_out_keys = {one.key for one in left_out}
    decisions = tuple(_decision(one, folds, left_out_keys, changes) for one in material.candidates)
    return Composition(content, decisions)


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
        key=lambda one: (is_older(one, due_on), one.copy_of is not None, -one.authority, _day_of(one), one.key),
    )


def _copies_by_leader(candidates: Iterable[Candidate], folds: Mapping[str, str]) -> dict[str, tuple[Copy, ...]]:
    copies: dict[str, list[Copy]] = defaultdict(list)
    for one in sorted(candidates, key=lambda one: (-one.authority, one.source, one.key)):
        if one.key in folds:
            copies[folds[one.key]].append(Copy(article_key=one.key, source=one.source, url=one.url))
    return {leader: tuple(found) for leader, found in copies.items()}


def _changes(changed: Sequence[Candidate], copies: Mapping[str, tuple[Copy, ...]]) -> dict[str, ChangeEntry]:
    entries = {}
    for one in sorted(changed, key=lambda one: (-one.authority, one.source, one.key)):
        assert one.before is not None
        assert one.after is not None
        if found := real_rewordings(one.before, one.after):
            more_count = max(0, len(found) - MAX_REWORDINGS)
            entries[one.key] = ChangeEntry(
                item=_item(one, copies), rewordings=found[:MAX_REWORDINGS], more_count=more_count
            )
    return entries


def _older_documents(older: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Cut the backfill to the newest and most authoritative; what was published late is always kept."""
    in_order = sorted(older, key=lambda one: (-_day_of(one, undated=dt.date.min).toordinal(), -one.authority, one.key))
    backfill = [one for one in in_order if one.is_backfill]
    left_out = backfill[MAX_OLDER_BACKFILL:]
    left_out_keys = {one.key for one in left_out}
    return [one for one in in_order if one.key not in left_out_keys], left_out


def _entries(
    new: Sequence[Candidate], material: Material, copies: Mapping[str, tuple[Copy, ...]]
) -> list[tuple[Entry, int]]:
    """Make one entry of each story and of each article that belongs to none, with the weight of its facts, ranked."""
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for one in new:
        groups[f"story {one.story_key}" if one.story_key in material.stories else one.key].append(one)
    ranked = []
    for members in groups.values():
        if all(one.is_document for one in members) and len(_sources(members)) == 1:
            continue
        weight = max(_fact_weight(one, material.frame.due_on) for one in members)
        rank = (
            -len(_sources(members)),
            -max(one.authority for one in members),
            -weight,
            -max(_day_of(one) for one in members).toordinal(),
            min(one.key for one in members),
        )
        ranked.append((rank, _entry(members, material, copies), weight))
    return [(entry, weight) for _, entry, weight in sorted(ranked, key=lambda row: row[0])]


def _entry(members: Sequence[Candidate], material: Material, copies: Mapping[str, tuple[Copy, ...]]) -> Entry:
    in_order = sorted(members, key=lambda one: (-one.authority, _day_of(one), one.key))
    told = material.stories.get(in_order[0].story_key or "")
    return Entry(
        headline=told.headline if told else in_order[0].title,
        language=told.language if told else in_order[0].language,
        story_key=told.key if told else None,
        items=tuple(_item(one, copies) for one in in_order),
        source_count=len(_sources(members)),
        is_continued=told.is_continued if told else False,
        sentences=told.sentences if told else (),
        evidence=told.evidence if told else (),
    )


def _leads(entries: Sequence[tuple[Entry, int]]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Let lead what several sources or a fact of weight carry, up to eight, and at least three if there are three."""
    chosen = [place for place, (entry, weight) in enumerate(entries) if entry.source_count > 1 or weight > NOTHING]
    others = sorted(set(range(len(entries))) - set(chosen))
    leads = set(chosen[:MAX_LEADS] + others[: max(0, MIN_LEADS - len(chosen))])
    return (
        tuple(entry for place, (entry, _) in enumerate(entries) if place in leads),
        tuple(entry for place, (entry, _) in enumerate(entries) if place not in leads),
    )


def _fact_weight(candidate: Candidate, due_on: dt.date) -> int:
    weights = [NOTHING]
    for fact in candidate.facts:
        if fact.entry.kind == FactKind.EVENT:
            weights.append(EVENT)
        elif is_news(fact, due_on, is_old=False):
            weights.append(PROPOSED if fact.entry.status == AgreementStatus.PROPOSED else AGREED)
    return max(weights)


def _documents(new: Sequence[Candidate], copies: Mapping[str, tuple[Copy, ...]]) -> tuple[Item, ...]:
    documents = sorted(
        (one for one in new if one.is_document),
        key=lambda one: (-one.authority, -_day_of(one).toordinal(), one.key),
    )
    return tuple(_item(one, copies) for one in documents)


def _in_order(new: Sequence[Candidate], entries: Sequence[tuple[Entry, int]]) -> list[Candidate]:
    """Put the candidates in the order in which the issue prints them."""
    keys = [item.article_key for entry, _ in entries for item in entry.items]
    place = {key: number for number, key in enumerate(keys)}
    return sorted(new, key=lambda one: (place.get(one.key, len(place)), one.key))


def _item(candidate: Candidate, copies: Mapping[str, tuple[Copy, ...]]) -> Item:
    return Item(
        article_key=candidate.key,
        version=candidate.version,
        title=candidate.title,
        language=candidate.language,
        source=candidate.source,
        url=candidate.url,
        published=str(candidate.published) if candidate.published else None,
        doc_type=candidate.doc_type,
        topics=candidate.topics,
        countries=candidate.countries,
        copies=copies.get(candidate.key, ()),
    )


def _decision(
    candidate: Candidate, folds: Mapping[str, str], left_out: set[str], changes: Mapping[str, ChangeEntry]
) -> LedgerDecision:
    fate, reason = LedgerFate.INCLUDED, "new"
    if candidate.key in folds:
        fate, reason = LedgerFate.FOLDED, f"copy of {folds[candidate.key]}"
    elif candidate.key in left_out:
        fate, reason = LedgerFate.LEFT_OUT, "backfill, older than 30 days"
    elif candidate.key in changes:
        reason = "changed"
    elif candidate.is_changed:
        fate, reason = LedgerFate.FOLDED, "a new version with the same words"
    elif candidate.story_key:
        reason = f"in story {candidate.story_key}"
    return LedgerDecision(candidate.article_id, candidate.version_id, fate, reason)


def _sources(members: Iterable[Candidate]) -> set[str]:
    return {one.source_slug for one in members}


def _day_of(candidate: Candidate, undated: dt.date | None = None) -> dt.date:
    """Return the last day that it may have been published, or the day it was first seen (`undated` if given)."""
    if candidate.published is None:
        return undated or candidate.first_seen_on
    return candidate.published.last
