"""Addresses of the archive's own pages, by public keys; apart because views, templates and API all point there."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from web.problems import KEY

KEY_IN_TEXT = re.compile(rf"(?:\b(story|article|correct)/)?({KEY.pattern})")


def search_link(line: str, *, page: int = 1) -> str:
    """Make the address of a search; an empty line is the front page."""
    values = ([("q", line)] if line else []) + ([("page", str(page))] if page > 1 else [])
    return f"/?{urlencode(values)}" if values else "/"


def article_link(key: str, number: int | None = None) -> str:
    """Make the address of an article, or of its version with that number (from 1)."""
    return f"/article/{key}" if number is None else f"/article/{key}/v{number}"


def changes_link(key: str, number: int | None) -> str | None:
    """Make the address of what a version changed; None for the first, which changed nothing, and for none."""
    return f"{article_link(key, number)}/changes" if number is not None and number > 1 else None


def evidence_link(key: str, number: int, passage_ordinal: int, span: tuple[int, int]) -> str:
    """Make the address at which a version opens at a passage, with the code points of `span` marked."""
    start, end = span
    return f"{article_link(key, number)}?from={start}&to={end}#p{passage_ordinal}"


def story_link(key: str) -> str:
    """Make the address of a story."""
    return f"/story/{key}"


def issue_link(key: str) -> str:
    """Make the address of an issue."""
    return f"/issue/{key}"


def outward_link(url: str) -> str | None:
    """Return an address of the web as it is; None for any scheme that could run or reveal something."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def story_or_article_in(text: str) -> str:
    """Take the key and what it is of out of an address of this archive, or return what else was pasted as it is."""
    found = KEY_IN_TEXT.findall(text)
    if not found:
        return text
    what, key = next((each for each in found if each[0]), found[-1])
    return f"{'article' if what == 'correct' else what}/{key}" if what else key
