"""The extract stage's decision: bytes in, an article or the reason why there is none out.

Errors: ExtractionProblem (damaged or encrypted document). Light to import, so that a worker process starts fast.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from models.vocabulary import DocType, PassageKind
from perilune.dates import PartialDate, Witness, WitnessKind, decide_date
from perilune.encodings import decode
from perilune.languages import language_of
from perilune.verdicts import (
    SCANNED,
    SCANNED_IN_PART,
    SCANNED_READ_IN_PART,
    SCANNED_WITHOUT_TEXT,
    verdict_on_page,
)
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.floods import MAX_TEXT_CHARS, without_floods
from pipeline.extraction.passage_languages import with_languages
from pipeline.extraction.problems import ExtractionProblem
from pipeline.extraction.schema_types import doc_type_of_form
from pipeline.values import Block, Extracted, Rejected, legible, passages_from_blocks

if TYPE_CHECKING:
    from pipeline.extraction.ocr import Ocr

__all__ = ["ExtractionProblem", "FetchedPage", "extract"]

MIN_LETTERS = 40
IDEOGRAPH_WEIGHT = 3
MAX_TITLE_CHARS = 200
LONG_DOCUMENT_PAGES = 10
OTHER_FORMATS = {
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "a compressed file",
    b"{\\rtf": "an RTF file",
}
HTML_TAG = re.compile(rb"<(?:!doctype html|html|head|body|title|meta|div|p|article|table|h1|span|br)\b", re.IGNORECASE)
LETTER = re.compile(r"\w")
IDEOGRAPH = re.compile(r"[㐀-鿿]")
FEED_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")


@dataclass(frozen=True)
class FetchedPage:
    """A page as fetched, with what its source knew of it; no date after `fetched_on` is believed.

    `selectors` are a person's, by `body`, `drop`, `date` and `title`. A standing page may be a list: it is read
    whatever it looks like. `last_modified` is the day that the answer's Last-Modified names.
    """

    body: bytes
    url: str
    content_type: str | None = None
    title_hint: str | None = None
    date_hints: tuple[Witness, ...] = field(default=())
    fetched_on: dt.date = dt.date.max
    selectors: Mapping[str, str] = field(default_factory=dict)
    is_standing: bool = False
    last_modified: dt.date | None = None


def extract(page: FetchedPage, ocr: Ocr | None = None) -> Extracted | Rejected:
    """Read the article of `page`; ExtractionProblem when the document is damaged or encrypted.

    Scanned pages are read with `ocr`, which takes seconds for each; without it they are only known.
    """
    result = _read(page, ocr)
    if isinstance(result, Rejected):
        return result
    return replace(
        result,
        title=legible(result.title),
        authors=tuple(map(legible, result.authors)),
        site_name=result.site_name and legible(result.site_name),
        issuer=result.issuer and legible(result.issuer),
        section=result.section and legible(result.section),
        keywords=tuple(map(legible, result.keywords)),
    )


def _read(page: FetchedPage, ocr: Ocr | None) -> Extracted | Rejected:
    start = page.body[:1024].lstrip()
    if b"%PDF-" in start[:64]:
        return _article_of_pdf(page, ocr)
    if page.body.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return _article_of_office_file(page)
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
    from pipeline.extraction.refusal import is_refused

    reason = verdict_on_page(200, page.content_type, page.body)
    if reason:
        return Rejected(reason, may_change=True)
    text = _composed(without_floods(decode(page.body, page.content_type).text))
    article = article_of_html(text, page.url, title_hint=page.title_hint, selectors=page.selectors)
    if article is not None and article.refusal and is_refused(article.refusal, is_standing=page.is_standing):
        return Rejected(article.refusal, may_change=True)
    if article is None or not _has_text(article.blocks, apart_from=article.title):
        return Rejected("no article text", may_change=True)
    markup = article.markup
    return Extracted(
        title=article.title,
        passages=with_languages(passages_from_blocks(article.blocks), article.language),
        language=article.language,
        doc_type=doc_type_of_form(markup.types, markup.sections, page.url),
        published=decide_date((*article.witnesses, *_hints(page)), not_after=_last_day(page)),
        authors=article.authors,
        site_name=markup.site_name,
        section=next(iter(markup.sections), None),
        keywords=markup.keywords,
        image_url=markup.image_url,
        stated_update=markup.stated_update,
        canonical_url=markup.canonical_url,
    )


def _composed(text: str) -> str:
    """Write a letter and its accent as one character (NFC): they are to be the same word everywhere."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _article_of_pdf(page: FetchedPage, ocr: Ocr | None) -> Extracted | Rejected:
    from pipeline.extraction.pdf import article_of_pdf
    from pipeline.extraction.scan import scans_in

    article = article_of_pdf(page.body)
    scans = scans_in(page.body, article)
    if not scans.pages:
        return _article_of_document(page, article)
    if ocr is not None:
        return _article_of_scans(page, article, scans.pages, ocr)
    result = _article_of_document(page, article) if scans.has_text_pages else None
    return replace(result, remark=SCANNED_IN_PART) if isinstance(result, Extracted) else Rejected(SCANNED)


def _article_of_scans(
    page: FetchedPage, article: DocumentArticle, numbers: Sequence[int], ocr: Ocr
) -> Extracted | Rejected:
    from pipeline.extraction.scan import read_scans
    from pipeline.extraction.scan_article import article_with_scans

    reading = read_scans(page.body, numbers, ocr)
    result = _article_of_document(page, article_with_scans(article, reading.texts))
    if isinstance(result, Rejected):
        return Rejected(SCANNED_WITHOUT_TEXT if reading.is_complete else SCANNED_READ_IN_PART)
    return result if reading.is_complete else replace(result, remark=SCANNED_READ_IN_PART)


def _article_of_document(page: FetchedPage, article: DocumentArticle) -> Extracted | Rejected:
    from pipeline.extraction.witnesses import address_witness

    if not _has_text(article.blocks):
        return Rejected("hardly any text")
    address = address_witness(page.url)
    witnesses = (*article.witnesses, *((address,) if address else ()), *_hints(page))
    language = _language(article.title, article.blocks)
    return Extracted(
        title=article.title or page.title_hint or "",
        passages=with_languages(passages_from_blocks(article.blocks), language),
        language=language,
        doc_type=DocType.REPORT if article.is_slide_deck or article.page_count >= LONG_DOCUMENT_PAGES else None,
        published=decide_date(witnesses, not_after=_last_day(page)),
        authors=article.authors,
        issuer=article.issuer,
    )


def _article_of_office_file(page: FetchedPage) -> Extracted | Rejected:
    """Read slides and text documents, told by what their ZIP package says of itself, never by their names."""
    from pipeline.extraction.office_package import OLE_MAGIC, PackageKind, is_encrypted_office_file, kind_of_package

    if is_encrypted_office_file(page.body):
        raise ExtractionProblem("the document is encrypted")
    if page.body.startswith(OLE_MAGIC):
        return Rejected("an old office file, which is not read")
    kind = kind_of_package(page.body)
    if kind not in {PackageKind.SLIDES, PackageKind.WORD}:
        return Rejected(f"{kind}, which is not read")
    from pipeline.extraction.slides import article_of_slides
    from pipeline.extraction.word import article_of_word

    article = (article_of_slides if kind is PackageKind.SLIDES else article_of_word)(page.body)
    # Without any text it is pictures or empty: what a scan is to a PDF, it is not.
    return _article_of_document(page, article) if article.blocks else Rejected("hardly any text")


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
        published=decide_date(_hints(page), not_after=_last_day(page)),
    )


def _has_text(blocks: Sequence[Block], *, apart_from: str = "") -> bool:
    weight = 0
    for block in blocks:
        text = block.text.replace(apart_from, "") if apart_from else block.text
        # No more letters are counted than are asked for, of texts of any length.
        weight += sum(1 for _ in islice(LETTER.finditer(text), MIN_LETTERS))
        weight += IDEOGRAPH_WEIGHT * sum(1 for _ in islice(IDEOGRAPH.finditer(text), MIN_LETTERS))
        if weight >= MIN_LETTERS:
            return True
    return False


def _language(title: str, blocks: Sequence[Block]) -> str | None:
    return language_of("\n".join(block.text for block in blocks)) or language_of(title)


def _hints(page: FetchedPage) -> tuple[Witness, ...]:
    """Give what is known beside the bytes; a page made for its visitor was modified when it was fetched."""
    modified = page.last_modified
    if modified is None or modified >= page.fetched_on - dt.timedelta(days=1):
        return page.date_hints
    http = Witness(WitnessKind.HTTP, PartialDate.of(modified), f"Last-Modified: {modified}")
    return (*page.date_hints, http)


def _last_day(page: FetchedPage) -> dt.date:
    """Allow a day more than the fetch: it is already tomorrow where many sources are."""
    return page.fetched_on if page.fetched_on == dt.date.max else page.fetched_on + dt.timedelta(days=1)
