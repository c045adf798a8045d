"""Builders of what articles say of facts: statements with boring defaults, and articles that make them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models.fact import FactWitness
from models.tables import Actor, Version
from models.vocabulary import FactKind
from perilune.dates import PartialDate
from pipeline.understanding.actor_files import load_actors
from tests.builders import ArticleDraft, an_article
from tests.conftest import NOW

ACTORS = (
    *("esa", "cnsa", "roscosmos", "sansa", "nasb", "apsco", "unoosa", "nasa"),
    *("ilrs", "change-6", "exomars", "starlink", "beidou"),
)


def seed_actors(session: Session) -> None:
    """Store a dozen of the shipped actors."""
    for actor in load_actors():
        if actor.slug in ACTORS:
            session.add(
                Actor(
                    slug=actor.slug,
                    name=actor.name,
                    kind=actor.kind,
                    country=actor.country,
                    names={language: list(names) for language, names in actor.names.items()},
                    ambiguous={name: list(words) for name, words in actor.ambiguous.items()},
                )
            )
    session.flush()


@dataclass(frozen=True)
class Said:
    """What a test may say of a statement."""

    name: str
    start: str | None = None
    end: str | None = None
    kind: FactKind = FactKind.EVENT
    status: str = "held"
    subkind: str | None = "workshop"
    place: str | None = None
    parties: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    language: str = "en"
    published: str | None = None
    article: str = ""
    voice: str = ""
    by_human: bool = False


def an_agreement(name: str, start: str | None, parties: tuple[str, ...], **more: object) -> Said:
    """A signed memorandum."""
    said = Said(name, start, kind=FactKind.AGREEMENT, status="signed", subkind="MoU", parties=parties)
    return replace(said, **more)  # type: ignore[arg-type]  # fields of Said by name


def date_of(text: str | None) -> PartialDate | None:
    """Read a date, if there is one."""
    return PartialDate.parse(text) if text else None


def an_article_that_says(session: Session, *said: Said, day: int = 0, draft: ArticleDraft | None = None) -> Version:
    """Store an article that states facts, each with the words of its own sentence, first seen on a day from now."""
    sentences = [f"{each.name} {each.start} {each.place or ''}." for each in said]
    told = replace(
        draft or ArticleDraft(),
        text=" ".join(sentences),
        first_seen_at=NOW + dt.timedelta(days=day),
        language=said[0].language,
    )
    article = an_article(session, told)
    version = session.get_one(Version, article.current_version_id)
    say(version, said, sentences)
    session.flush()
    return version


def say(version: Version, said: Sequence[Said], sentences: Sequence[str]) -> None:
    """Give a version its witnesses, as the understanding stage does."""
    version.witnesses = [
        FactWitness(
            ordinal=ordinal,
            kind=each.kind,
            name=each.name,
            status=each.status,
            subkind=each.subkind,
            start_on=date_of(each.start),
            end_on=date_of(each.end),
            place=each.place,
            parties=list(each.parties),
            countries=list(each.countries),
            start=version.text.index(sentence),
            end=version.text.index(sentence) + len(sentence),
            by_human=each.by_human,
        )
        for ordinal, (each, sentence) in enumerate(zip(said, sentences, strict=True))
    ]
