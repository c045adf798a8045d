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


ONE_FACT: dict[str, tuple[Said, ...]] = {
    "a signing in four languages": (
        an_agreement("MoU on the International Lunar Research Station", "2021-03-09", ("cnsa", "roscosmos")),
        an_agreement("合作建设国际月球科研站的谅解备忘录", "2021-03-09", ("cnsa", "roscosmos"), language="zh"),
        an_agreement("меморандум о создании научной станции на Луне", "2021-03-09", ("RU", "CN"), language="ru"),
        an_agreement("mémorandum sur une station lunaire", "2021-03", ("roscosmos", "CN"), language="fr"),
    ),
    "a workshop by its day in two languages": (
        Said("12th UK-China Space Workshop", "2017-09-06", "2017-09-08", place="Oxford"),
        Said("第十二届中英航天研讨会", "2017-09-06", language="zh", subkind="conference"),
    ),
    "a workshop of which one gives the month": (
        Said("UN/Austria Symposium on space law", "2022-09-06", "2022-09-08", place="Graz"),
        Said("UN/Austria Symposium", "2022-09", status="announced"),
    ),
    "an edition with two dates": (
        Said("10th Meeting of the APSCO Council", "2016-09-05"),
        Said("10th meeting of the APSCO Council", "2016-10-05"),
    ),
    "an edition with two places": (
        Said("4th UK-China Space Workshop", None, place="Changsha, China"),
        Said("4th UK-China Workshop", None, place="Oxford"),
    ),
    "a launch by two clocks": (
        Said("Launch of Chang'e-6", "2024-05-03", subkind="launch", place="Wenchang"),
        Said("Запуск «Чанъэ-6»", "2024-05-04", subkind="launch", language="ru"),
        Said("嫦娥六号发射", "2024-05-03", subkind="launch", language="zh"),
    ),
    "a memorandum named by its agencies and by its states": (
        an_agreement("memorandum", "2019-06-24", ("esa", "cnsa")),
        an_agreement("agreement on data sharing", "2019-06-24", ("EU-ESA", "CN"), subkind="agreement"),
    ),
    "an agreement and its suspension": (
        an_agreement("Agreement on the ExoMars mission", "2018-05-02", ("esa", "roscosmos"), subkind="agreement"),
        an_agreement("ExoMars agreement", "2022-03-17", ("esa", "roscosmos"), subkind="agreement", status="suspended"),
    ),
}

TWO_FACTS: dict[str, tuple[Said, ...]] = {
    "two editions by ordinal": (
        Said("12th UK-China Space Workshop", "2017-09-06"),
        Said("13th UK-China Space Workshop", "2017-09-06"),
    ),
    "two editions by year": (
        Said("China Space Conference 2023", "2023"),
        Said("China Space Conference 2024", "2024-04-24"),
    ),
    "a yearly meeting without a number": (
        Said("Expert Meeting on Space for Women", "2017-10-04"),
        Said("Expert Meeting on Space for Women", "2018-10-03"),
    ),
    "two memoranda of one agency with two partners": (
        an_agreement("memorandum", "2023-09-01", ("cnsa", "sansa")),
        an_agreement("memorandum", "2023-09-01", ("cnsa", "nasb")),
    ),
    "two memoranda of one pair on two days": (
        an_agreement("memorandum on lunar exploration", "2021-03-09", ("cnsa", "roscosmos")),
        an_agreement("memorandum on lunar exploration", "2021-05-09", ("cnsa", "roscosmos")),
    ),
    "two memoranda of one pair and day on two subjects": (
        an_agreement("memorandum on the exploration of the Moon", "2018-03-03", ("cnsa", "roscosmos")),
        an_agreement("memorandum on satellite navigation", "2018-03-03", ("cnsa", "roscosmos")),
    ),
    "a launch and a landing": (
        Said("Launch of Chang'e-6", "2024-05-03", subkind="launch"),
        Said("Landing of Chang'e-6", "2024-05-03", subkind="landing"),
    ),
    "two launches of a constellation": (
        Said("Launch of Starlink", "2022-04-29", subkind="launch"),
        Said("Launch of Starlink", "2022-05-06", subkind="launch"),
    ),
    "two craft of one series": (
        Said("Launch of Gaofen-9 04", "2020-08-06", subkind="launch"),
        Said("Launch of Gaofen-9 05", "2020-08-06", subkind="launch"),
    ),
    "two meetings of one day": (
        Said("Workshop on space debris", "2022-05-10", place="Vienna"),
        Said("Seminar on satellite navigation", "2022-05-10", place="Vienna"),
    ),
    "a day and a conference of one country and year": (
        Said("2019 China Space Day", "2019"),
        Said("2019 China Space Conference", "2019"),
    ),
    "two third meetings of one country with others": (
        Said("3rd UK-China Workshop", None, place="Shanghai, China"),
        Said("第三届中阿北斗合作论坛", "2021-12-08", language="zh", place="北京"),
    ),
    "a memorandum and a joint statement": (
        an_agreement("memorandum", "2015-06-24", ("esa", "cnsa")),
        an_agreement("joint statement", "2015-06-24", ("esa", "cnsa"), subkind="joint statement"),
    ),
}
