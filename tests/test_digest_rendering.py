"""The digest's mail as HTML and as text: foreign words are never markup, equal content gives equal bytes."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from dataclasses import replace

import lxml.html
import pytest
from sqlalchemy.orm import Session, sessionmaker

from digest.columns import columns_of, wrapped
from digest.content import Document, Tag, Trend, stored_content
from digest.follows import Taste
from digest.phrases import phrases_for
from digest.press import Press
from digest.render import render_html, render_mail
from models.edition import Issue
from perilune.dates import PartialDate
from tests.builders import an_edition
from tests.digest_issues import (
    ARCHIVE,
    LINKS,
    LINKS_TO_CORRECT,
    a_full_entry,
    an_issue,
    frozen,
    render_text,
    told_story,
)


def test_every_summary_sentence_links_its_evidence(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        key = told_story(session).key
        content = frozen(session, now)
        article_key = content.stories[0].items[0].article_key
        html = lxml.html.fromstring(render_html(content, LINKS))
        marks = [(link.text, link.get("href")) for link in html.cssselect("a.mark")]
        assert marks == [(f"[{n + 1}]", f"{ARCHIVE}/article/{article_key}/v1#p{n}") for n in (0, 1)]
        text = render_text(content, LINKS)
        assert "They signed a memorandum. [2]" in text
        assert f"Story: {ARCHIVE}/story/{key}" in text
        text = render_text(content, LINKS_TO_CORRECT)
        assert f"Wrong? {ARCHIVE}/correct/{article_key}?issue={LINKS.issue_key}#story" in text


def test_every_item_asks_whether_it_is_wrong_where_readers_can_say_so() -> None:
    content = an_issue(entries_count=10)
    asking = f"{ARCHIVE}/correct/{'a' * 12}?issue={'c' * 12}"
    html = lxml.html.fromstring(render_html(content, LINKS_TO_CORRECT))
    assert [link.get("href") for link in html.cssselect("a") if link.text == "Wrong?"] == [asking] * 10
    assert render_text(content, LINKS_TO_CORRECT).count(f"Wrong? {asking}") == 10
    assert "Wrong?" not in render_html(content, LINKS) + render_text(content, LINKS)


HOSTILE = 'Pact <script>alert("x")</script>\r\nBcc: all@example.org\x00\u202e & "more"'


def test_foreign_text_is_never_markup() -> None:
    content = an_issue(headline=HOSTILE)
    html, text = (render(content, LINKS) for render in (render_html, render_text))
    page = lxml.html.fromstring(html)
    assert not page.cssselect("script")
    assert '<script>alert("x")</script>' in str(page.xpath("string()"))
    assert "\u202e" not in html + text
    assert "\x00" not in html + text
    assert not re.search(r"^Bcc:", text, re.MULTILINE)


def test_only_web_addresses_are_linked() -> None:
    item = an_issue().stories[0].items[0].model_copy(update={"url": "javascript:alert(1)"})
    content = an_issue().model_copy(update={"documents": (Document(**dict(item)),)})
    assert "javascript" not in render_html(content, LINKS)
    assert "javascript" not in render_text(content, LINKS)


@pytest.mark.parametrize("scheme", ["cid:", "data:image/png;base64,"])
def test_html_asks_nothing_of_any_server(scheme: str) -> None:
    trend = Trend(topic=Tag(token="topic:launch", name="Launch"), counts=(0, 2, 5))
    content = an_issue().model_copy(update={"trends": (trend,)})
    page = lxml.html.fromstring(render_html(content, replace(LINKS, has_parts=scheme == "cid:")))
    assert not page.xpath("//link | //script | //iframe | //*[@background]")
    (picture,) = page.cssselect("[src]")
    assert str(picture.get("src")).startswith(scheme)
    assert picture.get("alt") == "0 2 5"
    assert not re.search(r"url\(|@import", render_html(an_issue(), LINKS))


@pytest.mark.parametrize("headline", ["Agencies agree on many things " * 8, "国家航天局签署合作谅解备忘录" * 20])
def test_the_largest_issue_stays_below_what_mail_programs_show(headline: str) -> None:
    content = an_issue(entries_count=400, headline=headline)
    html = render_html(content, LINKS)
    assert len(html.encode()) < 100_000
    assert "more in the issue on screen" in html


def test_fourteen_stories_with_all_that_there_may_be_stay_below_it_too() -> None:
    entry = a_full_entry("国家航天局签署合作谅解备忘录" * 20, "中俄两国航天局签署国际月球科研站合作协议。" * 20)
    news = entry.news * 5
    content = an_issue().model_copy(update={"stories": (entry.model_copy(update={"news": news}),) * 14})
    follows = ("actor:cnsa",)
    assert len(render_html(content, LINKS, Taste(follows)).encode()) < 100_000
    text = render_text(content, LINKS, Taste(follows))
    assert [line for line in text.splitlines() if columns_of(line) > 72 and "://" not in line] == []


@pytest.mark.parametrize("language", ["en", "fr", "ru", "zh", "de"])
def test_text_keeps_to_72_columns_in_every_language(language: str) -> None:
    headline = "中俄两国航天局签署国际月球科研站合作协议 и подписали соглашение " * 4
    text = render_text(an_issue(language, 12, headline), LINKS)
    too_wide = [line for line in text.splitlines() if columns_of(line) > 72 and "://" not in line]
    assert too_wide == []
    assert "\n\n\n" not in text


def test_frames_have_the_same_phrases_in_every_language() -> None:
    def names(language: str) -> set[str]:
        return set(phrases_for(language)._table)

    assert names("en") == names("fr") == names("ru") == names("zh")


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, "1 story"),
        ("ru", 3, "3 сюжета"),
        ("ru", 11, "11 сюжетов"),
        ("fr", 0, "0 sujet"),
        ("zh", 5, "5则要闻"),
    ],
)
def test_counts_follow_the_language(language: str, count: int, expected: str) -> None:
    assert phrases_for(language).counted("story_count", count) == expected


@pytest.mark.parametrize(
    ("language", "start", "end", "expected"),
    [
        ("en", "2022-04-25", "2022-04-29", "25–29 Apr 2022"),
        ("en", "2022-04-29", "2022-05-02", "29 Apr 2022 – 2 May 2022"),
        ("en", "2022-04", None, "April 2022"),
        ("fr", "2022-04-25", "2022-04-29", "25–29 avr. 2022"),
        ("ru", "2022-04", None, "апрель 2022 г."),
        ("zh", "2022-04-25", "2022-04-29", "2022年4月25日至29日"),
    ],
)
def test_spans_are_as_precise_as_they_are_known(language: str, start: str, end: str | None, expected: str) -> None:
    span = phrases_for(language).span(PartialDate.parse(start), PartialDate.parse(end) if end else None)
    assert span == expected


def test_wrapping_never_breaks_an_address_or_starts_a_line_with_a_closing_mark() -> None:
    address = "https://example.org/" + "x" * 90
    assert address in wrapped(f"See {address} for more.").splitlines()
    lines = wrapped("协议已经签署，" * 20).splitlines()
    assert not any(line.startswith("，") for line in lines)


RENDERED = """
import sys
from tests.digest_issues import LINKS, an_issue, render_text
from digest.render import render_html
content = an_issue("en", 12)
sys.stdout.write(render_html(content, LINKS) + render_text(content, LINKS))
"""


def test_equal_content_gives_equal_bytes_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", RENDERED],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.databases("sqlite")
def test_a_reader_s_mail_is_the_same_whoever_else_gets_the_issue(sessions: sessionmaker[Session]) -> None:
    content = an_issue(entries_count=60)
    issue = Issue(id=1, content=stored_content(content), subject="A week")
    press, taste = Press(), Taste(("actor:cnsa",))
    with sessions() as session, session.no_autoflush:
        session.add(issue)
        press.mail(issue, LINKS, Taste())
        shared, alone = (each.mail(issue, LINKS, taste) for each in (press, Press()))
    assert shared == alone == render_mail(content, LINKS, taste)
