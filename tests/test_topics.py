"""The taxonomy is data: topics are added, edited, merged and switched, and what that touches is judged again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from digest.selection import material_for
from models.article import TopicAssignment, Version
from models.fate import Fate
from models.knowledge import Correction, Topic
from models.search import facets, parse_query, search, vocabulary_of
from models.tables import Issue
from models.taxonomy import merged_topics
from models.vocabulary import CorrectionField, FateState, Stage
from models.word_list import WordEntry, entries_from_text, entry_from_line, lines_in
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import settings_from
from perilune.problems import Problem
from perilune.serving import app_for
from perilune.topic_files import export_topics, import_topics
from perilune.topics import (
    TopicDraft,
    add_topic,
    edit_examples,
    edit_topic,
    edit_words,
    merge_topic,
    switch_topic,
    topic_value,
)
from pipeline.understanding.knowledge import seed_knowledge, topic_file_of, topics_from_rows
from pipeline.understanding.taxonomy import TopicFile, load_topic_files
from tests.builders import ArticleDraft, an_article, an_edition, runner_by_words
from tests.conftest import NOW

HERE = {"Origin": "http://testserver"}
LUNAR, MARS = "lunar-exploration", "planetary-exploration"


@pytest.fixture
def archive(sessions: sessionmaker[Session], database_url: str, tmp_path: Path) -> Archive:
    """An archive with the topics that ship."""
    with sessions.begin() as session:
        seed_knowledge(session)
    return Archive(settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url}), sessions)


def lay(archive: Archive, *topics: str, title: str = "Agencies sign a memorandum on lunar exploration") -> str:
    """Lay an article with these topics into the archive, and return its key."""
    with archive.sessions.begin() as session:
        return an_article(session, ArticleDraft(title=title, topics=topics)).key


def found(archive: Archive, line: str) -> set[str]:
    """Search, and return the keys of what is found."""
    with archive.sessions() as session:
        return {hit.key for hit in search(session, parse_query(line, vocabulary_of(session))).hits}


def waiting_count(archive: Archive) -> int:
    """Count the versions that wait to be understood."""
    with archive.sessions() as session:
        waiting = sa.select(Fate).where(Fate.stage == Stage.UNDERSTAND, Fate.state == FateState.WAITING)
        return len(session.scalars(waiting).all())


@pytest.mark.parametrize("shipped", load_topic_files(), ids=[file.slug for file in load_topic_files()])
def test_a_shipped_topic_says_what_it_is_in_four_languages(shipped: TopicFile) -> None:
    assert all(len(shipped.words[language]) >= 20 for language in ("en", "zh", "ru", "fr"))
    assert 60 <= len(shipped.description) <= 400
    assert shipped.description.count(". ") <= 1
    assert shipped.description.endswith(".")
    assert 2 <= len(shipped.examples) <= 4
    assert all(40 <= len(example) <= 400 or not example.isascii() for example in shipped.examples)
    assert len({example.isascii() for example in shipped.examples}) == 2


def test_words_stay_the_same_in_the_text_area_that_shows_them() -> None:
    for words in (words for file in load_topic_files() for words in file.words.values()):
        assert entries_from_text("\r\n".join(entry.line for entry in words)) == words


@pytest.mark.databases("sqlite")
def test_shipped_topics_survive_the_way_through_rows_and_files(archive: Archive, tmp_path: Path) -> None:
    export_topics(archive, tmp_path / "out")
    assert load_topic_files(tmp_path / "out") == load_topic_files()
    with archive.sessions() as session:
        assert topics_from_rows(session) == tuple(file.topic for file in load_topic_files())
    assert {row["what"] for row in import_topics(archive, tmp_path / "out", now=NOW)} == {"unchanged"}


@pytest.mark.databases("sqlite")
def test_an_edited_file_becomes_a_row_and_a_wrong_one_changes_nothing(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export_topics(archive, folder)
    file = folder / "launch.toml"
    file.write_text(file.read_text().replace('name = "Launch', 'name = "Rockets, launch'), encoding="utf-8")
    (folder / "tea.toml").write_text('slug = "tea"\nname = "Tea"\ndescription = "x"\npattern = 3\n', encoding="utf-8")
    with pytest.raises(Problem, match=r"^tea\.toml: pattern: unknown key; did you mean 'patterns'"):
        import_topics(archive, folder, now=NOW)
    assert "Rockets" not in str(topic_value(archive, "launch")["name"])
    (folder / "tea.toml").write_text('slug = "tea"\nname = "Tea"\ndescription = "Tea in orbit."\n', encoding="utf-8")
    done = {row["topic"]: str(row["what"]) for row in import_topics(archive, folder, now=NOW)}
    assert (done["tea"], done["security"]) == ("Tea is added.", "unchanged")
    with archive.sessions.begin() as session:
        seed_knowledge(session)
    assert "Rockets" in str(topic_value(archive, "launch")["name"])


@pytest.mark.databases("sqlite")
def test_a_new_topic_needs_a_description_and_makes_all_be_judged_again(archive: Archive) -> None:
    key = lay(archive, LUNAR)
    draft = TopicDraft("Tourism", "Paying passengers in space.", ["A tourist flies.", key])
    change = add_topic(archive, "space-tourism", draft, now=NOW)
    assert change.sentence == "Tourism is added. 1 article is judged again at the next `perilune process`."
    assert waiting_count(archive) == 1
    examples = topic_value(archive, "space-tourism")["examples"]
    assert isinstance(examples, list)
    assert examples[1].startswith("Agencies sign a memorandum on lunar exploration. The two space agencies")
    with archive.sessions() as session:
        added = next(topic for topic in topics_from_rows(session) if topic.slug == "space-tourism")
    assert (added.patterns, len(added.examples)) == ({}, 2)


@pytest.mark.databases("sqlite")
def test_words_are_added_weighted_and_removed_as_they_were_written(archive: Archive) -> None:
    entry = WordEntry("moon (?:base|town)", 1.5, is_pattern=True)
    edit_words(archive, LUNAR, "en", ([entry, WordEntry("lunar", 0.25)], []), now=NOW)
    words = topic_value(archive, LUNAR)["words"]
    assert isinstance(words, dict)
    assert {"pattern": "moon (?:base|town)", "weight": 1.5} in words["en"]
    assert [each for each in words["en"] if each.get("words") == "lunar"] == [{"words": "lunar", "weight": 0.25}]
    with archive.sessions.begin() as session:
        seed_knowledge(session)
    edit_words(archive, LUNAR, "en", ([], [entry]), now=NOW)
    words = topic_value(archive, LUNAR)["words"]
    assert isinstance(words, dict)
    assert "moon (?:base|town)" not in str(words)
    assert {"words": "lunar", "weight": 0.25} in words["en"]


@pytest.mark.databases("sqlite")
def test_words_and_a_regular_expression_of_the_same_text_are_two_entries(archive: Archive) -> None:
    plain, pattern = WordEntry("moonbase"), WordEntry("moonbase", 2.0, is_pattern=True)

    def kept(slug: str) -> list[str]:
        with archive.sessions() as session:
            entries = topic_file_of(session.get_one(Topic, slug)).words["en"]
        return sorted(entry.line for entry in entries if entry.text == "moonbase")

    edit_words(archive, LUNAR, "en", ([plain, pattern], []), now=NOW)
    assert kept(LUNAR) == ["/moonbase/ = 2", "moonbase"]
    edit_words(archive, LUNAR, "en", ([], [plain]), now=NOW)
    assert kept(LUNAR) == ["/moonbase/ = 2"]
    with pytest.raises(Problem, match="has no words 'moonbase' in the language en"):
        edit_words(archive, LUNAR, "en", ([], [plain]), now=NOW)
    edit_words(archive, MARS, "en", ([plain], []), now=NOW)
    merge_topic(archive, LUNAR, MARS, now=NOW)
    assert kept(MARS) == ["/moonbase/ = 2", "moonbase"]


@pytest.mark.databases("sqlite")
def test_a_topic_that_is_off_gives_its_words_in_a_merge_and_all_are_judged_by_them(archive: Archive) -> None:
    for slug in ("launch", "security"):
        lay(archive, slug)
    switch_topic(archive, LUNAR, is_on=False, now=NOW)
    assert merge_topic(archive, LUNAR, MARS, now=NOW).judged_again == waiting_count(archive) == 2


@pytest.mark.databases("sqlite")
def test_a_new_name_makes_nothing_be_judged_again(archive: Archive) -> None:
    lay(archive, LUNAR)
    assert edit_topic(archive, LUNAR, TopicDraft(name="The Moon"), now=NOW).sentence == "The Moon: changed its name."
    assert edit_topic(archive, LUNAR, TopicDraft(name="The Moon"), now=NOW).done == "The Moon is so already."
    assert waiting_count(archive) == 0
    with archive.sessions() as session:
        assert [value.label for value in facets(session, parse_query(""))["topic"]] == ["The Moon"]


def test_a_merged_topics_articles_move_and_old_searches_find_them(archive: Archive) -> None:
    moon, both, other = lay(archive, LUNAR), lay(archive, LUNAR, MARS), lay(archive, "launch")
    change = merge_topic(archive, LUNAR, MARS, now=NOW)
    assert "2 articles moved" in change.done
    assert change.judged_again == waiting_count(archive) == 3
    assert found(archive, f"topic:{LUNAR}") == found(archive, f"topic:{MARS}") == {moon, both}
    assert found(archive, f"topic:{LUNAR}+{MARS}") == {moon, both}
    assert found(archive, "topic:launch") == {other}
    with archive.sessions() as session:
        assert merged_topics(session) == {LUNAR: MARS}
        merged = next(topic for topic in topics_from_rows(session) if topic.slug == MARS)
        assert "嫦娥" in str(merged.patterns["zh"])
        assert {value.value for value in facets(session, parse_query(""))["topic"]} == {MARS, "launch"}


@pytest.mark.databases("sqlite")
def test_a_correction_keeps_its_meaning_through_a_chain_of_merges(archive: Archive) -> None:
    key = lay(archive, "launch")
    said: dict[str, object] = {"value": [LUNAR, "security"]}
    with archive.sessions.begin() as session:
        session.add(Correction(article_key=key, field=CorrectionField.TOPICS, value=said, made_by="ada", made_at=NOW))
    merge_topic(archive, LUNAR, MARS, now=NOW)
    merge_topic(archive, MARS, "technology", now=NOW)
    switch_topic(archive, "security", is_on=False, now=NOW)
    runner = runner_by_words()
    with archive.sessions.begin() as session:
        version_id = session.scalars(sa.select(Version.id)).one()
        (result,) = [understood for _, understood in runner.compute(archive.sessions, [version_id])]
        runner.store(session, version_id, result, now=NOW)
    with archive.sessions() as session:
        assert list(session.scalars(sa.select(TopicAssignment.topic_slug))) == ["technology"]
    assert found(archive, f"topic:{LUNAR}") == {key}


@pytest.mark.databases("sqlite")
def test_switching_a_merged_topic_on_undoes_the_merge(archive: Archive) -> None:
    lay(archive, LUNAR)
    merge_topic(archive, LUNAR, MARS, now=NOW)
    assert "is on" in switch_topic(archive, LUNAR, is_on=True, now=NOW).done
    with archive.sessions() as session:
        assert merged_topics(session) == {}
        assert LUNAR in {topic.slug for topic in topics_from_rows(session)}


@pytest.mark.databases("sqlite")
def test_a_topic_that_is_off_is_in_no_facet_and_no_digest(archive: Archive) -> None:
    lay(archive, LUNAR, MARS)
    with archive.sessions.begin() as session:
        an_edition(session, query=f"topic:{LUNAR} topic:launch")
    assert "The search of the digest weekly asks for it." in switch_topic(archive, LUNAR, is_on=False, now=NOW).done
    with archive.sessions.begin() as session:
        assert [value.value for value in facets(session, parse_query(""))["topic"]] == [MARS]
        session.add(TopicAssignment(version_id=session.scalars(sa.select(Version.id)).one(), topic_slug=LUNAR, score=1))
    with archive.sessions() as session:
        edition = an_edition(session, "daily", query="relevance:core")
        issue = Issue(key="0" * 12, edition_id=edition.id, number=1, period_start_at=NOW, due_at=NOW)
        (candidate,) = material_for(session, edition, issue).candidates
        assert candidate.topics == ("Planetary exploration",)
        assert [value.value for value in facets(session, parse_query(""))["topic"]] == [MARS]
    switch_topic(archive, LUNAR, is_on=True, now=NOW + dt.timedelta(hours=1))
    assert waiting_count(archive) == 1


@pytest.mark.databases("sqlite")
def test_a_mistake_is_told_in_one_sentence(archive: Archive, subtests: pytest.Subtests) -> None:
    merge_topic(archive, LUNAR, MARS, now=NOW)
    switch_topic(archive, "security", is_on=False, now=NOW)
    tea = TopicDraft("Tea", "Tea in orbit.")
    bad = WordEntry("(", is_pattern=True)
    mistakes: dict[str, Callable[[], object]] = {
        "there is no topic 'lunch'; did you mean launch?": lambda: merge_topic(archive, "lunch", MARS, now=NOW),
        "the topic 'launch' is there already": lambda: add_topic(archive, "launch", tea, now=NOW),
        "slug: 'Tea Time' must be lower-case words": lambda: add_topic(archive, "Tea Time", tea, now=NOW),
        "tea: description: must be a text": lambda: add_topic(archive, "tea", TopicDraft("Tea", " "), now=NOW),
        "launch cannot be merged into itself": lambda: merge_topic(archive, "launch", "launch", now=NOW),
        "would go in a circle": lambda: merge_topic(archive, MARS, LUNAR, now=NOW),
        f"{LUNAR} was merged into {MARS}; merge into that one": lambda: merge_topic(archive, "launch", LUNAR, now=NOW),
        f"{LUNAR} was merged into {MARS}; change that one": lambda: edit_topic(archive, LUNAR, tea, now=NOW),
        "security is off; `perilune topics on security`": lambda: merge_topic(archive, "launch", "security", now=NOW),
        "bad regular expression": lambda: edit_words(archive, "launch", "en", ([bad], []), now=NOW),
        "'xx1' is no language": lambda: edit_words(archive, "launch", "xx1", ([WordEntry("a")], []), now=NOW),
        "did you mean 'rocket'?": lambda: edit_words(archive, "launch", "en", ([], [WordEntry("rockett")]), now=NOW),
        "has no example 9": lambda: edit_examples(archive, "launch", ([], [9]), now=NOW),
        "there is no article 'ffffffffffff'": lambda: edit_examples(archive, "launch", (["f" * 12], []), now=NOW),
    }
    for sentence, mistake in mistakes.items():
        with subtests.test(sentence), pytest.raises(Problem, match=re.escape(sentence)):
            mistake()


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("lunar base* = 2", WordEntry("lunar base*", 2.0)),
        ("franco-*", WordEntry("franco-*")),
        ("/a{1,2}(?=b)/ = 0.5", WordEntry("a{1,2}(?=b)", 0.5, is_pattern=True)),
    ],
)
def test_a_line_of_words_is_read_as_it_is_written(line: str, entry: WordEntry) -> None:
    assert entry_from_line(line) == entry
    assert entry.line == line


def test_lists_of_words_keep_the_last_line_of_each_and_commas_of_expressions() -> None:
    assert entries_from_text("moon\n\n moon = 2 \n") == (WordEntry("moon", 2.0),)
    assert list(lines_in("lunar base = 2, /m{1,2}oon/,moon")) == ["lunar base = 2", "/m{1,2}oon/", "moon"]
    with pytest.raises(ValueError, match="must be a number"):
        entry_from_line("moon = heavy")


@pytest.mark.databases("sqlite")
def test_the_command_line_tells_and_changes(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    home = archive.settings.home
    (home / "sources").mkdir()
    said = {"HOME": home, "DATABASE": archive.settings.database_url, "SOURCES": home / "sources"}
    for name, value in said.items():
        monkeypatch.setenv(f"PERILUNE_{name}", str(value))
    lay(archive, LUNAR)
    run = CliRunner().invoke
    words = "en:space tourist* = 2,/suborbital (?:hop|flight)/"
    added = run(
        app,
        ["topics", "add", "space-tourism", "--name", "Tourism", "--description", "Passengers.", "--words", words],
    )
    assert "1 article is judged again" in added.output
    assert "space tourist* = 2\n/suborbital (?:hop|flight)/" in run(app, ["topics", "show", "space-tourism"]).output
    listed = run(app, ["topics", "list", "--json"]).output
    assert '"topic": "space-tourism"' in listed
    assert '"judged_again": 0' in run(app, ["topics", "rename", "space-tourism", "Tourists", "--json"]).output
    assert "Tourists" in run(app, ["topics", "off", "space-tourism"]).output


@pytest.fixture
def visitor(archive: Archive) -> Iterator[TestClient]:
    """A visitor of an archive that the product serves."""
    with TestClient(app_for(archive.settings), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.databases("sqlite")
def test_a_topic_is_added_edited_and_merged_in_the_browser(archive: Archive, visitor: TestClient) -> None:
    key = lay(archive, LUNAR)
    form = {"slug": "tea", "name": "Tea", "description": "Tea in orbit.", "examples": f"A cup of tea.\n{key}"}
    assert "Tea is added." in visitor.post("/topics", data=form, headers=HERE).text
    words = {"name": "Tea & cake", "words-en": "teapot = 2\n\nspace cake", "words-zh": "茶", "examples": ""}
    page = visitor.post("/topics/tea/edit", data=words, headers=HERE).text
    assert "Tea &amp; cake: changed its name, examples, words." in page
    assert "teapot = 2\nspace cake</textarea>" in page
    assert visitor.get("/api/topics/tea").json()["words"]["zh"] == [{"text": "茶", "weight": 1, "is_pattern": False}]
    assert "Agencies sign a memorandum" in visitor.get("/topics").text
    merged = visitor.post(f"/topics/{LUNAR}/merge", data={"into": "tea"}, headers=HERE).text
    assert "no longer a topic of its own" in merged
    (line,) = [each for each in visitor.get("/api/topics?limit=100").json()["topics"] if each["slug"] == LUNAR]
    assert (line["merged_into"], line["article_count"]) == ("tea", 0)
    assert "Lunar exploration" not in visitor.get("/about").text
    assert "of its own again" in visitor.get(f"/topics/{LUNAR}").text
    assert "is on" in visitor.post(f"/topics/{LUNAR}/on", headers=HERE).text


@pytest.mark.databases("sqlite")
def test_forms_of_other_sites_and_bad_words_change_no_topic(archive: Archive, visitor: TestClient) -> None:
    strange = visitor.post("/topics/launch/off", headers={"Origin": "http://elsewhere.example"})
    assert strange.status_code == 403
    wrong = visitor.post("/topics/launch/edit", data={"words-en": "/(/"}, headers=HERE)
    assert (wrong.status_code, "bad regular expression" in wrong.text) == (422, True)
    assert visitor.get("/topics/lunch").status_code == visitor.get("/api/topics/lunch").status_code == 404
    assert visitor.post("/topics/launch/explode", headers=HERE).status_code == 404
    with archive.sessions() as session:
        assert session.get_one(Topic, "launch").is_active
        assert session.get_one(Topic, "launch").edited_at is None
