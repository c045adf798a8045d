"""Search by meaning with the real encoder, beside and without search by words, on both databases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.article import Article, PassageVectors, Vector, Version
from models.fate import await_stage
from models.page_store import PageStore
from models.search import (
    By,
    QueryProblem,
    facets_of_results,
    index_article,
    parse_query,
    search,
    search_by,
    unindex_article,
)
from models.search.fusion import fused_ids, way_of, words_of
from models.search.matrix import VectorMatrix
from models.search.meaning import Encoding, Meaning
from models.vocabulary import Stage
from perilune.cli import app
from perilune.serving_meaning import encoding_with
from pipeline.encoding.encoder import Encoder
from pipeline.encoding.windows import MAX_WINDOWS, Stretch, windows_of, words_in
from pipeline.runners.embed import text_to_encode
from pipeline.runners.passages import PassagesRunner
from pipeline.runners.runner import Worker, drain
from tests.builders import ArticleDraft, a_version, an_article
from tests.conftest import NOW
from web.access import Powers
from web.app import create_app

LANDINGS = {
    "en": ("Lander touches down on the Moon", "The probe landed softly on the lunar surface."),
    "fr": (
        "Un module se pose sur la Lune",
        "La sonde s'est posée en douceur sur le sol lunaire.",
    ),
    "ru": ("Аппарат сел на Луну", "Станция мягко прилунилась и передала первые снимки поверхности Луны."),
    "zh": ("探测器在月球着陆", "探测器在月面成功软着陆，并传回了首批月球表面图像。"),
}
OTHERS = {
    "en": (
        "Treaty on liability discussed",
        "Lawyers discussed who pays for damage by satellites.",
    ),
    "fr": (
        "Prévisions de tempêtes solaires",
        "Une forte éruption solaire amène des aurores.",
    ),
    "ru": ("Спутники помогают аграриям", "Снимки со спутников показывают засуху на полях и состояние посевов."),
    "zh": ("航天员在空间站过春节", "三名航天员在空间站里贴春联、包饺子，向家人拜年。"),
}


@pytest.fixture(scope="session")
def encoding(encoder: Callable[[], Encoder]) -> Encoding:
    """The packaged encoder as search needs it."""
    return encoding_with(encoder())


@dataclass
class Shelf:
    """Articles with their vectors, and what finds them by meaning."""

    sessions: sessionmaker[Session]
    load: Callable[[], Encoder]
    meaning: Meaning
    ids: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, title: str, text: str, **said: object) -> Article:
        """Store an article as it is when it was embedded and understood."""
        with self.sessions.begin() as session:
            article = an_article(session, ArticleDraft(title=title, text=text, **said))  # type: ignore[arg-type]
            self.ids[name] = article.id
            self.understand(session, article)
        self.embed_passages()
        return article

    def understand(self, session: Session, article: Article) -> None:
        """Embed and index the current version, and let its passages wait."""
        version = article.current_version
        assert version is not None
        version.text_hash = hashlib.sha256(version.text.encode()).hexdigest()
        (vector,) = self.load().encode([text_to_encode(version.title, version.text)])
        embedding = vector.astype("<f2").tobytes()
        model = self.load().model
        session.merge(Vector(version_id=version.id, model=model, language=version.language, embedding=embedding))
        index_article(session, article.id)
        await_stage(session, Stage.PASSAGES, [version.id], due_at=NOW)

    def embed_passages(self) -> int:
        """Work off the passages that wait."""
        runner = PassagesRunner(self.load().model, self.load)
        return drain(runner, Worker(self.sessions, "test", NOW)).total()

    def found(self, line: str, *, limit: int = 20, offset: int = 0) -> list[str]:
        """Search by a line, and name what is found."""
        names = {article_id: name for name, article_id in self.ids.items()}
        with self.sessions() as session:
            results = search_by(session, parse_query(line), self.meaning, limit=limit, offset=offset)
        return [names[hit.article_id] for hit in results.hits]


@pytest.fixture
def shelf(sessions: sessionmaker[Session], encoder: Callable[[], Encoder], encoding: Encoding) -> Shelf:
    """An archive of eight articles: of a landing and of something else, in each of four languages."""
    shelf = Shelf(sessions, encoder, Meaning(encoding))
    for language, (title, text) in LANDINGS.items():
        shelf.put(f"landing-{language}", title, text, language=language)
    for language, (title, text) in OTHERS.items():
        shelf.put(f"other-{language}", title, text, language=language)
    return shelf


def test_a_concept_in_any_language_finds_the_articles_of_all(shelf: Shelf) -> None:
    landings = {f"landing-{language}" for language in LANDINGS}
    for words in ("moon landing", "atterrissage lunaire", "посадка на Луну", "登月"):
        assert set(shelf.found(f"{words} by:meaning", limit=4)) == landings, words
    assert set(shelf.found("moon landing", limit=4)) == landings
    assert set(shelf.found("moon landing by:meaning lang:fr,ru", limit=2)) == {"landing-fr", "landing-ru"}
    assert shelf.found("landed surface by:words") == ["landing-en"]
    assert "landing-en" not in shelf.found("lunaire -surface by:both")
    assert shelf.found("qwzx vbnm plok by:meaning") == []


def test_what_has_the_words_tells_what_they_are_about(shelf: Shelf) -> None:
    """A name that says nothing to the encoder finds its article, and those of other languages that are like it."""
    assert shelf.found("qwzx by:meaning") == []
    shelf.put("named", "Qwzx touches down on the Moon", "Qwzx landed softly on the lunar surface.")
    assert shelf.found("qwzx by:meaning")[0] == "named"
    found = shelf.found("qwzx by:meaning lang:zh,ru,fr")
    assert found
    assert all(name.startswith("landing-") for name in found)


def test_the_command_line_finds_by_meaning_where_the_line_says_so(shelf: Shelf, database_url: str) -> None:
    environment = {"PERILUNE_DATABASE": database_url}
    found = CliRunner().invoke(app, ["search", "moon landing", "by:meaning", "--json"], env=environment)
    answer = json.loads(found.stdout)
    assert (answer["by"], answer["by_meaning_alone"], answer["total"] >= len(LANDINGS)) == (
        "meaning",
        answer["total"],
        True,
    )


def test_results_say_what_made_them(shelf: Shelf) -> None:
    with shelf.sessions() as session:
        both = search_by(session, parse_query("lunar surface"), shelf.meaning)
        by_words = search(session, parse_query("lunar surface by:meaning"))
        without = search_by(session, parse_query("lunar surface"), None)
        counted = facets_of_results(session, parse_query("lunar surface"), both)
        narrowed = search_by(session, parse_query("lunar surface lang:fr topic:lunar-exploration"), shelf.meaning)
    assert (both.by, both.total - both.by_meaning_alone) == (By.BOTH, 1)
    assert {each.value: each.count for each in counted["language"]}["fr"] == narrowed.total
    assert sum(each.count for each in counted["language"]) == both.total
    assert both.hits[0].article_id == shelf.ids["landing-en"]
    assert by_words == without
    assert (without.by, without.total, without.by_meaning_alone) == (By.WORDS, 1, 0)


def test_pages_of_fused_results_neither_repeat_nor_leave_out(shelf: Shelf) -> None:
    for number in range(5):
        shelf.put(f"more-{number}", f"Moon report {number}", "The Moon is told of. It has a surface and a far side.")
    everything = shelf.found("moon by:both")
    paged = [
        name for offset in range(0, len(everything) + 2, 2) for name in shelf.found("moon", limit=2, offset=offset)
    ]
    assert paged == everything
    assert len(set(everything)) == len(everything) >= 9


def test_a_changed_article_is_found_by_its_new_text(shelf: Shelf) -> None:
    assert shelf.found("harvest and drought by:meaning", limit=1) == ["other-ru"]
    with shelf.sessions.begin() as session:
        article = session.get_one(Article, shelf.ids["landing-en"])
        draft = ArticleDraft(title="Farmers see drought", text="Drought harms the harvest of wheat on dry fields.")
        a_version(session, article, draft)
        shelf.understand(session, article)
    assert shelf.found("harvest and drought by:meaning", limit=1) == ["landing-en"]
    with shelf.sessions.begin() as session:
        session.get_one(Article, shelf.ids["landing-en"]).current_version_id = None
        unindex_article(session, shelf.ids["landing-en"])
    assert shelf.found("harvest and drought by:meaning", limit=1) == ["other-ru"]


def test_a_snippet_is_the_nearest_passage_with_its_page(shelf: Shelf) -> None:
    pages = ("Report of the year.", "A probe landed on the Moon and sent pictures.", "Lawyers discussed liability.")
    filler = " The committee thanks its members for their work in the past year."
    text = "\n\n".join(page + filler for page in pages)
    shelf.put("report", "Report on missions to the Moon", text, page_numbers=(1, 2, 3))
    with shelf.sessions() as session:
        results = search_by(session, parse_query("atterrissage lunaire"), shelf.meaning)
        (hit,) = (hit for hit in results.hits if hit.article_id == shelf.ids["report"])
    assert hit.page_number == 2
    assert hit.snippet[0].text.startswith("A probe landed on the Moon")


def test_passages_are_embedded_once_and_again_where_the_text_changed(shelf: Shelf) -> None:
    with shelf.sessions.begin() as session:
        version = session.get_one(Article, shelf.ids["landing-en"]).current_version
        assert version is not None
        before = session.scalars(sa.select(PassageVectors).where(PassageVectors.version_id == version.id)).one()
        assert before.spans == [[0, len(version.text)]]
        session.expunge(before)
        await_stage(session, Stage.PASSAGES, [version.id], due_at=NOW)
    assert drain(PassagesRunner(before.model, _no_encoder), Worker(shelf.sessions, "test", NOW)) == {"done": 1}
    with shelf.sessions.begin() as session:
        version = session.get_one(Version, before.version_id)
        version.text, version.text_hash = f"Now {version.text}", "another"
        await_stage(session, Stage.PASSAGES, [version.id], due_at=NOW)
    shelf.embed_passages()
    with shelf.sessions() as session:
        after = session.get_one(PassageVectors, (before.version_id, before.model))
        assert (after.text_hash, after.embeddings != before.embeddings) == ("another", True)


def _no_encoder() -> Encoder:
    raise AssertionError("there is nothing to encode")


def test_the_page_offers_words_and_meaning_and_says_what_is_not_loaded(shelf: Shelf, page_store: PageStore) -> None:
    ways = []
    for meaning in (shelf.meaning, None):
        powers = Powers(meaning=lambda meaning=meaning: meaning)  # type: ignore[misc]
        pages = create_app(shelf.sessions, pages=page_store, render_issue=lambda _: "", powers=powers)
        with TestClient(pages) as visitor:
            ways.append(visitor.get("/", params={"q": "lunar surface"}).text)
            answer = visitor.get("/api/search", params={"q": "lunar surface by:meaning", "facets": True}).json()
            assert answer["by"] == ("meaning" if meaning else "words")
            assert sum(each["count"] for each in answer["facets"]["language"]) == answer["total"]
            nothing = visitor.get("/", params={"q": "qwzx vbnm plok by:meaning"}).text
            assert ("is near in meaning" in nothing) == bool(meaning)
    loaded, without = ways
    assert "1 by words, " in loaded
    assert "more by meaning, in any language." in loaded
    assert "by%3Ameaning" in loaded
    assert "Meaning finds the nearest 200 at most" in loaded
    assert "By words only: " in without
    assert "by%3Ameaning" not in without


def test_plain_words_are_searched_by_both_and_all_else_by_words() -> None:
    ways = {
        "moon": By.BOTH,
        "re-entry of a station country:CN": By.BOTH,
        '"lunar station"': By.WORDS,
        "moon OR lunar": By.WORDS,
        "satellit*": By.WORDS,
        "moon -mars": By.WORDS,
        "moon sort:newest": By.WORDS,
        "country:CN by:meaning": By.WORDS,
        '"lunar station" -mars by:meaning': By.MEANING,
    }
    assert {line: way_of(parse_query(line)) for line in ways} == ways
    assert words_of(parse_query('"lunar station" OR moon* -mars')) == "lunar station moon"
    assert parse_query("by:both moon").line == "moon by:both"
    with pytest.raises(QueryProblem, match="did you mean meaning"):
        parse_query("moon by:meanin")


def test_what_two_rankings_have_comes_first() -> None:
    assert fused_ids([1, 2, 3], [4, 3, 5]) == [3, 1, 4, 2, 5]


def test_windows_are_of_whole_passages_and_stay_on_their_pages() -> None:
    sentence = "Nine words make a sentence of a short passage. "
    passages, text = [], ""
    for number in range(40):
        more = sentence * 5
        passages.append(Stretch(len(text), len(text) + len(more), 1 if number < 20 else 2))
        text += more
    windows = windows_of(text, passages)
    assert [(start, end) for start, end in windows if start < passages[20].start < end] == []
    assert {start for start, _ in windows} <= {each.start for each in passages}
    assert all(45 <= words_in(text[start:end]) <= 150 for start, end in windows)
    assert windows[0][0] == 0
    assert windows[-1][1] == len(text)


@pytest.mark.parametrize("sentence", ["A sentence of six words stands. ", "这是一个没有空格的句子，它有很多字。"])
def test_a_long_passage_is_cut_at_its_sentences_and_a_long_text_keeps_sixty_four_windows(sentence: str) -> None:
    text = sentence * 3_000
    windows = windows_of(text, [Stretch(0, len(text))])
    assert len(windows) == MAX_WINDOWS
    assert windows[0][0] == 0
    assert all(text[:end].rstrip().endswith((".", "。")) and words_in(text[start:end]) <= 150 for start, end in windows)


def test_the_nearest_of_many_are_found_by_few_directions() -> None:
    random = np.random.default_rng(3)
    spread = np.diag(1 / np.sqrt(np.arange(1, 97)))
    vectors = (random.standard_normal((30_000, 96)) @ spread).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    matrix = VectorMatrix(96)
    for part in np.array_split(np.arange(30_000), 7):
        matrix.put(part, vectors[part])
    queries = vectors[:50] + 0.05 * random.standard_normal((50, 96)).astype(np.float32)
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :20]
    recalls = [
        len(set(matrix.nearest(query, 20)[0].tolist()) & set(wanted.tolist())) / 20
        for query, wanted in zip(queries, exact, strict=True)
    ]
    assert np.mean(recalls) > 0.95
