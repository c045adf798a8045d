"""An editor's way in a real browser: the evidence state changes while typing, and the mail says what was approved."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session, sessionmaker

from digest.deliver import Post, deliver_due
from digest.mail import SmtpMailer
from models.claimant import this_process
from models.page_store import PageStore
from models.search import rebuild_index
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.serving import powers_over
from tests.browsing import served
from tests.desk_issues import Held, hold_an_issue
from tests.inbox import Inbox
from tests.web_archive import mail_of
from web.app import create_app

pytestmark = pytest.mark.databases("sqlite")


@dataclass(frozen=True)
class Site:
    """A served archive with a held issue."""

    base: str
    held: Held

    @property
    def desk(self) -> str:
        """The address of the issue's desk."""
        return f"{self.base}/desk/{self.held.issue}"


@pytest.fixture
def site(sessions: sessionmaker[Session], page_store: PageStore, now: dt.datetime) -> Iterator[Site]:
    """A held issue on loopback."""
    with sessions.begin() as session:
        held = hold_an_issue(session, now)
        rebuild_index(session)
    powers = powers_over(Archive(settings_from({}), sessions))
    with served(create_app(sessions, pages=page_store, render_issue=mail_of, powers=powers)) as base:
        yield Site(base, held)


def open_desk(browser: Browser, site: Site, *, has_script: bool = True) -> Page:
    """Open the desk and say who edits."""
    page = browser.new_context(java_script_enabled=has_script, reduced_motion="reduce").new_page()
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(site.desk)
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Begin").click()
    return page


def test_the_evidence_state_changes_while_typing_and_the_mail_says_what_was_approved(
    browser: Browser, site: Site, sessions: sessionmaker[Session], smtp: SmtpMailer, inbox: Inbox
) -> None:
    page = open_desk(browser, site)
    story = page.locator(f"#at-{site.held.told}")
    story.locator(".sentence summary").nth(1).click()
    sentence = story.get_by_label("Sentence 2", exact=True)
    state = story.locator(".sentence").nth(1).get_by_role("status")
    page.evaluate("window.isSamePage = true")
    sentence.fill("They signed a memorandum about 40 satellites.")
    expect(state).to_contain_text("the number 40 is not in the source")
    sentence.fill("They signed a memorandum.")
    expect(state).to_have_text("Supported by what it cites")
    sentence.fill("They signed a memorandum about 40 satellites.")
    expect(state).to_contain_text("the number 40 is not in the source")
    assert page.evaluate("window.isSamePage")
    story.locator(".sentence").nth(1).get_by_role("button", name="Save").click()
    expect(page.locator(f"#at-{site.held.told}")).to_contain_text("written by Ada")
    page.get_by_role("button", name="Drop: A launch").click()
    page.get_by_role("button", name="To the top: A landing").click()
    expect(page.locator(".drafts h3").first).to_have_text("A landing")
    page.wait_for_load_state()  # until then it scrolls to the story that was moved, away from under the pointer
    page.get_by_role("button", name="Approve and send").click()
    expect(page.locator(".notice")).to_have_text("Approved by Ada; its mails are sent next.")
    post = Post(sender="Perilune <digest@perilune.example>", archive_url=site.base)
    deliver_due(sessions, smtp, post=post, now=dt.datetime.now(dt.UTC), claimant=this_process())
    ((_, message),) = inbox.messages
    parts = email.message_from_bytes(message, policy=email.policy.default).iter_parts()
    for text in (" ".join(part.get_content().split()) for part in parts if part.get_content_maintype() == "text"):
        assert "They signed a memorandum about 40 satellites." in text
        assert "edited by Ada; not in the evidence: the number 40 is not in the source" in text
        assert "A launch" not in text
        assert text.rindex("A landing") < text.index("They signed")


def test_without_a_script_a_button_checks_the_sentence(browser: Browser, site: Site) -> None:
    page = open_desk(browser, site, has_script=False)
    story = page.locator(f"#at-{site.held.told}")
    story.locator(".sentence summary").first.click()
    story.get_by_label("Sentence 1", exact=True).fill("They met in Geneva.")
    story.get_by_role("button", name="Check").first.click()
    expect(story.get_by_role("status").first).to_contain_text("Not supported by what it cites")
    expect(story.get_by_label("Sentence 1", exact=True)).to_have_value("They met in Geneva.")


@pytest.mark.parametrize("path", ["/desk/{issue}", "/desk/{issue}/record", "/editions", "/editions/weekly"])
def test_nothing_is_wider_than_a_telephone(browser: Browser, site: Site, path: str) -> None:
    page = open_desk(browser, site)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site.base + path.format(issue=site.held.issue))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
