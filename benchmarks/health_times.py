"""When the replayed sources publish: real publication times, whole weeks of them drawn anew, or invented ones.

Real: items of a daily Chinese news programme on space (September 2022 to December 2024), as they were, half a year at
a time, whole and by subject. Drawn anew: the weeks of ten space news sites (ten weeks in 2023 each), drawn with
replacement in blocks of whole weeks, so that hours, weekdays and bursts within a week stay as they were; what spans
weeks (seasons, long pauses) is lost, so publishers' holidays are laid into some of them.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HEADLINES = "snapi_headlines_2023_05_07.jsonl"
PROGRAMME = "cctv_space_2022_2024.jsonl"
SUBJECTS = ("", "空间站", "嫦娥", "长征", "卫星", "神舟")
WEEKS = 26
WEEK = dt.timedelta(days=7)
MIN_ITEMS = 26
FIRST_MONDAY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
KEPT_SHARES = (1.0, 0.4)
HOLIDAYS = {  # month and day of the first day, and how many days
    "FR": ((8, 3), 21),
    "CN": ((2, 9), 9),
    "RU": ((12, 31), 9),
    "US": ((12, 23), 11),
}
HOLIDAY_SHARE = 0.5


@dataclass(frozen=True)
class Series:
    """The moments at which one source publishes in half a year from `start`, in order."""

    name: str
    origin: str
    start: dt.datetime
    times: tuple[dt.datetime, ...]
    country: str

    @property
    def end(self) -> dt.datetime:
        """The end of the half year."""
        return self.start + WEEKS * WEEK

    @cached_property
    def interval(self) -> dt.timedelta:
        """The publishing interval: the mean time between days with something new, at least a day."""
        days = {moment.date() for moment in self.times}
        return max(dt.timedelta(days=1), (self.end - self.start) / max(1, len(days)))


def load_series(folder: Path | None, seed: int) -> list[Series]:
    """Make the sources' series for a seed, from the real items in the folder's `text/`, or invented."""
    rng = random.Random(seed)
    made = _invented(rng) if folder is None else [*_drawn(folder, rng), *_as_they_were(folder, rng)]
    return [*(series for series in made if len(series.times) >= 3), *_yearly(rng)]


def _drawn(folder: Path, rng: random.Random) -> Iterator[Series]:
    sites: defaultdict[str, list[dt.datetime]] = defaultdict(list)
    for line in (folder / "text" / HEADLINES).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sites[row["site"]].append(dt.datetime.fromisoformat(row["first_seen"]).astimezone(dt.UTC))
    countries = ("US", "US", "FR", "RU")
    for number, (site, times) in enumerate(sorted(sites.items())):
        for kept in KEPT_SHARES if len(times) >= MIN_ITEMS else ():
            country = countries[(number + (kept < 1)) % len(countries)]
            name = f"{site}, {kept:.0%}"
            yield _with_holiday(_weeks_drawn(name, _weeks_of(times), kept, country, rng), rng)


def _weeks_of(times: Sequence[dt.datetime]) -> list[list[dt.timedelta]]:
    """Cut times into whole weeks, without the first and the last, which are not whole."""
    first = _monday_of(min(times))
    weeks: list[list[dt.timedelta]] = [[] for _ in range((max(times) - first) // WEEK + 1)]
    for moment in sorted(times):
        weeks[(moment - first) // WEEK].append((moment - first) % WEEK)
    return weeks[1:-1]


def _monday_of(moment: dt.datetime) -> dt.datetime:
    day = moment - dt.timedelta(days=moment.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _weeks_drawn(
    name: str, weeks: Sequence[Sequence[dt.timedelta]], kept: float, country: str, rng: random.Random
) -> Series:
    start = FIRST_MONDAY + rng.randrange(52) * WEEK
    times = [
        start + number * WEEK + offset for number in range(WEEKS) for offset in rng.choice(weeks) if rng.random() < kept
    ]
    return Series(name, "weeks drawn anew", start, tuple(sorted(times)), country)


def _with_holiday(series: Series, rng: random.Random) -> Series:
    if rng.random() >= HOLIDAY_SHARE:
        return series
    (month, day), days = HOLIDAYS[series.country]
    for year in (series.start.year, series.start.year + 1):
        first = dt.datetime(year, month, day, tzinfo=dt.UTC)
        last = first + dt.timedelta(days=days)
        times = tuple(moment for moment in series.times if not first <= moment < last)
        if len(times) < len(series.times):
            return Series(series.name, f"{series.origin}, with a holiday", series.start, times, series.country)
    return series


def _as_they_were(folder: Path, rng: random.Random) -> Iterator[Series]:
    rows = [json.loads(line) for line in (folder / "text" / PROGRAMME).read_text(encoding="utf-8").splitlines()]
    rows.sort(key=lambda row: str(row["date"]))
    dated = [(dt.datetime.fromisoformat(f"{row['date']}T11:30:00+00:00"), row) for row in rows]
    first = _monday_of(dated[0][0])
    for subject in SUBJECTS:
        shift = rng.randrange(8)
        for part in range(4):
            start = first + (WEEKS * part + shift) * WEEK
            times = tuple(
                moment
                for moment, row in dated
                if subject in row["title"] + row["text"][:400] and start <= moment < start + WEEKS * WEEK
            )
            yield Series(f"programme {subject} {part}", "real", start, times, "CN")


def _yearly(rng: random.Random) -> Iterator[Series]:
    """Give two sources with one item in half a year, as no list of real items has them."""
    for number in range(2):
        start = FIRST_MONDAY + rng.randrange(52) * WEEK
        moment = start + dt.timedelta(days=rng.uniform(20, 150))
        yield Series(f"yearly {number}", "invented", start, (moment,), "US")


def _invented(rng: random.Random) -> list[Series]:
    """Make bursty series (gamma-mixed Poisson days with a weekly rhythm) for those who do not have the real lists."""
    found = []
    for number in range(44):
        rate = math.exp(rng.uniform(math.log(0.04), math.log(4)))
        start = FIRST_MONDAY + rng.randrange(52) * WEEK
        times = []
        for day in range(WEEKS * 7):
            pace = rate * rng.gammavariate(0.8, 1.25) * (1.2 if (day % 7) < 5 else 0.5)
            midnight = start + dt.timedelta(days=day)
            times += [midnight + dt.timedelta(hours=rng.uniform(7, 19)) for _ in range(_poisson(pace, rng))]
        country = ("US", "CN", "FR", "RU")[number % 4]
        found.append(_with_holiday(Series(f"invented {number}", "invented", start, tuple(sorted(times)), country), rng))
    return found


def _poisson(mean: float, rng: random.Random) -> int:
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
