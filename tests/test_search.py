"""What a line of the archive's search finds, marks and puts first: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.search import (
    QueryProblem,
    facets,
    index_article,
    matching_ids,
    parse_query,
    search,
    vocabulary_of,
)
from models.search.terms import tokens_of
from models.tables import Actor, Article, VersionActor
from tests.builders import ArticleDraft, a_story, an_article

Sessions = sessionmaker[Session]


TEXTS = {
    "zh": ("zh", "嫦娥五号完成任务", "中国国家航天局今日宣布，嫦娥五号从月球带回样品。欧洲航天局参与测控合作。"),
    "zh2": ("zh", "北斗系统", "北斗卫星导航系统为全球用户服务，与月有关，与球无关。"),
    "ru": (
        "ru",
        "Соглашение подписано",
        "Роскосмос и Китай подписали соглашение о лунной станции. Её построят вместе.",
    ),
    "fr": (
        "fr",
        "Accord signé",
        "L’agence spatiale a signé un accord sur les coopérations lunaires à l'été. Cœur du traité.",
    ),
    "en": (
        "en",
        "Chang'e-5 lands",
        "The Chang’e-5 mission brought lunar samples to Earth. The U.K. reacted to China's news.",
    ),
    "en2": (
        "en",
        "Climate change seen from space",
        "Agencies explore data sharing. Exploration of Mars waits. A FY-3D image.",
    ),
}


def _store(session: Session, drafts: dict[str, ArticleDraft]) -> dict[int, str]:
    names = {}
    for name, draft in drafts.items():
        article = an_article(session, draft)
        index_article(session, article.id)
        names[article.id] = name
    return names


@pytest.fixture
def archive(sessions: Sessions) -> tuple[Sessions, dict[int, str]]:
    """Articles in four languages, indexed, and their names by id."""
    drafts = {
        name: ArticleDraft(title=title, text=text, language=language) for name, (language, title, text) in TEXTS.items()
    }
    with sessions.begin() as session:
        return sessions, _store(session, drafts)


def _found(session: Session, line: str, names: dict[int, str]) -> set[str]:
    return {names[hit.article_id] for hit in search(session, parse_query(line)).hits}


FINDS = [
    ("月球", "zh"),
    ("任务", "zh"),
    ("球月", ""),
    ("⽉球", "zh"),
    ("航天局", "zh"),
    ('"欧洲航天局"', "zh"),
    ("嫦娥 合作", "zh"),
    ("соглашения", "ru"),
    ("лунная станция", "ru"),
    ('"лунную станцию"', "ru"),
    ("ее", "ru"),
    ("РОСКОСМОС", "ru"),
    ("accords", "fr"),
    ("coopération", "fr"),
    ("cooperation lunaire", "fr"),
    ("signe", "fr"),
    ("ete", "fr"),
    ("coeur", "fr"),
    ("d'agences", "fr en2"),
    ('"agence spatiale"', "fr"),
    ("Chang'e", "en"),
    ("Chang’e", "en"),
    ("CHANG`E", "en"),
    ("Chang'e-5", "en"),
    ("Change-5", "en"),
    ('"Chang e 5"', "en"),
    ("Change", "en en2"),
    ("climate change", "en2"),
    ("mission", "en"),
    ("missions lunar", "en"),
    ("UK", "en"),
    ("U.K.", "en"),
    ("China", "en"),
    ("FY3D", "en2"),
    ("FY-3D", "en2"),
    ("3d", "en2"),
    ('"lunar samples"', "en"),
    ('"samples lunar"', ""),
    ('"lands the chang"', ""),
    ("explor*", "en2"),
    ("explorat*", "en2"),
    ("лун*", "ru"),
    ("月*", "zh zh2"),
    ("fy-3*", "en2"),
    ("lunar OR climate", "en en2"),
    ("月球 OR лунный OR lunaire", "zh ru fr"),
    ("lunar OR climate mars", "en2"),
    ("lunar OR climate -mars", "en"),
    ("NOT лунный -月 -lunar -lunaire", "en2"),
    ('lunar -"lunar samples"', ""),
    ("the agencies of which explore", "en2"),
    ("the", "en"),
    ("(月球 OR 北斗) 合作", "zh"),
    ("lunar NEAR/2 earth", "en"),
    ("earth NEAR/2 lunar", "en"),
    ("lunar NEAR/1 earth", ""),
    ('"lunar samples" NEAR/1 earth', "en"),
    ('earth NEAR/0 "lunar samples"', ""),
    ("станция NEAR/2 соглашение", "ru"),
    ("月球 NEAR/2 样品", "zh"),
    ("月球 NEAR/1 样品", ""),
    ("lands NEAR/50 mission", ""),
    ("mission -lunar NEAR/3 earth", ""),
    ("title:climate", "en2"),
    ("title:mars", ""),
    ("title:clim*", "en2"),
    ("title:expl*", ""),
    ('title:"change seen"', "en2"),
    ("title:accords", "fr"),
    ("title:嫦娥", "zh"),
    ("title:Change-5", "en"),
    ("title:任务 OR title:соглашение", "zh ru"),
    ("change -title:climate", "en"),
    ("月球 -title:嫦娥", ""),
    ("嫦娥五號 月球 樣品", "zh"),
    ("北斗衛星導航系統", "zh2"),
    ("ｅａｒｔｈ", "en"),
]


def test_words_find_what_they_mean(archive: tuple[Sessions, dict[int, str]]) -> None:
    sessions, names = archive
    with sessions() as session:
        found = {line: _found(session, line, names) for line, _ in FINDS}
    assert found == {line: set(expected.split()) for line, expected in FINDS}


FILTERS = {
    "": "one two undated month",
    "topic:launch": "one two",
    "topic:launch,security": "one two month",
    "topic:launch+security": "one",
    "-topic:launch": "undated month",
    "-topic:launch+security": "two undated month",
    "-country:CN,UN": "month",
    "-actor:cnsa": "two undated month",
    "-source:cn_cnsa": "one undated month",
    "-lang:en": "two",
    "-type:news": "two",
    "-story:STORY": "one undated month",
    "year:2021": "one two",
    "country:CN": "one two",
    "country:GB+CN,FR": "one month",
    "country:UN": "undated",
    "actor:cnsa": "one",
    "source:cn_cnsa": "two",
    "lang:zh": "two",
    "type:white-paper": "two",
    "relevance:space": "two",
    "relevance:core,space": "one two undated month",
    "story:STORY": "two",
    "after:2021-03": "one two month",
    "after:2021-03-02": "two month",
    "before:2021-12-31": "one",
    "after:2021 before:2022": "one two",
    "memorandum lang:zh": "two",
    "memorandum topic:launch -nothing country:GB": "one",
}


def test_every_filter_restricts(sessions: Sessions) -> None:
    with sessions.begin() as session:
        story = a_story(session)
        names = _store(
            session,
            {
                "one": ArticleDraft(published="2021-03-01", countries=("CN", "GB"), topics=("launch", "security")),
                "two": ArticleDraft(
                    published="2021-12-31",
                    source="cn_cnsa",
                    language="zh",
                    relevance="space",  # type: ignore[arg-type]  # as the database gives it back
                    countries=("CN",),
                    topics=("launch",),
                    doc_type="white-paper",  # type: ignore[arg-type]  # likewise
                    story=story,
                ),
                "undated": ArticleDraft(published=None, countries=("UN",), topics=()),
                "month": ArticleDraft(published="2022-01", countries=("FR",), topics=("security",)),
            },
        )
        session.add(Actor(slug="cnsa", name="CNSA", kind="agency"))
        session.flush()
        one = next(article_id for article_id, name in names.items() if name == "one")
        version = session.get_one(Article, one).current_version
        assert version is not None
        version.actors.append(VersionActor(actor_slug="cnsa", mention_count=1, start=0, end=4))
    lines = {line: line.replace("STORY", story.key) for line in FILTERS}
    with sessions() as session:
        found = {line: _found(session, asked, names) for line, asked in lines.items()}
        assert found == {line: set(expected.split()) for line, expected in FILTERS.items()}
        assert vocabulary_of(session).actors == {"cnsa"}


@pytest.mark.parametrize(
    ("name", "line", "marked"),
    [
        ("zh", "月球 样品", ["月球", "样品"]),
        ("ru", "лунная станция", ["лунной", "станции"]),
        ("fr", "cooperation ete", ["coopérations", "été"]),
        ("en", "Change-5", ["Chang’e-5"]),
        ("en", "UK", ["U.K."]),
        ("en2", "explor*", ["explore", "Exploration"]),
        ("en2", '"exploration of mars"', ["Exploration of Mars"]),
        ("en2", "climate", []),
        ("en", "earth NEAR/3 lunar mission", ["mission", "lunar", "Earth"]),
        ("en", "earth NEAR/2 lunar OR title:mission", ["lunar", "Earth"]),
        ("zh", "月球樣品 OR 樣品", ["样品"]),
    ],
)
def test_snippets_mark_hits_on_the_text_as_published(
    archive: tuple[Sessions, dict[int, str]], name: str, line: str, marked: list[str]
) -> None:
    sessions, names = archive
    with sessions() as session:
        hits = {names[hit.article_id]: hit for hit in search(session, parse_query(line)).hits}
    assert [part.text for part in hits[name].snippet if part.is_hit] == marked
    assert "".join(part.text for part in hits[name].snippet) == TEXTS[name][2]


def test_the_title_counts_more_and_rare_words_count_more(sessions: Sessions) -> None:
    with sessions.begin() as session:
        drafts = {
            f"filler{number}": ArticleDraft(title="Launch", text=f"A rocket flew to space, number {number}.")
            for number in range(8)
        }
        drafts["title"] = ArticleDraft(title="The Gateway", text="A rocket flew to space, and nothing else happened.")
        drafts["body"] = ArticleDraft(title="Launch", text="A rocket flew to space; the gateway waits there for it.")
        drafts["french"] = ArticleDraft(
            title="Espace", text="A rocket flew to space: SPACE is its name.", language="fr"
        )
        names = _store(session, drafts)
    with sessions() as session:
        hits = search(session, parse_query("gateway OR space")).hits
        assert len(hits) == 11
        hits = search(session, parse_query("gateway space")).hits
        assert [names[hit.article_id] for hit in hits] == ["title", "body"]


def test_newest_comes_first_and_undated_last(sessions: Sessions) -> None:
    with sessions.begin() as session:
        dates = ["2021-05-01", None, "2022", "2021-05-01", None]
        names = _store(session, {str(n): ArticleDraft(published=date) for n, date in enumerate(dates)})
    with sessions() as session:
        hits = search(session, parse_query("memorandum sort:newest")).hits
    assert [names[hit.article_id] for hit in hits] == ["2", "3", "0", "4", "1"]


def test_other_queries_restrict_what_matches(archive: tuple[Sessions, dict[int, str]]) -> None:
    sessions, names = archive
    with sessions() as session:
        ids = matching_ids(session, parse_query("月球 OR лунный OR lunaire"))
        late = sa.select(Article.id).where(
            Article.id.in_(ids), Article.first_seen_at >= dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
        )
        assert {names[article_id] for article_id in session.scalars(late)} == {"zh", "ru", "fr"}


def test_nothing_of_a_long_text_is_lost(sessions: Sessions) -> None:
    filler = [" ".join(f"the word{part}x{number}" for number in range(400)) for part in range(50)]
    text = (
        "alpha beginning. " + " ".join(filler[:25]) + " the gamma delta " + " ".join(filler[25:]) + " the omega ending"
    )
    with sessions.begin() as session:
        names = _store(session, {"long": ArticleDraft(text=text), "garbage": ArticleDraft(text="Z9" * 700_000)})
    lines = ["alpha omega", '"the gamma delta"', '"the omega ending"', "word49x399 word0x0", '"word24x399 the gamma"']
    lines += ["alpha -omega", "memorandum omega"]
    with sessions() as session:
        found = {line: _found(session, line, names) for line in lines}
    assert found == {line: set() if "-" in line else {"long"} for line in lines}


HOSTILE_WORDS = (
    '" ( ) NEAR/3 title: title:a -topic:x '
    "' '''' \"\" a'b\"c \\ a\\'b NEAR(a,b) {title}:moon ^moon a+b ((( ) AND | ! & a:* a<->b ':*' % _ -- ; \0 a\0b "
    'moon\ud800base moon*base -moon -* a-b* 月-b* ﷺ ½ ẞ İ* א ʼn x:*A 🚀 =moon = * ** e\u0301 \u200b title:moon -"a" *a'
)


HOSTILE = [
    *HOSTILE_WORDS.split(" "),
    *(f"moon {word} base" for word in HOSTILE_WORDS.split(" ")),
    *(unit * (10_000 // len(unit)) for unit in ("a", "月", "a ", "a-", "*", '"', "- ", "OR ")),
    *("a" * 3_900, "月" * 128, "-".join(["ab"] * 120), "\u2028", "a NEAR b", "'' OR 1=1"),
    *(joint.join(f"w{number}" for number in range(64)) for joint in (" ", " OR ", "* ")),
    "-" + " -".join(f"w{number}" for number in range(64)),
]


def test_hostile_lines_are_answered_or_refused(archive: tuple[Sessions, dict[int, str]]) -> None:
    sessions, _ = archive
    with sessions() as session:
        for line in HOSTILE:
            try:
                query = parse_query(line)
            except QueryProblem:
                continue
            assert search(session, query).total >= 0
            assert facets(session, query)["year"] is not None


def test_any_text_can_be_indexed_and_found_by_its_own_words(sessions: Sessions) -> None:
    texts = [
        *("quote ' and \\ back \" slash", "ﬁne ½ ①②③ ㏂ ㎞", "כל הכבוד עברית", "وكالة الفضاء", "日本のロケット ｶﾞﾝﾀﾞﾑ"),
        *(
            "우주 항공",
            "हिन्दी भाषा",
            "a\u0301\u0301 e\xadx",
            "İstanbul ẞ ŉ ǅ",
            "𠀀𠀁 rare",
            "one=two _under_ ʼnx",
            "ΑΣΤΡΟΝΑΥΤΗΣ",
        ),
    ]
    with sessions.begin() as session:
        names = _store(session, {text: ArticleDraft(title="T", text=text) for text in texts})
    with sessions() as session:
        missed = [
            (text, word)
            for text in texts
            for word in text.replace('"', " ").split()
            if tokens_of(word, None) and text not in _found(session, word.lower(), names)
        ]
    assert missed == []
