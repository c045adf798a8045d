"""What an issue says of a story that earlier issues had: only what is new, and nothing that is new is missed."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, sessionmaker

from digest.candidates import NotedFact
from digest.content import Entry, Evidence, FactEntry, NewsKind, StoryState
from digest.novelty import news_of
from digest.render import render_html
from digest.said_before import Memory, signs_of
from models.article import Article
from models.story import Evidence as EvidenceRow
from models.story import Story, SummarySentence
from models.vocabulary import FactKind, Relevance
from perilune.dates import PartialDate
from tests.builders import ArticleDraft, a_story, an_article, an_edition
from tests.digest_issues import A_WEEK, LINKS, add_fact, everything, frozen, ledger, render_text

BOTH = "The two space agencies signed a memorandum on lunar exploration in Vienna on 10 March 2022."
CARGO = "The lander will carry 1,200 kg of cargo to the Moon."
IN_BEIJING = "会议在北京举行，双方签署了月球科研站合作谅解备忘录。"
STOPPED = "Роскосмос приостановил сотрудничество с агентством в рамках проекта «ЭкзоМарс»."
SIGNED = "L'agence a signé l'accord avec la Chine le 3 mai."


@pytest.mark.parametrize(
    ("language", "earlier", "now"),
    [
        ("en", BOTH, "A memorandum on lunar exploration was signed in Vienna on 10 March 2022 by both space agencies."),
        ("en", CARGO, "To the Moon the lander will carry 1200 kg of cargo."),
        (
            "en",
            f"{CARGO} It is to land near the pole.",
            "The lander will carry 1200 kg to the Moon and land near the pole.",
        ),
        ("zh", IN_BEIJING, "双方在北京举行会议，签署了月球科研站合作谅解备忘录。"),
        ("ru", STOPPED, "В рамках проекта «ЭкзоМарс» сотрудничество с агентством приостановлено Роскосмосом."),
        ("fr", SIGNED, "L'accord avec la Chine a été signé par l'agence le 3 mai."),
    ],
)
def test_a_rewording_was_said_before(language: str, earlier: str, now: str) -> None:
    assert _was_said(language, earlier, now)


@pytest.mark.parametrize(
    ("language", "earlier", "now"),
    [
        ("en", BOTH, BOTH.replace("signed", "postponed")),
        ("en", BOTH, BOTH.replace("signed", "have not signed")),
        ("en", BOTH.replace("signed", "will sign"), BOTH),
        ("en", BOTH.replace("signed", "plan to sign"), BOTH),
        ("en", BOTH, BOTH.replace("Vienna", "Geneva")),
        ("en", BOTH, BOTH.replace("10 March", "11 March")),
        ("en", BOTH, BOTH.replace("two", "three")),
        ("en", CARGO, CARGO.replace("1,200", "1,300")),
        ("en", CARGO, f"{CARGO[:-1]}, where Turkey's rover waits."),
        ("zh", IN_BEIJING, IN_BEIJING.replace("北京", "海口")),
        ("zh", IN_BEIJING, IN_BEIJING.replace("签署了", "未签署")),
        ("zh", IN_BEIJING, IN_BEIJING.replace("双方", "三方")),
        ("ru", STOPPED, STOPPED.replace("приостановил", "возобновил")),
        ("ru", STOPPED, STOPPED.replace("приостановил", "не приостановил")),
        ("fr", SIGNED, "L'agence signera l'accord avec la Chine le 3 mai."),
        ("fr", SIGNED, SIGNED.replace("3 mai", "4 mai")),
        ("en", SIGNED, "The agency signed the agreement with China on 3 May."),
    ],
)
def test_another_figure_name_turn_or_language_is_new(language: str, earlier: str, now: str) -> None:
    assert not _was_said(language, earlier, now)


def _was_said(language: str, earlier: str, now: str) -> bool:
    memory = Memory()
    memory.remember(signs_of(sentence, language) for sentence in earlier.split(". "))
    return memory.holds(signs_of(now, language))


def _stated(status: str, start: str | None = None, name: str = "Lunar MoU", **values: object) -> NotedFact:
    kind = FactKind.AGREEMENT if status in {"proposed", "signed", "in-force", "suspended"} else FactKind.EVENT
    entry = FactEntry(
        kind=kind,
        name=name,
        language="en",
        status=status,
        subkind=None,
        start=start,
        end=None,
        place=None,
        parties=(),
        evidence=Evidence(article_key="a" * 12, version=1, passage=0, source="ESA"),
    )
    date = PartialDate.parse(start) if start else None
    return NotedFact(entry=entry, party_slugs=("cnsa", "esa"), start=date, **values)  # type: ignore[arg-type]


def _planned(start: str | None = None) -> NotedFact:
    return _stated("announced", start)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([], [_stated("signed")], [(NewsKind.FIRST, "signed", ())]),
        ([], [_stated("in-force", "1998-01-29")], [(NewsKind.BACKGROUND, "in-force", ())]),
        ([_stated("proposed")], [_stated("signed", "2022-03-10")], [(NewsKind.STATUS, "signed", ("proposed",))]),
        ([_stated("signed")], [_stated("signed"), _stated("proposed")], []),
        ([_stated("signed")], [_stated("suspended")], [(NewsKind.STATUS, "suspended", ("signed",))]),
        ([_stated("announced")], [_stated("postponed")], [(NewsKind.STATUS, "postponed", ("announced",))]),
        ([_stated("held")], [_stated("announced")], []),
        ([_planned("2022-04")], [_planned("2022-04-25")], [(NewsKind.DATE, "announced", ("2022-04",))]),
        ([_planned("2022-04-25")], [_planned("2022-04")], []),
        ([_planned("2022-04-25")], [_planned("2022-05-02")], [(NewsKind.DATE, "announced", ("2022-04-25",))]),
        ([_planned()], [_planned("2022-05-02")], [(NewsKind.DATE, "announced", ())]),
        ([_stated("held", "2021-04-25")], [_planned("2022-04-24")], [(NewsKind.FIRST, "announced", ())]),
        ([_stated("signed", key="one")], [_stated("signed", key="other")], [(NewsKind.FIRST, "signed", ())]),
        ([_stated("held", key="one")], [_stated("held", name="Salon", key="one")], []),
    ],
)
def test_what_moved_on_of_a_fact_is_news_once(
    before: list[NotedFact], now: list[NotedFact], expected: list[tuple[NewsKind, str, tuple[str, ...]]]
) -> None:
    news = news_of(now, before, dt.date(2022, 3, 14))
    assert [(each.kind, each.fact.status, each.before) for each in news] == expected


KINDS = ("big", "small", "old", "new")
FIRST = "China and Russia propose a memorandum on a lunar station.\n\nThe talks took place in Vienna on 3 March."
REWORDED = "A memorandum on a lunar station is proposed by China and Russia. In Vienna the talks took place on 3 March."
AGREED = "China and Russia signed the memorandum on a lunar station.\n\nThe talks took place in Vienna on 3 March."


def test_a_negotiation_is_followed_and_nothing_is_told_twice(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "A lunar station", headline_language="en")
        one = _told(session, story, "They propose", FIRST, "proposed")
        _summarise(session, story, one, "China and Russia propose a memorandum on a lunar station.", 0)
        (entry,) = frozen(session, now).stories
        assert (entry.state, entry.since_issue) == (StoryState.NEW, None)
    with sessions.begin() as session:
        _told(session, session.get_one(Story, story.id), "In other words", REWORDED, "proposed")
        content = frozen(session, now + A_WEEK)
        (entry,) = content.also_noted
        assert (entry.state, entry.since_issue, entry.news, entry.sentences) == (StoryState.STILL_OPEN, 1, (), ())
        assert everything(content) == {"In other words"}
        assert ledger(session)["In other words"] == [("folded", "nothing new since issue 1")]
        assert "Still open: nothing new since issue 1" in render_text(content, LINKS)
    with sessions.begin() as session:
        signed = _told(session, session.get_one(Story, story.id), "They sign", AGREED, "signed")
        content = frozen(session, now + 2 * A_WEEK)
        (entry,) = content.stories
        assert (entry.state, entry.since_issue, entry.more_new_count) == (StoryState.MOVED_ON, 1, 0)
        assert [(each.kind, each.fact.status, each.before) for each in entry.news] == [
            (NewsKind.STATUS, "signed", ("proposed",))
        ]
        assert _sentences(entry) == ["China and Russia signed the memorandum on a lunar station."]
        assert [place.article_key for place in entry.evidence] == [signed.key]
        assert "new: Lunar memorandum (signed)" in entry.because
        text = " ".join(render_text(content, LINKS).split())
        assert "Moved on since issue 1" in text
        assert "Now signed (before: proposed): Lunar memorandum" in text
        assert "Now signed (before: proposed)" in render_html(content, LINKS)
    with sessions.begin() as session:
        _told(session, session.get_one(Story, story.id), "Once more", AGREED, "signed 2022-04-01")
        (entry,) = frozen(session, now + 3 * A_WEEK).stories
        assert entry.since_issue == 3
        assert [(each.kind, each.fact.start) for each in entry.news] == [(NewsKind.DATE, "2022-04-01")]


@pytest.mark.databases("sqlite")
def test_sentences_that_were_printed_are_not_printed_again(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "A lunar station", headline_language="en")
        one = _told(session, story, "They propose", FIRST)
        _summarise(session, story, one, "China and Russia propose a memorandum on a lunar station.", 0)
        frozen(session, now)
    modules = (f"Module {number} comes from a {kind} company." for number, kind in enumerate(KINDS, 11))
    more = "\n\n".join([FIRST, "A crew of four is to stay there.", *modules])
    with sessions.begin() as session:
        other = _told(session, session.get_one(Story, story.id), "A crew", more)
        _summarise(session, session.get_one(Story, story.id), other, "A crew of four is to stay there.", 1)
        (entry,) = frozen(session, now + A_WEEK).stories
        assert _sentences(entry)[0] == "A crew of four is to stay there."
        assert (len(entry.sentences), entry.more_new_count) == (4, 1)
        assert "China and Russia propose a memorandum on a lunar station." not in _sentences(entry)
        assert "5 new sentences" in entry.because


@pytest.mark.databases("sqlite")
@pytest.mark.databases("sqlite")
def test_a_story_is_known_by_what_was_printed_of_it_whatever_left_it(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story, other = a_story(session, "A lander"), a_story(session, "Another")
        first = _told(session, story, "A lander is planned", CARGO)
        off_topic = an_article(session, ArticleDraft(text=BOTH, relevance=Relevance.SPACE, story=story))
        _summarise(session, story, off_topic, BOTH, 0)
        (entry,) = frozen(session, now).stories
        assert _sentences(entry) == [BOTH]
        first.story_id = other.id
        session.delete(story.sentences[0])
        assert off_topic.current_version
        off_topic.current_version.relevance = Relevance.CORE
        _told(session, story, "A lander again", CARGO)
        content = frozen(session, now + A_WEEK)
        assert [(each.state, each.since_issue) for each in content.also_noted] == [(StoryState.STILL_OPEN, 1)]


def test_the_first_report_in_another_language_is_new_and_said_to_be(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "A lunar station", headline_language="en")
        _told(session, story, "They propose", FIRST)
        frozen(session, now)
    with sessions.begin() as session:
        draft = ArticleDraft(title="月球站", text=IN_BEIJING, language="zh", story=session.get_one(Story, story.id))
        an_article(session, draft)
        content = frozen(session, now + A_WEEK)
        (entry,) = content.stories
        assert entry.because[-1] == "the first report in Chinese"
        assert f"In Chinese {IN_BEIJING[:12]}" in " ".join(render_text(content, LINKS).split())


def _told(session: Session, story: Story, title: str, text: str, fact: str = "") -> Article:
    """Store an article of a story; `fact` is an agreement's status, and its date after a blank."""
    article = an_article(session, ArticleDraft(title=title, text=text, story=story))
    status, _, start = fact.partition(" ")
    if status:
        on = PartialDate.parse(start) if start else None
        add_fact(session, article, kind=FactKind.AGREEMENT, name="Lunar memorandum", status=status, start_on=on)
    return article


def _summarise(session: Session, story: Story, article: Article, text: str, ordinal: int) -> None:
    session.add(SummarySentence(story_id=story.id, ordinal=ordinal, text=text, language="en"))
    session.flush()
    places = {"passage_ordinal": 0, "start": 0, "end": 5, "version_id": article.current_version_id}
    session.add(EvidenceRow(story_id=story.id, sentence_ordinal=ordinal, ordinal=0, **places))
    session.flush()


def _sentences(entry: Entry) -> list[str]:
    return [sentence.text for sentence in entry.sentences]


@pytest.mark.databases("sqlite")
def test_what_was_only_noted_is_told_once_it_weighs_enough(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        for number in range(3):
            filler = an_article(session, ArticleDraft(title=f"Filler {number}", source="eu_esa"))
            add_fact(session, filler, kind=FactKind.AGREEMENT, name=f"Pact {number}")
        story = a_story(session, "A lunar station", headline_language="en")
        one = _told(session, story, "They propose", FIRST)
        _summarise(session, story, one, "China and Russia propose a memorandum on a lunar station.", 0)
        assert [entry.headline for entry in frozen(session, now).also_noted] == ["A lunar station"]
    with sessions.begin() as session:
        for source in ("aa_one", "bb_two"):
            an_article(session, ArticleDraft(text=REWORDED, source=source, story=session.get_one(Story, story.id)))
        (entry,) = frozen(session, now + A_WEEK).stories
        assert (entry.state, len(entry.sentences)) == (StoryState.NEW, 1)
    with sessions.begin() as session:
        an_article(session, ArticleDraft(text=REWORDED, source="cc_three", story=session.get_one(Story, story.id)))
        (entry,) = frozen(session, now + 2 * A_WEEK).also_noted
        assert (entry.state, entry.since_issue) == (StoryState.STILL_OPEN, 2)


@pytest.mark.databases("sqlite")
def test_a_pinned_story_leads_even_where_nothing_is_new(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "A lunar station", headline_language="en", pinned_by="Ada")
        _told(session, story, "They propose", FIRST)
        frozen(session, now)
    with sessions.begin() as session:
        _told(
            session, session.get_one(Story, story.id), "In other words", f"{REWORDED}\n\nSubscribe to our newsletter!"
        )
        signed = an_article(session, ArticleDraft(title="A pact"))
        add_fact(session, signed, kind=FactKind.AGREEMENT, name="Pact")
        content = frozen(session, now + A_WEEK)
        assert [entry.state for entry in content.stories] == [StoryState.STILL_OPEN, StoryState.NEW]
        assert content.stories[0].because[0] == "kept at the head by Ada"
        assert ledger(session)["In other words"] == [("folded", "nothing new since issue 1")]
    with sessions.begin() as session:
        _told(
            session, session.get_one(Story, story.id), "Sign up", f"{FIRST}\n\nSign up for the Hainan forum by 3 May."
        )
        (entry,) = frozen(session, now + 2 * A_WEEK).stories
        assert _sentences(entry) == ["Sign up for the Hainan forum by 3 May."]
