"""The visible text of a page, and whether it was decoded wrongly before it came to us."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.kept import Fetched
from perilune.encodings import decode

GARBLED_SHARE = 0.2
MAX_JUDGED_CHARS = 5_000
MAX_PAGE_BYTES = 300_000
HTML = re.compile(r"html", re.IGNORECASE)
HTML_START = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
MIN_QUESTION_MARKS = 4
QUESTION_MARK_SHARE = 0.2
NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")
UNDECODED = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")
UNDECODED_WEIGHT = 3  # what could not be decoded took its neighbours along
LATIN_SALAD = re.compile("[¢-ªµ-ºÀ-ÿ]{4,}")
MISREADINGS = ("cp1251", "gb18030", "koi8-r")


def visible_text(fetched: Fetched) -> str:
    """Give the text of an HTML page without its markup, menus included; of anything else, nothing."""
    if not HTML.search(fetched.content_type or "") and not HTML_START.match(fetched.body[:1000]):
        return ""
    text = decode(fetched.body[:MAX_PAGE_BYTES], fetched.content_type).text
    return " ".join(MARKUP.sub(" ", text).split())


def has_garbled_text(fetched: Fetched) -> bool:
    """Tell whether the visible text of an HTML page was decoded wrongly before it came to us."""
    if fetched.body.isascii() and fetched.body.count(b"?") < MIN_QUESTION_MARKS:
        return False
    return garbled_share(visible_text(fetched)) >= GARBLED_SHARE


def garbled_share(text: str) -> float:
    """Give the share, 0 to 1, of the letters beyond ASCII that were decoded wrongly somewhere before us.

    Such letters are marks of failed decoding, runs that are UTF-8 read as another charset, or question marks in
    place of letters.
    """
    sample = text[:MAX_JUDGED_CHARS]
    signs = len("".join(sample.split()))
    if sample.count("?") >= MIN_QUESTION_MARKS and sample.count("?") >= QUESTION_MARK_SHARE * signs:
        return 1.0
    runs = NON_ASCII_RUN.findall(sample)
    misread_runs = [run for run in runs if _is_misread(run)]
    misread = sum(map(len, misread_runs))
    undecoded = sum(len(UNDECODED.findall(run)) for run in runs if run not in misread_runs)
    if not misread and undecoded <= 1:  # a single one is a slip of the writer's keyboard
        return 0.0
    return min(1.0, (misread + UNDECODED_WEIGHT * undecoded) / sum(map(len, runs)))


@lru_cache(maxsize=4096)
def _is_misread(run: str) -> bool:
    """Tell UTF-8 that was read as another charset, since written in that one it is UTF-8 again; or any, as Latin."""
    if LATIN_SALAD.search(run):
        return True
    return len(run) > 1 and any(
        _is_utf_8(written) for written in (_western(run), *(_in(run, charset) for charset in MISREADINGS))
    )


def _western(run: str) -> bytes | None:
    """Write Latin-1 and Windows-1252 at once, as browsers do."""
    try:
        return b"".join(bytes([ord(sign)]) if ord(sign) < 256 else sign.encode("cp1252") for sign in run)  # noqa: PLR2004
    except UnicodeEncodeError:
        return None


def _in(run: str, charset: str) -> bytes | None:
    try:
        return run.encode(charset)
    except UnicodeEncodeError:
        return None


def _is_utf_8(written: bytes | None) -> bool:
    try:
        return written is not None and bool(written.decode())
    except UnicodeDecodeError:
        return False
