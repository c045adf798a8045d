"""What a mail says at its head and of each thing in it: subject, brief, pages of documents, dates, topics by week."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import lxml.html
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session, sessionmaker

from digest.brief import brief_lines, subject_line
from digest.content import FactEntry, Introduction, IssueContent, Sentence, Translated
from digest.links import ReaderLinks
from digest.pictures import bars_of, pictures_of
from digest.render import render_html
from models.edition import Edition
from models.knowledge import Topic
from models.story import DocumentSentence
from models.vocabulary import DocType, FactKind, Length
from tests.builders import ArticleDraft, a_story, an_article, an_edition
from tests.digest_issues import (
    A_WEEK,
    LINKS,
    LINKS_TO_CORRECT,
    a_full_entry,
    add_fact,
    an_issue,
    frozen,
    render_text,
    titles,
)

READER = ReaderLinks(f"{LINKS.archive}/r/{'e' * 24}/{'c' * 12}/{'s' * 22}")
MAILED = replace(LINKS_TO_CORRECT, mail_key="k" * 22, reader=READER)


def _in_words(content: IssueContent) -> str:
    return " ".join(render_text(content, MAILED).split())


def _event(name: str, subkind: str = "workshop", start: str = "2022-04-25") -> FactEntry:
    fact = a_full_entry().news[0].fact
    values = {"kind": FactKind.EVENT, "name": name, "status": "announced", "subkind": subkind, "start": start}
    return fact.model_copy(update=values)


def test_subject_and_brief_say_what_leads_what_binds_and_what_comes_next() -> None:
    fact = a_full_entry().news[0].fact.model_copy(update={"name": "memorandum"})
    workshop, deadline = _event("China-UK workshop"), _event("Call for papers", "deadline", "2022-05-02")
    content = an_issue(headline="China-UK workshop back after four years").model_copy(
        update={"agreements": (fact,) * 3, "events": (workshop, deadline)}
    )
    assert subject_line(content) == "China-UK workshop back after four years; 3 new agreements; 1 deadline"
    assert brief_lines(content) == [
        "China-UK workshop back after four years",
        "3 new agreements: memorandum (CNSA, Roscosmos); memorandum (CNSA, Roscosmos) +1",
        "Next dates: 25 Apr 2022: China-UK workshop; 2 May 2022: Call for papers",
    ]


def test_a_headline_in_another_language_is_told_by_its_translation_where_there_is_one() -> None:
    entry = a_full_entry("中俄签署协议").model_copy(update={"translation": Translated(text="They agree", model="m")})
    content = an_issue().model_copy(update={"stories": (entry,)})
    assert subject_line(content) == "They agree"
    assert subject_line(content.model_copy(update={"language": "zh"})) == "中俄签署协议"


def test_documents_are_told_with_their_pages(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        text = "A white paper on the Moon.\n\nIt proposes a shared station."
        paper = an_article(session, ArticleDraft(title="White paper", text=text, doc_type=DocType.WHITE_PAPER))
        assert paper.current_version_id
        start = text.index("It")
        place = {"start": start, "end": len(text), "page_number": 4}
        session.add(DocumentSentence(version_id=paper.current_version_id, section=0, ordinal=0, heading="", **place))
        session.flush()
        content = frozen(session, now)
    (document,) = content.documents
    assert [sentence.text for sentence in document.sentences] == ["It proposes a shared station."]
    page = lxml.html.fromstring(render_html(content, MAILED))
    (mark,) = page.cssselect("a.mark")
    assert (mark.text, mark.get("href")) == ("[page 4]", MAILED.passage(paper.key, 1, 1))
    assert f"page 4: {MAILED.passage(paper.key, 1, 1)}" in _in_words(content)


def test_what_is_found_late_says_so(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        an_article(session, ArticleDraft(title="In time"))
        assert not frozen(session, now).stories[0].items[0].is_late
        late = (now - dt.timedelta(days=11)).date().isoformat()
        an_article(session, ArticleDraft(title="Found late", published=late))
        fresh = (now + dt.timedelta(days=4)).date().isoformat()
        an_article(session, ArticleDraft(title="Of this week", published=fresh))
        content = frozen(session, now + A_WEEK)
    assert {item.title: item.is_late for entry in content.stories for item in entry.items} == {
        "Found late": True,
        "Of this week": False,
    }
    assert _in_words(content).count("Published before this period, found in it") == 1


def test_stories_count_their_sources_and_languages(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "Agencies agree", headline_language="en")
        for source, language in (("aa_one", "en"), ("bb_two", "zh"), ("cc_three", "ru")):
            an_article(session, ArticleDraft(source=source, story=story, language=language))
        content = frozen(session, now)
    assert "3 sources · 3 languages" in _in_words(content)


def test_topics_are_counted_by_week_and_drawn(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        session.add(Topic(slug="launch", name="Launch", description="", is_active=True))
        for days in (0, 6, 7, 83, 84):
            published = (now.date() - dt.timedelta(days=days)).isoformat()
            an_article(session, ArticleDraft(title=f"{days} days ago", published=published, topics=("launch",)))
        content = frozen(session, now)
        (trend,) = content.trends
        assert (trend.topic.name, trend.counts) == ("Launch", (1, *(0,) * 9, 1, 2))
    ((name, picture),) = pictures_of(content).items()
    assert name == f"trend-1.{content.key}@perilune"
    assert picture == bars_of((1, *(0,) * 9, 1, 2))
    with Image.open(io.BytesIO(picture)) as image:
        assert image.size == (288, 48)
    assert "Launch 1 0 0 0 0 0 0 0 0 0 1 2" in _in_words(content)


def test_an_editions_length_decides_how_many_stories_lead(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    lead_counts: dict[Length, int] = {}
    with sessions.begin() as session:
        for number in range(20):
            story = a_story(session, f"Story {number:02}")
            article = an_article(session, ArticleDraft(title=f"{number}", story=story))
            an_article(session, ArticleDraft(title=f"{number} again", source="bb_two", story=story))
            add_fact(session, article, kind="agreement", name=f"Pact {number}")
        an_edition(session)
        for length in Length:
            session.execute(sa.update(Edition).values(length=length))
            lead_counts[length] = len(titles(frozen(session, now + A_WEEK * len(lead_counts)).stories))
            session.execute(sa.text("DELETE FROM ledger"))
    assert lead_counts == {Length.SHORT: 5, Length.MEDIUM: 8, Length.LONG: 14}


def test_agreements_are_a_table_and_events_go_to_the_calendar() -> None:
    fact = a_full_entry().news[0].fact
    first, second = _event("First workshop"), _event("Second workshop")
    content = an_issue().model_copy(update={"agreements": (fact,), "events": (first, second)})
    page = lxml.html.fromstring(render_html(content, MAILED))
    assert [head.text for head in page.cssselect("th[scope=col]")] == ["Agreement", "Parties", "Status"]
    addresses = [link.get("href") for link in page.cssselect(".cells a") if link.text == "Add to calendar"]
    assert addresses == [MAILED.event(1), MAILED.event(2)]


def test_a_reader_can_say_what_they_think_of_every_story() -> None:
    html = lxml.html.fromstring(render_html(an_issue(), MAILED))
    said = {link.text: link.get("href") for link in html.cssselect(".acts a")}
    assert MAILED.reader is not None
    assert said == {
        name: MAILED.reader.act(action, "article", "a" * 12)
        for name, action in (
            ("Follow", "follow"),
            ("Mute", "mute"),
            ("Wrong topic", "wrong-topic"),
            ("Not relevant", "not-relevant"),
        )
    }
    assert not lxml.html.fromstring(render_html(an_issue(), LINKS)).cssselect(".acts a")
    of_archive_that_only_shows = render_html(an_issue(), replace(MAILED, correct=None))
    assert [link.text for link in lxml.html.fromstring(of_archive_that_only_shows).cssselect(".acts a")] == [
        "Follow",
        "Mute",
    ]


def test_what_an_editor_wrote_is_marked_with_what_its_evidence_lacks() -> None:
    said = Sentence(text="It will cost 3 billion.", language="en", marks=(1,), edited_by="Ada", unsaid=("3 billion",))
    entry = a_full_entry().model_copy(update={"sentences": (said,)})
    introduction = Introduction(text="A quiet week.\n<b>Really</b>.", by="Ada")
    content = an_issue().model_copy(update={"stories": (entry,), "introduction": introduction})
    assert "It will cost 3 billion. [1] (edited by Ada; not in the evidence: 3 billion)" in _in_words(content)
    html = render_html(content, MAILED)
    assert "&lt;b&gt;Really&lt;/b&gt;." in html
    assert "A quiet week." in _in_words(content)
