"""The language that a visitor reads: as the address says (`lang=`), else as the browser does, else English."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

LANGUAGES = ("en", "zh", "ru", "fr")
"""Those that Perilune reads well, and so those that summaries are made in."""


def language_read(accepted: str) -> str:
    """Choose among the languages of an Accept-Language header (RFC 9110) the first that summaries are made in."""
    weighed = [_weighed(each) for each in accepted.split(",")]
    wanted = sorted((each for each in weighed if each[0] in LANGUAGES and each[1] > 0), key=lambda each: -each[1])
    return wanted[0][0] if wanted else LANGUAGES[0]


def _weighed(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";")
    try:
        quality = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0.0
    return name.strip().lower().partition("-")[0], quality


def reader_language(
    request: Request,
    lang: Annotated[str, Query(max_length=8, description="The language to read first; default: the browser's.")] = "",
) -> str:
    """Tell which language a visitor reads."""
    return lang if lang in LANGUAGES else language_read(request.headers.get("accept-language", ""))


ReaderLanguage = Annotated[str, Depends(reader_language)]


def by_language(response: HTMLResponse) -> HTMLResponse:
    """Tell caches that a page is another one for who reads another language."""
    response.headers["Vary"] = "Accept-Language"
    return response
