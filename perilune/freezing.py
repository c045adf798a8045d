"""Frozen sources: an index and a page as they were fetched, beside what is to be read out of them, as tests.

A folder per source holds index.* and page.* with the bytes, and index.json and page.json with what is expected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from crawler.inspection import Frozen, FrozenLink, links_of
from crawler.loader import own_spider, spider_by
from models.way import Way
from perilune.config import Settings
from perilune.dates import PartialDate, Witness, WitnessKind
from perilune.problems import Problem
from pipeline.extraction.extract import FetchedPage
from pipeline.extraction.pool import extract_all
from pipeline.values import Extracted

START_CHARS = 300
ENDINGS = (("html", "html"), ("pdf", "pdf"), ("xml", "xml"), ("rss", "xml"), ("json", "txt"), ("text", "txt"))


class FrozenIndex(BaseModel):
    """What is expected of a frozen index."""

    way: Way
    url: str
    content_type: str | None
    links: tuple[FrozenLink, ...]


class FrozenArticle(BaseModel):
    """What is expected of the article on a frozen page; `refused` says why it is none."""

    title: str | None = None
    published: str | None = None
    language: str | None = None
    char_count: int = 0
    start: str = ""
    refused: str | None = None


class FrozenPage(BaseModel):
    """A frozen page: how it was come by, and its article."""

    url: str
    content_type: str | None
    link: FrozenLink
    fetched_on: dt.date
    article: FrozenArticle


def freeze(settings: Settings, copy: Frozen, folder: Path, *, today: dt.date) -> list[Path]:
    """Write a copy of a source into its folder, in place of an older one; returns the files.

    Without a page where none could be had; Problem where the folder cannot be written.
    """
    try:
        return list(_written(settings, copy, folder, today))
    except OSError as error:
        raise Problem(f"{folder} cannot be written: {error.strerror}.") from error


def _written(settings: Settings, copy: Frozen, folder: Path, today: dt.date) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for former in (*folder.glob("index.*"), *folder.glob("page.*")):
        former.unlink()
    index = FrozenIndex(way=copy.way, url=copy.index.url, content_type=copy.index.content_type, links=copy.links)
    yield from _write(folder, "index", copy.index.body, index)
    if copy.page is not None and copy.page.is_ok and copy.link is not None:
        page = FrozenPage(
            url=copy.page.url,
            content_type=copy.page.content_type,
            link=copy.link,
            fetched_on=today,
            article=FrozenArticle(),
        )
        article = _article_of(settings, copy.page.body, page)
        yield from _write(folder, "page", copy.page.body, page.model_copy(update={"article": article}))


def _write(folder: Path, stem: str, body: bytes, expected: FrozenIndex | FrozenPage) -> list[Path]:
    ending = next((ending for word, ending in ENDINGS if word in (expected.content_type or "")), "bin")
    paths = [folder / f"{stem}.{ending}", folder / f"{stem}.json"]
    paths[0].write_bytes(body)
    paths[1].write_text(expected.model_dump_json(indent=2, exclude_none=True) + "\n", encoding="utf-8")
    return paths


def differences(settings: Settings, folder: Path, *, sources: Path) -> list[str]:
    """Read a frozen source again, and say what comes out otherwise than is expected.

    `sources` is the folder of source files, for a source that has a spider of its own.
    """
    found = []
    index = FrozenIndex.model_validate_json((folder / "index.json").read_bytes())
    spider = spider_by(own_spider(sources / f"{folder.name}.py"), index.way)
    links = links_of(spider, index.url, index.content_type, _body(folder, "index"))
    if links != index.links:
        found.append(f"{folder.name}: its index gives {_shown(links)} where {_shown(index.links)} is expected")
    if (folder / "page.json").is_file():
        page = FrozenPage.model_validate_json((folder / "page.json").read_bytes())
        article = _article_of(settings, _body(folder, "page"), page)
        if article != page.article:
            found.append(f"{folder.name}: its page gives {article!r} where {page.article!r} is expected")
    return found


def _shown(links: tuple[FrozenLink, ...]) -> str:
    return "; ".join(f"{link.url} ({link.title}, {link.published})" for link in links) or "nothing"


def _body(folder: Path, stem: str) -> bytes:
    bodies = [path for path in folder.glob(f"{stem}.*") if path.suffix != ".json"]
    if len(bodies) != 1:
        raise Problem(f"{folder} must hold one file {stem}.* beside {stem}.json; it holds {len(bodies)}.")
    return bodies[0].read_bytes()


def _article_of(settings: Settings, body: bytes, page: FrozenPage) -> FrozenArticle:
    fetched = FetchedPage(body, page.url, page.content_type, page.link.title, _hints(page.link), page.fetched_on)
    ((_, read),) = extract_all([(0, fetched)], worker_count=1, deadline=settings.extract_timeout)
    if not isinstance(read, Extracted):
        return FrozenArticle(refused=read.reason)
    return FrozenArticle(
        title=read.title,
        published=str(read.published.date) if read.published.date else None,
        language=read.language,
        char_count=len(read.text),
        start=read.text[:START_CHARS],
    )


def _hints(link: FrozenLink) -> tuple[Witness, ...]:
    if link.published is None or link.witness is None:
        return ()
    return (Witness(WitnessKind(link.witness), PartialDate.parse(link.published), link.published),)
