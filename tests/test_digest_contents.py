"""What an issue holds: its stories and their order, copies, changed pages, facts; old documents never lead."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from digest.content import Watch
from digest.render import render_html
from models.article import Article
from models.edition import Issue, LedgerRow
from models.fate import Fate
from models.health import SourceHealth
from models.knowledge import Actor
from models.source import CrawlRun
from models.story import Story
from models.vocabulary import DocType, FactKind, FateState, HealthState, LedgerFate, Relevance, Stage
from perilune.changes import Told, rewordings
from perilune.dates import PartialDate
from tests.builders import ArticleDraft, a_source, a_story, a_version, an_article, an_edition
from tests.digest_issues import (
    A_WEEK,
    ARCHIVE,
    LINKS,
    add_fact,
    everything,
    frozen,
    ledger,
    render_text,
    titles,
    told_story,
)


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
        an_article(session, ArticleDraft(title="Shown for print", source="cn_xinhua", is_copy_of=original, story=story))
        content = frozen(session, now)
        (entry,) = content.stories
        assert entry.source_count == 1
        assert [one.source for one in entry.items[0].copies] == ["Cn Xinhua", "Gb Wire", "Us Wire"]
        assert ledger(session)["Copied"] == [("folded", f"copy of {original.key}")]
        assert ledger(session)["Copied again"] == [("folded", f"copy of {original.key}")]
        assert "Also in: Gb Wire, Us Wire" in render_text(content, LINKS)
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
        text = render_text(content, LINKS)
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
    (found,) = rewordings(Told("T", (before,)), Told("T", (after,)))
    assert (" ".join(found.before), " ".join(found.after)) == expected


def test_what_binds_leads_and_copies_lift_nothing(sessions: sessionmaker[Session], now: dt.datetime) -> None:
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
        assert titles(content.stories) == ["Signed", "Event", "Two sources"]
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
        broken = SourceHealth(
            judged_at=now, state=HealthState.BROKEN, sentence="list page changed: 0 of the usual 12 links"
        )
        a_source(session, "fr_cnes").health = broken.model_dump(mode="json")
        a_source(session, "cn_cnsa").health = broken.model_copy(update={"state": HealthState.QUIET}).model_dump(
            mode="json"
        )
        session.add(CrawlRun(source_id=slides.source_id, started_at=now - dt.timedelta(days=1)))
        session.flush()
        content = frozen(session, now)
        assert {item.title for item in content.documents} == {"White paper", "Slides"}
        assert content.watch == Watch(
            source_count=4,
            checked_count=1,
            failing=("Fr Cnes (list page changed: 0 of the usual 12 links)", "Ru Tass"),
            quiet=("Cn Cnsa",),
            unvisited=("Cn Cnsa", "Fr Cnes", "Ru Tass"),
        )
        text = " ".join(render_text(content, LINKS).split())
        assert "1 of 4 sources were checked" in text
        assert "Quiet for longer than usual: Cn Cnsa." in text
        assert "Failing: Fr Cnes (list page changed: 0 of the usual 12 links), Ru Tass." in text
        assert "Blind spots, not visited in this period: Cn Cnsa, Fr Cnes, Ru Tass." in text
        assert "The clock stands still." in text


def test_an_issue_without_news_says_so(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        content = frozen(session, now)
        assert session.scalars(sa.select(Issue.subject)).one() == "Nothing new in this period"
        assert "Nothing new in this period." in render_text(content, LINKS)
        assert "Nothing new in this period." in render_html(content, LINKS)


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
        assert subject == "Agencies agree; 1 changed page"
