"""A story of thirteen months in four languages: proposed, signed, in force, with meetings held and to come."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.tables import Actor, Article, Evidence, Story, SummarySentence, Version
from pipeline.runners.facts import settle_facts
from pipeline.runners.story_changes import Cause, record_merge
from tests.builders import ArticleDraft, a_story, an_article
from tests.conftest import NOW
from tests.told import Said, an_agreement, an_article_that_says

MEMORANDUM = "Memorandum on an International Lunar Research Station"
PARTIES = ("cnsa", "roscosmos")
ROADMAP = "Presentation of the lunar station road map"
CONFERENCE = "ILRS partners conference"


@dataclass(frozen=True)
class Reported:
    """An article of the story: its day, source, title, language, and what it states."""

    day: str
    source: str
    title: str
    said: tuple[Said, ...] = ()
    language: str = "en"


PLAN = "меморандум о создании лунной станции"
SIGNED = "合作建设国际月球科研站的谅解备忘录"
REPORTS = (
    Reported(
        "2021-02-17",
        "tass",
        "Россия и Китай готовят меморандум о лунной станции",
        (an_agreement(PLAN, "2021-03-09", PARTIES, status="proposed", language="ru"),),
        "ru",
    ),
    Reported(
        "2021-03-09",
        "cnsa_news",
        "中俄签署合作建设国际月球科研站谅解备忘录",
        (an_agreement(SIGNED, "2021-03-09", PARTIES, language="zh"),),
        "zh",
    ),
    Reported("2021-03-09", "roscosmos", "Roscosmos and CNSA sign", (an_agreement(MEMORANDUM, "2021-03-09", PARTIES),)),
    Reported("2021-03-10", "space_daily", "What the lunar station means"),
    Reported("2021-03-10", "le_spatial", "La Chine et la Russie s'allient pour la Lune", language="fr"),
    Reported(
        "2021-04-24",
        "xinhua",
        "Road map of the lunar station to be presented",
        (Said(ROADMAP, "2021-06-16", status="announced", subkind="session", place="Saint Petersburg"),),
    ),
    Reported(
        "2021-06-17",
        "glex",
        "Road map presented at GLEX",
        (Said(ROADMAP, "2021-06-16", subkind="session", place="Saint Petersburg"),),
    ),
    Reported("2021-11", "esa_brief", "A month in lunar exploration"),
    Reported(
        "2022-02-04",
        "kremlin",
        "Agreement on the lunar station enters into force",
        (an_agreement(MEMORANDUM, "2022-02-04", PARTIES, status="in-force"),),
    ),
    Reported(
        "2022-03-10",
        "un_unoosa",
        "Partners of the lunar station to meet",
        (Said(CONFERENCE, "2022-04-25", "2022-04-29", status="announced", subkind="conference", place="Wenchang"),),
    ),
)


def a_long_story(session: Session) -> Story:
    """Store a story of eleven articles over thirteen months, one of them a copy, with a summary in two languages."""
    names = {"cnsa": "China National Space Administration", "roscosmos": "Roscosmos"}
    for slug, name in names.items():
        if session.get(Actor, slug) is None:
            session.add(Actor(slug=slug, name=name, kind="agency"))
    story = a_story(session, "China and Russia build a lunar research station", headline_language="en")
    leads = [_article(session, story, each) for each in REPORTS]
    signing = leads[2]
    an_article(session, ArticleDraft(title="Agencies sign", source="wire", is_copy_of=signing, story=story))
    story.first_on, story.last_on = signing.first_seen_at.date(), NOW.date()
    _summarise(session, story, signing, "The two agencies signed a memorandum.", "en")
    _summarise(session, story, leads[1], "两国航天局签署了谅解备忘录。", "zh")
    gone = leads[7].key
    cause = Cause("both name the ILRS and the road map of June 2021", None, NOW)
    record_merge(session, story.key, gone, article_keys=[gone], cause=cause)
    session.flush()
    return story


def _article(session: Session, story: Story, told: Reported) -> Article:
    draft = ArticleDraft(title=told.title, source=told.source, published=told.day, story=story, language=told.language)
    if not told.said:
        return an_article(session, draft)
    version = an_article_that_says(session, *told.said, draft=draft)
    settle_facts(session, version)
    return version.article


def _summarise(session: Session, story: Story, article: Article, text: str, language: str) -> None:
    version = session.get_one(Version, article.current_version_id)
    maker = None if language == "en" else "small-model"
    sentence = SummarySentence(ordinal=len(story.sentences), text=text, language=language, maker=maker)
    place = {"version_id": version.id, "passage_ordinal": 0, "start": 0, "end": len(version.text)}
    story.sentences.append(sentence)
    session.flush()
    sentence.evidence.append(Evidence(ordinal=0, **place))
    session.flush()
