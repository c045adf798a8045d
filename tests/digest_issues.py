"""Issues to test the digest with: composed of rows and read back, or made by hand; its test modules share them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import (
    ChangeEntry,
    Copy,
    Document,
    Entry,
    Evidence,
    FactEntry,
    FactNews,
    Introduction,
    IssueContent,
    Item,
    NewsKind,
    Sentence,
    StoryState,
    Tag,
    Translated,
    Trend,
    Watch,
    content_from,
)
from digest.follows import Taste
from digest.issue import compose_issue
from digest.links import Links, ReaderLinks
from digest.render import NO_TASTE, render_mail
from models.article import Article
from models.edition import Edition, LedgerRow
from models.fact import FactWitness
from models.story import Evidence as EvidenceRow
from models.story import Story, SummarySentence
from models.vocabulary import DocType, FactKind
from perilune.changes import Rewording
from tests.builders import ArticleDraft, a_story, an_article

ARCHIVE = "https://archive.example.org"
LINKS = Links(ARCHIVE, "c" * 12)
LINKS_TO_CORRECT = Links(ARCHIVE, "c" * 12, correct=f"{ARCHIVE}/correct")
FULL_LINKS = Links(
    ARCHIVE,
    "c" * 12,
    mail_key="k" * 22,
    correct=f"{ARCHIVE}/correct",
    reader=ReaderLinks(f"{ARCHIVE}/r/ada/c/s"),
    has_parts=True,
)
"""Links as they are mailed."""
A_WEEK = dt.timedelta(days=7)


def frozen(session: Session, moment: dt.datetime) -> IssueContent:
    """Compose the issue of a moment for the only edition and read it back."""
    issue = compose_issue(session, session.scalars(sa.select(Edition)).one(), moment, moment)
    assert issue is not None
    session.expire(issue)
    return content_from(issue.content)


def ledger(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Return what the ledger says of each article, by title of its current version."""
    rows = session.scalars(sa.select(LedgerRow).order_by(LedgerRow.version_id))
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        assert row.article.current_version
        found.setdefault(row.article.current_version.title, []).append((row.fate, row.reason))
    return found


def render_text(content: IssueContent, links: Links, taste: Taste = NO_TASTE) -> str:
    """Render the plain text of an issue's mail."""
    return render_mail(content, links, taste).text


def titles(entries: Sequence[Entry]) -> list[str]:
    """Return the headlines of entries."""
    return [entry.headline for entry in entries]


def everything(content: IssueContent) -> set[str]:
    """Return the title of every article that an issue prints."""
    items = [item for entry in (*content.stories, *content.also_noted) for item in entry.items]
    items += [*content.documents, *content.older, *(change.item for change in content.changes)]
    return {item.title for item in items}


def add_fact(session: Session, article: Article, **columns: object) -> None:
    """Store a fact in an article's first passage."""
    assert article.current_version_id
    values: dict[str, object] = {"status": "signed", "start": 0, "end": 3, "parties": [], "countries": []}
    ordinal = session.scalar(sa.select(sa.func.count()).where(FactWitness.version_id == article.current_version_id))
    session.add(FactWitness(version_id=article.current_version_id, ordinal=ordinal, **(values | columns)))
    session.flush()


def told_story(session: Session) -> Story:
    """Store a story with a summary of two sentences, one with evidence in a second passage."""
    story = a_story(session, "Agencies agree", headline_language="en")
    text = "They met in Vienna.\n\nThey signed a memorandum."
    article = an_article(session, ArticleDraft(title="They agree", text=text, story=story))
    assert article.current_version_id
    for ordinal, sentence in enumerate(("They met in Vienna.", "They signed a memorandum.")):
        session.add(SummarySentence(story_id=story.id, ordinal=ordinal, text=sentence, language="en"))
        session.flush()
        session.add(
            EvidenceRow(
                story_id=story.id,
                sentence_ordinal=ordinal,
                ordinal=0,
                version_id=article.current_version_id,
                passage_ordinal=ordinal,
                start=0,
                end=5,
            )
        )
    session.flush()
    return story


def an_issue(language: str = "en", entries_count: int = 1, headline: str = "Agencies agree") -> IssueContent:
    """Make an issue by hand."""
    item = Item(
        article_key="a" * 12,
        version=1,
        title=headline,
        language="zh",
        source="CNSA",
        url='https://cnsa.example/a"b',
        published="2022-03",
        doc_type=DocType.AGREEMENT,
        topics=("Diplomacy", "Lunar exploration"),
        countries=("China", "Russia"),
        copies=(Copy(article_key="b" * 12, source="Xinhua", url="https://x.example/"),),
    )
    entry = Entry(headline=headline, language="zh", story_key=None, items=(item,), source_count=1)
    return IssueContent(
        key="c" * 12,
        number=7,
        edition_name="Weekly digest",
        language=language,
        query="relevance:core",
        note=None,
        period_start_on=dt.date(2022, 3, 14),
        due_on=dt.date(2022, 3, 21),
        stories=(entry,) * min(entries_count, 8),
        also_noted=(entry,) * max(0, entries_count - 8),
        watch=Watch(source_count=21, checked_count=20, failing=()),
    )


def a_full_entry(
    headline: str = "中俄签署月球科研站合作协议", sentence: str = "中俄两国航天局签署国际月球科研站合作协议。"
) -> Entry:
    """Make an entry with all that there may be: it moved on, is followed, pinned, foreign, translated, written."""
    item = an_issue(headline=headline).stories[0].items[0]
    translation = Translated(text="China and Russia sign an agreement on a lunar station.", model="opus-zh-en")
    tags = (Tag(token="actor:cnsa", name="CNSA"), Tag(token="country:CN", name="China"))
    item = item.model_copy(update={"tags": tags, "actors": ("CNSA", "Roscosmos"), "translation": translation})
    place = Evidence(article_key="a" * 12, version=1, passage=2, source="CNSA", page_number=3)
    fact = FactEntry(
        kind=FactKind.AGREEMENT,
        name="国际月球科研站合作谅解备忘录",
        language="zh",
        status="signed",
        subkind="MoU",
        start="2022-03-18",
        end=None,
        place="Beijing",
        parties=("CNSA", "Roscosmos"),
        evidence=place,
    )
    event = fact.model_copy(update={"kind": FactKind.EVENT, "name": "月球论坛", "status": "announced"})
    doubtful = translation.model_copy(update={"problems": ("the number 3 is missing",)})
    return Entry(
        headline=headline,
        language="zh",
        story_key="d" * 12,
        items=(item,) * 4,
        source_count=3,
        is_continued=True,
        state=StoryState.MOVED_ON,
        since_issue=5,
        news=(
            FactNews(kind=NewsKind.STATUS, fact=fact, before=("proposed",)),
            FactNews(kind=NewsKind.DATE, fact=event, before=("2022-04", "2022-05-02/2022-05-04")),
        ),
        sentences=(
            Sentence(text=sentence, language="zh", marks=(1,), translation=doubtful),
            Sentence(text="The station is to be open to all.", language="en", marks=(1,), maker="small-model"),
            Sentence(text="It is to stand near the south pole.", language="en", marks=(1,)),
        ),
        evidence=(place,),
        more_new_count=2,
        because=("kept at the head by Ada", "3 independent sources, among them CNSA", "new: 备忘录 (signed)"),
        pinned_by="Ada",
        translation=translation,
    )


def a_full_issue(language: str = "en", entry: Entry | None = None) -> IssueContent:
    """Make an issue with everything that there may be, in the numbers of a usual week."""
    entry = entry or a_full_entry()
    item = entry.items[0].model_copy(update={"is_late": True})
    fact, event = (each.fact for each in entry.news)
    rewording = Rewording(("It is held in Vienna.",), ("It is held in Beijing.",), 2)
    noted = entry.model_copy(update={"pinned_by": None, "state": StoryState.STILL_OPEN, "sentences": (), "news": ()})
    document = Document(**dict(item), sentences=entry.sentences, evidence=entry.evidence)
    return an_issue(language).model_copy(
        update={
            "note": "The clock stands still.",
            "introduction": Introduction(text="A quiet week.", by="Ada"),
            "stories": (entry,) * 8,
            "agreements": (fact,) * 5,
            "events": (event,) * 5,
            "documents": (document,) * 5,
            "changes": (ChangeEntry(item=item, rewordings=(rewording,) * 2, more_count=3),) * 2,
            "also_noted": (noted,) * 30,
            "older": (item,) * 5,
            "copy_count": 4,
            "left_out_count": 3,
            "watch": Watch(source_count=21, checked_count=20, failing=("CNES",), quiet=("ISRO",)),
            "trends": (Trend(topic=entry.items[0].tags[0], counts=tuple(range(12))),),
        }
    )
