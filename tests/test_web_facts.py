"""Calendar, register, matrix and facts over HTTP and by command: what they show, and that each can be cited."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.database import open_database
from models.fact import Fact, NamedDocument
from models.page_store import PageStore
from models.search import rebuild_index
from models.tables import Topic
from models.vocabulary import DocType, Relevance
from perilune.cli import app as commands
from perilune.dates import PartialDate
from pipeline.runners.facts import settle_facts
from tests.builders import ArticleDraft, a_story, an_article
from tests.told import Said, an_agreement, an_article_that_says, seed_actors
from web.app import create_app
from web.clock import today_here

TODAY = dt.date(2022, 3, 14)
HOSTILE = "<script>alert(1)</script>; 研讨会,\nBEGIN:VEVENT\\ " + "длинное имя " * 12
PAPER = "China's Space Activities in 2011"
EXOMARS = "MoU on the ExoMars mission"
COUNCIL = "10th Meeting of the APSCO Council"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> sessionmaker[Session]:
    """An archive in which articles agree on facts and contradict each other."""
    sessions = open_database(f"sqlite:///{tmp_path_factory.mktemp('facts')}/perilune.db")
    _fill_archive(sessions)
    return sessions


def _fill_archive(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        seed_actors(session)
        _fill(session)
        _report_documents(session)
        rebuild_index(session)


def _fill(session: Session) -> None:
    story = a_story(session, "Two agencies part")
    article = ArticleDraft(countries=("EU-ESA", "RU"), story=story, topics=("planetary-exploration",))
    parties, taking_part = ("esa", "roscosmos"), ("EU-ESA", "RU")
    told = [
        (an_agreement(EXOMARS, "2018-05-02", parties, countries=taking_part), replace(article, published="2018-05-03")),
        (
            an_agreement("ExoMars MoU", "2022-03-17", parties, status="suspended", countries=taking_part),
            replace(article, published="2022-03-18"),
        ),
        (Said(COUNCIL, "2022-09-05", "2022-09-08", place="Istanbul", status="announced"), ArticleDraft()),
        (Said(COUNCIL, "2022-10-05", place="Ankara", status="announced"), ArticleDraft()),
        (Said(COUNCIL, "2022-09-05", place="Istanbul", status="cancelled"), ArticleDraft(published="2022-03-12")),
        (Said("UN/Austria Symposium on law", "2022-11", status="announced"), ArticleDraft()),
        (Said(HOSTILE, "2022-12-01", status="announced", countries=("CN",)), ArticleDraft()),
        (Said("Workshop on debris", "2020-01-20", countries=("CN", "RU")), ArticleDraft()),
    ]
    for day, (said, draft) in enumerate(told):
        settle_facts(session, an_article_that_says(session, said, day=day, draft=draft))


@pytest.fixture(scope="module")
def client(filled: sessionmaker[Session]) -> Iterator[TestClient]:
    """A visitor of that archive."""
    with _visitor(filled) as visitor:
        yield visitor


def _visitor(sessions: sessionmaker[Session]) -> TestClient:
    app = create_app(sessions, pages=PageStore("memory://"), render_issue=json.dumps)
    app.dependency_overrides[today_here] = lambda: TODAY
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


PAGES = {
    "/calendar": ("3 upcoming events", "September 2022", "5–8 September 2022", "each other on its date and place",
                  "Istanbul", "cancelled", "&lt;script&gt;", "November 2022", "3 witnesses"),
    "/calendar?past=true": ("1 past event", "Workshop on debris", "20 January 2020"),
    "/calendar?topic=&country=cn&kind=&status=&year=": ("1 upcoming event", "&lt;script&gt;"),
    "/calendar?status=postponed": ("No such event",),
    "/calendar?page=9": ("none on this page",),
    "/agreements": ("1 agreement", EXOMARS, "suspended", "signed 2 May 2018", "European Space Agency"),
    "/agreements?party=roscosmos&status=suspended&year=2018&sort=name": ("1 agreement",),
    "/agreements?country=CN": ("No such agreement",),
    "/matrix": ("Europe (EU, ESA)", 'href="/matrix/cell?one=EU-ESA&amp;other=RU"', "1 story, 1 agreement"),
    "/matrix?by=actors&topic=planetary-exploration&since=2018&until=2018": ("Roscosmos", "2018"),
    "/matrix?since=1990&until=1991": ("Nothing to count",),
    "/matrix?top=15": ("<option selected>15</option>", 'href="/matrix/cell?top=15&amp;one=EU-ESA&amp;other=RU"'),
    "/matrix/cell?one=RU&other=EU-ESA&top=15": ('href="/matrix?top=15"',),
    "/calendar?country=FR&party=nasa&kind=docking&year=1999": (
        '<option value="FR" selected>France</option>', 'value="nasa" selected>National Aeronautics',
        'value="docking" selected', 'value="1999" selected'),
    "/matrix/cell?one=RU&other=EU-ESA": ("Agreements: 1", "Stories: 1", "Two agencies part", EXOMARS),
}  # fmt: skip


def test_pages_show_facts_with_their_evidence(client: TestClient, subtests: pytest.Subtests) -> None:
    for path, expected in PAGES.items():
        with subtests.test(path):
            response = client.get(path)
            assert response.status_code == 200
            assert [text for text in expected if text not in response.text] == []
            assert "<script" not in response.text
            assert ' style="' not in response.text


def test_postgresql_answers_the_same(client: TestClient, postgres_sessions: sessionmaker[Session]) -> None:
    _fill_archive(postgres_sessions)
    with _visitor(postgres_sessions) as visitor:
        for path in (
            "/api/calendar",
            "/api/agreements?sort=witnesses",
            "/api/matrix",
            "/api/matrix?by=actors&until=2022",
        ):
            assert _without_keys(visitor.get(path).json()) == _without_keys(client.get(path).json())
        for path, expected in PAGES.items():
            assert [text for text in expected if text not in visitor.get(path).text] == []


def _without_keys(value: object) -> object:
    if isinstance(value, dict):
        hidden = {"key", "link", "article_key", "article_url", "source"}
        return {name: _without_keys(each) for name, each in value.items() if name not in hidden}
    return [_without_keys(each) for each in value] if isinstance(value, list) else value


def test_a_fact_lays_what_contradicts_side_by_side(client: TestClient) -> None:
    (line,) = client.get("/api/calendar?year=2022&status=cancelled").json()["facts"]
    assert (line["name"], line["start_on"], line["end_on"], line["place"]) == (
        COUNCIL,
        "2022-09-05",
        "2022-09-08",
        "Istanbul",
    )
    assert (line["article_count"], line["disputed"]) == (3, ["date", "place"])
    fact = client.get(f"/api/facts/{line['key']}").json()
    readings = {
        each["field"]: [(one["value"], len(one["witnesses"])) for one in each["readings"]]
        for each in fact["contradictions"]
    }
    assert readings == {
        "date": [("5 September 2022", 2), ("5 October 2022", 1)],
        "place": [("Istanbul", 2), ("Ankara", 1)],
    }
    page = client.get(f"/facts/{line['key']}").text
    evidence = fact["witnesses"][0]["link"]
    assert evidence.replace("&", "&amp;") in page
    assert f"<mark>{fact['witnesses'][0]['quote']}</mark>" in client.get(evidence).text
    assert f"/facts/{line['key']}" in client.get(f"/article/{fact['witnesses'][0]['article_key']}").text


def test_the_calendar_can_be_subscribed_to(client: TestClient) -> None:
    response = client.get("/calendar.ics")
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = response.content.decode().replace("\r\n ", "").split("\r\n")
    assert max(len(line.encode()) for line in response.content.decode().split("\r\n")) <= 75
    assert [line for line in lines if line.startswith(("DTSTART", "DTEND", "STATUS"))] == [
        "DTSTART;VALUE=DATE:20220905", "DTEND;VALUE=DATE:20220909", "STATUS:CANCELLED",
        "DTSTART;VALUE=DATE:20221201", "DTEND;VALUE=DATE:20221202", "STATUS:CONFIRMED",
    ]  # fmt: skip
    assert lines.count("BEGIN:VEVENT") == 2
    key = client.get("/api/calendar").json()["facts"][0]["key"]
    assert f"UID:{key}@perilune" in lines
    assert "1 more state only a month or a year" in next(line for line in lines if line.startswith("DESCRIPTION"))
    assert client.get("/calendar.ics?country=CN").content.count(b"BEGIN:VEVENT\r\n") == 1


def test_tables_open_in_a_spreadsheet(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/agreements.csv").text.removeprefix("\ufeff"))))
    assert [(row["name"], row["start"], row["history"]) for row in rows] == [
        (EXOMARS, "2018-05-02", "signed 2018-05-02; suspended 2022-03-17")
    ]
    assert rows[0]["link"].startswith("http://testserver/facts/")
    pairs = list(csv.DictReader(io.StringIO(client.get("/matrix.csv").text.removeprefix("\ufeff"))))
    assert [(row["one"], row["other"], row["stories"], row["agreements"]) for row in pairs][1] == (
        "EU-ESA",
        "RU",
        "1",
        "1",
    )
    assert client.get("/calendar.csv?past=true").text.count("\r\n") == 2


MANY = 5_001


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> sessionmaker[Session]:
    """An archive of more events than one statement asks for, the first of them in January 2101."""
    sessions = open_database(f"sqlite:///{tmp_path_factory.mktemp('crowd')}/perilune.db")
    days = [PartialDate(2101, 1, 1), PartialDate(2101), PartialDate(2101, 1, 20)]
    days += [PartialDate(2101 + number // 300, 2) for number in range(MANY - len(days))]
    rows = [
        {"key": f"{number:012x}", "kind": "event", "name": f"Event {number}", "status": "announced", "start_on": day,
         "first_on": day.first, "last_on": day.last}
        for number, day in enumerate(days)
    ]  # fmt: skip
    with sessions.begin() as session:
        session.execute(sa.insert(Fact), rows)
        session.add(Topic(slug="open", name="Open topic", description=""))
        session.add(Topic(slug="shut", name="Shut topic", description="", is_active=False))
        session.add(Topic(slug="gone", name="Gone topic", description="", merged_into="open"))
    return sessions


def test_a_month_stands_once_in_the_calendar(crowded: sessionmaker[Session]) -> None:
    page = _visitor(crowded).get("/calendar").text
    assert re.findall(r'<h2 id="m\d+">(.*?)</h2>', page)[:3] == [
        "January 2101",
        "2101, month not stated",
        "February 2101",
    ]


def test_topics_that_may_not_be_given_are_offered_only_where_they_are_asked_for(crowded: sessionmaker[Session]) -> None:
    visitor = _visitor(crowded)
    for path in ("/calendar", "/matrix"):
        offered = [re.findall("(Open|Shut|Gone) topic", visitor.get(f"{path}{asked}").text) for asked in ASKED]
        assert [sorted({*each}) for each in offered] == [["Open"], ["Open", "Shut"]]


ASKED = ("", "?topic=shut")


def test_only_the_terminal_is_spared_a_long_list(crowded: sessionmaker[Session], tmp_path: Path) -> None:
    address = {"PERILUNE_DATABASE": str(crowded.kw["bind"].url), "COLUMNS": "200"}
    ics = tmp_path / "events.ics"
    counts = {}
    for form in ("", "--csv", "--json", "--csv --limit 7", f"--ics {ics}"):
        result = CliRunner().invoke(commands, ["facts", "calendar", *form.split()], env=address)
        assert result.exit_code == 0, result.output
        counts[form.split(" /")[0]] = result.output.count("Event ")
    assert counts == {"": 50, "--csv": MANY, "--json": MANY, "--csv --limit 7": 7, "--ics": 0}
    assert f"{MANY} more state only" in ics.read_text(encoding="utf-8").replace("\n ", "")
    assert _visitor(crowded).get("/calendar.csv").text.count("Event ") == MANY


NOUNS = {"story": "stories", "agreement": "agreements", "event": "events"}


def test_the_matrix_counts_what_its_cells_open(client: TestClient) -> None:
    matrix = client.get("/api/matrix").json()
    assert matrix["pairs"]
    for pair in matrix["pairs"]:
        cell = client.get(f"/api{pair['link']}").json()
        counts = [(cell[f"{one}_count"], len(cell[many]), pair[many]) for one, many in NOUNS.items()]
        assert all(count == listed == counted for count, listed, counted in counts)


def test_the_picture_of_the_matrix_can_be_read_aloud(client: TestClient) -> None:
    response = client.get("/matrix.svg")
    assert response.headers["content-type"].startswith("image/svg+xml")
    picture = ET.fromstring(response.text)
    name = "{http://www.w3.org/2000/svg}"
    assert picture.find(f"{name}title").text == "Cooperation between countries"  # type: ignore[union-attr]  # it is there
    assert "prefers-color-scheme:dark" in picture.find(f"{name}style").text  # type: ignore[operator, union-attr]  # it is there
    assert "Europe (EU, ESA) and Russia: 2" in [each.text for each in picture.iter(f"{name}title")]


FAULTS = {
    "/facts/abc": 404,
    "/api/facts/ffffffffffff": 404,
    "/calendar?year=twelve": 422,
    "/api/agreements?status=gone": 422,
    "/matrix?top=9999": 422,
    "/matrix/cell?one=CN": 422,
}


def test_what_cannot_be_is_refused(client: TestClient) -> None:
    assert {path: client.get(path).status_code for path in FAULTS} == FAULTS


def _report_documents(session: Session) -> None:
    session.add(Topic(slug="law-policy", name="Law", description=""))
    about = {"relevance": Relevance.SPACE, "topics": (), "countries": ()}
    paper = ArticleDraft(title=f"{PAPER} (White Paper)", doc_type=DocType.WHITE_PAPER, **about)  # type: ignore[arg-type]  # fields by name
    an_article(session, paper)
    an_article(session, replace(paper, title=f"China issues white paper “{PAPER}”", doc_type=DocType.NEWS))
    text = f"The paper “{PAPER}” and “Moon Plan” are out."
    news = an_article(session, replace(paper, title="Two plans", text=text, doc_type=DocType.NEWS))
    for ordinal, (name, url) in enumerate(((PAPER, None), ("Moon Plan", "https://cn.example/plan.pdf"))):
        start = text.index(name)
        session.add(
            NamedDocument(
                version_id=news.current_version_id,
                ordinal=ordinal,
                title=name,
                doc_type=DocType.WHITE_PAPER,
                url=url,
                start=start,
                end=start + len(name),
            )
        )


def test_a_reported_document_is_found_in_the_archive(client: TestClient) -> None:
    keys = {hit["title"]: hit["key"] for hit in client.get("/api/search?q=paper").json()["hits"]}
    documents = client.get(f"/api/articles/{keys['Two plans']}").json()["documents"]
    held = f"/article/{keys[f'{PAPER} (White Paper)']}"
    assert [(each["title"], each["held"]) for each in documents] == [(PAPER, held), ("Moon Plan", None)]
    page = client.get(f"/article/{keys['Two plans']}").text
    assert "In the archive" in page
    assert "/sources/new?url=https%3A//cn.example/plan.pdf" in page


def test_commands_print_facts_for_people_and_programs(filled: sessionmaker[Session], tmp_path: Path) -> None:
    address = str(filled.kw["bind"].url)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(commands, ["facts", *arguments], env={"PERILUNE_DATABASE": address})
        assert result.exit_code == 0, result.output
        return result.output

    (agreement,) = json.loads(run("agreements", "--party", "esa", "--json"))
    assert (agreement["name"], agreement["status"]) == (EXOMARS, "suspended")
    assert EXOMARS in run("show", agreement["key"])
    assert json.loads(run("show", agreement["key"], "--json"))["article_count"] == 2
    assert "Workshop on debris" in run("calendar", "--past", "--csv")
    assert json.loads(run("matrix", "--by", "actors", "--json"))[0]["agreements"] == 1
    run("matrix", "--picture", str(tmp_path / "matrix.svg"))
    assert ET.fromstring((tmp_path / "matrix.svg").read_text(encoding="utf-8")).tag.endswith("svg")
    with filled() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Fact)) == 5
