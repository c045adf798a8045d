"""The archive's search: the same words find the same articles on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from models.search import (
    Query,
    QueryProblem,
    facets,
    index_article,
    matching_ids,
    parse_query,
    rebuild_index,
    search,
    unindex_article,
    vocabulary_of,
)
from models.search.index import MAX_OCCURRENCES, Placed, parts_of
from models.search.terms import tokens_of
from models.tables import Actor, Article, VersionActor
from tests.builders import ArticleDraft, a_source, a_story, a_version, an_article

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
    ("ｅａｒｔｈ", "en"),
]


def test_words_find_what_they_mean(archive: tuple[Sessions, dict[int, str]]) -> None:
    sessions, names = archive
    with sessions() as session:
        found = {line: _found(session, line, names) for line, _ in FINDS}
    assert found == {line: set(expected.split()) for line, expected in FINDS}


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
    lines = {
        "": "one two undated month",
        "topic:launch": "one two",
        "topic:launch,security": "one two month",
        "topic:launch+security": "one",
        "country:CN": "one two",
        "country:GB+CN,FR": "one month",
        "country:UN": "undated",
        "actor:cnsa": "one",
        "source:cn_cnsa": "two",
        "lang:zh": "two",
        "type:white-paper": "two",
        "relevance:space": "two",
        "relevance:core,space": "one two undated month",
        f"story:{story.key}": "two",
        "after:2021-03": "one two month",
        "after:2021-03-02": "two month",
        "before:2021-12-31": "one",
        "after:2021 before:2022": "one two",
        "memorandum lang:zh": "two",
        "memorandum topic:launch -nothing country:GB": "one",
    }
    with sessions() as session:
        assert {line: _found(session, line, names) for line in lines} == {
            line: set(expected.split()) for line, expected in lines.items()
        }
        assert vocabulary_of(session).actors == {"cnsa"}


def test_copies_are_folded_under_their_original(sessions: Sessions) -> None:
    with sessions.begin() as session:
        original = an_article(session)
        copy = an_article(session, ArticleDraft(is_copy_of=original, source="wire"))
        assert rebuild_index(session) == 2
    with sessions() as session:
        results = search(session, parse_query("memorandum"))
        assert [(hit.article_id, hit.copy_count) for hit in results.hits] == [(original.id, 1)]
        assert search(session, parse_query("memorandum copies:yes")).total == 2
        assert {copy.id, original.id} == set(session.scalars(matching_ids(session, Query(with_copies=True))))


def test_a_hit_says_what_a_list_shows(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_source(session, "un_unoosa", name="UNOOSA")
        story = a_story(session)
        text = "Cover of the deck.\n\nA memorandum on lunar exploration was signed.\n\nThe end."
        article = an_article(session, ArticleDraft(text=text, page_numbers=(1, 2, 3), story=story, published="2022-02"))
        index_article(session, article.id)
    with sessions() as session:
        (hit,) = search(session, parse_query("explorations memorandum signed")).hits
    assert (hit.article_id, hit.key, hit.url, hit.title) == (
        article.id,
        article.key,
        article.url,
        "Agencies sign a memorandum on lunar exploration",
    )
    assert (hit.source_name, hit.source_slug, hit.language, str(hit.published)) == (
        "UNOOSA",
        "un_unoosa",
        "en",
        "2022-02",
    )
    assert (hit.relevance, hit.doc_type, hit.topics, hit.countries) == (
        "core",
        "news",
        ("lunar-exploration",),
        ("CN", "RU"),
    )
    assert (hit.story_key, hit.copy_count, hit.page_number) == (story.key, 0, 2)
    assert "".join(part.text for part in hit.snippet) == "A memorandum on lunar exploration was signed."
    assert [part.text for part in hit.snippet if part.is_hit] == ["memorandum", "exploration", "signed"]


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


@pytest.mark.parametrize("filler", ["Nothing of interest stands in these words. ", "这里没有什么有趣的内容。"])
def test_a_snippet_of_a_long_passage_is_cut_around_its_hits(sessions: Sessions, filler: str) -> None:
    with sessions.begin() as session:
        article = an_article(session, ArticleDraft(text=f"{filler * 400}The gateway 月球 orbits. {filler * 400}"))
        index_article(session, article.id)
    with sessions() as session:
        (hit,) = search(session, parse_query("gateway 月球")).hits
    assert [part.text for part in hit.snippet if part.is_hit] == ["gateway", "月球"]
    assert hit.snippet[0].text == hit.snippet[-1].text == "…"
    assert len("".join(part.text for part in hit.snippet)) <= 300


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


def test_pages_are_stable_and_complete(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(25):
            published = None if number % 5 == 0 else f"2021-0{number % 4 + 1}-01"
            index_article(session, an_article(session, ArticleDraft(published=published)).id)
    with sessions() as session:
        for line in ("memorandum", "memorandum sort:newest", ""):
            query = parse_query(line)
            pages = [search(session, query, limit=7, offset=offset) for offset in range(0, 28, 7)]
            ids = [hit.article_id for page in pages for hit in page.hits]
            assert len(set(ids)) == 25
            assert {page.total for page in pages} == {25}
            assert ids == [hit.article_id for hit in search(session, query, limit=100).hits]
            assert search(session, query, offset=25).hits == ()


def test_newest_comes_first_and_undated_last(sessions: Sessions) -> None:
    with sessions.begin() as session:
        dates = ["2021-05-01", None, "2022", "2021-05-01", None]
        names = _store(session, {str(n): ArticleDraft(published=date) for n, date in enumerate(dates)})
    with sessions() as session:
        hits = search(session, parse_query("memorandum sort:newest")).hits
    assert [names[hit.article_id] for hit in hits] == ["2", "3", "0", "4", "1"]


def test_facets_count_exactly_what_matches(sessions: Sessions) -> None:
    with sessions.begin() as session:
        draft = ArticleDraft(countries=("CN", "UN"), topics=("launch",), published="2021-05")
        original = an_article(session, draft)
        an_article(session, replace(draft, is_copy_of=original))
        an_article(session, replace(draft, language="zh", source="cn_cnsa", topics=(), published=None))
        an_article(
            session, replace(draft, text="Something else.", title="Else", topics=("security",), published="2022")
        )
        rebuild_index(session)
    with sessions() as session:
        every = facets(session, Query())
        found = facets(session, parse_query("memorandum"), limit=1)
    assert {facet: [(v.value, v.label, v.count) for v in values] for facet, values in every.items()} == {
        "topic": [("launch", "Launch", 1), ("security", "Security", 1)],
        "country": [("CN", "China", 3), ("UN", "United Nations", 3)],
        "source": [("un_unoosa", "Un Unoosa", 2), ("cn_cnsa", "Cn Cnsa", 1)],
        "language": [("en", "English", 2), ("zh", "Chinese", 1)],
        "type": [("news", "News", 3)],
        "relevance": [("core", "Core", 3)],
        "year": [("2022", "2022", 1), ("2021", "2021", 1)],
    }
    assert [(v.value, v.count) for v in found["country"]] == [("CN", 2)]


def test_a_new_version_replaces_the_old_in_the_index(sessions: Sessions) -> None:
    with sessions.begin() as session:
        article = an_article(session)
        index_article(session, article.id)
        index_article(session, article.id)
    with sessions.begin() as session:
        current = session.get_one(Article, article.id)
        a_version(session, current, ArticleDraft(title="Talks end", text="The treaty was dropped.", url=article.url))
        index_article(session, article.id)
    with sessions.begin() as session:
        assert search(session, parse_query("memorandum")).total == 0
        assert search(session, parse_query("treaty")).total == 1
        unindex_article(session, article.id)
        unindex_article(session, article.id)
        assert search(session, parse_query("treaty")).total == 0
        assert search(session, Query()).total == 1
        index_article(session, 999)


def test_an_index_written_in_a_transaction_is_undone_with_it(sessions: Sessions) -> None:
    with sessions.begin() as session:
        article_id = an_article(session).id
    with sessions() as session:
        index_article(session, article_id)
        session.rollback()
        assert search(session, parse_query("memorandum")).total == 0


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


@settings(max_examples=20, deadline=None)
@given(seeds=st.lists(st.integers(min_value=0, max_value=3), min_size=300, max_size=2000))
def test_parts_hold_every_phrase_and_no_word_too_often(seeds: list[int]) -> None:
    tokens = tokens_of(" ".join(f"w{seed}" for seed in seeds), "en")
    placed = [Placed(place, token, "D") for place, token in enumerate(tokens)]
    parts = parts_of(placed)
    starts = [part[0].place for part in parts]
    ends = [part[-1].place for part in parts]
    assert starts[0] == 0
    assert ends[-1] == len(placed) - 1
    assert all(end - start == 127 for end, start in zip(ends, starts[1:], strict=False))
    for part in parts:
        terms = [each.token.term for each in part]
        assert max(map(terms.count, set(terms))) <= MAX_OCCURRENCES


HOSTILE_WORDS = (
    "\" ' '''' \"\" a'b\"c \\ a\\'b NEAR(a,b) {title}:moon ^moon a+b ((( ) AND | ! & a:* a<->b ':*' % _ -- ; \0 a\0b "
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


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=40), language=st.sampled_from(["en", "fr", "ru", "zh", None]))
def test_terms_are_letters_and_digits_in_their_places(text: str, language: str | None) -> None:
    place = 0
    for token in tokens_of(text, language):
        assert place <= token.start < token.end <= len(text) or token.start == place - 1
        assert token.term
        assert not {"'", '"', "\\", " ", "=", "\0", ":", "*"} & set(token.term + token.form + token.joined)
        place = token.start
