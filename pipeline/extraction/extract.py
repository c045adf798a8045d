"""The extract stage's decision: bytes in, an article or the reason why there is none out.

Errors: ExtractionProblem (damaged or encrypted document). Light to import, so that a worker process starts fast.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.vocabulary import DocType, PassageKind
from perilune.dates import Witness, decide_date
from perilune.encodings import decode
from perilune.languages import language_of
from perilune.verdicts import verdict_on_page
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.problems import ExtractionProblem
from pipeline.extraction.schema_types import doc_type_of_schema
from pipeline.values import Block, Extracted, Rejected, passages_from_blocks

__all__ = ["ExtractionProblem", "FetchedPage", "extract"]

MIN_LETTERS = 40
IDEOGRAPH_WEIGHT = 3
MAX_TITLE_CHARS = 200
MAX_TEXT_CHARS = 3_000_000  # an article's text stands before; a page of 5 MB takes 10 s to read
LONG_DOCUMENT_PAGES = 10
OTHER_FORMATS = {
    b"PK\x03\x04": "an office or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old office file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "a compressed file",
    b"{\\rtf": "an RTF file",
}
HTML_TAG = re.compile(rb"<(?:!doctype html|html|head|body|title|meta|div|p|article|table|h1|span|br)\b", re.IGNORECASE)
FEED_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")


@dataclass(frozen=True)
class FetchedPage:
    """A page as fetched, with what its source knew of it; no date after `fetched_on` is believed."""

    body: bytes
    url: str
    content_type: str | None = None
    title_hint: str | None = None
    date_hints: tuple[Witness, ...] = field(default=())
    fetched_on: dt.date = dt.date.max


def extract(page: FetchedPage) -> Extracted | Rejected:
    """Read the article of `page`; ExtractionProblem when the document is damaged or encrypted."""
    start = page.body[:1024].lstrip()
    if b"%PDF-" in start[:64]:
        from pipeline.extraction.pdf import article_of_pdf

        return _article_of_document(page, article_of_pdf(page.body))
    for magic, name in OTHER_FORMATS.items():
        if page.body.startswith(magic):
            return Rejected(f"{name}, which is not read")
    if FEED_ROOT.search(start) and not re.search(rb"<html", start, re.IGNORECASE):
        return Rejected("a feed or sitemap, not an article")
    if _is_html(page):
        return _article_of_html(page)
    return _article_of_text(page)


def _is_html(page: FetchedPage) -> bool:
    # The tags of a page in UTF-16 have zero bytes between their letters.
    return bool(HTML_TAG.search(page.body[:65536].replace(b"\0", b"")))


def _article_of_html(page: FetchedPage) -> Extracted | Rejected:
    from pipeline.extraction.html import article_of_html

    reason = verdict_on_page(200, page.content_type, page.body)
    if reason:
        return Rejected(reason, may_change=True)
    text = decode(page.body, page.content_type).text[:MAX_TEXT_CHARS]
    article = article_of_html(text, page.url, title_hint=page.title_hint)
    if article is None or not _has_text(article.blocks, apart_from=article.title):
        return Rejected("no article text", may_change=True)
    return Extracted(
        title=article.title,
        passages=passages_from_blocks(article.blocks),
        language=_language(article.title, article.blocks) or article.declared_language,
        doc_type=doc_type_of_schema(article.types),
        published=decide_date((*article.witnesses, *page.date_hints), not_after=_last_day(page)),
        authors=article.authors,
        site_name=article.site_name,
        canonical_url=article.canonical_url,
    )


def _article_of_document(page: FetchedPage, article: DocumentArticle) -> Extracted | Rejected:
    from pipeline.extraction.witnesses import address_witness

    if not _has_text(article.blocks):
        return Rejected("hardly any text" if article.blocks or article.title else "scanned")
    address = address_witness(page.url)
    witnesses = (*article.witnesses, *((address,) if address else ()), *page.date_hints)
    return Extracted(
        title=article.title or page.title_hint or "",
        passages=passages_from_blocks(article.blocks),
        language=_language(article.title, article.blocks),
        doc_type=DocType.REPORT if article.is_slide_deck or article.page_count >= LONG_DOCUMENT_PAGES else None,
        published=decide_date(witnesses, not_after=_last_day(page)),
        authors=article.authors,
        issuer=article.issuer,
    )


def _article_of_text(page: FetchedPage) -> Extracted | Rejected:
    if b"\0" in page.body[:1000] and decode(page.body, page.content_type).encoding[:6] != "utf-16":
        return Rejected("a format that is not read")
    text = decode(page.body, page.content_type).text[:MAX_TEXT_CHARS]
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    paragraphs = [paragraph for paragraph in paragraphs if paragraph]
    if not paragraphs:
        return Rejected("empty page")
    title = page.title_hint or (paragraphs[0] if len(paragraphs[0]) <= MAX_TITLE_CHARS else "")
    body = paragraphs[1:] if paragraphs[0] == title else paragraphs
    blocks = [Block(PassageKind.PARAGRAPH, paragraph) for paragraph in body]
    if not _has_text(blocks):
        return Rejected("no article text")
    return Extracted(
        title=title or paragraphs[0][:MAX_TITLE_CHARS],
        passages=passages_from_blocks(blocks),
        language=_language(title, blocks),
        published=decide_date(page.date_hints, not_after=_last_day(page)),
    )


def _has_text(blocks: Sequence[Block], *, apart_from: str = "") -> bool:
    text = " ".join(block.text.replace(apart_from, "") if apart_from else block.text for block in blocks)
    return len(re.findall(r"\w", text)) + IDEOGRAPH_WEIGHT * len(re.findall(r"[㐀-鿿]", text)) >= MIN_LETTERS


def _language(title: str, blocks: Sequence[Block]) -> str | None:
    return language_of("\n".join(block.text for block in blocks)) or language_of(title)


def _last_day(page: FetchedPage) -> dt.date:
    """Allow a day more than the fetch: it is already tomorrow where many sources are."""
    return page.fetched_on if page.fetched_on == dt.date.max else page.fetched_on + dt.timedelta(days=1)
