"""Every link of a digest opens, in a real server; what a signed address opens, and that it opens nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import httpx
import lxml.html
import pytest
from icalendar import Calendar

from digest.links import web_address
from models.article import Article, find_article
from models.edition import Issue
from models.signing import ISSUE, signer_of
from models.story import Story
from perilune.issues import revoke, signed_address
from tests.served_issue import Served, a_served_issue

ADDRESS = re.compile(r"https?://[^\s>]+")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An archive with a mailed issue, on loopback."""
    with a_served_issue(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def visitor(served: Served) -> Iterator[httpx.Client]:
    """Somebody without an account, to whom the mail was forwarded."""
    with httpx.Client(base_url=served.base) as client:
        yield client


def links_in(served: Served) -> set[str]:
    """Find every address in the mail: in its header, its text, its HTML and its calendar."""
    found = set(ADDRESS.findall(served.mail["List-Unsubscribe"]))
    for part in served.mail.walk():
        if part.get_content_type() == "text/plain":
            found |= set(ADDRESS.findall(part.get_content()))
        if part.get_content_type() == "text/html":
            page = lxml.html.fromstring(part.get_content())
            found |= {each.get(name, "") for name in ("href", "src") for each in page.cssselect(f"[{name}]")}
        if part.get_content_type() == "text/calendar":
            content = part.get_content()
            events = Calendar.from_ical(content).walk("VEVENT")
            found |= {str(event["url"]) for event in events}
    return found


def test_every_link_of_a_digest_opens(served: Served, visitor: httpx.Client) -> None:
    parts = {f"cid:{part['Content-ID'].strip('<>')}" for part in served.mail.walk() if "Content-ID" in part}
    assert parts
    links = links_in(served) - parts
    ours = {link for link in links if link.startswith(f"{served.base}/")}
    assert all(web_address(link) == link and urlsplit(link).hostname for link in links - ours)
    signed = [link for link in ours if link.startswith(f"{served.root}/")]
    assert {urlsplit(link).path.split("/")[4] for link in signed} >= {"article", "story"}
    for link in sorted(ours):
        address, anchor = urldefrag(served.path(link))
        answer = visitor.get(address)
        assert answer.status_code == 200, link
        if anchor:
            assert len(lxml.html.fromstring(answer.text).cssselect(f"#{anchor}")) == 1, link
        if address.startswith("/correct/"):
            assert lxml.html.fromstring(answer.text).cssselect("form[method=post]"), link


def test_whoever_follows_links_from_a_signed_page_stays_there(served: Served, visitor: httpx.Client) -> None:
    root = served.path(served.root)
    waiting, seen = [root, f"{root}/events.ics", f"{root}/event/1.ics"], set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert answer.headers["Cache-Control"].startswith("private")
        if answer.headers["Content-Type"].startswith("text/html"):
            page = lxml.html.fromstring(answer.text)
            assert not page.cssselect("form, input, button, script, iframe"), path
            links = [link.get("href", "") for link in page.cssselect("a")]
            inner = {urldefrag(link.removeprefix(served.base))[0] for link in links}
            inner = {link for link in inner if link.startswith("/") and link != "/"}
            assert {link for link in inner if not link.startswith(root)} == set(), path
            waiting += sorted(inner - seen - set(waiting))
    assert len(seen) > 15


def test_the_issue_in_full_has_what_the_mail_leaves_out(served: Served, visitor: httpx.Client) -> None:
    html = visitor.get(served.root).text
    for text in ("白皮书：航天", "Роскосмос и Китай подписали соглашение", "Noted 2", "An old law", "Call for papers"):
        assert text in html
    assert "Wrong?" not in html
    assert "/r/" not in html


def test_only_what_the_issue_cites_opens(served: Served, visitor: httpx.Client) -> None:
    root, other = served.root, served.other_article_key
    assert visitor.get(f"/article/{other}").status_code == 200
    for path in (
        f"/article/{other}",
        f"/article/{other}/v1",
        f"/story/{other}",
        f"/article/{'f' * 12}",
        "/article/..%2f..%2f..%2fstatus",
        "/article/%2e%2e/status",
        "/status",
        "/event/0.ics",
        "/event/2.ics",
        "/event/9999999999.ics",
        "/event/x.ics",
        "/mail",
    ):
        answer = visitor.get(f"{root}{path}")
        assert answer.status_code == 404, path
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "/status" not in answer.text
    cited = re.findall(rf"{root}/article/\w{{12}}", " ".join(links_in(served)))
    for tail in ("/page", "/changes", "/v9", "/v1/page", "/v2/changes"):
        assert visitor.get(cited[0] + tail).status_code == 404
    assert visitor.post(root).status_code == 405


def test_forged_and_exchanged_keys_open_nothing(served: Served, visitor: httpx.Client) -> None:
    key = served.root.rsplit("/", 1)[1]
    of_another = signed_address(served.archive, served.other_issue_key).rsplit("/", 1)[1]
    changed = key[:-1] + ("A" if key[-1] != "A" else "Q")
    wrong = (key[:-1], changed, f"{key}A", key.swapcase(), of_another, "é", "%00", " ")
    paths = [f"/m/{served.issue_key}/{each}" for each in wrong]
    paths += [f"/m/{served.other_issue_key}/{key}", f"/m/{'f' * 12}/{key}", f"/m/{served.issue_key.upper()}x/{key}"]
    answers = [visitor.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1, "nobody learns which of the two is wrong"
    assert "Ask whoever sent you" in answers[0].text


def test_what_moved_on_still_opens(served: Served, visitor: httpx.Client) -> None:
    root = served.root
    with served.archive.sessions.begin() as session:
        cited = re.findall(r"/article/(\w{12})/v2", "".join(links_in(served)))
        page = find_article(session, cited[0])
        assert page is not None
        for version in page.versions:
            version.withdrawn = "a list of links"
        page.current_version_id = None
        story = session.query(Story).filter(Story.headline == "Agencies agree").one()
        members = session.query(Article).filter_by(story_id=story.id).all()
        story_key, founder = story.key, members[0]
        founder.key = story_key
        for member in members:
            member.story_id = None
        session.flush()
        session.delete(story)
    answer = visitor.get(f"{root}/article/{cited[0]}")
    assert answer.status_code == 200
    assert "taken out of the archive: a list of links" in answer.text
    answer = visitor.get(f"{root}/story/{story_key}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{served.path(root)}/article/{story_key}")
    assert visitor.get(answer.headers["Location"]).status_code == 200


def test_a_revoked_address_says_whom_to_ask(served: Served, visitor: httpx.Client) -> None:
    before = served.root
    after = revoke(served.archive, served.issue_key)
    try:
        answer = visitor.get(before)
        assert answer.status_code == 410
        assert "Ask whoever sent you for the present one" in answer.text
        assert answer.headers["Cache-Control"].startswith("private")
        assert visitor.get(f"{before}/events.ics").status_code == 410
        assert visitor.get(after).status_code == 200
        with served.archive.sessions() as session:
            issue = session.query(Issue).filter_by(key=served.issue_key).one()
            too_new = signer_of(session).sign(ISSUE, issue.key, str(issue.access_number + 1))
        assert visitor.get(f"/m/{served.issue_key}/{too_new}").status_code == 404
    finally:
        with served.archive.sessions.begin() as session:
            session.query(Issue).filter_by(key=served.issue_key).one().access_number = 1
