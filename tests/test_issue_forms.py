"""An issue as files: whole, safe, the same whenever they are written; and its events as calendars."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pypdf
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from markdown_it import MarkdownIt

from digest.calendar import event_of, events_of, uid_of
from digest.content import FactEntry, IssueContent
from digest.exports import pdf
from digest.exports.forms import FORMS, Export, issue_file
from digest.exports.markdown import escaped, link, markdown_of
from digest.exports.pdf import written_pdf
from digest.exports.printed import printed_html
from digest.exports.structured import IssueDocument
from digest.render import render_html, render_whole
from models.vocabulary import FactKind
from perilune.archive import open_archive
from perilune.config import settings_from
from perilune.issues import write_issue
from perilune.problems import Problem
from perilune.serving import app_for
from tests.builders import ArticleDraft, an_article, an_edition
from tests.conftest import NOW
from tests.digest_issues import ARCHIVE, LINKS, a_full_entry, an_issue, frozen

HOSTILE = "# <b>x</b> [y](http://e.example) ![z](u) `c` **d** https://f.example a@b.example &amp; $m$ | ~~s~~"
DAY = dt.datetime(2022, 3, 21, 7, tzinfo=dt.UTC)


def an_export(content: IssueContent) -> Export:
    """Make what a file is made of."""
    return Export(content, LINKS, "Perilune <digest@perilune.example>", "weekly", DAY)


def a_rich_issue(language: str = "en") -> IssueContent:
    """Make an issue with three stories, an agreement and events."""
    issue = an_issue(language, entries_count=60)
    full = (
        a_full_entry(),
        a_full_entry("Agencies sign on a lunar station", "The agencies signed an agreement on a lunar station."),
        a_full_entry("Роскосмос и CNSA подписали соглашение", "Роскосмос и CNSA подписали соглашение о станции."),
    )
    agreement, event = (news.fact for news in full[0].news)
    later = event.model_copy(update={"start": "2022-06", "end": None})
    spring = event.model_copy(update={"start": "2022-05-02", "end": "2022-05-04", "status": "postponed"})
    return issue.model_copy(update={"stories": full, "agreements": (agreement,), "events": (spring, later)})


def test_the_whole_issue_has_what_the_mail_leaves_out() -> None:
    content = a_rich_issue()
    last = content.also_noted[-1].model_copy(update={"headline": "The very last one"})
    content = content.model_copy(update={"also_noted": (*content.also_noted, last)})
    assert "The very last one" not in render_html(content, LINKS)
    whole = render_whole(content, LINKS)
    for text in (whole.html, whole.text, markdown_of(content, LINKS), printed_html(content, LINKS)):
        assert "The very last one" in text


def read(markdown: str) -> tuple[set[str], str]:
    """Read Markdown: the kinds of its marks, and its plain text."""
    tokens = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(markdown)
    inline = [child for token in tokens for child in token.children or ()]
    return {each.type for each in (*tokens, *inline)}, "".join(child.content for child in inline)


@given(st.one_of(st.text(max_size=60), st.text(alphabet="#*_-+=`[]()<>!|~\\&$:;.1)ab \n", max_size=40)))
@settings(max_examples=300, deadline=None)
def test_no_text_is_markup_in_markdown(text: str) -> None:
    line = str(escaped(text))
    kinds, plain = read(line)
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert plain == " ".join(plain.split())
    for start in ("- ", "### "):
        assert read(f"{start}{line}")[1] == plain


def test_markdown_has_footnotes_and_no_foreign_markup() -> None:
    content = an_issue(headline=HOSTILE).model_copy(update={"agreements": (a_full_entry().news[0].fact,)})
    written = markdown_of(content, LINKS)
    kinds, plain = read(written)
    assert HOSTILE in plain
    assert not kinds & {"html_inline", "html_block", "image", "code_inline", "s_open", "table_open"}
    assert f"[^1]: [CNSA, page 3, paragraph 3](<{ARCHIVE}/article/{'a' * 12}/v1#p2>)" in written
    assert "(<https://cnsa.example/a%22b>)" in written
    assert str(link("x", "javascript:alert(1)")) == "x"


def test_json_is_read_back_as_it_was() -> None:
    content = a_rich_issue()
    written = issue_file(an_export(content), "json").write()
    document = IssueDocument.model_validate_json(written)
    assert document.content == content
    place = document.content.stories[0].evidence[0]
    assert document.links.passage.format(**place.model_dump()) == LINKS.evidence(place)


@pytest.fixture(scope="module")
def printed() -> pypdf.PdfReader:
    """The PDF of an issue in Chinese."""
    return pypdf.PdfReader(io.BytesIO(written_pdf(printed_html(a_rich_issue("zh"), LINKS).encode())))


def test_the_pdf_is_tagged_dated_and_reads_in_every_script(printed: pypdf.PdfReader) -> None:
    text = "".join(page.extract_text() for page in printed.pages)
    for words in ("中俄签署月球科研站合作协议", "Роскосмос и CNSA подписали соглашение", "lunar station"):
        assert words in text
    assert f"1 / {len(printed.pages)}" in printed.pages[0].extract_text()
    assert printed.metadata is not None
    assert str(printed.metadata.title).startswith("中俄签署月球科研站合作协议")
    root = printed.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh"
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert str(printed.metadata.creation_date_raw).startswith("D:20220321")
    links = {note.get_object()["/A"]["/URI"] for page in printed.pages for note in page.get("/Annots", [])}
    assert f"{ARCHIVE}/article/{'a' * 12}/v1#p2" in links


def test_a_pdf_asks_for_nothing_and_is_the_same_again(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    html = f"<p>x<img src='{secret.as_uri()}'><img src='http://127.0.0.1:9/x.png'></p>".encode()
    first = issue_file(an_export(an_issue()), "pdf").write()
    assert first == issue_file(an_export(an_issue()), "pdf").write()
    assert b"secret" not in written_pdf(html)


def test_events_are_whole_days_with_lasting_names() -> None:
    content = a_rich_issue()
    (event,) = Calendar.from_ical(events_of(content, LINKS)).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (dt.date(2022, 5, 2), dt.date(2022, 5, 5))
    assert event["summary"] == "Postponed: 月球论坛"
    assert event["url"] == f"{ARCHIVE}/article/{'a' * 12}/v1#p2"
    again = Calendar.from_ical(event_of(content, LINKS, 1) or b"").walk("VEVENT")[0]
    assert again["uid"] == event["uid"]
    assert [event_of(content, LINKS, number) for number in (0, 2, 3)] == [None] * 3
    assert uid_of(an_event(key="f" * 12)) == "f" * 12
    assert events_of(content, LINKS) == events_of(content, LINKS)


def test_an_event_that_ends_before_it_begins_is_of_one_day() -> None:
    wrong = an_event(start="2022-05-04", end="2022-05-02")
    content = an_issue().model_copy(update={"events": (wrong,)})
    (event,) = Calendar.from_ical(events_of(content, LINKS)).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (dt.date(2022, 5, 4), dt.date(2022, 5, 5))


def an_event(**columns: object) -> FactEntry:
    """Make an event."""
    fact = a_full_entry().news[0].fact
    return fact.model_copy(update={"kind": FactKind.EVENT, "status": "announced"} | columns)


@pytest.fixture
def archive_at(tmp_path: Path) -> tuple[Path, str]:
    """A small archive with an issue: its home, and the issue's key."""
    archive = open_archive(settings_from({"PERILUNE_HOME": str(tmp_path)}))
    with archive.sessions.begin() as session:
        an_edition(session)
        an_article(session, ArticleDraft(title="Agencies agree"))
        key = frozen(session, NOW).key
    return tmp_path, key


def test_an_issue_is_had_in_every_form(archive_at: tuple[Path, str], subtests: pytest.Subtests) -> None:
    home, key = archive_at
    client = TestClient(app_for(settings_from({"PERILUNE_HOME": str(home)})))
    page = client.get(f"/issue/{key}").text
    for ending, form in FORMS.items():
        with subtests.test(ending):
            assert f'href="/issue/{key}.{ending}"' in page
            answer = client.get(f"/issue/{key}.{ending}")
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, form.media_type)
            assert answer.headers["Content-Disposition"] == f'inline; filename="perilune-weekly-2022-03-14.{ending}"'
            again = client.get(f"/issue/{key}.{ending}", headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"/issue/{key}.exe").status_code == 404
    assert client.get(f"/issue/{'f' * 12}.pdf").status_code == 404
    assert client.get(f"/issue/{key}/events.ics").status_code == 200
    assert json.loads(client.get(f"/issue/{key}.json").content)["content"]["key"] == key


WITHOUT_PANGO = "raise OSError('cannot load library libpango-1.0-0')"


@pytest.mark.parametrize(
    ("program", "limit", "problem"), [(WITHOUT_PANGO, 90, "libpango-1.0-0"), ("", 0.01, "not ready")]
)
def test_a_form_that_cannot_be_made_is_told_and_the_others_are_written(
    archive_at: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, program: str, limit: float, problem: str
) -> None:
    home, key = archive_at
    archive = open_archive(settings_from({"PERILUNE_HOME": str(home)}))
    (home / "weasyprint.py").write_text(program, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(home), prepend=":")
    monkeypatch.setattr(pdf, "TIME_LIMIT", limit)
    paths, problems = write_issue(archive, key, home / "out" / "issue")
    assert [path.suffix for path in paths] == [".html", ".txt", ".eml", ".md", ".json"]
    assert len(problems) == 1
    assert problem in problems[0]
    with pytest.raises(Problem, match="there is no form 'doc'"):
        write_issue(archive, key, home / "issue", ("doc",))
