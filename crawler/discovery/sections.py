"""From a home page, or one that only leads on, to the list of the news: which links name it, and which is it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.discovery.groups import MANY_LINKS
from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import LearnedList
from crawler.discovery.paging import ARCHIVE_WORDS, YEAR_WORDS, words_of
from perilune.urls import canonical_url, site_of

MAX_SECTIONS = 4
MIN_SECTION_LINKS = 4
MIN_SHARED = 2
MIN_SHARED_SHARE = 0.3
MOSTLY = 0.6
HOME_NAME = re.compile(r"(?:home|index|default|main|accueil|glavnaya)(?:\.\w{2,5})?", re.IGNORECASE)
MAX_HOME_DEPTH = 3
ONE_FOLDER = re.compile(r"/?(?:[a-z]{2}(?:[-_]\w{2,4})?/?)?", re.IGNORECASE)
NEWS = (
    r"(?:all |latest |our |recent |more )?news(?: (?:archive|room|releases?|list|stories|articles))?|newsroom|"
    r"(?:toutes (?:les|nos) )?(?:actualités?|nouvelles)|(?:все |последние )?новости(?: \w+)?|лента новостей|"
    r"\w{0,4}(?:新闻|要闻|动态)(?:中心|资讯|列表)?|新闻发布"
)
RELEASES = (
    r"(?:all |latest )?press[ -]releases?|news releases|communiqués(?: de presse)?|пресс-релизы|"
    r"news (?:&|and) [\w ]{3,20}|(?:all )?releases"
)
PRESS = (
    r"press(?: room| cent(?:er|re)| office)?|media(?: room| cent(?:er|re)| releases)?|(?:salle|espace) (?:de )?presse|"
    r"presse|пресс-центр|announcements?|notices|updates|события|通知公告|公告"
)
NEWS_WORDS = (
    ARCHIVE_WORDS,
    *(re.compile(rf"^\W*(?:{words})\W*$", re.IGNORECASE) for words in (NEWS, RELEASES, PRESS)),
)


def is_home(url: str) -> bool:
    """Tell whether an address is a site's front page, or that of one of its languages."""
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rpartition("/")[2]
    is_named = bool(HOME_NAME.fullmatch(last)) and parts.path.count("/") <= MAX_HOME_DEPTH
    return not parts.query and (is_named or bool(ONE_FOLDER.fullmatch(parts.path)))


def sections_of(page: IndexPage) -> list[str]:
    """Name the pages that may list the news, the likeliest first: by their words, then the newest years."""
    own = canonical_url(page.url)
    named: dict[str, int] = {}
    years: dict[str, int] = {}
    for anchor in page.anchors:
        if anchor.url == own or site_of(anchor.url) != site_of(own):
            continue
        words = words_of(anchor)
        rank = next((rank for rank, form in enumerate(NEWS_WORDS) if form.match(words)), None)
        if rank is not None:
            named[anchor.url] = min(rank, named.get(anchor.url, rank))
        elif (match := YEAR_WORDS.match(words)) and match["year"] in anchor.url:
            years[anchor.url] = int(match["year"])
    newest = sorted(years, key=years.__getitem__, reverse=True)[:1]
    return list(dict.fromkeys([*newest, *sorted(named, key=named.__getitem__)]))[:MAX_SECTIONS]


def is_better(section: LearnedList, own: LearnedList | None) -> bool:
    """Tell whether a section's list stands for the news rather than what the page itself lists.

    It does where the page lists nothing; or lists what the section has, among other things; or lists undated links
    where the section's are dated.
    """
    if len(section.links) < MIN_SECTION_LINKS:
        return False
    if own is None:
        return True
    urls = {link.url for link in own.links}
    shared = sum(link.url in urls for link in section.links)
    return shared >= max(MIN_SHARED, MIN_SHARED_SHARE * len(urls)) or (_is_dated(section) and not _is_dated(own))


def convincing(learned: LearnedList) -> float:
    """Weigh a section's list against those of others: how much it looks like one, and how long it is."""
    return learned.score + 0.1 * min(len(learned.links), MANY_LINKS)


def _is_dated(learned: LearnedList) -> bool:
    return sum(link.published is not None for link in learned.links) >= MOSTLY * len(learned.links)
