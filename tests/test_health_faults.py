"""Every fault of the benchmark is found with its cause, and nothing is found where nothing is wrong."""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.health_faults import FAULTS, Fault
from benchmarks.health_replay import Crawl, replayed
from benchmarks.health_times import Series
from benchmarks.health_web import Flavour, Site
from crawler.health.verdict import Health, health_of
from models.vocabulary import HealthState as State
from models.vocabulary import Repair
from tests.health_visits import DAY, FAULT_AT, HOUR, START, is_plain


def a_site(flavour: Flavour, country: str, **features: bool) -> Site:
    """A site that publishes every day at ten and twice on Thursdays, for ninety days."""
    times = [START + day * DAY + hours * HOUR for day in range(90) for hours in ((4, 7) if day % 7 == 3 else (4,))]
    series = Series(f"{flavour} {country}", "invented", START, tuple(times), country)
    given = {
        "is_dated": True,
        "gives_304": False,
        "has_useful_home": True,
        "has_two_indexes": False,
        "has_pages": False,
    }
    return Site(series, flavour, f"{flavour}.{country.lower()}.example", 12, **(given | features))


SITES = (
    a_site(Flavour.RSS, "US", gives_304=True),
    a_site(Flavour.CARDS, "RU", gives_304=True),
    a_site(Flavour.TABLE, "CN", is_dated=False, has_pages=True),
    a_site(Flavour.ATOM, "FR", has_two_indexes=True),
    a_site(Flavour.NEWS_SITEMAP, "US"),
)


@cache
def crawled(site: Site) -> Crawl:
    """The site as it has been visited until the day of the fault, without any trouble."""
    crawl = Crawl(site)
    for _ in replayed(crawl, START, FAULT_AT - 1 * HOUR):
        pass
    return crawl


def first_alarm(site: Site, fault: Fault, days: int = 8) -> Health | None:
    """What the owner is told first, if anything, within some days of a fault."""
    crawl = crawled(site).branch(fault, FAULT_AT)
    for now in replayed(crawl, FAULT_AT, FAULT_AT + days * DAY):
        health = health_of(crawl.history, now)
        if health.state in {State.DEGRADED, State.BROKEN}:
            return health
    return None


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.name}, {fault.variant}")
def test_every_fault_is_found_with_its_cause(fault: Fault) -> None:
    site = next(site for site in SITES if site.kind in fault.kinds and fault.fits(site))
    health = first_alarm(site, fault)
    assert health is not None
    assert health.cause == fault.cause, health.sentence
    assert health.since is not None
    assert health.repair is not Repair.NOTHING
    assert is_plain(health.sentence)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.series.name)
def test_nothing_is_found_where_nothing_is_wrong(site: Site) -> None:
    health = health_of(crawled(site).history, FAULT_AT)
    assert health.state == State.HEALTHY
    assert health.sentence.endswith("expected")
