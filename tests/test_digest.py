"""The weekly digest: nothing falls between two issues, old documents never lead, equal rows give equal mails."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import lxml.html
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from digest.candidates import Snapshot
from digest.changes import rewordings
from digest.columns import columns_of, wrapped
from digest.content import Copy, Entry, IssueContent, Item, Watch, content_from
from digest.issue import compose_due_issues, compose_issue, preview_issue
from digest.phrases import phrases_for
from digest.render import render_html, render_text
from digest.schedule import ScheduleProblem, due_moment, next_due_moment
from models.article import Article, Fact
from models.edition import Delivery, Edition, Issue, LedgerRow
from models.fate import Fate
from models.knowledge import Actor
from models.source import CrawlRun
from models.story import Evidence, Story, SummarySentence
from models.vocabulary import DocType, FactKind, FateState, LedgerFate, Relevance, Stage
from perilune.dates import PartialDate
from tests.builders import ArticleDraft, a_reader, a_source, a_story, a_version, an_article, an_edition

ARCHIVE = "https://archive.example.org"
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
    ordinal = session.scalar(sa.select(sa.func.count()).where(Fact.version_id == article.current_version_id))
    session.add(Fact(version_id=article.current_version_id, ordinal=ordinal, **(values | columns)))
    session.flush()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2022-03-21T05:59", "2022-03-14T06:00"),
        ("2022-03-21T06:00", "2022-03-21T06:00"),
        ("2022-03-27T23:00", "2022-03-21T06:00"),
        ("2022-03-28T05:00", "2022-03-28T05:00"),
        ("2022-10-31T05:30", "2022-10-24T05:00"),
        ("2022-10-31T06:00", "2022-10-31T06:00"),
    ],
)
def test_seven_in_the_morning_is_seven_in_the_morning_in_summer_and_winter(now: str, due: str) -> None:
    edition = Edition(slug="weekly", weekday=0, hour=7, timezone="Europe/Vienna")
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    assert due_moment(edition, moment) == dt.datetime.fromisoformat(due).replace(tzinfo=dt.UTC)
    assert due_moment(edition, next_due_moment(edition, moment)) > moment


def test_an_hour_that_the_clocks_skip_is_due_once() -> None:
    edition = Edition(slug="weekly", weekday=6, hour=2, timezone="Europe/Vienna")
    assert due_moment(edition, dt.datetime(2022, 3, 27, 12, tzinfo=dt.UTC)) == dt.datetime(
        2022, 3, 27, 1, tzinfo=dt.UTC
    )


def test_an_unknown_time_zone_is_named_with_its_edition() -> None:
    with pytest.raises(ScheduleProblem, match=r"'weekly'.*'Europe/Wien'"):
        due_moment(Edition(slug="weekly", weekday=0, hour=7, timezone="Europe/Wien"), dt.datetime.now(dt.UTC))


def test_nothing_late_retried_or_corrected_falls_between_two_issues(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        an_article(session, ArticleDraft(title="On time"))
        corrected = an_article(session, ArticleDraft(title="Corrected to core later", relevance=Relevance.SPACE))
        redated = an_article(session, ArticleDraft(title="Dated anew", published="2022-03-09"))
        waiting = an_article(session, ArticleDraft(title="Understood later"))
        assert waiting.current_version
        waiting.current_version.relevance = None
        assert everything(frozen(session, now)) == {"On time", "Dated anew"}
    with sessions.begin() as session:
        for article_id in (corrected.id, waiting.id):
            version = session.get_one(Article, article_id).current_version
            assert version
            version.relevance = Relevance.CORE
        again = session.get_one(Article, redated.id).current_version
        assert again
        again.published = PartialDate(2022, 3, 18)
        an_article(session, ArticleDraft(title="Published long before, fetched late", published="2022-02-20"))
        session.flush()
        assert everything(frozen(session, now + A_WEEK)) == {
            "Corrected to core later",
            "Understood later",
            "Published long before, fetched late",
        }
    with sessions.begin() as session:
        assert frozen(session, now + 2 * A_WEEK).is_empty
        assert {len(rows) for rows in ledger(session).values()} == {1}


def test_composing_twice_gives_one_issue(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        a_reader(session, an_edition(session))
        an_article(session)
    assert len(compose_due_issues(sessions, now)) == 1
    assert compose_due_issues(sessions, now + dt.timedelta(days=6)) == []
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Issue)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


def test_two_processes_that_compose_at_once_give_one_issue(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        an_article(session)
    with ThreadPoolExecutor(4) as pool:
        composed = list(pool.map(lambda _: compose_due_issues(sessions, now), range(4)))
    assert sum(map(len, composed)) == 1


def test_an_edition_waits_for_its_first_due_moment_and_catches_up_in_one_issue(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session, weekday=2)
        an_article(session)
    assert compose_due_issues(sessions, now + dt.timedelta(days=1)) == []
    assert len(compose_due_issues(sessions, now + dt.timedelta(days=30))) == 1
    assert compose_due_issues(sessions, now + dt.timedelta(days=30)) == []


def test_an_edition_that_cannot_be_composed_holds_up_no_other(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session, "broken-query", query="relevence:core")
        an_edition(session, "broken-zone", timezone="Moon/Tycho")
        an_edition(session, "sound")
        an_article(session)
    assert len(compose_due_issues(sessions, now)) == 1
    with sessions() as session:
        assert session.scalars(sa.select(Issue)).one().edition.slug == "sound"


def test_a_preview_stores_nothing(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        edition = an_edition(session)
        an_article(session, ArticleDraft(title="Seen"))
        assert everything(preview_issue(session, edition, now)) == {"Seen"}
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Issue)) == 0


def test_older_documents_never_lead_and_a_new_source_never_floods(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        for number in range(20):
            published = f"20{10 + number // 2}-05"
            an_article(session, ArticleDraft(title=f"Old {number:02}", published=published, is_backfill=True))
        an_article(session, ArticleDraft(title="Undated backfill", published=None, is_backfill=True))
        an_article(session, ArticleDraft(title="Recent backfill", published="2022-03-01", is_backfill=True))
        an_article(session, ArticleDraft(title="Perhaps recent backfill", published="2022", is_backfill=True))
        an_article(session, ArticleDraft(title="Old but new here", published="2011-12-29"))
        an_article(session, ArticleDraft(title="Undated", published=None))
        content = frozen(session, now)
        assert set(titles((*content.stories, *content.also_noted))) == {
            "Recent backfill",
            "Perhaps recent backfill",
            "Undated",
        }
        older = [item.title for item in content.older]
        assert len(older) == 13
        assert {"Old 18", "Old 19", "Old but new here"} <= set(older)
        assert content.left_out_count == 9
        rows = ledger(session)
        assert rows["Undated backfill"] == [("left-out", "backfill, older than 30 days")]
        assert rows["Old 00"] == [("left-out", "backfill, older than 30 days")]
        assert rows["Old but new here"] == [("included", "new")]
    with sessions.begin() as session:
        assert frozen(session, now + A_WEEK).is_empty


def test_an_older_document_of_a_story_neither_leads_it_nor_counts(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "A mission")
        a_source(session, "cn_cnsa", authority=9)
        an_article(session, ArticleDraft(title="The old plan", source="cn_cnsa", published="2020-01-05", story=story))
        an_article(session, ArticleDraft(title="The launch", story=story))
        content = frozen(session, now)
        assert [item.title for item in content.stories[0].items] == ["The launch"]
        assert content.stories[0].source_count == 1
        assert [item.title for item in content.older] == ["The old plan"]


def test_copies_are_folded_and_named(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "A press release")
        original = an_article(session, ArticleDraft(title="The release", source="cn_xinhua", story=story))
        copy = an_article(session, ArticleDraft(title="Copied", source="gb_wire", is_copy_of=original, story=story))
        an_article(session, ArticleDraft(title="Copied again", source="us_wire", is_copy_of=copy, story=story))
        content = frozen(session, now)
        (entry,) = content.stories
        assert entry.source_count == 1
        assert [one.source for one in entry.items[0].copies] == ["Gb Wire", "Us Wire"]
        assert ledger(session)["Copied"] == [("folded", f"copy of {original.key}")]
        assert ledger(session)["Copied again"] == [("folded", f"copy of {original.key}")]
        assert "Also in: Gb Wire, Us Wire" in render_text(content, archive_url=ARCHIVE)
    with sessions.begin() as session:
        late = ArticleDraft(title="Copied late", is_copy_of=session.get_one(Article, original.id))
        an_article(session, late)
        assert frozen(session, now + A_WEEK).is_empty
        assert ledger(session)["Copied late"] == [("folded", f"copy of {original.key}")]


def test_of_copies_whose_original_does_not_match_one_leads(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        original = an_article(session, ArticleDraft(title="Original", relevance=Relevance.OFF))
        for source, authority in (("aa_low", 2), ("bb_high", 8)):
            a_source(session, source, authority=authority)
            an_article(session, ArticleDraft(title=source, source=source, is_copy_of=original))
        assert everything(frozen(session, now)) == {"bb_high"}
        assert ledger(session)["aa_low"][0][0] == LedgerFate.FOLDED


def test_an_undated_original_of_a_new_source_does_not_hide_the_news(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        original = an_article(session, ArticleDraft(title="Undated original", published=None, is_backfill=True))
        copy = an_article(session, ArticleDraft(title="Dated copy", source="gb_wire", is_copy_of=original))
        assert titles(frozen(session, now).stories) == ["Dated copy"]
        assert ledger(session)["Undated original"] == [("folded", f"copy of {copy.key}")]


def test_a_copy_of_what_was_left_out_is_news_when_it_is_new(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        for number in range(13):
            an_article(session, ArticleDraft(title=f"Old {number:02}", published="2015", is_backfill=True))
        frozen(session, now)
        row = session.scalars(sa.select(LedgerRow).where(LedgerRow.fate == LedgerFate.LEFT_OUT)).one()
        an_article(session, ArticleDraft(title="Published anew", published="2022-03-20", is_copy_of=row.article))
        assert titles(frozen(session, now + A_WEEK).stories) == ["Published anew"]


def test_a_changed_page_is_printed_with_old_and_new_sentences(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    before = "The 12th conference will be held in Beijing. It lasts three days.\n\nThe agreement was signed in 2005."
    after = "The 13th conference will be held in London. It lasts three days.\n\nThe agreement was signed in 2005."
    with sessions.begin() as session:
        an_edition(session)
        page = an_article(session, ArticleDraft(title="Workshops", text=before, is_standing=True))
        frozen(session, now)
    with sessions.begin() as session:
        page = session.get_one(Article, page.id)
        a_version(session, page, ArticleDraft(title="Workshops", text=after.replace("London", "Rome")))
        a_version(session, page, ArticleDraft(title="Workshops", text=after))
        content = frozen(session, now + A_WEEK)
        (change,) = content.changes
        assert [(one.before, one.after) for one in change.rewordings] == [
            (("The 12th conference will be held in Beijing.",), ("The 13th conference will be held in London.",))
        ]
        assert ledger(session)["Workshops"][-1] == ("included", "changed")
        assert not content.stories
        text = render_text(content, archive_url=ARCHIVE)
        assert "- Was: The 12th conference" in text
        assert f"{ARCHIVE}/article/{page.key}/v3#p0" in text
    with sessions.begin() as session:
        page = session.get_one(Article, page.id)
        a_version(session, page, ArticleDraft(title="Workshops", text=after.replace(" It", "  It")))
        assert frozen(session, now + 2 * A_WEEK).is_empty
        assert ledger(session)["Workshops"][-1] == ("folded", "a new version with the same words")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("中方宣布计划。会议在北京举行。", "中方宣布计划。会议在海口举行。", ("会议在北京举行。", "会议在海口举行。")),
        (
            "Встреча прошла 12 апр. 2021 г. в Москве. Стороны договорились.",
            "Встреча прошла 12 апр. 2021 г. в Москве. Стороны подписали соглашение.",
            ("Стороны договорились.", "Стороны подписали соглашение."),
        ),
        (
            "L'accord de M. Martin est signé. Il dure un an.",
            "L'accord de M. Martin est signé. Il dure deux ans.",
            ("Il dure un an.", "Il dure deux ans."),
        ),
        ("The U.K. Space Agency agreed. It waits.", "The U.K. Space Agency agreed.", ("It waits.", "")),
    ],
)
def test_changes_are_told_by_sentences_in_every_language(before: str, after: str, expected: tuple[str, str]) -> None:
    (found,) = rewordings(Snapshot("T", (before,)), Snapshot("T", (after,)))
    assert (" ".join(found.before), " ".join(found.after)) == expected


def test_stories_are_ranked_by_independent_sources_then_authority_then_facts(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        for slug, authority in (("aa_one", 5), ("bb_two", 5), ("cc_grand", 9)):
            a_source(session, slug, authority=authority)
        wide = a_story(session, "Two sources")
        copied = a_story(session, "One source and its copies")
        for source in ("aa_one", "bb_two"):
            an_article(session, ArticleDraft(title=source, source=source, story=wide))
        first = an_article(session, ArticleDraft(title="Copied", source="cc_grand", story=copied))
        for source in ("aa_one", "bb_two"):
            an_article(session, ArticleDraft(title="Copy", source=source, story=copied, is_copy_of=first))
        signed = an_article(session, ArticleDraft(title="Signed", source="aa_one", published="2022-03-01"))
        add_fact(session, signed, kind=FactKind.AGREEMENT, name="MoU", start_on=PartialDate(2022, 3, 1))
        event = an_article(session, ArticleDraft(title="Event", source="aa_one", published="2022-03-12"))
        add_fact(session, event, kind=FactKind.EVENT, name="Meeting", status="held")
        an_article(session, ArticleDraft(title="Plain", source="aa_one", published="2022-03-13"))
        content = frozen(session, now)
        assert titles(content.stories) == ["Two sources", "Signed", "Event"]
        assert titles(content.also_noted) == ["One source and its copies", "Plain"]


def test_at_most_eight_stories_lead_and_the_rest_is_noted(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        for number in range(10):
            story = a_story(session, f"Story {number}")
            for source in ("aa_one", "bb_two"):
                an_article(session, ArticleDraft(title=f"{source} {number}", source=source, story=story))
        content = frozen(session, now)
        assert (len(content.stories), len(content.also_noted)) == (8, 2)
        assert len(everything(content)) == 20


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
            Evidence(
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


def test_every_summary_sentence_links_its_evidence(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        key = told_story(session).key
        content = frozen(session, now)
        article_key = content.stories[0].items[0].article_key
        html = lxml.html.fromstring(render_html(content, archive_url=ARCHIVE))
        marks = [(link.text, link.get("href")) for link in html.cssselect("a.mark")]
        assert marks == [(f"[{n + 1}]", f"{ARCHIVE}/article/{article_key}/v1#p{n}") for n in (0, 1)]
        text = render_text(content, archive_url=ARCHIVE)
        assert "They signed a memorandum. [2]" in text
        assert f"Story: {ARCHIVE}/story/{key}" in text


def test_a_story_that_goes_on_is_told_so(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story_id = told_story(session).id
        assert not frozen(session, now).stories[0].is_continued
    with sessions.begin() as session:
        an_article(session, ArticleDraft(title="More of it", story=session.get_one(Story, story_id)))
        (entry,) = frozen(session, now + A_WEEK).stories
        assert entry.is_continued
        assert [item.title for item in entry.items] == ["More of it"]


def test_agreements_and_events_are_news_once_each(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        session.add(Actor(slug="esa", name="ESA", kind="agency"))
        session.flush()
        for title in ("One", "Another"):
            article = an_article(session, ArticleDraft(title=title))
            for name, status, start, parties in (
                ("Lunar MoU", "signed", PartialDate(2022, 3, 10), ["esa", "CN"]),
                ("ISS agreement", "in-force", PartialDate(1998, 1, 29), ["esa", "US"]),
                ("ExoMars contract", "suspended", PartialDate(2013, 3, 14), ["esa", "RU"]),
            ):
                add_fact(session, article, kind="agreement", name=name, status=status, start_on=start, parties=parties)
            for name, start in (
                ("UN/China Workshop", PartialDate(2022, 4, 25)),
                ("UN/China Workshop", PartialDate(2023, 4)),
                ("Past meeting", PartialDate(2022, 3, 1)),
                ("Meeting this month", PartialDate(2022, 3)),
            ):
                add_fact(session, article, kind=FactKind.EVENT, name=name, status="announced", start_on=start)
        content = frozen(session, now)
        assert [(one.name, one.parties) for one in content.agreements] == [
            ("Lunar MoU", ("ESA", "China")),
            ("ExoMars contract", ("ESA", "Russia")),
        ]
        assert [(one.name, one.start) for one in content.events] == [
            ("Meeting this month", "2022-03"),
            ("UN/China Workshop", "2022-04-25"),
            ("UN/China Workshop", "2023-04"),
        ]
    with sessions.begin() as session:
        late = an_article(session, ArticleDraft(title="Reported once more"))
        start = PartialDate(2022, 3, 10)
        add_fact(session, late, kind="agreement", name="Lunar  MOU", start_on=start, parties=["CN", "esa"])
        assert frozen(session, now + A_WEEK).agreements == ()


def test_documents_have_their_section_and_failing_sources_are_named(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session, note="The clock stands still.")
        an_article(session, ArticleDraft(title="White paper", doc_type=DocType.WHITE_PAPER))
        slides = an_article(session, ArticleDraft(title="Slides"))
        assert slides.current_version
        slides.current_version.page.content_type = "application/pdf"
        failing = a_source(session, "ru_tass")
        session.add(Fate(stage=Stage.CRAWL, item_id=failing.id, state=FateState.FAILED))
        session.add(CrawlRun(source_id=slides.source_id, started_at=now - dt.timedelta(days=1)))
        session.flush()
        content = frozen(session, now)
        assert {item.title for item in content.documents} == {"White paper", "Slides"}
        assert content.watch == Watch(source_count=2, checked_count=1, failing=("Ru Tass",))
        text = render_text(content, archive_url=ARCHIVE)
        assert "1 of 2 sources were checked" in text
        assert "Failing: Ru Tass." in text
        assert "The clock stands still." in text


def test_an_issue_without_news_says_so(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        content = frozen(session, now)
        assert session.scalars(sa.select(Issue.subject)).one() == (
            "Weekly digest 14 Mar 2022: Nothing new in this period"
        )
        assert "Nothing new in this period." in render_text(content, archive_url=ARCHIVE)
        assert "Nothing new in this period." in render_html(content, archive_url=ARCHIVE)


def test_the_subject_says_what_happened(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        page = an_article(session, ArticleDraft(title="Page", text="Old."))
        frozen(session, now)
    with sessions.begin() as session:
        a_version(session, session.get_one(Article, page.id), ArticleDraft(title="Page", text="New."))
        told_story(session)
        frozen(session, now + A_WEEK)
        subject = session.scalars(sa.select(Issue.subject).where(Issue.number == 2)).one()
        assert subject == "Weekly digest 21 Mar 2022: Agencies agree; 1 changed page"


HOSTILE = 'Pact <script>alert("x")</script>\r\nBcc: all@example.org\x00\u202e & "more"'


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


def test_foreign_text_is_never_markup() -> None:
    content = an_issue(headline=HOSTILE)
    html, text = (render(content, archive_url=ARCHIVE) for render in (render_html, render_text))
    page = lxml.html.fromstring(html)
    assert not page.cssselect("script")
    assert '<script>alert("x")</script>' in str(page.xpath("string()"))
    assert "\u202e" not in html + text
    assert "\x00" not in html + text
    assert not re.search(r"^Bcc:", text, re.MULTILINE)


def test_only_web_addresses_are_linked() -> None:
    item = an_issue().stories[0].items[0].model_copy(update={"url": "javascript:alert(1)"})
    content = an_issue().model_copy(update={"documents": (item,)})
    assert "javascript" not in render_html(content, archive_url=ARCHIVE)
    assert "javascript" not in render_text(content, archive_url=ARCHIVE)


def test_html_asks_nothing_of_any_server() -> None:
    page = lxml.html.fromstring(render_html(an_issue(), archive_url=ARCHIVE))
    assert not page.xpath("//img | //link | //script | //iframe | //*[@src] | //*[@background]")
    assert not re.search(r"url\(|@import", render_html(an_issue(), archive_url=ARCHIVE))


@pytest.mark.parametrize("headline", ["Agencies agree on many things " * 8, "国家航天局签署合作谅解备忘录" * 20])
def test_the_largest_issue_stays_below_what_mail_programs_show(headline: str) -> None:
    content = an_issue(entries_count=400, headline=headline)
    html = render_html(content, archive_url=ARCHIVE)
    assert len(html.encode()) < 100_000
    assert "more in the issue on screen" in html


@pytest.mark.parametrize("language", ["en", "fr", "ru", "zh", "de"])
def test_text_keeps_to_72_columns_in_every_language(language: str) -> None:
    headline = "中俄两国航天局签署国际月球科研站合作协议 и подписали соглашение " * 4
    text = render_text(an_issue(language, 12, headline), archive_url=ARCHIVE)
    too_wide = [line for line in text.splitlines() if columns_of(line) > 72 and "://" not in line]
    assert too_wide == []
    assert "\n\n\n" not in text


def test_frames_have_the_same_phrases_in_every_language() -> None:
    def names(language: str) -> set[str]:
        return set(phrases_for(language)._table)

    assert names("en") == names("fr") == names("ru") == names("zh")


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, "1 story"),
        ("ru", 3, "3 сюжета"),
        ("ru", 11, "11 сюжетов"),
        ("fr", 0, "0 sujet"),
        ("zh", 5, "5则要闻"),
    ],
)
def test_counts_follow_the_language(language: str, count: int, expected: str) -> None:
    assert phrases_for(language).counted("story_count", count) == expected


@pytest.mark.parametrize(
    ("language", "start", "end", "expected"),
    [
        ("en", "2022-04-25", "2022-04-29", "25–29 Apr 2022"),
        ("en", "2022-04-29", "2022-05-02", "29 Apr 2022 – 2 May 2022"),
        ("en", "2022-04", None, "April 2022"),
        ("fr", "2022-04-25", "2022-04-29", "25–29 avr. 2022"),
        ("ru", "2022-04", None, "апрель 2022 г."),
        ("zh", "2022-04-25", "2022-04-29", "2022年4月25日至29日"),
    ],
)
def test_spans_are_as_precise_as_they_are_known(language: str, start: str, end: str | None, expected: str) -> None:
    span = phrases_for(language).span(PartialDate.parse(start), PartialDate.parse(end) if end else None)
    assert span == expected


def test_wrapping_never_breaks_an_address_or_starts_a_line_with_a_closing_mark() -> None:
    address = "https://example.org/" + "x" * 90
    assert address in wrapped(f"See {address} for more.").splitlines()
    lines = wrapped("协议已经签署，" * 20).splitlines()
    assert not any(line.startswith("，") for line in lines)


RENDERED = """
import sys
from tests.test_digest import an_issue
from digest.render import render_html, render_text
content = an_issue("en", 12)
sys.stdout.write(render_html(content, archive_url="https://a.example") + render_text(content, archive_url="https://a.example"))
"""


def test_equal_content_gives_equal_bytes_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", RENDERED],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
