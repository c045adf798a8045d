"""An archive that holds one of everything a page can show; tests over HTTP and in a browser share it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.fate import Fate
from models.health import SourceHealth
from models.page_store import PageStore
from models.search import rebuild_index
from models.tables import (
    Actor,
    Article,
    CrawlRun,
    Evidence,
    FactWitness,
    Incident,
    Issue,
    Source,
    SummarySentence,
    Version,
    VersionActor,
)
from models.vocabulary import (
    DocType,
    FactKind,
    FateState,
    HealthState,
    PassageKind,
    Relevance,
    Repair,
    SourceKind,
    Stage,
)
from models.way import Way
from perilune.dates import PartialDate
from tests.builders import ArticleDraft, a_source, a_story, a_version, an_article, an_edition
from tests.conftest import NOW

BODY = b"<html><body><script>alert(1)</script>As fetched</body></html>"
ISSUE_KEY = "0123456789ab"
UNKNOWN_KEY = "f" * 12
TEXT = (
    "Agencies met in Vienna.\n\nThe two agencies signed a memorandum on lunar exploration on 9 March 2022. 🌕\n\n"
    "Data are shared\n\nCrews are trained"
)
CAUSE = "list page changed: 0 of the usual 12 links since 14 March"
QUOTE = "signed a memorandum on lunar exploration"


@dataclass(frozen=True)
class Keys:
    """The public keys of what the archive holds."""

    article: str
    changed: str
    slides: str
    chinese: str
    copy: str
    story: str
    issue: str = ISSUE_KEY


def fill_archive(session: Session, pages: PageStore) -> Keys:
    """Store one of everything that a page can show."""
    story = a_story(session, "Two agencies sign a memorandum", headline_language="en", last_on=dt.date(2022, 3, 10))
    lead = an_article(session, ArticleDraft(text=TEXT, story=story))
    copy = an_article(session, ArticleDraft(text=TEXT, source="wire", is_copy_of=lead, story=story, published=None))
    lead.story_reason = "no story is like it"
    _understand(session, lead, pages)
    _summarise(session, story.id, lead)
    changed = _changed_article(session)
    slides = an_article(
        session,
        ArticleDraft(
            title="Workshop slides",
            text="Cover of the deck\n\nSession on planetary defence\n\nSession on launches",
            published="2022-02",
            source="slides",
            page_numbers=(1, 2, 2),
            topics=("planetary-defence",),
            doc_type=DocType.REPORT,
        ),
    )
    chinese = an_article(
        session,
        ArticleDraft(
            title="月球合作", text="两国航天局签署了月球探测谅解备忘录。", language="zh", published="2021", source="cn"
        ),
    )
    an_article(session, ArticleDraft(title="Opening hours", text="The library is closed.", relevance=Relevance.OFF))
    _crawl(session, a_source(session))
    _issue(session)
    rebuild_index(session)
    return Keys(lead.key, changed.key, slides.key, chinese.key, copy.key, story.key)


def _understand(session: Session, article: Article, pages: PageStore) -> None:
    version = session.get_one(Version, article.current_version_id)
    version.page.content_hash = pages.keep(BODY)
    version.relevance_because = ["both names of agencies", "memorandum"]
    version.date_witnesses = [{"kind": "visible", "date": "2022-03-10", "quote": "10 Mar 2022"}]
    version.topics[0].because = ["lunar exploration"]
    version.passages[2].kind = version.passages[3].kind = PassageKind.LIST_ITEM
    session.add(Actor(slug="cnsa", name="China National Space Administration", kind="agency"))
    session.flush()
    version.actors.append(VersionActor(actor_slug="cnsa", mention_count=2, start=0, end=8))
    start = TEXT.index(QUOTE)
    version.witnesses.append(
        FactWitness(
            ordinal=0,
            kind=FactKind.AGREEMENT,
            name="Memorandum on lunar exploration",
            status="signed",
            subkind="MoU",
            start_on=PartialDate(2022, 3, 9),
            parties=["cnsa", "RU"],
            start=start,
            end=start + len(QUOTE),
        )
    )
    session.flush()


def _summarise(session: Session, story_id: int, article: Article) -> None:
    start = TEXT.index(QUOTE)
    sentence = SummarySentence(story_id=story_id, ordinal=0, text="Two agencies signed a memorandum.", language="en")
    sentence.evidence.append(
        Evidence(
            story_id=story_id,
            ordinal=0,
            version_id=article.current_version_id,
            passage_ordinal=1,
            start=start,
            end=start + len(QUOTE),
        )
    )
    session.add(sentence)
    session.flush()


def _changed_article(session: Session) -> Article:
    before = ArticleDraft(
        title="Workshops", text="The workshop is in Oxford. It is free.", source="ral", is_standing=True
    )
    article = an_article(session, before)
    after = ArticleDraft(title="Workshops", text="The workshop is in Wuhan. It is free.\n\nA new line.", source="ral")
    a_version(session, article, after)
    return article


def _crawl(session: Session, source: Source) -> None:
    run = CrawlRun(source_id=source.id, started_at=NOW, finished_at=NOW, outcome="done", counts={"new pages": 3})
    waiting = Fate(stage=Stage.CRAWL, item_id=source.id, state=FateState.DONE, due_at=NOW + dt.timedelta(hours=6))
    failed = Fate(stage=Stage.FETCH, item_id=1, state=FateState.FAILED, reason="challenge page")
    health = SourceHealth(
        judged_at=NOW,
        state=HealthState.BROKEN,
        sentence=CAUSE,
        cause="list-changed",
        since=NOW,
        repair=Repair.RELEARN,
        proposal="watch the list page https://un-unoosa.example/new instead",
        is_acceptable=True,
        expected_count=12.0,
        seen_count=3,
        last_new_at=NOW,
        success_rate=0.75,
        weeks=(0,) * 24 + (2, 1),
    )
    source.health = health.model_dump(mode="json")
    way = Way(kind=SourceKind.LISTING, addresses=("https://un-unoosa.example/new",), because="it has 12 links alike")
    source.proposed = way.model_dump(mode="json")
    incident = {"cause": "list-changed", "sentence": CAUSE, "proposal": health.proposal, "opened_at": NOW}
    session.add(Incident(source_id=source.id, state=HealthState.BROKEN, **incident))
    session.add_all([run, waiting, failed])
    session.flush()


def _issue(session: Session) -> None:
    session.add(
        Issue(
            key=ISSUE_KEY,
            edition_id=an_edition(session).id,
            number=7,
            period_start_at=NOW - dt.timedelta(days=7),
            period_end_at=NOW,
            due_at=NOW,
            composed_at=NOW,
            subject="Seven days of cooperation",
            content={"headline": "A week"},
        )
    )
    session.flush()


def mail_of(content: Mapping[str, object]) -> str:
    """Render an issue in the plainest way."""
    return f"<!doctype html><html><head><title>Mail</title></head><body><h1>{content['headline']}</h1></body></html>"
