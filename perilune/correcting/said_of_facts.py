"""What a person says of an article's facts, checked: which fact, what of it, and where the text says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version, find_article
from models.corrections import folded_quote, keys_of, mark_of_fact, standing_corrections
from models.fact import Fact, FactWitness
from models.knowledge import Actor
from models.search.filters import country_names
from models.vocabulary import AgreementStatus, CorrectionField, EventStatus, FactKind
from perilune.dates import PartialDate
from perilune.problems import Problem
from pipeline.facts.date_shapes import FIRST_YEAR, LAST_YEAR
from pipeline.runners.fact_corrections import fields_of, quote_of, span_of_quote, witness_named
from pipeline.runners.statements import identity_of

Said = Mapping[str, str | None]
Value = dict[str, object]
FACT_FIELDS = ("name", "start", "end", "place", "status", "parties", "subkind")
FACT_DETAILS = (*FACT_FIELDS, "quote", "other")
DETAILS_OF: Mapping[str, Sequence[str]] = {
    "remove_fact": (),
    "change_fact": FACT_FIELDS,
    "add_fact": (*FACT_FIELDS, "quote"),
    "same_fact": ("other",),
    "apart_fact": ("other",),
}
"""What each saying uses."""
FACT_SAYINGS = tuple(DETAILS_OF)
MAX_LISTED = 50
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
MAX_NAME_CHARS = 200
STATUSES: Mapping[FactKind, Sequence[str]] = {
    FactKind.EVENT: list(EventStatus),
    FactKind.AGREEMENT: list(AgreementStatus),
}
USUAL_STATUS = {FactKind.EVENT: EventStatus.ANNOUNCED, FactKind.AGREEMENT: AgreementStatus.SIGNED}


def refuse_stray_details(said: Said) -> None:
    """Raise Problem for a detail of a fact that nothing of what is said uses."""
    used = {detail for saying, details in DETAILS_OF.items() if said.get(saying) for detail in details}
    for name in FACT_DETAILS:
        if said.get(name) is not None and name not in used:
            users = " or ".join(saying for saying, details in DETAILS_OF.items() if name in details)
            raise Problem(f"{name} says nothing by itself; it goes with {users}.")


def listed_in(text: str) -> list[str]:
    """Read what commas separate, each once."""
    found = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if len(found) > MAX_LISTED:
        raise Problem(f"at most {MAX_LISTED} can be listed, not {len(found)}.")
    return found


def value_of_fact(session: Session, article: Article, saying: str, said: Said) -> Value | None:
    """Make the value of a correction of a fact; None where the fact says so already."""
    version = article.current_version
    assert version is not None
    text = (said[saying] or "").strip()
    action = saying.removesuffix("_fact")
    if action == "add":
        return _added(session, version, text, said)
    named, row = _fact_named(session, article, text)
    value: Value = {"witness": named, "action": action, **({"was": fields_of(row)} if row is not None else {})}
    if action == "change":
        fields = _changes(session, row, str(named["kind"]), said)
        return value | {"fields": fields} if fields else None
    if action in {"same", "apart"}:
        value |= _other_fact(session, article, said)
    return value


def _fact_named(session: Session, article: Article, text: str) -> tuple[Value, FactWitness | None]:
    """Find which fact a number or a mark means, and how it was called before anybody changed it; None if it is gone."""
    version = article.current_version
    assert version is not None
    standing = [
        each.value
        for each in standing_corrections(session, keys_of(session, article))
        if each.field == CorrectionField.FACT
    ]
    for row in version.witnesses:
        quote = quote_of(version, row)
        if text in {str(row.ordinal + 1), mark_of_fact(row.kind, quote, row.name)}:
            return _as_first_named(standing, row, quote), row
    for value in standing:
        if text in _marks_of(value):
            return cast("Value", value["witness"]), witness_named(version, value)
    numbers = ", ".join(str(row.ordinal + 1) for row in version.witnesses)
    hint = f"its facts are numbered {numbers}." if numbers else "it states no fact."
    raise Problem(f"there is no fact {text!r} in article {article.key}; {hint}")


def _as_first_named(standing: list[dict[str, object]], row: FactWitness, quote: str) -> Value:
    for value in standing if row.by_human else []:
        named, fields = cast("Value", value["witness"]), cast("Value", value.get("fields") or {})
        is_it = named["kind"] == row.kind and folded_quote(str(named["quote"])) == folded_quote(quote)
        if is_it and fields.get("name") == row.name:
            return named
    return {"kind": str(row.kind), "quote": quote, "name": row.name}


def _marks_of(value: dict[str, object]) -> set[str]:
    """Make the marks that a fact had before a correction of it was obeyed."""
    named, was = cast("Value", value["witness"]), cast("Value", value.get("was") or {})
    kind, quote = str(named["kind"]), str(named["quote"])
    return {mark_of_fact(kind, quote, str(name)) for name in (named["name"], was.get("name")) if name}


def _changes(session: Session, row: FactWitness | None, kind: str, said: Said) -> Value:
    """Check what is said of a fact's fields, and keep what differs; an empty text takes a value away."""
    fields = _fields(session, FactKind(kind), said)
    if not fields:
        raise Problem(f"say what of the fact is wrong: {', '.join(FACT_FIELDS)}.")
    before = fields_of(row) if row is not None else {}
    _require_order({**before, **fields})
    return {name: value for name, value in fields.items() if row is None or before[name] != value}


def _added(session: Session, version: Version, kind: str, said: Said) -> Value:
    if kind not in list(FactKind):
        raise Problem(f"a fact is one of {', '.join(FactKind)}, not {kind!r}.")
    quote = (said.get("quote") or "").strip()
    span = span_of_quote(version.text, quote)
    if span is None:
        raise Problem("quote the words that state the fact, exactly as the article's text has them.")
    quote = version.text[span.start : span.end]
    usual: Value = {"name": quote[:MAX_NAME_CHARS], "status": str(USUAL_STATUS[FactKind(kind)])}
    fields = usual | _fields(session, FactKind(kind), {name: text for name, text in said.items() if text})
    _require_order(fields)
    return {"witness": {"kind": kind, "quote": quote, "name": fields["name"]}, "action": "add", "fields": fields}


def _fields(session: Session, kind: FactKind, said: Said) -> Value:
    fields: Value = {}
    for name in FACT_FIELDS:
        text = said.get(name)
        if text is not None:
            fields[name] = _CHECKS[name](session, kind, name, " ".join(text.split()))
    return fields


def _name(_session: Session, _kind: FactKind, _field: str, text: str) -> object:
    if not text or len(text) > MAX_NAME_CHARS:
        raise Problem(f"a fact has a name, of at most {MAX_NAME_CHARS} characters.")
    return text


def _date(_session: Session, _kind: FactKind, field: str, text: str) -> object:
    refusal = Problem(f"{field} is a date such as 2022, 2022-03 or 2022-03-09, not {text!r}.")
    if not text:
        return None
    if not DATE.fullmatch(text):
        raise refusal
    try:
        date = PartialDate.parse(text)
    except ValueError as error:
        raise refusal from error
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise Problem(f"{field} is in the years {FIRST_YEAR} to {LAST_YEAR}, not in {date.year}.")
    return str(date)


def _words(_session: Session, _kind: FactKind, field: str, text: str) -> object:
    if len(text) > MAX_NAME_CHARS:
        raise Problem(f"{field} has at most {MAX_NAME_CHARS} characters.")
    return text or None


def _status(_session: Session, kind: FactKind, _field: str, text: str) -> object:
    if text not in STATUSES[kind]:
        raise Problem(f"the status of an {kind} is one of {', '.join(STATUSES[kind])}, not {text!r}.")
    return text


def _parties(session: Session, _kind: FactKind, _field: str, text: str) -> object:
    named = listed_in(text)
    known = {each.lower(): each.upper() for each in named if each.upper() in country_names()}
    known = _actors_named(session, {each.lower() for each in named} - known.keys()) | known
    for each in named:
        if each.lower() not in known:
            raise Problem(f"there is no actor {each!r}; parties are actors by short name, or countries by code.")
    return list(dict.fromkeys(known[each.lower()] for each in named))


def _actors_named(session: Session, names: Collection[str]) -> dict[str, str]:
    """Find the actors that lower-case short names or names mean, the first of several."""
    name = sa.func.lower(Actor.name)
    is_one = Actor.slug.in_(names) | name.in_(names)
    found: dict[str, str] = {}
    for slug, named in session.execute(sa.select(Actor.slug, name).where(is_one).order_by(Actor.slug)):
        found.setdefault(slug, slug)
        found.setdefault(named, slug)
    return found


def _require_order(fields: Value) -> None:
    start, end = (PartialDate.parse(str(fields[name])) if fields.get(name) else None for name in ("start", "end"))
    if start is not None and end is not None and end.last < start.first:
        raise Problem(f"the end {end} is before the start {start}.")


def _other_fact(session: Session, article: Article, said: Said) -> Value:
    """Find the other fact by the key of its article and its number, or by its own key."""
    text = (said.get("other") or "").strip()
    key, _, number = text.rpartition(":")
    fact = None if key else session.scalars(sa.select(Fact).where(Fact.key == text)).one_or_none()
    if fact is not None:
        return _other_side(session, article, fact)
    other = find_article(session, key) if key else None
    if other is None or other.current_version is None:
        raise Problem("name the other fact by the key of its article and its number, such as 0123456789ab:2.")
    return {"fields": {"article": other.key, **_fact_named(session, other, number)[0]}}


def _other_side(session: Session, article: Article, fact: Fact) -> Value:
    """Name a fact by its key; by another witness where the article or a copy founded it and takes the key along."""
    keys = keys_of(session, article)
    stated = [(row, session.get_one(Version, row.version_id)) for row in fact.witnesses]
    own = [(row, version) for row, version in stated if version.article.key in keys]
    founding = {identity_of(version.article.key, row.kind, quote_of(version, row)) for row, version in own}
    if fact.key not in founding:
        return {"other": fact.key}
    others = [(row, version) for row, version in stated if version.article.key not in keys]
    if not others:
        raise Problem("no other article states this fact: it is one as it is.")
    row, version = min(others, key=lambda each: each[0].version_id)
    named = {"kind": str(row.kind), "quote": quote_of(version, row), "name": row.name}
    return {"fields": {"article": version.article.key, **named}}


_CHECKS: Mapping[str, Callable[[Session, FactKind, str, str], object]] = {
    "name": _name,
    "start": _date,
    "end": _date,
    "place": _words,
    "status": _status,
    "parties": _parties,
    "subkind": _words,
}
