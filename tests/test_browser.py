"""A visitor's way through the archive in a real browser: everything works, nothing is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import Site, a_visit, filled_site
from tests.web_archive import QUOTE

NARROW = {"width": 360, "height": 740}
OF_READERS = (
    "/subscribe",
    "/readers",
    "{reader}",
    "{reader}/unsubscribe",
    "{reader}/follow/story/{long_story}",
    "{reader}/wrong-topic/story/{long_story}",
)
PATHS = (
    "/",
    "/?q=memorandum",
    "/?q=moon+topics:x",
    "/about",
    "/stories",
    "/calendar",
    "/agreements",
    "/matrix",
    "/issues",
    "/sources",
    "/actors",
    "/actors/cnsa",
    "/topics",
    "/topics/lunar-exploration",
    "/notebook",
    "/takedowns",
    "/status",
    "/api",
    "/nowhere",
    "/article/{article}",
    "/article/{slides}",
    "/article/{changed}/v2/changes",
    "/story/{story}",
    "/story/{long_story}",
    "/issue/{issue}",
    *OF_READERS,
)


@dataclass
class Visitor:
    """Somebody who opens pages of the archive."""

    page: Page
    site: Site

    def open(self, path: str) -> Page:
        """Open an address of the archive."""
        self.page.goto(self.site.base + self.site.path(path))
        return self.page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A filled archive on loopback."""
    with filled_site(tmp_path_factory.mktemp("archive")) as site:
        yield site


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visitor]:
    """A visit whose console must stay silent and whose requests must stay in the archive."""
    with a_visit(browser, site.base, viewport={"width": 1200, "height": 900}) as visit:
        yield Visitor(visit.page, site)


def test_a_visitor_searches_and_opens_an_article(visit: Visitor) -> None:
    page = visit.open("/")
    page.get_by_label("Search line").fill("memorandum country:CN")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="1 article")).to_be_visible()
    expect(page.locator("mark").first).to_have_text("memorandum")
    page.get_by_role("link", name="Agencies sign a memorandum on lunar exploration").click()
    expect(page.locator("h1")).to_have_text("Agencies sign a memorandum on lunar exploration")
    expect(page.get_by_role("complementary")).to_contain_text("China National Space Administration")


def test_a_visitor_adds_filters_by_the_form(visit: Visitor) -> None:
    page = visit.open("/?q=memorandum")
    page.get_by_text("Add filters").click()
    page.get_by_label("Topic").select_option("Lunar exploration")
    page.get_by_label("Published since").fill("2022")
    page.get_by_role("button", name="Add to the search").click()
    line = page.get_by_label("Search line")
    expect(line).to_have_value("memorandum topic:lunar-exploration after:2022-01-01")
    page.get_by_role("link", name="since 1 January 2022, remove this filter").click()
    expect(line).to_have_value("memorandum topic:lunar-exploration")


def test_a_visitor_follows_evidence_from_a_story(visit: Visitor) -> None:
    page = visit.open("/stories")
    page.get_by_role("link", name="Two agencies sign a memorandum").click()
    page.get_by_role("link", name="evidence 1").click()
    marked = page.locator("mark")
    expect(marked).to_have_text(QUOTE)
    expect(marked).to_be_in_viewport()
    assert page.url.endswith("#p1")


SELECT = """() => {
  const words = document.querySelectorAll(".body [data-start]")[2].firstChild;
  const range = document.createRange();
  range.setStart(words, 0);
  range.setEnd(words, "Session on launches".length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def test_words_that_are_selected_become_a_highlight(visit: Visitor) -> None:
    page = visit.open("/article/{slides}")
    page.evaluate(SELECT)
    page.get_by_role("button", name="Highlight", exact=True).click()
    page.get_by_label("Note", exact=True).fill("Which launches?")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("mark.noted")).to_have_text("Session on launches")
    expect(page.locator(".note")).to_contain_text("Which launches?")


def test_an_analyst_ticks_articles_that_are_a_story_of_their_own_and_takes_it_back(visit: Visitor) -> None:
    page = visit.open("/story/{long_story}")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    for title in ("What the lunar station means", "A month in lunar exploration"):
        page.get_by_label(f"Tick “{title}”").check()
    page.get_by_text("Wrong here? Tick articles and say").click()
    page.locator("#ticked").get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="The ticked are a story of their own").click()
    expect(page.locator(".notice").first).to_contain_text("Corrected by Ada: these are a story of their own")
    expect(page.get_by_role("heading", name="History of this story")).to_be_visible()
    assert not page.url.endswith(visit.site.long_story)
    page.locator(".notice").first.get_by_role("button", name="undo").click()
    expect(page.locator(".notice").first).to_contain_text("Undone by Ada: these are a story of their own")


def test_a_visitor_reads_what_changed(visit: Visitor) -> None:
    page = visit.open("/article/{changed}")
    page.get_by_role("link", name="what changed").click()
    expect(page.locator("ins").first).to_contain_text("Wuhan")
    page.get_by_role("link", name="version 1", exact=True).click()
    expect(page.locator(".body")).to_contain_text("Oxford")


def test_an_issue_stands_in_a_frame_that_cannot_run_anything(visit: Visitor) -> None:
    page = visit.open("/issue/{issue}")
    expect(page.frame_locator("iframe").get_by_role("heading", name="A week")).to_be_visible()


def test_an_archived_page_is_shown_but_runs_nothing(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(f"{site.base}/article/{site.keys.article}/v1/page")
    expect(page.locator("body")).to_contain_text("As fetched")
    page.close()
    assert dialogs == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_telephone(browser: Browser, site: Site, scheme: str) -> None:
    context = browser.new_context(viewport=NARROW, color_scheme=scheme, java_script_enabled=False)  # type: ignore[arg-type]  # plain values do
    page = context.new_page()
    widths = {}
    for path in PATHS:
        page.goto(site.base + site.path(path))
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert {path: width for path, width in widths.items() if width > NARROW["width"]} == {}


def test_the_keyboard_reaches_the_content_first(visit: Visitor) -> None:
    page = visit.open("/?q=memorandum")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search line")).to_be_focused()


def test_every_page_names_its_parts(visit: Visitor) -> None:
    topic = "/topics/lunar-exploration"
    for path in ("/", "/article/{article}", "/story/{long_story}", "/sources", "/topics", topic, *OF_READERS):
        page = visit.open(path)
        for role in ("banner", "main", "contentinfo"):
            expect(page.get_by_role(role)).to_have_count(1)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        unlabelled = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
            ".filter(each => !each.labels.length).length"
        )
        assert unlabelled == 0


def test_a_reader_chooses_what_comes_first_without_a_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=NARROW, java_script_enabled=False)  # type: ignore[arg-type]  # plain values do
    page = context.new_page()
    page.goto(site.base + site.reader)
    for name in ("Lunar exploration", "Planetary defence"):
        page.get_by_label("Another topic").select_option(name)
        page.locator("#topics").get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Move Planetary defence up").click()
    expect(page.locator("#topics li").first).to_contain_text("1 Planetary defence")
    expect(page.locator("#topics").get_by_role("status")).to_have_text("Kept; it holds from the next issue on.")
    page.get_by_label("Mute a topic").fill("country:RU")
    page.get_by_label("Mute a topic").press("Enter")
    expect(page.locator("#mutes li")).to_contain_text("Russia")
    page.get_by_role("button", name="Remove Russia").click()
    expect(page.locator("#mutes")).to_contain_text("Nothing yet.")
    page.goto(f"{site.base}{site.reader}/unsubscribe")
    page.get_by_role("button", name="Leave").click()
    page.get_by_role("link", name="open your own page").click()
    page.get_by_role("button", name="Get Weekly digest").click()
    expect(page.get_by_role("button", name="Leave Weekly digest")).to_be_visible()
    context.close()


def test_dark_and_light_are_both_drawn(browser: Browser, site: Site) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(site.base)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert len(grounds) == 2
