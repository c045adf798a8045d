"""Reads pages with other libraries: run by the interpreter of the peers' own environment, which knows nothing of ours.

A line of JSON `{"html", "url"}` comes in, one of `{library: {"text", "title", "date", "authors", "seconds"}}` goes out.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

LINE_TAGS = frozenset(
    {"p", "div", "section", "article", "li", "tr", "td", "th", "br", "pre", "blockquote", "figcaption", "dd", "dt"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)


@dataclass
class Reading:
    """What a library says of a page, and the processor seconds that it took."""

    text: str = ""
    title: str = ""
    date: str | None = None
    authors: tuple[str, ...] = ()
    seconds: float = 0.0
    failed: str | None = None


def with_trafilatura(html: str, url: str) -> Reading:
    """Read as trafilatura does by default, with what it knows of title, date and authors."""
    return _of_trafilatura(html, url, is_fast=False)


def with_trafilatura_fast(html: str, url: str) -> Reading:
    """Read in trafilatura's fast mode, without its fallbacks."""
    return _of_trafilatura(html, url, is_fast=True)


def _of_trafilatura(html: str, url: str, *, is_fast: bool) -> Reading:
    from trafilatura import bare_extraction

    found = bare_extraction(html, url=url or None, fast=is_fast, include_comments=False, with_metadata=True)
    if found is None:
        return Reading()
    return Reading(
        found.text or "", found.title or "", found.date, tuple(filter(None, (found.author or "").split("; ")))
    )


def with_bare_trafilatura(html: str, url: str) -> Reading:
    """Read only the text, by default settings: what most users of trafilatura call."""
    from trafilatura import extract

    return Reading(extract(html, url=url or None, include_comments=False) or "")


def with_newspaper(html: str, url: str) -> Reading:
    """Read with newspaper4k, which must not ask the network for images."""
    from newspaper import Article

    article = Article(url or "http://localhost/", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return Reading(article.text, article.title, _day(article.publish_date), tuple(article.authors))


def with_readability(html: str, _url: str) -> Reading:
    """Read with readability-lxml, which gives markup and a title."""
    from lxml.html import fromstring
    from readability import Document

    document = Document(html)
    return Reading("".join(_lines(fromstring(document.summary(html_partial=True)).iter())), document.short_title())


def _lines(elements: Iterable[object]) -> Iterable[str]:
    for element in elements:
        yield f"\n{element.text or ''}" if element.tag in LINE_TAGS else element.text or ""  # type: ignore[attr-defined]
        yield element.tail or ""  # type: ignore[attr-defined]


def with_news_please(html: str, url: str) -> Reading:
    """Read with news-please, which asks several libraries in turn."""
    from newsplease import NewsPlease

    article = NewsPlease.from_html(html, url=url or None, fetch_images=False)
    return Reading(
        article.maintext or "", article.title or "", _day(article.date_publish), tuple(article.authors or ())
    )


def with_resiliparse(html: str, _url: str) -> Reading:
    """Read with resiliparse, which gives text alone."""
    from resiliparse.extract.html2text import extract_plain_text

    return Reading(extract_plain_text(html, main_content=True, alt_texts=False, links=False, form_fields=False))


def _day(moment: object) -> str | None:
    if isinstance(moment, dt.datetime):
        return moment.date().isoformat()
    return str(moment)[:10] if moment else None


READERS: dict[str, Callable[[str, str], Reading]] = {
    "trafilatura": with_trafilatura,
    "trafilatura fast": with_trafilatura_fast,
    "trafilatura, text only": with_bare_trafilatura,
    "newspaper4k": with_newspaper,
    "readability-lxml": with_readability,
    "news-please": with_news_please,
    "resiliparse": with_resiliparse,
}


def reading(reader: Callable[[str, str], Reading], html: str, url: str) -> Reading:
    """Read one page and take the time; a library that raises has read nothing."""
    started = time.process_time()
    try:
        found = reader(html, url)
    except Exception as error:  # noqa: BLE001 - what escapes a library is its answer
        found = Reading(failed=f"{type(error).__name__}: {error}"[:200])
    found.seconds = time.process_time() - started
    return found


def main() -> None:
    """Answer every line until there are no more."""
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        page = json.loads(line)
        wanted = page.get("readers") or READERS
        answer = {name: asdict(reading(READERS[name], page["html"], page["url"])) for name in wanted}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
