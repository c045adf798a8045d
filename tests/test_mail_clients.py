"""Whether mail programs show the digest's mail as it is meant: support, size, contrast, widths, foreign scripts."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise

import lxml.html
import pytest
from playwright.sync_api import Browser

from digest.message import Letter, message_of
from digest.render import render_html, render_mail
from tests.conftest import NOW
from tests.digest_issues import FULL_LINKS, a_full_entry, a_full_issue, an_issue
from tests.mail_clients import CLIENTS, DEGRADATIONS, LANGUAGES, TABLE, feature_of, full_html, used_in_issues
from tests.mail_uses import HEADINGS, Looks

GMAIL_CUTS_AT = 102 * 1024
MIN_CONTRAST, MIN_CONTRAST_OF_LARGE = 4.5, 3.0
WIDTHS = (320, 375, 480, 600, 700, 800)
MIN_PICTURE_PIXELS = 16
HEBREW = "שלום"


def _page(language: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(full_html(language))


def test_every_mail_program_supports_what_is_used_or_its_readers_lose_nothing_that_matters() -> None:
    table = tomllib.loads(TABLE.read_text("utf-8"))
    known = tomllib.loads(DEGRADATIONS.read_text("utf-8"))
    for use in sorted(used_in_issues()):
        letters = table.get(feature_of(use))
        assert letters or use in known["unlisted"], f"{use}: not in {TABLE.name}; see benchmarks/mail_clients.py"
        if letters and feature_of(use) not in known["graceful"]:
            without = [" ".join(client) for client, letter in zip(CLIENTS, letters, strict=True) if letter != "y"]
            assert not without, f"{use}: without full support in {', '.join(without)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_gmail_shows_all_of_a_full_issue(language: str) -> None:
    mail = render_mail(a_full_issue(language), FULL_LINKS)
    letter = Letter(
        key="k",
        sender="digest@example.org",
        address="ada@example.org",
        name=None,
        subject="s",
        text=mail.text,
        html=mail.html,
        written_at=NOW,
        list_slug="weekly",
        list_name="Weekly",
    )
    part = message_of(letter).get_body(("html",))
    assert part is not None
    assert len(mail.html.encode()) < GMAIL_CUTS_AT
    # As encoded for old servers it may be longer by half: it is the page that Gmail measures.
    assert len(str(part.get_payload())) < 1.5 * GMAIL_CUTS_AT


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_a_page_that_can_be_heard(language: str) -> None:
    page = _page(language)
    assert page.get("lang") == language
    assert page.get("dir") in {None, "ltr"}
    levels = [int(element.tag[1]) for element in page.iter(*HEADINGS)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    for table in page.iter("table"):
        assert table.get("role") == "presentation" or table.findall(".//th[@scope]"), "a table without headers"
    for link in page.iter("a"):
        assert link.text_content().strip() or link.findall(".//img[@alt]"), lxml.html.tostring(link)
        assert str(link.get("href")).startswith(("https://", "http://"))
    first = page.find("body")[0]
    assert "display:none" in first.get("style")
    assert first.text_content().strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_loaded_or_counted(language: str) -> None:
    page = _page(language)
    assert not page.xpath("//script | //link | //iframe | //object | //form | //@background | //@srcset")
    assert not re.search(r"url\(|@import|@font-face", full_html(language))
    for picture in page.iter("img"):
        assert str(picture.get("src")).startswith("cid:")
        assert (picture.get("alt") or "").strip()
        assert min(int(picture.get(side) or 0) for side in ("width", "height")) >= MIN_PICTURE_PIXELS


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_text_has_enough_contrast_in_light_and_dark(language: str, is_dark: bool) -> None:  # noqa: FBT001
    looks = list(Looks(_page(language), is_dark).all())
    assert len(looks) > 100
    assert len({look.background for look in looks}) > 1
    assert {look.colour for look in looks}.isdisjoint({"#000000"}), "a text without a colour of its own"
    for look in looks:
        assert look.contrast >= (MIN_CONTRAST_OF_LARGE if look.is_large else MIN_CONTRAST), look


def test_foreign_text_has_a_direction_of_its_own() -> None:
    page = lxml.html.document_fromstring(render_html(a_full_issue("en", a_full_entry(HEBREW, HEBREW)), FULL_LINKS))
    found = 0
    for element in page.iterfind("body//*"):
        own = [element.text, *(child.tail for child in element)]
        if any(HEBREW in (text or "") for text in own):
            found += 1
            around = next(each for each in (element, *element.iterancestors()) if each.get("dir") or each.tag == "bdi")
            assert around.tag == "bdi" or around.get("dir") == "auto", lxml.html.tostring(element)[:400]
    assert found > 10


def test_no_screen_scrolls_sideways(browser: Browser) -> None:
    long_words = an_issue("en", 9, "Донаудампфшиффартсгезельшафт" * 5 + " https://example.org/" + "x" * 150)
    page = browser.new_page()
    for html in (*map(full_html, ("en", "zh")), render_html(long_words, FULL_LINKS)):
        page.set_content(html)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
