"""The editor's desk: what is changed, what ledger and record say of it, and that nothing changes after release."""

from __future__ import annotations

import datetime as dt
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from digest.desk import key_of_entry
from digest.desk_notice import tell_of_held_issues
from digest.issue import compose_issue
from digest.release import release, release_due
from models.article import Article, Passage, Version
from models.edition import Delivery, Edition, Issue, IssueEdit, LedgerRow, Reader
from models.watch import Notice
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import settings_from
from perilune.problems import Problem
from perilune.readers import forget
from perilune.serving_desk import ArchiveDesk
from tests.builders import ArticleDraft, a_story, an_article
from tests.desk_issues import EDITOR, Held, content_of, hold_an_issue, ledger_of
from tests.digest_issues import A_WEEK, titles


@pytest.fixture
def held(sessions: sessionmaker[Session], now: dt.datetime) -> Held:
    """A held issue."""
    with sessions.begin() as session:
        return hold_an_issue(session, now)


@pytest.fixture
def desk(sessions: sessionmaker[Session], tmp_path: Path, now: dt.datetime) -> ArchiveDesk:
    """The desk of the archive."""
    return ArchiveDesk(Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions), now=lambda: now)


def act(desk: ArchiveDesk, held: Held, action: str, **said: str) -> str:
    """Do something at the desk as its editor."""
    return desk.change(held.issue, action, said, by=EDITOR)


def edits_of(sessions: sessionmaker[Session]) -> list[tuple[str, str, str | None, str | None]]:
    """Read the record: action, target, before and after."""
    with sessions() as session:
        rows = session.scalars(sa.select(IssueEdit).order_by(IssueEdit.id))
        return [(row.action, row.target, row.before, row.after) for row in rows]


def test_what_an_editor_drops_is_left_out_by_name_with_what_it_states(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    composed = content_of(sessions, held.issue)
    assert "Memorandum of Monday" in [fact.name for fact in composed.agreements]
    assert act(desk, held, "drop", key=held.told) == "“Agencies agree” is dropped."
    act(desk, held, "drop", key=held.document)
    content = content_of(sessions, held.issue)
    assert "Agencies agree" not in titles([*content.stories, *content.also_noted])
    assert not content.agreements
    assert not content.documents
    dropped = {key for key, row in ledger_of(sessions).items() if row == ("left-out", "dropped by Ada", 1)}
    assert dropped == {held.document, *(item.article_key for item in composed.stories[0].items)}
    assert [edit[:2] for edit in edits_of(sessions)] == [("drop", "Agencies agree"), ("drop", "A white paper")]
    assert len(desk.record(held.issue)["edits"]) == 2  # type: ignore[arg-type]


def test_of_a_story_one_article_can_be_dropped_with_what_only_it_says(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    story = content_of(sessions, held.issue).stories[0]
    first = story.evidence[0].article_key
    act(desk, held, "drop", key=f"article/{first}")
    entry = next(one for one in content_of(sessions, held.issue).stories if key_of_entry(one) == held.told)
    assert (len(entry.items), entry.sentences, entry.source_count) == (1, (), 1)
    assert ledger_of(sessions)[first][:2] == ("left-out", "dropped by Ada")


def test_what_was_left_out_or_came_late_is_added_and_no_later_issue_repeats_it(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held, now: dt.datetime
) -> None:
    with sessions.begin() as session:
        late = an_article(session, ArticleDraft(title="Came late", source="nasa")).key
    assert ledger_of(sessions)[held.old][:2] == ("left-out", "backfill, older than 30 days")
    act(desk, held, "add", key=held.old, where="noted")
    assert act(desk, held, "add", key=late) == "“Came late” is added."
    content = content_of(sessions, held.issue)
    assert content.stories[-1].headline == "Came late"
    assert content.also_noted[0].items[0].article_key == held.old
    assert ledger_of(sessions)[held.old] == ledger_of(sessions)[late] == ("included", "added by Ada", 1)
    with pytest.raises(Problem, match="this is in the issue already"):
        act(desk, held, "add", key=late)
    with pytest.raises(Problem, match="there is no story or article 'ffffffffffff' in the archive"):
        act(desk, held, "add", key="f" * 12)
    with sessions.begin() as session:
        edition = session.scalars(sa.select(Edition)).one()
        following = compose_issue(session, edition, now + dt.timedelta(days=7), now + dt.timedelta(days=7))
        assert following is not None
    assert "Came late" not in titles(content_of(sessions, following.key).also_noted)


def test_what_an_earlier_issue_had_says_so_when_it_is_added_again(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held, now: dt.datetime
) -> None:
    with sessions.begin() as session:
        story = a_story(session, "Of before")
        earlier = an_article(session, ArticleDraft(title="Of before", source="nasa", story=story)).key
        edition = session.scalars(sa.select(Edition)).one()
        second, third = (
            compose_issue(session, edition, at, at) for at in (now + dt.timedelta(days=days) for days in (7, 14))
        )
        assert second is not None
        assert third is not None
    desk.change(third.key, "add", {"key": earlier}, by=EDITOR)
    (entry,) = content_of(sessions, third.key).stories
    assert (entry.headline, entry.is_continued, entry.since_issue) == ("Of before", True, second.number)
    assert ledger_of(sessions)[earlier][2] == second.number


def test_what_another_issue_has_by_now_does_not_come_back(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held, now: dt.datetime
) -> None:
    act(desk, held, "drop", key=held.plain)
    with sessions.begin() as session:
        following = compose_issue(session, session.scalars(sa.select(Edition)).one(), now + A_WEEK, now + A_WEEK)
        assert following is not None
    desk.change(following.key, "add", {"key": held.plain}, by=EDITOR)
    for action, said in (("add", {"key": held.plain}), ("restore", {"key": held.plain}), ("restore", {})):
        with pytest.raises(Problem, match="issue 2 has “A launch” by now; drop it there first"):
            act(desk, held, action, **said)
    assert ledger_of(sessions)[held.plain] == ("included", "added by Ada", 2)
    desk.change(following.key, "drop", {"key": held.plain}, by=EDITOR)
    act(desk, held, "restore", key=held.plain)
    desk.change(following.key, "restore", {}, by=EDITOR)
    fate, _, number = ledger_of(sessions)[held.plain]
    assert (fate, number) == ("included", 1)


def test_an_article_that_moved_meanwhile_can_be_dropped(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    with sessions.begin() as session:
        former = session.scalars(sa.select(Article).where(Article.key == held.plain)).one()
        other = an_article(session, ArticleDraft(title="At its new address"))
        row = session.scalars(sa.select(LedgerRow).where(LedgerRow.article_id == former.id)).one()
        version = session.get_one(Version, row.version_id)
        row.article_id = version.article_id = former.moved_to_id = other.id
        version.number, former.current_version_id = 2, None
        key = other.key
    act(desk, held, "drop", key=held.plain)
    assert ledger_of(sessions)[key][:2] == ("left-out", "dropped by Ada")


def test_entries_are_moved_within_and_between_their_sections(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    before = [key_of_entry(entry) for entry in content_of(sessions, held.issue).stories]
    last = before[-1]
    act(desk, held, "move", key=last, step="up")
    assert act(desk, held, "move", key=last, step="top").endswith("is now story 1.")
    assert [key_of_entry(one) for one in content_of(sessions, held.issue).stories] == [last, *before[:-1]]
    act(desk, held, "move", key=last, step="note")
    assert key_of_entry(content_of(sessions, held.issue).also_noted[0]) == last
    act(desk, held, "move", key=last, step="lead")
    act(desk, held, "move", key=before[0], step="down")
    assert [key_of_entry(one) for one in content_of(sessions, held.issue).stories] == [before[1], before[0], last]
    assert edits_of(sessions)[2][2:] == ("story 1", "also noted 1")
    for said, sentence in (({"key": "f" * 12, "step": "up"}, "neither"), ({"key": last, "step": "away"}, "one of up")):
        with pytest.raises(Problem, match=sentence):
            act(desk, held, "move", **said)


def test_an_edited_sentence_keeps_its_evidence_and_says_what_that_does_not(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    supported = {"key": held.told, "number": "2", "text": "They signed a memorandum."}
    invented = supported | {"text": "They signed\na memorandum about 40 satellites."}
    assert desk.check(held.issue, supported) == ()
    unsaid = tuple(desk.check(held.issue, invented))
    assert unsaid
    act(desk, held, "reword", **supported)
    assert edits_of(sessions) == []
    act(desk, held, "reword", **invented)
    entry = content_of(sessions, held.issue).stories[0]
    assert entry.sentences[1].text == "They signed a memorandum about 40 satellites."
    assert (entry.sentences[1].edited_by, entry.sentences[1].unsaid) == ("Ada", unsaid)
    act(desk, held, "reword", key=held.told, number="1", text="")
    assert [one.marks for one in content_of(sessions, held.issue).stories[0].sentences] == [(2,)]
    act(desk, held, "retitle", key=held.told, text="Agencies agree at last")
    act(desk, held, "introduce", text="Dear readers,\nit was a good week.")
    content = content_of(sessions, held.issue)
    assert content.introduction
    assert (content.introduction.text, content.introduction.by) == ("Dear readers,\nit was a good week.", "Ada")
    with sessions() as session:
        assert "Agencies agree at last" in session.scalars(sa.select(Issue.subject)).one()
    with pytest.raises(Problem, match="there is no sentence 9"):
        act(desk, held, "reword", key=held.told, number="9", text="Any")


@pytest.mark.databases("sqlite")
def test_a_sentence_in_another_language_is_compared_by_meaning(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    with sessions.begin() as session:
        place = content_of(sessions, held.issue).stories[0].evidence[0]
        passage = session.scalars(
            sa.select(Passage)
            .join(Version, Version.id == Passage.version_id)
            .join(Article, Article.id == Version.article_id)
            .where(Article.key == place.article_key, Passage.ordinal == place.passage)
        ).one()
        passage.text = "中国和俄罗斯签署了月球探测谅解备忘录。"
    said = {"key": held.told, "number": "1"}
    text = "China and Russia signed a memorandum of understanding on lunar exploration."
    assert desk.check(held.issue, said | {"text": text}) == ()
    assert desk.check(held.issue, said | {"text": "Brazil opens a museum of whales in 2031."})


def test_a_subject_of_the_editors_own_stays_until_it_is_given_back(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    subject = sa.select(Issue.subject)
    with sessions() as session:
        machine = session.scalars(subject).one()
    act(desk, held, "subject", text="What a week")
    act(desk, held, "drop", key=held.plain)
    with sessions() as session:
        assert session.scalars(subject).one() == "What a week"
    act(desk, held, "subject", text="")
    act(desk, held, "restore", key=held.plain)
    with sessions() as session:
        assert session.scalars(subject).one() == machine


def test_the_machines_version_comes_back_with_its_ledger_whole_or_in_part(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    with pytest.raises(Problem, match="nothing was changed"):
        act(desk, held, "restore")
    composed, ledger = content_of(sessions, held.issue), ledger_of(sessions)
    with sessions.begin() as session:
        late = an_article(session, ArticleDraft(title="Came late", source="nasa")).key
    act(desk, held, "drop", key=held.plain)
    act(desk, held, "drop", key=held.told)
    act(desk, held, "drop", key=held.document)
    act(desk, held, "add", key=held.old)
    act(desk, held, "add", key=late)
    act(desk, held, "restore", key=held.told)
    content = content_of(sessions, held.issue)
    assert content.stories[0] == composed.stories[0]
    assert content.agreements == composed.agreements
    old = content.older[0].article_key
    act(desk, held, "drop", key=old)
    act(desk, held, "restore", key=old)
    assert content_of(sessions, held.issue) == content
    with pytest.raises(Problem, match="drop it instead"):
        act(desk, held, "restore", key=late)
    assert act(desk, held, "restore") == "The whole issue is as the machine composed it."
    assert content_of(sessions, held.issue) == composed
    assert ledger_of(sessions) == ledger
    with sessions() as session:
        assert session.scalars(sa.select(Issue)).one().composed_content == composed.model_dump(mode="json")


def test_of_two_editors_at_once_one_is_told_what_the_other_did(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held
) -> None:
    def drop(key: str) -> str:
        try:
            return desk.change(held.issue, "drop", {"key": key}, by=f"Editor {key}", revision=0)
        except Problem as problem:
            return str(problem)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(drop, (held.plain, held.document)))
    (stale,) = [one for one in said if not one.endswith("is dropped.")]
    assert stale.startswith("somebody changed this issue since you opened it: Editor ")
    assert len(edits_of(sessions)) == 1


def test_an_issue_is_released_once_and_then_nothing_changes(
    sessions: sessionmaker[Session], desk: ArchiveDesk, held: Held, now: dt.datetime
) -> None:
    later = now + dt.timedelta(hours=25)
    assert release_due(sessions, now + dt.timedelta(hours=23)) == []
    act(desk, held, "hold", hours="48")
    assert release_due(sessions, later) == []

    with sessions.begin() as session:
        assert not release(session, session.scalars(sa.select(Issue)).one(), now=later)

    def let_go(number: int) -> int:
        if number % 2:
            return len(release_due(sessions, now + dt.timedelta(hours=73)))
        try:
            act(desk, held, "approve")
        except Problem:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(let_go, range(4))) == 1
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1
    for action in ("drop", "approve", "hold"):
        with pytest.raises(Problem, match=r"this issue was released on 1\d March 2022 .*nothing in it can be changed"):
            act(desk, held, action, key=held.plain, hours="1")


def test_a_reader_who_is_erased_while_an_issue_goes_out_holds_nobody_up(
    sessions: sessionmaker[Session], held: Held, now: dt.datetime
) -> None:
    with sessions() as erasing, ThreadPoolExecutor(1) as pool:
        forget(erasing, erasing.scalars(sa.select(Reader)).one())
        erasing.flush()
        released = pool.submit(release_due, sessions, now + dt.timedelta(days=1))
        time.sleep(0.2)
        erasing.commit()
        assert released.result() == [held.issue]
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("action", "said", "sentence"),
    [
        ("fly", {}, "'fly' is nothing that can be done at the desk"),
        ("drop", {"key": "f" * 12}, "there is no story or article 'ffffffffffff' in this issue"),
        ("drop-fact", {"kind": "agreement", "number": "7"}, "there is no agreement 7 in this issue"),
        ("drop-fact", {"kind": "rumour", "number": "1"}, "kind is one of event, agreement"),
        ("retitle", {"key": "f" * 12, "text": "Any"}, "there is no story"),
        ("hold", {"hours": "1000"}, "1 to 336 hours longer"),
        ("hold", {"hours": "soon"}, "hours is a number"),
        ("introduce", {"text": "x" * 5000}, "this has 5000 characters; at most 4000"),
    ],
)
def test_what_cannot_be_done_is_said(
    desk: ArchiveDesk, held: Held, action: str, said: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence):
        act(desk, held, action, **said)
    with pytest.raises(Problem, match=r"say who you are|nothing that can be done"):
        desk.change(held.issue, action, said, by=" ")


def test_the_owner_is_told_once_when_and_where(sessions: sessionmaker[Session], held: Held, now: dt.datetime) -> None:
    def tell(_number: int) -> int:
        with sessions.begin() as session:
            return tell_of_held_issues(session, owner="eve@example.org", archive_url="https://a.example", now=now)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(tell, range(3))) == 1
    with sessions() as session:
        notice = session.scalars(sa.select(Notice)).one()
    assert notice.subject.startswith("To review: Agencies agree")
    for part in (notice.text, notice.html):
        assert f"https://a.example/desk/{held.issue}" in part
        assert "Tuesday 15 March 2022 at 07:00 (UTC)" in " ".join(part.split())


@pytest.mark.databases("sqlite")
def test_an_issue_is_reviewed_by_command(sessions: sessionmaker[Session], tmp_path: Path, held: Held) -> None:
    with sessions() as session:
        address = session.get_bind().engine.url.render_as_string(hide_password=False)
    environment = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": address}

    def run(*words: str) -> str:
        return CliRunner().invoke(app, ["digest", *words], env=environment).stdout

    assert json.loads(run("list", "--json"))[0]["state"] == "held"
    assert run("drop", held.issue, held.plain) == "“A launch” is dropped.\n"
    assert run("hold", held.issue, "--hours", "48").startswith("It is held until ")
    assert "A launch" in run("record", held.issue)
    assert run("approve", held.issue, "--by", "Eve") == "Approved by Eve; its mails are sent next.\n"
    assert json.loads(run("list", "--json"))[0]["released_by"] == "Eve"
    record = json.loads(run("record", held.issue, "--json"))
    assert [edit["action"] for edit in record["edits"]] == ["drop", "hold", "approve"]
    assert [line["machine"] for line in record["beside"] if line["editor"] is None and line["machine"]] == ["A launch"]
