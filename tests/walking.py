"""A walk over every kind of page of the archive that links lead to, for tests that hold each page to something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browsing import Visit
from web.navigation import GROUPS, READ

ADDRESSES = (
    *(each.address for each in READ),
    *(each.address for _, _, entries in GROUPS for each in entries),
    "/?q=memorandum",
    "/?q=nowhereatall",
    "/about",
    "/api",
    "/calendar?past=true",
    "/matrix?by=actors",
    "/topics/lunar-exploration",
    "/sources/new",
    "/sources/un_unoosa/edit",
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
NOT_OURS = re.compile(r"\.(csv|ics|svg|pdf|json|txt|eml|md|html)$|^/api/|/v\d+/page$|^/static/|/mail$|^/m/")
"""Files, answers for programs, what others wrote, and mail and issues in full, which have tests of their own."""
LINKS = "[...document.links].map(each => each.href)"
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true })"


def walk(visit: Visit, addresses: Iterable[str]) -> Iterator[tuple[str, Page]]:
    """Open these pages, and one of each further kind that they link to, with all that folds unfolded."""
    waiting = [visit.base + address for address in addresses]
    known = {_kind_of(address) for address in waiting}
    while waiting:
        answer = visit.page.goto(waiting.pop(0))
        assert answer is not None
        assert answer.ok, answer.url
        visit.page.evaluate(OPEN_ALL)
        yield answer.url, visit.page
        for address in _linked_from(visit.page, visit.base):
            if (kind := _kind_of(address)) not in known:
                known.add(kind)
                waiting.append(address)


def _kind_of(address: str) -> tuple[str, int, str]:
    """Tell what kind of page an address opens: those of two articles are one kind."""
    parts = urlsplit(address).path.strip("/").split("/")
    return parts[0], len(parts), parts[-1] if len(parts) > 2 else ""


def _linked_from(page: Page, base: str) -> Iterator[str]:
    for address in page.evaluate(LINKS):
        path = urlsplit(address).path
        if address.startswith(f"{base}/") and not NOT_OURS.search(path):
            yield address
