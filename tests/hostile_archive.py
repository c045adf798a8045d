"""An archive whose every text is an attempt to run something: what the pipeline read of hostile files, and rows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from models.base import Base, PortableJson
from models.edition import Issue
from models.knowledge import Correction
from models.page_store import PageStore
from models.readers import reader_path
from models.signing import signer_of
from models.tables import Article, Reader
from models.vocabulary import CorrectionField
from perilune.archive import Archive
from perilune.processing import process_due
from pipeline.encoding.encoder import Encoder
from tests.conftest import NOW
from tests.crawl_bench import Crawl
from tests.desk_issues import Held, hold_an_issue
from tests.long_story import a_long_story
from tests.web_archive import ISSUE_KEY, Keys, fill_archive

ELSEWHERE = "http://127.0.0.2:9"
RUN = "window.ran=1;alert(1)"
ATTACK = (
    f"QQ{{{{7*7}}}}QQ${{7*7}}{{% raw %}}\"'><script>{RUN}</script><img src={ELSEWHERE}/x onerror={RUN}>"
    f"<svg/onload={RUN}><style>*{{display:none}}</style></title></textarea></option></script>"
    f'<a href="java\tscript:{RUN}">x</a><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>'
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={RUN}&gt;">'
    f"\" onfocus={RUN} autofocus style=display:none ' onmouseover='{RUN}' `-{RUN}-`"
    f"\u202e\u2028\ufeff\uff1cscript\uff1e&lt;script&gt;{RUN}&lt;/script&gt;&#60;script&#62;"
    f'<meta http-equiv=refresh content="0;url={ELSEWHERE}"><base href={ELSEWHERE}/>'
    f"<link rel=stylesheet href={ELSEWHERE}/s><form action={ELSEWHERE}><button formaction=javascript:{RUN}>]]><!--"
)
ADDRESS = f"javascript:{RUN}//"
TEXTS = {
    *("name", "title", "text", "description", "headline", "note", "reason", "sentence", "proposal", "problem", "place"),
    *("issuer", "section", "site_name", "quote", "remark", "before", "after", "made_by", "undone_by", "renamed_by"),
    *("pinned_by", "released_by", "lifted_by", "story_reason", "because", "heading", "list_name", "subject", "refused"),
    *("page_label", "stopped_because", "also", "authors", "keywords", "relevance_because", "words", "maker", "cited"),
    *("line", "lines", "value", "examples", "names", "told", "withdrawn"),
}
"""Columns, and keys of JSON, that hold what others or people wrote."""
URLS = {"url", "home", "image_url", "addresses"}
LEFT_ALONE = {"secret", "trained_model", "name_decision", "notice"}
"""Tables whose names are keys, and one of mail only."""
PROSE = (
    "The China National Space Administration and Roscosmos signed a memorandum on a lunar research station in Beijing.",
    "Both space agencies will plan the station together and open it to all interested countries and partners.",
    "The heads of the two agencies signed it by video link, and a joint road map will follow this year.",
)


@dataclass(frozen=True)
class Hostile:
    """The keys of a hostile archive."""

    keys: Keys
    held: Held
    long_story: str
    reader: str
    read: tuple[str, ...]
    """The articles that the pipeline read of hostile files."""


def hostile_page() -> str:
    """Write a page that attempts in its text, its attributes and its metadata."""
    said = escape(ATTACK)
    body = "".join(f"<p>{each} {said}<img src=x onerror={RUN}></p>" for each in PROSE)
    return (
        f"<html><head><title>Signed {said}</title><meta name=author content='{said}'>"
        f"<meta property='og:site_name' content='{said}'><meta name=keywords content='{said}'>"
        f"<link rel=stylesheet href={ELSEWHERE}/s.css></head>"
        f"<body onload={RUN}><script>{RUN}</script><article><h1>Signed {said}</h1>{body}<svg onload={RUN}></svg>"
        f"<ul><li>{said}</li></ul><blockquote>{said}</blockquote><table><tr><td>{said}</td></tr></table>"
        f"<a href='javascript:{RUN}'>more</a><iframe src={ELSEWHERE}></iframe><img src={ELSEWHERE}/pixel></article>"
    )


def hostile_pdf() -> bytes:
    """Print a document whose title, author and text attempt."""
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.setTitle(ATTACK)
    canvas.setAuthor(ATTACK)
    for number, line in enumerate((*PROSE, f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>")):
        canvas.drawString(30, 780 - 20 * number, line)
    canvas.save()
    return target.getvalue()


def read_hostile_files(crawl: Crawl, archive: Archive, site: HTTPServer, encoder: Callable[[], Encoder]) -> None:
    """Crawl a hostile feed with its page and its document, and have the pipeline read them."""
    site.clear()  # all tests share the server, and what the last one served is still there
    addresses = (site.url_for("/signed"), site.url_for("/signed.pdf"), ADDRESS)
    items = "".join(
        f"<item><title><![CDATA[{ATTACK.replace(']]>', '')}]]></title><link>{each}</link>"
        f"<description>{escape(ATTACK)}</description><pubDate>Thu, 10 Mar 2022 08:00:00 GMT</pubDate></item>"
        for each in addresses
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{escape(ATTACK)}</title>{items}</channel></rss>'
    for path, body, kind in (
        ("/robots.txt", b"User-agent: *\nAllow: /\n", "text/plain"),
        ("/feed", feed.encode("utf-8"), "application/rss+xml"),
        ("/signed", hostile_page().encode("utf-8"), "text/html; charset=utf-8"),
        ("/signed.pdf", hostile_pdf(), "application/pdf"),
    ):
        site.expect_request(path).respond_with_data(body, content_type=kind)
    crawl.add("aa_hostile", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.run("aa_hostile")
    process_due(archive, now=dt.datetime.now(dt.UTC), encoder=encoder)


def fill_with_attacks(session: Session, pages: PageStore, read: Iterable[str]) -> Hostile:
    """Store one of everything that a page can show, and have every text of it attempt."""
    keys = fill_archive(session, pages)
    session.execute(sa.delete(Issue).where(Issue.key == ISSUE_KEY))
    held = hold_an_issue(session, NOW, slug="held")
    long_story = a_long_story(session).key
    for field, value in (
        (CorrectionField.RELEVANCE, {"value": "space"}),
        (CorrectionField.TOPICS, {"remove": ["lunar-exploration"]}),
    ):
        session.add(
            Correction(article_key=keys.article, field=field, value=value, made_by="Ada", made_at=NOW, note="x")
        )
    session.flush()
    reader = session.scalars(sa.select(Reader)).first()
    assert reader is not None
    path = reader_path(signer_of(session), reader.key, held.issue)
    shown = session.scalars(sa.select(Article).where(Article.key == keys.article)).one().versions[0]
    leaving = f"<meta http-equiv=refresh content='0;url={ELSEWHERE}/away'>"
    shown.page.content_hash = pages.keep((leaving + hostile_page()).encode("utf-8"))
    session.flush()
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_ALONE:
            _poison(session, table)
    return Hostile(keys, held, long_story, path, tuple(read))


def _poison(session: Session, table: sa.Table) -> None:
    for column in table.columns:
        if isinstance(column.type, PortableJson):
            identity = list(table.primary_key.columns)
            for *ids, value in session.execute(sa.select(*identity, column).where(column.isnot(None))).all():
                where = [own == given for own, given in zip(identity, ids, strict=True)]
                session.execute(sa.update(table).where(*where).values({column: hostile_value(value, column.name)}))
        elif column.name in TEXTS:
            session.execute(sa.update(table).where(column.isnot(None)).values({column: column + ATTACK}))
        elif column.name in URLS:
            session.execute(sa.update(table).where(column.isnot(None)).values({column: ADDRESS + column}))


def hostile_value(value: object, name: str) -> object:
    """Have every text within a JSON value attempt that stands under a name of a text or an address."""
    if isinstance(value, dict):
        return {key: hostile_value(each, key if not name or key in TEXTS | URLS else "") for key, each in value.items()}
    if isinstance(value, list):
        return [hostile_value(each, name) for each in value]
    if isinstance(value, str) and name in TEXTS:
        return value + ATTACK
    return ADDRESS + value if isinstance(value, str) and name in URLS else value
