"""Checks of the program itself: Python, packages, time zones, and the programs and models that it calls on."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import zoneinfo
from collections.abc import Iterator

import sqlalchemy as sa

from crawler.rendering import require_browser
from models.edition import Edition
from models.source import Source
from perilune.doctor.findings import Finding, Installation, ok, problem, skipped, warning
from pipeline.encoding.presence import encoder_in_words
from pipeline.extraction.ocr import find_ocr

DISTRIBUTION = "perilune"
OLDEST_PYTHON = (3, 11)
EXTRAS = ("render", "s3")
USUAL_ZONE = "Europe/Vienna"
TZDATA = "Install the system's time zones (Debian: tzdata), or `pip install tzdata`."


def python_version() -> Finding:
    """Check which Python runs this."""
    said = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return problem("python", f"Python {said} is too old.", "Install Python 3.11 or newer, and Perilune into it.")
    return ok("python", f"Python {said}.")


def packages() -> Iterator[Finding]:
    """Check that the packages that Perilune names are there in the versions it names."""
    try:
        named = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        yield skipped("packages", "Perilune runs from a folder and is not installed, so nothing names its packages.")
        return
    wrong = [each for line in named if (each := _trouble_with(line, extra=""))]
    if wrong:
        yield problem("packages", f"{len(wrong)} do not fit: {', '.join(wrong)}.", "Install Perilune again with pip.")
    else:
        yield ok("packages", "All packages are there, in versions that fit.")
    for extra in EXTRAS:
        missing = [each for line in named if (each := _trouble_with(line, extra=extra))]
        if missing:
            yield skipped(f"extra {extra}", f"Not installed: {', '.join(missing)}.")
        else:
            yield ok(f"extra {extra}", "Installed.")


def _trouble_with(line: str, *, extra: str) -> str | None:
    """Say what is wrong with a requirement of this extra (or of none); None where it is met or is not meant."""
    from packaging.requirements import Requirement

    wanted = Requirement(line)
    is_of_extra = "extra ==" in str(wanted.marker or "")
    if is_of_extra != bool(extra) or (wanted.marker and not wanted.marker.evaluate({"extra": extra})):
        return None
    try:
        found = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{wanted.name} is missing"
    return None if wanted.specifier.contains(found, prereleases=True) else f"{wanted.name} is {found}"


def time_zones() -> Finding:
    """Check that time zones are known, by which editions come out."""
    try:
        zoneinfo.ZoneInfo(USUAL_ZONE)
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        return problem("time zones", "This machine knows no time zones, so editions cannot be scheduled.", TZDATA)
    return ok("time zones", "Time zones are known.")


def zones_of_editions(installation: Installation) -> Iterator[Finding]:
    """Check the time zone of every edition."""
    with installation.archive.sessions() as session:
        editions = session.scalars(sa.select(Edition).where(Edition.is_active)).all()
    for edition in editions:
        try:
            zoneinfo.ZoneInfo(edition.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            sentence = f"The edition {edition.slug} is in the time zone {edition.timezone}, which is not known here."
            yield problem("editions", sentence, TZDATA)


def encoder(installation: Installation) -> Iterator[Finding]:
    """Check that the encoder's files are there and whole; load it where there is time."""
    settings = installation.settings
    yield ok("encoder", encoder_in_words(settings.encoder, settings.cache))
    if installation.is_thorough:
        from pipeline.encoding.encoder import load_encoder

        found = load_encoder(settings.encoder, settings.cache, threads=1)
        yield ok("encoder", f"It loads, and makes vectors of {found.encode(['the Moon']).shape[1]} numbers.")


def chromium(installation: Installation) -> Iterator[Finding]:
    """Check that there is a browser, where sources are read by one."""
    with installation.archive.sessions() as session:
        rendered = sa.select(sa.func.count()).select_from(Source).where(Source.is_active, Source.render)
        count = session.scalar(rendered) or 0
    if not count:
        yield skipped("browser", "No source is read by a browser.")
        return
    require_browser(installation.settings)
    yield ok("browser", f"Chromium is there for {count} sources that are read by it.")


def tesseract(installation: Installation) -> Iterator[Finding]:
    """Check what scans are read by."""
    found = find_ocr(installation.settings)
    if installation.settings.ocr_max_pages == 0:
        yield skipped("scans", "Scans are not read, since PERILUNE_OCR_MAX_PAGES is 0.")
    elif found is not None:
        yield ok("scans", f"Tesseract reads scans in {', '.join(found.languages)}.")
    elif shutil.which("tesseract") is None:
        remedy = "Install it (Debian: tesseract-ocr with languages such as tesseract-ocr-chi-sim), or `make ocr`."
        yield warning("scans", "Tesseract is not there, so scanned documents stay unread.", remedy)
    else:
        yield warning("scans", "Tesseract has none of the usual languages.", "Install some, such as tesseract-ocr-eng.")
