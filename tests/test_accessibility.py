"""Everybody can use every page: axe-core finds nothing, and the keyboard alone reaches and shows everything."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlalchemy.orm import Session

from tests.accessible import violations_on
from tests.browsing import Site, a_visit, filled_site
from tests.conftest import NOW
from tests.desk_issues import Held, hold_an_issue
from tests.walking import ADDRESSES, OPEN_ALL, walk

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 375, "height": 740}
ON_A_TELEPHONE = (
    "/",
    "/?q=memorandum",
    "/article/{article}",
    "/story/{long_story}",
    "/sources",
    "/matrix",
    "/desk/{held}",
)
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


def test_axe_finds_nothing_on_any_page_in_light_or_dark(browser: Browser, site: Site, held: list[Held]) -> None:
    addresses = [site.path(each.replace("{held}", held[0].issue)) for each in ADDRESSES]
    found = {}
    with a_visit(browser, site.base, viewport=WIDE) as visit:
        for address, page in walk(visit, addresses):
            if violations := violations_on(page):
                found[address] = violations
    assert found == {}


def test_axe_finds_nothing_on_a_telephone_in_dark_or_light(browser: Browser, site: Site, held: list[Held]) -> None:
    found = {}
    with a_visit(browser, site.base, viewport=NARROW, color_scheme="dark") as visit:
        for path in ON_A_TELEPHONE:
            visit.page.goto(site.base + site.path(path.replace("{held}", held[0].issue)))
            visit.page.evaluate(OPEN_ALL)
            found[path] = violations_on(visit.page, "dark", "light")
        visit.page.get_by_role("button", name="Menu").click()
        expect(visit.page.get_by_role("link", name="Corrections")).to_be_visible()
        found["menu"] = violations_on(visit.page, "dark", "light")
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


def test_the_keyboard_alone_skips_to_the_content_and_takes_a_suggestion(browser: Browser, site: Site) -> None:
    with a_visit(browser, site.base, viewport=WIDE) as visit:
        page = visit.page
        page.goto(site.base)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        line, options = page.get_by_label("Search line"), page.get_by_role("option")
        reach(page, line)
        page.keyboard.type("memorandum topic:lun")
        expect(options.first).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(line).to_have_attribute("aria-activedescendant", "suggestion-0")
        assert violations_on(page) == []
        page.keyboard.press("Escape")
        expect(options.first).to_be_hidden()
        expect(line).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("ArrowDown")
        expect(options.first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(line).to_have_value("memorandum topic:lunar-exploration ")
        expect(options.first).to_be_hidden()


def test_the_keyboard_alone_searches_narrows_reads_and_opens_a_menu(browser: Browser, site: Site) -> None:
    with a_visit(browser, site.base, viewport=WIDE) as visit:
        page = visit.page
        page.goto(site.base)
        reach(page, page.get_by_label("Search line"))
        page.keyboard.type("memorandum")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?q=memorandum*")
        reach(page, page.get_by_role("link", name=re.compile("^China [0-9]")))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Search line")).to_have_value("memorandum country:CN")
        reach(page, page.locator(".hits h3 a").first)
        page.keyboard.press("Enter")
        expect(page.get_by_role("complementary")).to_contain_text("Original and copy")
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
