"""Real publication times for the politeness benchmark: space headlines of 2023 and items of a Chinese news programme.

What the files do not state is drawn at random from a seed, and said so in `RESAMPLED`.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

HEADLINES = "text/snapi_headlines_2023_05_07.jsonl"
PROGRAMME = "text/cctv_space_2022_2024.jsonl"
CHINA = dt.timezone(dt.timedelta(hours=8))
AN_HOUR = dt.timedelta(hours=1)
PLACEMENTS = {"after the broadcast, 19:30-21:30": (19.5, 21.5), "office hours, 9-18": (9, 18), "any hour": (0, 24)}
PROGRAMME_ITEMS_TUNED_ON = 110
RESAMPLED = (
    "headlines: seen by an hourly job, so each is put somewhere in the hour before; those of the first look left out",
    "CCTV: only days are stated, so the minute is drawn, in three ways; the first 110 items were tuned on: left out",
)


@dataclass(frozen=True)
class Watched:
    """A site with the moments at which it published, in order, and the span during which it is watched."""

    name: str
    moments: tuple[dt.datetime, ...]
    start: dt.datetime
    end: dt.datetime
    seed: int


def headline_sites(folder: Path, seed: int) -> list[Watched]:
    """Read the sites of the headlines, by name."""
    lines = (folder / HEADLINES).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    seen = [dt.datetime.fromisoformat(row["first_seen"]).astimezone(dt.UTC) for row in rows]
    start, end = min(seen), max(seen)
    chance = random.Random(seed)
    sites: dict[str, list[dt.datetime]] = defaultdict(list)
    for row, moment in zip(rows, seen, strict=True):
        if moment > start:
            sites[row["site"]].append(max(start, moment - chance.random() * AN_HOUR))
    return [Watched(name, tuple(sorted(moments)), start, end, seed) for name, moments in sorted(sites.items())]


def programme(folder: Path, seed: int, placement: str) -> Watched:
    """Read the later items of the news programme, each put at a minute of its day (Beijing time)."""
    lines = (folder / PROGRAMME).read_text(encoding="utf-8").splitlines()
    days = [dt.datetime.fromisoformat(json.loads(line)["date"]).replace(tzinfo=CHINA) for line in lines]
    first, last = PLACEMENTS[placement]
    chance = random.Random(seed)
    moments = sorted((day + chance.uniform(first, last) * AN_HOUR).astimezone(dt.UTC) for day in days)
    start = moments[PROGRAMME_ITEMS_TUNED_ON]
    kept = tuple(moment for moment in moments if moment > start)
    return Watched("CCTV", kept, start, max(days).astimezone(dt.UTC) + 24 * AN_HOUR, seed)
