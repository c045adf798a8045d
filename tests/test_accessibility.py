"""Everybody can use every page: axe-core finds nothing, and the keyboard alone reaches and shows everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlalchemy.orm import Session

from tests.accessible import violations_on
from tests.browsing import Site, a_visit, filled_site
from tests.conftest import NOW
from tests.desk_issues import Held, hold_an_issue
from web.navigation import GROUPS, READ

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 375, "height": 740}
COMING = {"/searches", "/notebook", "/collections", "/accounts"}
"""What the navigation names before it is there."""
ADDRESSES = (
    *(each.address for each in READ),
    *(each.address for _, _, entries in GROUPS for each in entries if each.address not in COMING),
    "/?q=memorandum",
    "/?q=nowhereatall",
    "/about",
    "/api",
    "/calendar?past=true",
    "/matrix?by=actors",
    "/topics/lunar-exploration",
    "/sources/new",
    "/editions/new",
    "/editions/weekly",
    "/subscribe",
    "/article/{article}",
    "/article/{slides}",
    "/article/{chinese}",
    "/article/{changed}/v2/changes",
    "/correct/{article}",
    "/story/{long_story}",
    "/issue/{issue}",
    "/desk/{held}",
    "/desk/{held}/preview",
    "/desk/{held}/record",
    "{reader}",
    "{reader}/unsubscribe",
    "{reader}/follow/story/{long_story}",
    "{reader}/wrong-topic/story/{long_story}",
)
IN_THE_DARK = (
    "/",
    "/?q=memorandum",
    "/article/{article}",
    "/story/{long_story}",
    "/sources",
    "/matrix",
    "/desk/{held}",
)
NOT_OURS = re.compile(r"\.(csv|ics|svg|pdf|json|txt|eml|md|html)$|^/api/|/v\d+/page$|^/static/|/mail$|^/m/")
"""Files, answers for programs, what others wrote, and mail and issues in full, which have tests of their own."""
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true })"
LINKS = "[...document.links].map(each => each.href)"
HAS_RING = """() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
}"""
FOCUSED = "() => document.activeElement.outerHTML.slice(0, 120)"
MOST_TABS = 120


@pytest.fixture(scope="module")
def held() -> list[Held]:
    """What is held at the desk of the archive that is looked at."""
    return []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, held: list[Held]) -> Iterator[Site]:
    """A filled archive on loopback, with an issue at the desk."""

    def hold(session: Session) -> None:
        held.append(hold_an_issue(session, NOW, slug="held"))

    with filled_site(tmp_path_factory.mktemp("archive"), hold) as site:
        yield site


def place_of(address: str) -> tuple[str, int, str]:
    """Tell what kind of page an address opens: those of two articles are one kind."""
    parts = urlsplit(address).path.strip("/").split("/")
    return parts[0], len(parts), parts[-1] if len(parts) > 2 else ""


def linked_from(page: Page, base: str) -> Iterator[str]:
    """Read which pages of the archive a page links to."""
    for address in page.evaluate(LINKS):
        path = urlsplit(address).path
        if address.startswith(f"{base}/") and path not in COMING and not NOT_OURS.search(path):
            yield address


def test_axe_finds_nothing_on_any_page(browser: Browser, site: Site, held: list[Held]) -> None:
    waiting = [site.base + site.path(each.replace("{held}", held[0].issue)) for each in ADDRESSES]
    known = {place_of(address) for address in waiting}
    found = {}
    with a_visit(browser, site.base, viewport=WIDE) as visit:
        while waiting:
            answer = visit.page.goto(waiting.pop(0))
            assert answer is not None
            assert answer.ok, answer.url
            visit.page.evaluate(OPEN_ALL)
            if violations := violations_on(visit.page):
                found[answer.url] = violations
            for address in linked_from(visit.page, site.base):
                if (place := place_of(address)) not in known:
                    known.add(place)
                    waiting.append(address)
    assert found == {}


def test_axe_finds_nothing_on_a_telephone_in_the_dark(browser: Browser, site: Site, held: list[Held]) -> None:
    found = {}
    with a_visit(browser, site.base, viewport=NARROW, color_scheme="dark") as visit:
        for path in IN_THE_DARK:
            visit.page.goto(site.base + site.path(path.replace("{held}", held[0].issue)))
            visit.page.evaluate(OPEN_ALL)
            found[path] = violations_on(visit.page)
        visit.page.get_by_role("button", name="Menu").click()
        expect(visit.page.get_by_role("link", name="Corrections")).to_be_visible()
        found["menu"] = violations_on(visit.page)
    assert {path: violations for path, violations in found.items() if violations} == {}


def test_axe_finds_nothing_where_something_is_wrong(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    for path in ("/?q=moon+topics:x", "/nowhere"):
        page.goto(site.base + path)
        assert violations_on(page) == []
    page.close()


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until something is focused, and see that the focus could be followed all the way."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(HAS_RING), f"no ring around {page.evaluate(FOCUSED)}"
        if wanted.evaluate("each => each === document.activeElement"):
            expect(wanted).to_be_in_viewport()
            return
    pytest.fail(f"{MOST_TABS} tabs do not reach {wanted}")


def test_the_keyboard_alone_searches_narrows_reads_and_opens_a_menu(browser: Browser, site: Site) -> None:
    with a_visit(browser, site.base, viewport=WIDE) as visit:
        page = visit.page
        page.goto(site.base)
        reach(page, page.get_by_label("Search line"))
        page.keyboard.type("memorandum")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?q=memorandum*")
        reach(page, page.locator(".facet a", has_text="China"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Search line")).to_have_value("memorandum country:CN")
        reach(page, page.locator(".hits h3 a").first)
        page.keyboard.press("Enter")
        expect(page.get_by_role("complementary")).to_contain_text("Where it stands")
        reach(page, page.get_by_role("button", name="Reference"))
        page.keyboard.press("Enter")
        reach(page, page.get_by_role("link", name="Topics", exact=True))
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Topics", exact=True)).to_be_hidden()
        expect(page.get_by_role("button", name="Reference")).to_be_focused()


def test_the_keyboard_alone_opens_the_menu_of_a_telephone(browser: Browser, site: Site) -> None:
    with a_visit(browser, site.base, viewport=NARROW, java_script_enabled=True) as visit:
        page = visit.page
        page.goto(site.base)
        reach(page, page.get_by_role("button", name="Menu"))
        page.keyboard.press("Enter")
        reach(page, page.get_by_role("link", name="Sources", exact=True))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Sources", level=1)).to_be_visible()
