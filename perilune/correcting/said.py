"""What a person says of an article, checked and turned into the values that corrections keep; one error: Problem."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.knowledge import Topic
from models.search.filters import country_names
from models.search.words import CONTROL
from models.vocabulary import CorrectionField, DocType, Relevance
from perilune.correcting.said_of_facts import FACT_DETAILS, FACT_SAYINGS, listed_in, refuse_stray_details, value_of_fact
from perilune.correcting.said_of_stories import (
    headline_said,
    one_story_said,
    pin_said,
    split_said,
    story_said,
)
from perilune.problems import Problem

Said = Mapping[str, str | None]
"""By name, as options, forms and the API write it: `relevance`, `topics`, `add_topic`, `story`, `remove_fact` ..."""
Value = dict[str, object]
NOTE = "note"
MAX_NOTE_CHARS = 1000
MAX_NAME_CHARS = 80


def corrections_said(session: Session, article: Article, said: Said) -> list[tuple[CorrectionField, Value]]:
    """Check what is said of an article; Problem says in one sentence what cannot be."""
    known = (*CHECKS, *FACT_SAYINGS, *FACT_DETAILS, NOTE)
    for name, text in said.items():
        _require(name, known, f"{name!r} is nothing that can be corrected")
        _refuse_control(text or "", name)
    refuse_stray_details(said)
    if said.get("relevance") == Relevance.OFF and any(said.get(name) for name in OF_STORIES):
        raise Problem("what is off belongs to no story; say one or the other.")
    found = [
        (field, value)
        for name, (field, check) in CHECKS.items()
        if (text := said.get(name)) is not None
        and (text.strip() or name in MAY_BE_NONE)
        and (value := check(session, article, text.strip())) is not None
    ]
    found += [
        (CorrectionField.FACT, value)
        for name in FACT_SAYINGS
        if said.get(name) and (value := value_of_fact(session, article, name, said)) is not None
    ]
    return found


def says_something(said: Said) -> bool:
    """Tell whether anything is said that can be corrected; a note alone says nothing."""
    return any((said.get(name) or "").strip() for name in (*CHECKS, *FACT_SAYINGS))


def name_of_person(by: str) -> str:
    """Check the name of whoever corrects."""
    name = " ".join(by.split())
    if not name:
        raise Problem("say who you are: a correction bears a name.")
    if len(name) > MAX_NAME_CHARS:
        raise Problem(f"a name has at most {MAX_NAME_CHARS} characters.")
    _refuse_control(name, "name")
    return name


def _refuse_control(text: str, name: str) -> None:
    """Refuse signs that no database takes as text; line breaks are space."""
    if CONTROL.search(" ".join(text.split())):
        raise Problem(f"the {name.replace('_', ' ')} has control characters in it; write it without them.")


def note_of(said: Said) -> str | None:
    """Check the reason that is given, if one is."""
    note = (said.get(NOTE) or "").strip()
    if len(note) > MAX_NOTE_CHARS:
        raise Problem(f"the reason has more than {MAX_NOTE_CHARS} characters; say it shorter.")
    _refuse_control(note, "reason")
    return note or None


def _require(given: str, known: Collection[str], refusal: str) -> None:
    if given not in known:
        close = difflib.get_close_matches(given, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(known)}."
        raise Problem(f"{refusal}; {hint}")


def _relevance(_session: Session, _article: Article, text: str) -> Value:
    if text not in list(Relevance):
        raise Problem(f"relevance is one of {', '.join(Relevance)}, not {text!r}.")
    return {"value": text}


def _doc_type(_session: Session, _article: Article, text: str) -> Value:
    _require(text, list(DocType), f"there is no document type {text!r}")
    return {"value": text}


def _known_topics(session: Session, slugs: list[str]) -> list[str]:
    known = list(session.scalars(sa.select(Topic.slug).where(Topic.is_active).order_by(Topic.slug)))
    for slug in slugs:
        _require(slug, known, f"there is no topic {slug!r}")
    return slugs


def _topics(session: Session, _article: Article, text: str) -> Value:
    return {"value": _known_topics(session, listed_in(text))}


def _added_topic(session: Session, _article: Article, text: str) -> Value:
    return {"add": _known_topics(session, [text])[0]}


def _removed_topic(session: Session, _article: Article, text: str) -> Value:
    return {"remove": _known_topics(session, [text])[0]}


def _countries(_session: Session, _article: Article, text: str) -> Value:
    codes = [code.upper() for code in listed_in(text)]
    for code in codes:
        if code not in country_names():
            raise Problem(f"there is no country {code!r}; write codes of two letters such as CN, or UN, EU-ESA.")
    return {"value": codes}


Check = Callable[[Session, Article, str], Value | None]
"""Checks what is said; None where that is how it stands."""
CHECKS: Mapping[str, tuple[CorrectionField, Check]] = {
    "relevance": (CorrectionField.RELEVANCE, _relevance),
    "topics": (CorrectionField.TOPICS, _topics),
    "add_topic": (CorrectionField.TOPICS, _added_topic),
    "remove_topic": (CorrectionField.TOPICS, _removed_topic),
    "doc_type": (CorrectionField.DOC_TYPE, _doc_type),
    "countries": (CorrectionField.COUNTRIES, _countries),
    "story": (CorrectionField.STORY, story_said),
    "one_story_with": (CorrectionField.STORY, one_story_said),
    "split": (CorrectionField.STORY, split_said),
    "headline": (CorrectionField.HEADLINE, headline_said),
    "pin": (CorrectionField.PIN, pin_said),
}
OF_STORIES = ("story", "one_story_with", "split", "headline", "pin")
MAY_BE_NONE = ("topics", "countries", "headline")
"""What is read though it is empty: none at all, or what cannot be."""
