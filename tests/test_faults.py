"""Every way in which a site breaks: a crawl ends well and in bounded work, keeps no rubbish, and misses nothing later.

All sites are crawled together, as in real life, so that each fault also shows that it harms no other source.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler.watching import judge_due
from models.article import Article
from models.database import open_database
from models.fate import Fate
from models.health import SourceHealth, last_health_of
from models.source import CrawlRun, Link, Page, Source
from models.vocabulary import SourceKind, Stage
from perilune.config import settings_from
from pipeline.runners.extract import ExtractRunner
from pipeline.runners.runner import Worker, drain
from tests.crawl_bench import Crawl
from tests.fault_cases import CASES, DONE, LISTED, Case
from tests.fault_site import Site
from tests.fault_web import FaultWeb
from tests.faults import KNOWN_ITEMS, Fault, Scope

START = dt.datetime(2022, 3, 14, 7, tzinfo=dt.UTC)
NEW_ITEMS = 2
WELL = "well"
CAUSE_TEST = "test_a_broken_site_is_put_down_to_its_cause"
LONG_PATIENCE, SHORT_PATIENCE = "30", "3"
# Pages that a fault alters are kept once more when they are looked at again, each time that they differ.
MOST_PAGES = dict.fromkeys((Fault.WRONG_ENCODING, Fault.NO_ENCODING, Fault.UNDATED, Fault.REDATED), 3)


@dataclass(frozen=True)
class Days:
    """When sources are visited while they are broken, and when they are well again."""

    broken: tuple[int, ...]
    healed: tuple[int, ...]


SOME_DAYS = Days((1, 3), (20, 45))
A_WEEK = Days((1, 2, 3, 8), (23,))
WELL_DAYS, ILL_DAYS = range(0, 12, 2), range(12, 22, 2)


@dataclass
class Aftermath:
    """An archive whose sources were crawled while well, then while broken, then when healed; what each visit took."""

    crawl: Crawl
    web: FaultWeb
    days: Days
    sites: dict[str, Site] = field(default_factory=dict)
    requests: list[Counter[str]] = field(default_factory=list)
    outcomes: list[dict[str, dict[str, object]]] = field(default_factory=list)
    while_broken: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    health: dict[str, SourceHealth] = field(default_factory=dict)

    def add(self, name: str, slug: str, kind: SourceKind, **more: str) -> Site:
        """Add a site and the source that watches it."""
        site = self.web.add(name, kind, language=more.pop("language", "en"), is_secure=name.startswith("tls"))
        keys = (LISTED if kind is SourceKind.LISTING else {}) | more
        self.crawl.add(slug, name=name, home=site.origin, kind=kind.value, address=f'["{site.index_url}"]', **keys)
        self.crawl.allow(self.web.moved_url(site.origin))
        self.sites[slug] = site
        return site

    def live_through_trouble(self, cases: Sequence[Case]) -> None:
        """Break the sites, let new items appear, and crawl."""
        for case in cases:
            self.web.break_with(self.sites[case.slug], case.fault, case.scope)
        for site in self.sites.values():
            site.item_count += NEW_ITEMS
        for day in self.days.broken:
            self.visit(day, patience=SHORT_PATIENCE)
        self.while_broken = {case.slug: self.articles_of(case.slug) for case in cases}
        self.reasons = {case.slug: self.reasons_of(case.slug) for case in cases}
        self.health = self.health_of_all()

    def visit(self, day: int, *, patience: str) -> None:
        """Crawl everything, and let the pipeline read what came; `patience` is in seconds, for each answer."""
        moment = START + dt.timedelta(days=day)
        self.crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"] = patience
        for site in self.sites.values():
            site.today = moment
        before = self.web.request_counts.copy()
        self.outcomes.append(self.crawl.run(at=moment))
        self.requests.append(self.web.request_counts - before)
        settings = settings_from(self.crawl.settings | {"PERILUNE_EXTRACT_WORKERS": "1"})
        read_at = moment + dt.timedelta(hours=1)
        drain(ExtractRunner(settings), Worker(self.crawl.sessions, "the test", read_at))
        judge_due(self.crawl.sessions, "the test", read_at)

    def health_of_all(self) -> dict[str, SourceHealth]:
        """Read how each source fares."""
        with self.crawl.sessions() as session:
            judged = {source.slug: last_health_of(source) for source in session.scalars(sa.select(Source))}
            return {slug: health for slug, health in judged.items() if health is not None}

    def kept_urls(self, slug: str) -> list[str]:
        """Read the addresses of a source's links of which pages were kept, one for each page."""
        with self.crawl.sessions() as session:
            pages = sa.select(Link.url).join(Page, Page.link_id == Link.id).join(Source, Link.source_id == Source.id)
            return sorted(session.scalars(pages.where(Source.slug == slug)))

    def articles_of(self, slug: str) -> dict[str, tuple[str, str]]:
        """Read title and text of a source's articles by their addresses."""
        with self.crawl.sessions() as session:
            of_source = sa.select(Article).join(Source).where(Source.slug == slug)
            versions = [(article.url, article.current_version) for article in session.scalars(of_source)]
            return {url: (version.title, version.text) for url, version in versions if version}

    def reasons_of(self, slug: str) -> list[str]:
        """Read what the last run says of a source, and why pages of it were refused at their last try."""
        fates = sa.select(Fate.reason).join(Link, Link.id == Fate.item_id).join(Source, Source.id == Link.source_id)
        with self.crawl.sessions() as session:
            refused = session.scalars(fates.where(Source.slug == slug, Fate.stage == Stage.FETCH))
            newest = sa.select(CrawlRun).join(Source).where(Source.slug == slug).order_by(CrawlRun.id.desc()).limit(1)
            return [*session.scalars(newest).one().counts, *filter(None, refused)]


@contextlib.contextmanager
def an_aftermath(crawl: Crawl, folder: Path, cases: Sequence[Case], days: Days) -> Iterator[Aftermath]:
    """Live through all cases at once: well, broken while new items appear, and healed."""
    with FaultWeb(folder) as web:
        crawl.settings |= {"PERILUNE_MAX_DOCUMENT_BYTES": "400000", **web.environment}
        after = Aftermath(crawl, web, days)
        after.add(WELL, WELL, SourceKind.FEED)
        for case in cases:
            site = after.add(case.name, case.slug, case.kind, language=case.language, **case.keys)
            if case.is_from_start:
                web.break_with(site, case.fault, case.scope)
        after.visit(0, patience=LONG_PATIENCE)
        after.live_through_trouble(cases)
        for case in cases:
            if case.heals:
                web.heal(after.sites[case.slug])
        for day in days.healed:
            after.visit(day, patience=LONG_PATIENCE)
        yield after


def health_after_weeks(crawl: Crawl, folder: Path, cases: Sequence[Case]) -> dict[str, SourceHealth]:
    """Watch sites that publish every other day, first while they are well and then while they are broken."""
    with FaultWeb(folder) as web:
        crawl.settings |= {"PERILUNE_MAX_DOCUMENT_BYTES": "400000", **web.environment}
        after = Aftermath(crawl, web, SOME_DAYS)
        for case in cases:
            after.add(case.name, case.slug, case.kind, language=case.language, **case.keys)
        for day in (*WELL_DAYS, *ILL_DAYS):
            if day == ILL_DAYS[0]:
                assert not any(health.is_ill for health in after.health_of_all().values())
                for case in cases:
                    web.break_with(after.sites[case.slug], case.fault, case.scope)
            after.visit(day, patience=LONG_PATIENCE if day in WELL_DAYS else SHORT_PATIENCE)
            for site in after.sites.values():
                site.item_count += 1 if day in WELL_DAYS else NEW_ITEMS
        return after.health_of_all()


@pytest.fixture(scope="module")
def health(
    aftermath: Aftermath, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, SourceHealth]:
    """How each source was said to fare while broken: at its second visit, or after weeks where two tell too little.

    Weeks are lived through by the cases that this run looks at: half of them, but for `make test-long`.
    """
    told = dict(aftermath.health)
    names = " ".join(item.name for item in request.session.items if item.name.startswith(CAUSE_TEST))
    looked_at = [case for case in CASES if f"[{case.name}]" in names]
    slow = [case for case in looked_at if case.cause and told[case.slug].cause != case.cause]
    folder = tmp_path_factory.mktemp("weeks")
    url = f"sqlite:///{folder}/perilune.db"
    return told | health_after_weeks(Crawl(folder, url, open_database(url)), folder, slow)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """What all cases leave behind."""
    folder = tmp_path_factory.mktemp("faults")
    url = f"sqlite:///{folder}/perilune.db"
    with an_aftermath(Crawl(folder, url, open_database(url)), folder, CASES, SOME_DAYS) as after:
        yield after


def assert_survived(after: Aftermath, case: Case) -> None:
    """Look at what a case left: its runs, its requests, its pages and its articles."""
    site, outcomes = after.sites[case.slug], [visit[case.slug]["outcome"] for visit in after.outcomes]
    assert outcomes == [DONE, *(case.outcome for _ in after.days.broken), *(DONE for _ in after.days.healed)]
    assert case.words in "; ".join(after.reasons[case.slug])
    assert max(counts[site.host] for counts in after.requests) <= case.most_requests
    whole = articles_expected_of(after, case)
    assert after.while_broken[case.slug].items() <= whole.items()
    assert (after.while_broken[case.slug] == whole) == case.arrives
    assert after.articles_of(case.slug) == whole
    page_counts = Counter(after.kept_urls(case.slug))
    assert page_counts.keys() - whole.keys() == set()
    assert max(page_counts.values()) <= MOST_PAGES.get(case.fault, 2 if case.keeps_rubbish else 1)


def articles_expected_of(after: Aftermath, case: Case) -> dict[str, tuple[str, str]]:
    """Say what all of a site's articles are: each once, under the address that it first had."""
    site = after.sites[case.slug]
    texts = {item: "\n\n".join(site.sentences(item)) for item in site.items}
    return {
        item.url if case.heals or item.number <= KNOWN_ITEMS else after.web.moved_url(item.url): (item.title, text)
        for item, text in texts.items()
    }


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_broken_site_harms_nothing_and_is_caught_up_with_when_it_is_well_again(
    aftermath: Aftermath, case: Case
) -> None:
    assert_survived(aftermath, case)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[pytest.mark.long] if place % 2 else [])
        for place, case in enumerate(CASES)
    ],
)
def test_a_broken_site_is_put_down_to_its_cause(health: dict[str, SourceHealth], case: Case) -> None:
    told = health[case.slug]
    assert (told.cause if told.is_ill else None) == case.cause, told.sentence


def test_no_source_is_put_down_to_another_cause_before_enough_is_known(aftermath: Aftermath) -> None:
    early = {case.name: aftermath.health[case.slug] for case in CASES}
    wrong = {case.name: early[case.name].sentence for case in CASES if early[case.name].cause not in {None, case.cause}}
    assert wrong == {}


def test_a_healthy_site_among_broken_ones_is_crawled_as_ever(aftermath: Aftermath) -> None:
    outcomes = [visit[WELL] for visit in aftermath.outcomes]
    assert [visit["outcome"] for visit in outcomes] == [DONE] * len(outcomes)
    assert [visit.get("new pages", 0) for visit in outcomes] == [KNOWN_ITEMS, NEW_ITEMS] + [0] * (len(outcomes) - 2)


def test_no_local_file_is_read_for_a_feed(aftermath: Aftermath) -> None:
    with aftermath.crawl.sessions() as session:
        titles = [title for title in session.scalars(sa.select(Link.title)) if title]
    assert titles
    assert not any(aftermath.web.secret in title for title in titles)


LONG_CASES = tuple(
    case
    for case in CASES
    if case.scope is Scope.PAGES
    and case.fault in {Fault.FORBIDDEN, Fault.CHALLENGE, Fault.BOILERPLATE, Fault.GZIP_BOMB}
)


@pytest.mark.databases("postgresql")
def test_what_was_published_in_a_week_of_trouble_comes_in_later(crawl: Crawl, tmp_path: Path) -> None:
    with an_aftermath(crawl, tmp_path, LONG_CASES, A_WEEK) as after:
        for case in LONG_CASES:
            assert_survived(after, case)
