"""Runs the settling of facts: the witnesses of a version join the facts that others state too, or found their own.

`pipeline/facts/same.py` decides. What a version no longer states leaves its fact, and a fact without witnesses goes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.database import hold_facts
from models.fact import Fact, FactMark, FactParty, FactWitness, left_facts_of
from models.vocabulary import FactKind, Relevance
from pipeline.facts.marks import marks_of, wanted_marks, window_of
from pipeline.facts.same import Stated, Verdicts, groups_of, tie_of
from pipeline.facts.shown import Shown, days_of, shown_of
from pipeline.runners.fact_verdicts import WITNESS_MARK, Sayings, witnesses_of_facts
from pipeline.runners.statements import StoredStatement, StoredStatements

MAX_DAY_MATES = 200
MAX_SIGN_MATES = 40
_OF_A_DAY = re.compile(r"-\d\d$")
_OF_A_YEAR = re.compile(r"^e \d{4} |^a .* \d{4}$")

Groups = list[list[Stated]]


def settle_facts(session: Session, version: Version) -> None:
    """Bring the facts up to what a version states, once its witnesses are stored and corrected.

    Only the current version of an article that is not off is a witness; the others' rows belong to no fact.
    """
    is_witness = version.article.current_version_id == version.id and version.relevance != Relevance.OFF
    _settle(session, version.article, version.id if is_witness and version.withdrawn is None else None)


def leave_facts(session: Session, article: Article) -> None:
    """Take all that an article states out of its facts, as where it has no current version any more."""
    _settle(session, article, None)


def _settle(session: Session, article: Article, version_id: int | None) -> None:
    hold_facts(session)
    session.flush()
    affected = left_facts_of(session) | _leave(session, article)
    stored = StoredStatements(session)
    own = stored.matching(FactWitness.version_id == version_id) if version_id is not None else []
    if not own and not affected:
        return
    sayings = Sayings(session, stored)
    verdicts = sayings.verdicts_on([each.stated for each in own])
    others = stored.matching(FactWitness.fact_id.in_(affected | _candidates(session, own, verdicts)))
    kept = affected | _founded_facts(session, own) | _tied_facts(own, others, verdicts)
    present = [*own, *(each for each in others if each.fact_id in kept)]
    statements = [each.stated for each in present]
    groups = groups_of(statements, sayings.verdicts_on(statements))
    _Settling(session, stored.country_of, present, kept=kept, left=affected).store(groups)
    _forget_facts_of_witnesses(session)


def _forget_facts_of_witnesses(session: Session) -> None:
    """Have loaded witnesses read their fact anew: those that replaced others do not know of the others' facts."""
    for row in list(session.identity_map.values()):
        if isinstance(row, FactWitness):
            session.expire(row, ["fact_id", "fact"])


def _leave(session: Session, article: Article) -> set[int]:
    """Take the rows of all versions of an article out of their facts, and return these."""
    versions = sa.select(Version.id).where(Version.article_id == article.id)
    is_theirs = FactWitness.version_id.in_(versions) & FactWitness.fact_id.is_not(None)
    left = set(session.scalars(sa.select(FactWitness.fact_id).where(is_theirs)))
    if left:
        session.execute(sa.update(FactWitness).where(is_theirs).values(fact_id=None))
    return {fact_id for fact_id in left if fact_id is not None}


def _candidates(session: Session, own: Sequence[StoredStatement], verdicts: Verdicts) -> set[int]:
    """Find the facts that share a mark with a statement, and those that people or its own name tie to it."""
    found: set[int] = set()
    for each in own:
        wanted = wanted_marks(each.stated)
        days, dated = ({mark for mark in wanted if form.search(mark)} for form in (_OF_A_DAY, _OF_A_YEAR))
        found |= _marked(session, days, MAX_DAY_MATES)
        found |= _marked(session, dated, MAX_SIGN_MATES, window=window_of(each.stated))
        found |= _marked(session, wanted - days - dated, MAX_SIGN_MATES)
    identities = {each.stated.identity for each in own}
    said = {identity for pair in verdicts.same if pair & identities for identity in pair}
    named = session.scalars(sa.select(Fact.id).where(Fact.key.in_(identities | said)))
    return found | set(named) | _facts_of_witnesses(session, said - identities)


def _marked(
    session: Session, marks: Collection[str], limit: int, *, window: tuple[dt.date, dt.date] | None = None
) -> set[int]:
    """Find the facts that share most of these marks, and may touch the days of a window or have no date."""
    if not marks:
        return set()
    shared = sa.select(FactMark.fact_id).where(FactMark.mark.in_(marks))
    if window is not None:
        touches = (Fact.first_on <= window[1]) & (Fact.last_on >= window[0])
        shared = shared.join(Fact, Fact.id == FactMark.fact_id).where(touches | Fact.first_on.is_(None))
    most = shared.group_by(FactMark.fact_id).order_by(sa.func.count().desc(), FactMark.fact_id).limit(limit)
    return set(session.scalars(most))


def _facts_of_witnesses(session: Session, identities: Collection[str]) -> set[int]:
    """Find the facts of statements that are marked by their own identities."""
    return _marked(session, {WITNESS_MARK + identity for identity in identities}, MAX_DAY_MATES)


def _founded_facts(session: Session, own: Sequence[StoredStatement]) -> set[int]:
    """Find the facts that have a statement's key, as those it founded have: no other can get it."""
    identities = [each.stated.identity for each in own]
    return set(session.scalars(sa.select(Fact.id).where(Fact.key.in_(identities))))


def _tied_facts(own: Sequence[StoredStatement], others: Sequence[StoredStatement], verdicts: Verdicts) -> set[int]:
    """Keep of the candidates those with a witness that is tied to a statement."""
    tied: set[int] = set()
    identities = {each.stated.identity for each in own}
    for other in others:
        if other.fact_id is None or other.fact_id in tied:
            continue
        theirs = other.stated
        is_said = any(theirs.identity in pair and pair & identities for pair in verdicts.same)
        if is_said or theirs.identity in identities or any(tie_of(each.stated, theirs) for each in own):
            tied.add(other.fact_id)
    return tied


class _Settling:
    """Writes groups of statements as facts, over those that were there."""

    def __init__(
        self,
        session: Session,
        country_of: Mapping[str, str | None],
        present: Sequence[StoredStatement],
        *,
        kept: Collection[int],
        left: Collection[int],
    ) -> None:
        self._session = session
        self._country_of = country_of
        self._statements = {id(each.stated): each for each in present}
        self._identities = {each.stated.identity for each in present}
        rows = session.scalars(sa.select(Fact).where(Fact.id.in_(kept)).order_by(Fact.id))
        self._facts = {fact.key: fact for fact in rows}
        self._witnesses = witnesses_of_facts(session, self._facts)
        self._stayed: set[int] = set()
        self._left = left

    def store(self, groups: Groups) -> None:
        """Store each group as the fact that it was, or as a new one; facts that are left without witnesses go."""
        facts = self._facts_of(groups)
        # A number that a deleted fact had may be given to the next: who was in the old one is in none.
        self._stayed = {fact.id for fact in facts if fact.id is not None}
        remaining = {id(fact) for fact in facts}
        for fact in self._facts.values():
            if id(fact) not in remaining:
                self._session.delete(fact)
        self._session.flush()
        for fact, group in zip(facts, groups, strict=True):
            if not self._is_as_it_was(fact, group):
                self._fill(fact, group)

    def _is_as_it_was(self, fact: Fact, group: Sequence[Stated]) -> bool:
        """Tell whether a fact has the witnesses that it had, none of them read anew and none lost."""
        if fact.id not in self._stayed or fact.id in self._left:
            return False
        before = {key for key, statement in self._statements.items() if statement.fact_id == fact.id}
        return before == {id(stated) for stated in group}

    def _facts_of(self, groups: Groups) -> list[Fact]:
        founded = {group[0].identity: self._facts.get(group[0].identity) for group in groups}
        taken = {id(fact) for fact in founded.values() if fact is not None}
        facts = []
        for group in groups:
            fact = founded[group[0].identity] or self._former(group, taken)
            if fact is None:
                fact = Fact(key=group[0].identity)
            taken.add(id(fact))
            facts.append(fact)
        return facts

    def _former(self, group: Sequence[Stated], taken: Collection[int]) -> Fact | None:
        """Find the fact that a group was while another witness founded it, which is gone: its key stays."""
        identities = {stated.identity for stated in group}
        former = (fact for fact in self._facts.values() if id(fact) not in taken and fact.key not in self._identities)
        return next((fact for fact in former if identities & self._witnesses.get(fact.key, frozenset())), None)

    def _fill(self, fact: Fact, group: Sequence[Stated]) -> None:
        shown = shown_of(group)
        countries = self._countries_of(shown)
        first, last = days_of(shown)
        for name, value in _columns(shown, countries).items():
            if getattr(fact, name) != value:
                setattr(fact, name, value)
        fact.first_on, fact.last_on = first, last
        self._session.add(fact)
        self._session.flush()
        self._join(fact, group)
        self._list_parties(fact, {*shown.parties, *countries})
        marks = {mark for stated in group for mark in (*marks_of(stated), WITNESS_MARK + stated.identity)}
        _replace(self._session, FactMark, fact.id, [{"fact_id": fact.id, "mark": mark} for mark in sorted(marks)])

    def _join(self, fact: Fact, group: Sequence[Stated]) -> None:
        for stated in group:
            statement = self._statements[id(stated)]
            if statement.fact_id != fact.id or fact.id not in self._stayed:
                row = (FactWitness.version_id == statement.version_id) & (FactWitness.ordinal == statement.ordinal)
                self._session.execute(sa.update(FactWitness).where(row).values(fact_id=fact.id))

    def _countries_of(self, shown: Shown) -> list[str]:
        """Name who agrees by the parties, and who takes part in an event by the countries that it names too."""
        countries = [self._country_of.get(party) or party for party in shown.parties]
        if shown.kind is FactKind.EVENT or len(set(countries)) <= 1:
            countries += shown.countries
        return [country for country in dict.fromkeys(countries) if country.isupper()]

    def _list_parties(self, fact: Fact, parties: Collection[str]) -> None:
        rows = [{"fact_id": fact.id, "party": party, "is_country": party.isupper()} for party in sorted(parties)]
        _replace(self._session, FactParty, fact.id, rows)


def _columns(shown: Shown, countries: Sequence[str]) -> dict[str, object]:
    return {
        "kind": shown.kind,
        "name": shown.name,
        "status": shown.status,
        "subkind": shown.subkind,
        "start_on": shown.start,
        "end_on": shown.end,
        "place": shown.place,
        "parties": list(shown.parties),
        "countries": list(countries),
        "disputed": list(shown.disputed),
    }


def _replace(
    session: Session, table: type[FactMark | FactParty], fact_id: int, rows: Sequence[dict[str, object]]
) -> None:
    """Write the rows of a fact anew where they differ from those that are there."""
    columns = [column for column in table.__table__.columns if column.name in (rows[0] if rows else {"fact_id": 0})]
    there = session.execute(sa.select(*columns).where(table.fact_id == fact_id)).all()
    if sorted(map(tuple, there), key=str) == sorted((tuple(row[c.name] for c in columns) for row in rows), key=str):
        return
    session.execute(sa.delete(table).where(table.fact_id == fact_id))
    if rows:
        session.execute(sa.insert(table), list(rows))
