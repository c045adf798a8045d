"""Exports: each form is read back by a reader of its kind, says what the archive has, and holds so much and no more."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import pytest
import rispy
import sqlalchemy as sa
from bibtexparser.entrypoint import parse_string
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from warcio.archiveiterator import ArchiveIterator

from models.page_store import PageStore
from models.search import rebuild_index
from models.story import Evidence
from models.tables import Article, Version
from models.vocabulary import DocType
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.exporting import Chosen, export_to
from perilune.exports.forms import FORMS, MAX_ARTICLES, name_of_file, require_room
from perilune.exports.table import COLUMNS, csv_lines
from perilune.problems import Problem
from perilune.serving import app_for
from perilune.takedowns import withdraw
from tests.builders import ArticleDraft, a_story, an_article
from tests.conftest import NOW
from tests.digest_issues import told_story

HERE = {"Origin": "http://testserver"}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY = "<p>月球 & Moon</p>".encode()
TITLES = {
    "formula": "=HYPERLINK(1) on lunar 50% & $x_y",
    "chinese": "中俄签署月球合作协议 {lunar} \\ ~^#",
    "report": "Lunar *report* [draft]",
}
CSL_TYPES = {"article-newspaper", "report", "treaty", "speech", "webpage", "document"}
CSL_FIELDS = {"id", "type", "title", "author", "issued", "accessed", "container-title", "publisher", "genre"} | {
    "language",
    "URL",
    "archive",
    "archive_location",
    "keyword",
    "note",
}


@pytest.fixture
def archive(database_url: str, sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An open archive."""
    return Archive(settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url}), sessions)


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> dict[str, str]:
    """Three articles whose titles each form could take for its own signs, and a story with a summary."""
    with sessions.begin() as session:
        drafts = {
            "formula": ArticleDraft(title=TITLES["formula"], text="They said:\x07 +1.\n\nMore on lunar matters."),
            "chinese": ArticleDraft(title=TITLES["chinese"], language="zh", published="2022-03", source="cn"),
            "report": ArticleDraft(title=TITLES["report"], published="2021", doc_type=DocType.REPORT, source="ral"),
        }
        found = {name: an_article(session, draft) for name, draft in drafts.items()}
        for article in found.values():
            _answer(session, article, page_store)
        story = told_story(session)
        other = a_story(session, "Another")
        for article in story.articles:
            _answer(session, article, page_store)
        session.execute(sa.update(Evidence).where(Evidence.sentence_ordinal == 1).values(page_number=7))
        rebuild_index(session)
        return {name: article.key for name, article in found.items()} | {"story": story.key, "empty": other.key}


def _answer(session: Session, article: Article, page_store: PageStore) -> None:
    version = session.get_one(Version, article.current_version_id)
    version.authors = ["Ада Лавлейс", "O'Neil, {Bob}"]
    version.page.content_hash = page_store.keep(BODY)
    version.page.headers = {"content-type": "text/html; charset=utf-8", "content-encoding": "gzip", "x-a": "1"}


@pytest.fixture
def client(keys: dict[str, str], archive: Archive) -> Iterator[TestClient]:
    """The archive as the product serves it."""
    with TestClient(app_for(archive.settings), raise_server_exceptions=False, headers=HERE) as client:
        yield client


def _exported(client: TestClient, form: str, asked: str = "q=lunar+sort:newest") -> bytes:
    answer = client.get(f"/export?{asked}&format={form}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'.{FORMS[form].ending}"')
    return answer.content


def test_tables_have_every_article_once_and_no_formula(client: TestClient, keys: dict[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(_exported(client, "csv").decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["key"] for row in rows] == [keys[name] for name in ("formula", "chinese", "report")]
    assert rows[0]["title"] == f"'{TITLES['formula']}"
    assert [row["published"] for row in rows] == ["2022-03-10", "2022-03", "2021"]
    assert rows[1]["countries"] == "CN; RU"
    wide = [{"title": f"{sign}HYPERLINK(1)"} for sign in "\uff1d\uff0b\uff0d\uff20"]
    assert all(line.startswith("'") for line in list(csv_lines(["title"], wide))[1:])
    lines = [json.loads(line) for line in _exported(client, "jsonl").splitlines()]
    assert [line["title"] for line in lines] == list(TITLES.values())
    assert lines[0]["text"].endswith("More on lunar matters.")
    assert lines[0]["archived"] == f"http://testserver/article/{keys['formula']}/v1/page"


@pytest.mark.databases("sqlite")
def test_citations_are_read_back_by_their_own_readers(client: TestClient, keys: dict[str, str]) -> None:
    items = json.loads(_exported(client, "csl"))
    for item in items:
        assert set(item) <= CSL_FIELDS
        assert item["type"] in CSL_TYPES
        assert all(isinstance(part, int) for part in item["accessed"]["date-parts"][0])
    assert [item["issued"]["date-parts"] for item in items] == [[[2022, 3, 10]], [[2022, 3]], [[2021]]]
    assert items[1]["author"] == [{"literal": "Ада Лавлейс"}, {"literal": "O'Neil, {Bob}"}]
    assert items[2]["type"] == "report"
    entries = rispy.loads(_exported(client, "ris").decode())
    assert [entry["title"] for entry in entries] == list(TITLES.values())
    assert [entry["date"] for entry in entries] == ["2022/03/10/", "2022/03//", "2021///"]
    assert [entry["type_of_reference"] for entry in entries] == ["NEWS", "NEWS", "RPRT"]
    library = parse_string(_exported(client, "bib").decode())
    assert not library.failed_blocks
    fields = [{name: field.value for name, field in entry.fields_dict.items()} for entry in library.entries]
    assert fields[0]["title"] == r"{=HYPERLINK(1) on lunar 50\% \& \$x\_y}"
    assert fields[1]["title"].startswith(r"{中俄签署月球合作协议 \{lunar\} \textbackslash{}")
    assert [each["year"] for each in fields] == ["2022", "2022", "2021"]
    assert [each.get("month") for each in fields] == ["03", "03", None]
    assert library.entries[2].entry_type == "techreport"
    assert library.entries[0].key == f"un_unoosa-2022-{keys['formula']}"


@pytest.mark.databases("sqlite")
def test_briefs_have_footnotes_to_the_address_the_day_and_the_copy(client: TestClient, keys: dict[str, str]) -> None:
    text = _exported(client, "md", f"story={keys['story']}").decode()
    assert text.startswith("# Agencies agree\n")
    assert "They met in Vienna.[^1]" in text
    assert text.count("[^1]: ") == text.count(", p. 7, <") == 1
    assert "They signed a memorandum.[^2]" in text
    assert "accessed 2022-03-14; archived copy <http://testserver/article/" in text
    assert "## [Lunar \\*report\\* \\[draft\\]](" in _exported(client, "md").decode()
    body = _exported(client, "docx", f"story={keys['story']}")
    document = docx.Document(io.BytesIO(body))
    assert "They signed a memorandum." in [paragraph.text for paragraph in document.paragraphs]
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert b'PartName="/word/footnotes.xml"' in parts["[Content_Types].xml"]
    assert b"relationships/footnotes" in parts["word/_rels/document.xml.rels"]
    notes = ET.fromstring(parts["word/footnotes.xml"])
    kinds = [(note.get(f"{W}id"), note.get(f"{W}type")) for note in notes]
    assert kinds[:2] == [("-1", "separator"), ("0", "continuationSeparator")]
    cited = [each.get(f"{W}id") for each in ET.fromstring(parts["word/document.xml"]).iter(f"{W}footnoteReference")]
    assert cited == [number for number, _ in kinds[2:]] == ["1", "2", "3"]
    words, on_page = ("".join(each.text or "" for each in note.iter(f"{W}t")) for note in notes[2:4])
    assert ", p. 7, http" in on_page
    assert "“They agree”" in words
    assert "accessed 2022-03-14; archived copy http://testserver/article/" in words
    targets = parts["word/_rels/footnotes.xml.rels"].decode()
    assert targets.count('TargetMode="External"') == targets.count("<Relationship ")
    styles = parts["word/styles.xml"]
    assert b'w:styleId="FootnoteText"' in styles
    assert b'w:styleId="FootnoteReference"' in styles
    settings = [child.tag.removeprefix(W) for child in ET.fromstring(parts["word/settings.xml"])]
    assert settings.index("footnotePr") == settings.index("compat") - 1


@pytest.mark.databases("sqlite")
def test_archived_pages_go_out_as_they_were_kept(client: TestClient, keys: dict[str, str], archive: Archive) -> None:
    with archive.sessions.begin() as session:
        article = session.query(Article).filter_by(key=keys["report"]).one()
        article.versions[0].page.content_hash = "0" * 64
    records = list(_warc(_exported(client, "warc")))
    assert [kind for kind, *_ in records] == ["warcinfo", "response", "response", "metadata"]
    _, url, headers, date, status, body = records[1]
    assert body == BODY
    assert (url.startswith("http://un_unoosa.example/"), date, status) == (True, "2022-03-14T07:00:00Z", "200")
    assert headers == {"content-type": "text/html; charset=utf-8", "x-a": "1", "content-length": str(len(BODY))}
    assert b"cannot be read" in records[3][-1]


def _warc(body: bytes) -> Iterator[tuple[str, str, dict[str, str], str, str, bytes]]:
    for record in ArchiveIterator(io.BytesIO(body), check_digests="raise"):
        http = record.http_headers
        headers = dict(http.headers) if http else {}
        facts = record.rec_headers
        yield (
            record.rec_type,
            facts.get_header("WARC-Target-URI") or "",
            headers,
            facts.get_header("WARC-Date"),
            http.get_statuscode() if http else "",
            record.content_stream().read(),
        )


def test_any_selection_is_exported_by_page_api_and_command(
    client: TestClient, keys: dict[str, str], archive: Archive, tmp_path: Path
) -> None:
    two = f"key={keys['report']}&key={keys['chinese']}&key={'f' * 12}"
    rows = list(csv.DictReader(io.StringIO(_exported(client, "csv", two).decode("utf-8-sig"))))
    assert [row["key"] for row in rows] == [keys["report"], keys["chinese"]]
    for key in (keys["report"], keys["chinese"]):
        client.put(f"/api/stars/{key}")
    made = client.post("/api/collections", json={"name": "Łunar & more"}).json()["key"]
    client.post(f"/api/collections/{made}/items", json={"articles": [keys["chinese"]], "remark": "-1 to read"})
    answer = client.get(f"/api/export?collection={made}&format=csv")
    assert (
        f'filename="perilune-unar-more-{dt.datetime.now(dt.UTC).date()}.csv"' in answer.headers["content-disposition"]
    )
    assert "'-1 to read" in answer.text
    assert _exported(client, "jsonl", "stars=yes").count(b"\n") == 2
    for asked, status in (
        ("q=lunar", 422),
        ("q=lunar&format=odt", 422),
        ("format=csv", 422),
        ("q=topic:nonsense&format=csv", 400),
        ("q=zzz&format=csv", 422),
        (f"story={keys['empty']}&format=csv", 422),
        (f"story={'f' * 12}&format=csv", 404),
        (f"collection={'f' * 12}&format=csv", 404),
    ):
        assert client.get(f"/api/export?{asked}").status_code == status, asked
    file = tmp_path / "out.ris"
    chosen = Chosen(collection=made)
    assert export_to(archive, chosen, "ris", str(file), now=NOW) == f"1 article in {file}, {file.stat().st_size} bytes."
    assert rispy.loads(file.read_text())[0]["notes"][0] == "-1 to read"
    for wrong in (Chosen(), Chosen(query="lunar", stars=True), Chosen(story="f" * 12), Chosen(collection="f" * 12)):
        with pytest.raises(Problem):
            export_to(archive, wrong, "csv", str(file), now=NOW)
    with pytest.raises(Problem, match="cannot be written"):
        export_to(archive, Chosen(query="lunar"), "csv", str(tmp_path / "no" / "where.csv"), now=NOW)
    withdraw(archive, keys["report"], "It was asked", by="Ada", now=NOW)
    assert client.get(f"/export?key={keys['report']}&format=csv").status_code == 410
    assert keys["report"] not in _exported(client, "csv", two).decode()


def test_a_file_holds_so_much_and_says_so() -> None:
    with pytest.raises(Problem, match=r"selects 10,001 articles; .* at most 10,000"):
        require_room(FORMS["csv"], MAX_ARTICLES + 1)
    with pytest.raises(Problem, match="at most 500"):
        require_room(FORMS["docx"], 501)
    require_room(FORMS["csv"], MAX_ARTICLES)
    assert name_of_file("../../Ракета", FORMS["csl"], NOW.date()) == "perilune-export-2022-03-14.csl.json"
