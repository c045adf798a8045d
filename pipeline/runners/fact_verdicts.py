"""Reads what people said of two facts, that they are one or two, as verdicts on pairs of statements.

Apart from the settling, which only obeys. A correction names a fact of its article by its words, and the other fact by
its words or by its key; it holds for the article's copies too, and after their addresses have moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.fact import Fact, FactMark, FactWitness
from models.knowledge import Correction
from models.vocabulary import CorrectionField
from pipeline.facts.same import Stated, Verdicts
from pipeline.runners.fact_corrections import Value, witness_named
from pipeline.runners.statements import StoredStatements

WITNESS_MARK = "w "
"""What the marks of facts begin with that name the identities of their witnesses."""


class Sayings:
    """All that was said of two facts and stands, the newest last."""

    def __init__(self, session: Session, stored: StoredStatements) -> None:
        self._session = session
        self._stored = stored
        select = sa.select(Correction).where(
            Correction.field == CorrectionField.FACT,
            Correction.undone_at.is_(None),
            Correction.value["action"].as_string().in_(("apart", "same")),
        )
        self._corrections = session.scalars(select.order_by(Correction.made_at, Correction.id)).all()
        keys = {each.article_key for each in self._corrections} | {_other_article(each) for each in self._corrections}
        self._holders = holders_of(session, keys - {""}) if self._corrections else {}
        self._facts = witnesses_of_facts(session, {key for each in self._corrections if (key := _other_key(each))})
        self._named: dict[tuple[int, bool], frozenset[str]] = {}

    def verdicts_on(self, statements: Sequence[Stated]) -> Verdicts:
        """Say which of these were held apart from what, or said to be one with it; what was said last counts."""
        pairs: dict[str, set[frozenset[str]]] = {"apart": set(), "same": set()}
        for correction in self._concerning(statements):
            action = str(correction.value["action"])
            mine = self._identities(correction)
            for one, other in product(mine, self._others(correction) - mine):
                pairs["same" if action == "apart" else "apart"].discard(frozenset({one, other}))
                pairs[action].add(frozenset({one, other}))
        return Verdicts(frozenset(pairs["apart"]), frozenset(pairs["same"]))

    def _concerning(self, statements: Sequence[Stated]) -> Iterator[Correction]:
        articles = {stated.article for stated in statements}
        identities = {stated.identity for stated in statements}
        for each in self._corrections:
            named = (self._holders.get(key, frozenset()) for key in (each.article_key, _other_article(each)))
            fact = self._facts.get(_other_key(each), frozenset())
            if not articles.isdisjoint(frozenset().union(*named)) or not identities.isdisjoint(fact):
                yield each

    def _others(self, correction: Correction) -> frozenset[str]:
        """Name the witnesses of the other fact; those that were themselves held apart from it are on their way out."""
        key = _other_key(correction)
        if not key:
            return self._identities(correction, is_other=True)
        apart = [each for each in self._corrections if each.value["action"] == "apart" and _other_key(each) == key]
        leaving = apart if correction in apart else []
        return self._facts[key].difference(*map(self._identities, leaving))

    def _identities(self, correction: Correction, *, is_other: bool = False) -> frozenset[str]:
        """Name the witness that a correction means, or the other one, in its article and in that one's copies."""
        place = correction.id, is_other
        if place not in self._named:
            value = correction.value
            named = (
                {"witness": value.get("fields")} if is_other else {part: value.get(part) for part in ("witness", "was")}
            )
            article = _other_article(correction) if is_other else correction.article_key
            self._named[place] = frozenset(self._witnesses(self._holders.get(article, frozenset()), named))
        return self._named[place]

    def _witnesses(self, articles: Collection[str], named: Value) -> Iterator[str]:
        current = sa.select(Version).join(Article, Article.current_version_id == Version.id)
        versions = self._session.scalars(current.where(Article.key.in_(articles))).all()
        rows = [row for version in versions if (row := witness_named(version, named)) is not None]
        places = {(row.version_id, row.ordinal) for row in rows}
        for each in self._stored.matching(FactWitness.version_id.in_([row.version_id for row in rows])):
            if (each.version_id, each.ordinal) in places:
                yield each.stated.identity


def _other_key(correction: Correction) -> str:
    """Give the key of the other fact, empty where its words name it."""
    return str(correction.value.get("other") or "")


def _other_article(correction: Correction) -> str:
    """Name the article of the other fact, empty where its key names it."""
    fields = cast("Mapping[str, object]", correction.value.get("fields") or {})
    return str(fields.get("article") or "")


def witnesses_of_facts(session: Session, keys: Collection[str]) -> dict[str, frozenset[str]]:
    """Name the witnesses that facts had when they were last settled, and those that founded them, by their keys."""
    found = {key: {key} for key in keys}
    select = sa.select(Fact.key, FactMark.mark).join(Fact, Fact.id == FactMark.fact_id).where(Fact.key.in_(keys))
    for key, mark in session.execute(select.where(FactMark.mark.startswith(WITNESS_MARK))) if keys else ():
        found[key].add(mark.removeprefix(WITNESS_MARK))
    return {key: frozenset(identities) for key, identities in found.items()}


def holders_of(session: Session, keys: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Say for which articles holds what was said of each of these, all by their keys; see `corrections.keys_of`."""
    known = _moved_and_copied(session, keys)
    found = {}
    for key in keys:
        holding = {id_ for id_, article in known.items() if article.key == key}
        while more := {*_next_of(holding, known)} - holding:
            holding |= more
        found[key] = frozenset(known[id_].key for id_ in holding)
    return found


def _next_of(holding: Collection[int], known: Mapping[int, sa.Row[int, str, int, int | None]]) -> Iterable[int]:
    """Go on to the articles that some moved to, and to the copies of all."""
    leads = {known[id_].lead for id_ in holding}
    yield from (id_ for id_, article in known.items() if article.lead in leads)
    yield from (moved for id_ in holding if (moved := known[id_].moved_to_id) is not None)


def _moved_and_copied(session: Session, keys: Collection[str]) -> dict[int, sa.Row[int, str, int, int | None]]:
    lead = sa.func.coalesce(Article.copy_of_id, Article.id).label("lead")
    select = sa.select(Article.id, Article.key, lead, Article.moved_to_id)
    known = {row.id: row for row in session.execute(select.where(Article.key.in_(keys)))}
    while True:
        leads = {row.lead for row in known.values()}
        moved = {row.moved_to_id for row in known.values()} - {None}
        is_next = Article.id.in_(leads | moved) | Article.copy_of_id.in_(leads)
        more = {row.id: row for row in session.execute(select.where(is_next, Article.id.not_in(known)))}
        if not more:
            return known
        known |= more
