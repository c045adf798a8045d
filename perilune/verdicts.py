"""Cheap verdicts on a page's bytes; apart because the crawler asks them at once and the pipeline once more.

A page is refused where hardly anything on it is an article's text and it says itself what it is instead: by its
headlines, by its few words, or by a script that has nothing to do but to let a browser in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from perilune.encodings import decode
from perilune.gate_words import (
    CAPTCHA_MARKUP,
    CHALLENGE_MARKUP,
    CHALLENGE_WORDS,
    CONSENT_CONTROL,
    CONSENT_TALK,
    CONSENT_TITLE,
    ERROR_TITLE,
    ERROR_WORDS,
    HUMAN_WORDS,
    LOGIN_TITLE,
    LOGIN_WORDS,
    MEMBER_TALK,
)

# What becomes of a document whose pages are pictures; said here because the archive lists these documents.
SCANNED = "scanned"
SCANNED_IN_PART = "scanned in part"
SCANNED_READ_IN_PART = "scanned, read in part"
SCANNED_WITHOUT_TEXT = "scanned, no text found"
UNREAD_SCANS = (SCANNED, SCANNED_IN_PART)
SCAN_REASONS = (*UNREAD_SCANS, SCANNED_READ_IN_PART, SCANNED_WITHOUT_TEXT)
HTTP_ERROR = 400
MAX_SCANNED_BYTES = 1_500_000
MAX_SHOWN_BYTES = 300_000
MAX_GATE_CHARS = 1_500
MAX_BARE_CHARS = 300
MAX_NOTICE_CHARS = 120
MAX_SCRIPTS = 20
MAX_TITLE_CHARS = 110
MIN_PROSE_RUN_BYTES = 90
MAX_PROSE_BYTES = 700
CONSENT_SHARE = 0.6

# No pattern below looks further than to the next `<` or a bound: pages may be made to cost what they can.
INVISIBLE_START = re.compile(rb"<(?:(script|style|noscript|template|svg)\b|!--)", re.IGNORECASE)
INVISIBLE_END = {
    name: re.compile(rb"</" + name + rb"\s*>", re.IGNORECASE)
    for name in (b"script", b"style", b"noscript", b"template", b"svg")
} | {b"": re.compile(rb"-->")}
TAG = re.compile(rb"<[^<>]*>")
LINK = re.compile(rb"<a\s[^<>]*>[^<]*(?:<(?!/?a[\s>])[^<]*)*</a\s*>", re.IGNORECASE)
INLINE_TAG = re.compile(rb"</?(?:a|b|i|em|strong|span|u|sup|sub|font|mark|abbr|q|cite|small)\b[^<>]*>", re.IGNORECASE)
PARAGRAPH_START = re.compile(rb"<p(?:\s[^<>]*)?>\s*([^<]{90,})", re.IGNORECASE)
GATE_TALK = re.compile(rb"cookie|consent|privacy|personal data|password|subscri|sign in|log in", re.IGNORECASE)
EMPTY_FRAME = re.compile(rb"<(?:frame|iframe|img|object|embed|video|script)\b", re.IGNORECASE)
PASSWORD_FIELD = re.compile(rb"<input\b[^<>]*type\s*=\s*[\"']?password", re.IGNORECASE)
ARTICLE_MARKUP = re.compile(
    rb"<article\b|NewsArticle|articleBody|article:published_time|og:type[\"']?\s+content=[\"']?article", re.IGNORECASE
)
INLINE_SCRIPT = re.compile(rb"<script(?![^<>]*\ssrc\s*=)[^<>]*>(.{0,20000}?)</script", re.IGNORECASE | re.DOTALL)
SETS_COOKIE = re.compile(rb"document\s*(?:\.\s*cookie|\[\s*['\"]cookie['\"]\s*\])\s*=", re.IGNORECASE)
GOES_ON = re.compile(rb"location\b|\.submit\s*\(|\.reload\s*\(", re.IGNORECASE)
OBFUSCATION = re.compile(
    rb"\beval\s*\(|fromCharCode|\b_0x[0-9a-f]{3,}|\\x[0-9a-f]{2}\\x[0-9a-f]{2}|\(\+?!\+?\[\]|\batob\("
)

TITLE = re.compile(r"<title\b[^<>]*>([^<]{0,500})<", re.IGNORECASE)
FIRST_HEADING = re.compile(r"<h1\b[^<>]*>(.{0,500}?)</h1", re.IGNORECASE | re.DOTALL)
LESSER_HEADING = re.compile(r"<h2\b[^<>]*>(.{0,500}?)</h2", re.IGNORECASE | re.DOTALL)
NOSCRIPT = re.compile(r"<noscript\b[^<>]*>(.{0,1000}?)</noscript", re.IGNORECASE | re.DOTALL)
TEXT_LINK = re.compile(LINK.pattern.decode(), re.IGNORECASE)
TEXT_INLINE_TAG = re.compile(INLINE_TAG.pattern.decode(), re.IGNORECASE)
TEXT_TAG = re.compile(r"<[^<>]*>")
TITLE_SEPARATOR = re.compile(r"\s[|:>\-–—•·»«]+\s|\||_")


def verdict_on_page(status: int, content_type: str | None, body: bytes) -> str | None:
    """Say in a few words why this answer is no article's page; None when it looks fine.

    Only pages with hardly any running text can be gates or soft errors: an article that merely speaks of captchas,
    logins or missing pages passes. Costs a few milliseconds a megabyte.
    """
    if not body.strip():
        return "empty page"
    page = body[:MAX_SCANNED_BYTES].replace(b"\0", b"")
    reason = None
    if _is_html(content_type, body) and not _has_prose(page):
        reason = _reason_against(_Shown(page, content_type), status)
    return reason or (f"status {status}" if status >= HTTP_ERROR else None)


def _is_html(content_type: str | None, body: bytes) -> bool:
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"%pdf", b"pk\x03\x04", b"<?xml", b"{", b"[")):
        return b"<html" in head
    return b"<" in head[:300] or "html" in (content_type or "").lower()


def _has_prose(page: bytes) -> bool:
    """Tell running text, most often at a glance; talk of cookies, passwords and the like is none, nor are links."""
    if _is_prose(match[1] for match in PARAGRAPH_START.finditer(page)):
        return True
    return _is_prose(b" ".join(run.split()) for run in TAG.split(INLINE_TAG.sub(b"", LINK.sub(b"", _visible(page)))))


def _visible(page: bytes) -> bytes:
    """Leave out scripts, styles, comments and the like, in linear time; what is never closed stays."""
    pieces, position, unclosed = [], 0, set[bytes]()
    while start := INVISIBLE_START.search(page, position):
        name = (start[1] or b"").lower()
        end = None if name in unclosed else INVISIBLE_END[name].search(page, start.end())
        if end is None:
            unclosed.add(name)
        pieces.append(page[position : start.end() if end is None else start.start()])
        position = start.end() if end is None else end.end()
    return b" ".join((*pieces, page[position:]))


def _is_prose(runs: Iterable[bytes]) -> bool:
    """Tell whether runs of text are together long enough; reads no further than it must."""
    told = (len(run) for run in runs if len(run) >= MIN_PROSE_RUN_BYTES and not GATE_TALK.search(run))
    return any(count > MAX_PROSE_BYTES for count in accumulate(told))


@dataclass(frozen=True)
class _Shown:
    """A page that has hardly any running text, and what it shows instead."""

    page: bytes
    content_type: str | None

    @cached_property
    def markup(self) -> str:
        return decode(_visible(self.page)[:MAX_SHOWN_BYTES], self.content_type).text

    @cached_property
    def shown_without_scripts(self) -> list[str]:
        """List what the page shows to those who run no scripts."""
        return [_words(part) for part in NOSCRIPT.findall(decode(self.page[:MAX_SHOWN_BYTES], self.content_type).text)]

    @cached_property
    def body(self) -> str:
        return TITLE.sub("<", self.markup)

    @cached_property
    def headlines(self) -> list[str]:
        """List the parts of the title and the first headings: `404 | Agency` has two."""
        found = TITLE.findall(self.markup)[:1] + FIRST_HEADING.findall(self.markup)[:2]
        titles = [_words(title) for title in found or LESSER_HEADING.findall(self.markup)[:2]]
        parts = [part.strip() for title in titles for part in (title, *TITLE_SEPARATOR.split(title))]
        return [part for part in dict.fromkeys(parts) if 0 < len(part) <= MAX_TITLE_CHARS]

    @cached_property
    def runs(self) -> list[str]:
        """List the pieces of visible text, links included."""
        visible = TEXT_INLINE_TAG.sub("", self.body)
        return [run for run in map(_words, TEXT_TAG.split(visible)) if run]

    @cached_property
    def words(self) -> str:
        """Give the visible text on one line, without what is in links, as links are to other pages."""
        return _words(TEXT_TAG.sub(" ", TEXT_LINK.sub(" ", self.body)))

    @cached_property
    def text(self) -> str:
        """Give the visible text on one line, links included."""
        return " ".join(self.runs)

    @cached_property
    def is_article(self) -> bool:
        return bool(ARTICLE_MARKUP.search(self.page))

    def is_headed(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(part) for part in self.headlines)


def _words(markup: str) -> str:
    return " ".join(html.unescape(TEXT_TAG.sub(" ", markup)).split())


def _reason_against(shown: _Shown, status: int) -> str | None:
    is_ok = status < HTTP_ERROR
    is_empty = is_ok and not shown.runs and not EMPTY_FRAME.search(shown.page)
    return _gate(shown) or (_soft_error(shown, status) if is_ok else None) or ("empty page" if is_empty else None)


def _gate(shown: _Shown) -> str | None:
    """Tell what keeps readers out: a challenge, a captcha, a login or a consent wall."""
    if shown.is_headed(LOGIN_TITLE) and (PASSWORD_FIELD.search(shown.page) or _is_mostly(shown, MEMBER_TALK)):
        return "login wall"
    if len(shown.words) <= MAX_NOTICE_CHARS and not shown.is_article and LOGIN_WORDS.search(shown.text):
        return "login wall"
    if len(shown.words) <= MAX_GATE_CHARS and (barrier := _barrier(shown)):
        return barrier
    return "consent wall" if _is_consent_wall(shown) else None


def _barrier(shown: _Shown) -> str | None:
    """Tell a page that lets only browsers or people in."""
    said = " ".join(filter(None, (*shown.headlines, shown.words, *shown.shown_without_scripts)))
    is_bare = len(shown.words) <= MAX_BARE_CHARS and not shown.is_article
    asks_for_people = bool(HUMAN_WORDS.search(said)) and not shown.is_article
    if CHALLENGE_MARKUP.search(shown.page):
        return "challenge page"
    if CAPTCHA_MARKUP.search(shown.page) and (asks_for_people or is_bare):
        return "captcha"
    if CHALLENGE_WORDS.search(said) and not shown.is_article:
        return "challenge page"
    if asks_for_people and is_bare:
        return "captcha"
    return "challenge page" if is_bare and _only_lets_browsers_in(shown.page) else None


def _only_lets_browsers_in(page: bytes) -> bool:
    """Tell a script that sets a cookie, or hides what it does, and then loads the page anew."""
    if page.lower().count(b"<script") > MAX_SCRIPTS:
        return False
    scripts = b"\n".join(INLINE_SCRIPT.findall(page[:MAX_SHOWN_BYTES]))
    return bool(GOES_ON.search(scripts) and (SETS_COOKIE.search(scripts) or OBFUSCATION.search(scripts)))


def _is_consent_wall(shown: _Shown) -> bool:
    """Tell a page that speaks of nothing but consent; one with an article's markup only has a banner."""
    if shown.is_article or not CONSENT_CONTROL.search(shown.text):
        return False
    return _is_mostly(shown, CONSENT_TALK) and shown.is_headed(CONSENT_TITLE)


def _is_mostly(shown: _Shown, talk: re.Pattern[str]) -> bool:
    sentences = [run for run in shown.runs if len(run) >= MIN_PROSE_RUN_BYTES // 3]
    spoken = sum(len(run) for run in sentences if talk.search(run))
    return spoken >= CONSENT_SHARE * sum(map(len, sentences))


def _soft_error(shown: _Shown, status: int) -> str | None:
    is_told = len(shown.words) <= MAX_BARE_CHARS and not shown.is_article and ERROR_WORDS.search(shown.words)
    return f"not found page sent with status {status}" if is_told or shown.is_headed(ERROR_TITLE) else None
