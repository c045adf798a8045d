"""Hand-made hostile files for the benchmark: pages, feeds, PDFs and archives that cost what they can.

Apart because each is one idea in a line or two; whoever meets a new one adds it here.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator

HTML = "text/html; charset=utf-8"
PROSE = "<p>" + "The agency launched a satellite for its partners on 4 March 2024 from the coast. " * 12 + "</p>"
# Runs that make a careless regular expression try every split: separators, halves of dates, openings without an end.
BAIT_UNITS = (
    *(
        " ",
        "\u00a0",
        "1",
        "9",
        "年",
        "月",
        "2020年",
        "一",
        "十",
        "|",
        " | ",
        "-",
        " - ",
        "--",
        "_",
        ". ",
        "...",
        "(",
        "[",
        "»",
    ),
    *(
        "&",
        "&amp",
        "'",
        '"',
        "=",
        "a",
        "é",
        "я",
        "中",
        "A, ",
        "jan ",
        "1 may ",
        "may 1 ",
        "in 2020 ",
        "2020-",
        "1/",
        "12:",
    ),
    *(
        "1 - ",
        "1 to 2 ",
        "+1 ",
        "tel: ",
        "a@",
        "www.",
        "http://",
        "cookie ",
        "share ",
        "print ",
        "home / ",
        "© ",
        "tags: ",
    ),
    *(
        "related: ",
        "about ",
        "for more information ",
        "contact ",
        "source ",
        "провер",
        "доступ",
        "请求",
        "访问",
        "更多",
    ),
    *(
        "access was ",
        "page ",
        "not found ",
        "log in to ",
        "404 ",
        "prove ",
        "copyright ",
        "editor: ",
        "(c) ",
        "\u200b",
        "\u202e",
    ),
)
BAIT_CHARS = 100_000
DEPTH = 100_000
HUGE = 50_000_000


def bombs() -> Iterator[tuple[str, bytes, str | None]]:
    """Yield (name, bytes, content type), each made only when it is asked for."""
    for unit in BAIT_UNITS:
        run = (unit * BAIT_CHARS)[:BAIT_CHARS]
        yield f"bait in text {unit!r}", _page(f"<p>{run}</p>{PROSE}"), HTML
        short = run[:20_000]
        head = f"<title>{short}</title><h1>{short}</h1><time datetime='{short[:500]}'>{short[:2000]}</time>"
        yield f"bait in title {unit!r}", _page(head + "".join(f"<p>{run[:290]}</p>" for _ in range(200))), HTML
    for name, make in PAGES.items():
        yield name, _page(make()), HTML
    for name, (make_bytes, content_type) in BODIES.items():
        yield name, make_bytes(), content_type


def _page(inner: str) -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{inner}</body></html>".encode(
        "utf-8", "replace"
    )


def _ld(value: str) -> str:
    return f"<script type='application/ld+json'>{value}</script><h1>News</h1>{PROSE}"


def _graph() -> str:
    nodes = [
        {"@id": f"#{place}", "@type": "Article", "mainEntity": {"@id": f"#{place + 1}"}} for place in range(20_000)
    ]
    return json.dumps({"@graph": nodes})


PAGES: dict[str, Callable[[], str]] = {
    "nested div": lambda: "<div>" * DEPTH + PROSE,
    "nested div, closed": lambda: "<div>" * DEPTH + PROSE + "</div>" * DEPTH,
    "nested span in prose": lambda: PROSE + "<p>" + "<span>word " * 20_000 + "</p>",
    "nested lists": lambda: "<ul><li>entry" * 10_000 + PROSE,
    "nested tables": lambda: "<table><tr><td>cell" * 5_000 + PROSE,
    "nested quotes": lambda: "<blockquote>word " * 10_000 + PROSE,
    "nested links": lambda: "<a href='/x'>link " * 50_000 + PROSE,
    "nested fonts": lambda: "<font><b><i><u>" * 20_000 + PROSE,
    "a million siblings": lambda: PROSE + "<i></i>" * 1_000_000,
    "paragraphs, 200,000": lambda: "<p>A short line of text here.</p>" * 200_000,
    "breaks, 500,000": lambda: "<p>" + "word<br>" * 500_000 + "</p>",
    "unclosed everything": lambda: "<div><p><b><table><tr><td><ul><li><a href='" * 30_000,
    "unclosed attribute": lambda: "<p title='" + "x" * 3_000_000,
    "unclosed comment": lambda: PROSE + "<!--" * 200_000,
    "unclosed scripts": lambda: PROSE + "<script>" * 100_000,
    "unclosed headings": lambda: "<h1>" * 50_000 + "word",
    "unclosed noscript": lambda: "<noscript>" * 100_000 + "word",
    "opening brackets": lambda: "<" * 2_000_000,
    "megabyte attributes": lambda: f"<p class='{'a ' * 500_000}' id='{'b' * 1_000_000}'>text</p>{PROSE}",
    "attributes, 100,000": lambda: f"<p {' '.join(f'a{place}=1' for place in range(100_000))}>text</p>{PROSE}",
    "50 MB of one letter": lambda: "a" * HUGE,
    "50 MB of one ideograph": lambda: "<p>" + "中" * (HUGE // 3),
    "20 MB of sentences": lambda: PROSE * 20_000,
    "giant table": lambda: "<table>" + "<tr><td>1</td><td>two</td><td>3 words here</td></tr>" * 60_000 + "</table>",
    "giant cell": lambda: f"<table><tr><td>{'word ' * 400_000}</td></tr></table>",
    "wide table": lambda: "<table><tr>" + "<td>cell 1</td>" * 200_000 + "</tr></table>",
    "span of a billion": lambda: "<table><tr><td colspan=999999999 rowspan=999999999>x</td></tr></table>" + PROSE,
    "entities": lambda: "<p>" + "&amp;&lt;&nbsp;&#8203;&#x4e2d;" * 100_000 + "</p>",
    "bad entities": lambda: "<p>" + "&#xD800;&#1114112;&#0;&bogus;&" * 100_000 + "</p>" + PROSE,
    "deep JSON-LD": lambda: _ld('{"a":' * DEPTH + "1" + "}" * DEPTH),
    "deep JSON-LD lists": lambda: _ld("[" * DEPTH + "]" * DEPTH),
    "deep JSON-LD entities": lambda: _ld('{"@type":"Article","mainEntity":' * 900 + "1" + "}" * 900),
    "10 MB in JSON-LD": lambda: _ld(json.dumps({"@type": "NewsArticle", "headline": "x" * 10_000_000})),
    "10 MB articleBody": lambda: _ld(json.dumps({"@type": "NewsArticle", "articleBody": "The word. " * 1_000_000})),
    "articleBody of spaces": lambda: _ld(json.dumps({"@type": "NewsArticle", "articleBody": "x" + " " * 1_000_000})),
    "articleBody of tags": lambda: _ld(json.dumps({"@type": "NewsArticle", "articleBody": "<b>x " * 200_000})),
    "cyclic JSON-LD": lambda: _ld(_graph()),
    "JSON-LD, 20,000 times": lambda: _ld('{"@type":"Article"}') * 20_000,
    "authors, 200,000": lambda: _ld(json.dumps({"@type": "Article", "author": [{"name": "A B"}] * 200_000})),
    "author of separators": lambda: _ld(json.dumps({"@type": "Article", "author": " and" * 500_000})),
    "numbers of 5,000 digits": lambda: _ld('{"@type":"Article","datePublished":' + "9" * 5_000 + "}"),
    "control characters": lambda: "<p>" + "".join(map(chr, range(1, 32))) * 20_000 + "</p>" + PROSE,
    "zero characters": lambda: "\0" * 500_000 + PROSE,
    "zero characters in tags": lambda: "<\0p\0>w\0o\0r\0d\0" * 50_000,
    "bidi controls": lambda: "<h1>\u202e\u2066News</h1><p>" + "\u202eword\u2066\u2069\u202c " * 100_000 + "</p>",
    "zero-width flood": lambda: "<h1>News</h1><p>" + "w\u200bo\u200cr\u200dd\ufeff " * 100_000 + "</p>",
    "combining marks": lambda: "<p>a" + "\u0301" * 500_000 + "</p>" + PROSE,
    "huge title": lambda: f"<title>{'word - ' * 300_000}</title>" + PROSE,
    "huge heading": lambda: f"<h1>{'word | ' * 300_000}</h1>" + PROSE,
    "h1, 20,000": lambda: "<h1>News of today</h1>" * 20_000 + PROSE,
    "h2 with texts, 20,000": lambda: "".join(f"<h2>Part {place}</h2>{PROSE[:120]}" for place in range(20_000)),
    "a million links": lambda: "".join(f"<a href='/{place}'>l{place}</a>" for place in range(1_000_000)),
    "links in one paragraph": lambda: "<p>" + "<a href='/x'>some link</a> " * 100_000 + "</p>" + PROSE,
    "100,000 times": lambda: "<time datetime='2024-03-04'>4 March 2024</time>" * 100_000 + PROSE,
    "dates in prose": lambda: "<h1>News</h1><p>" + "on 4 March 2024, 2024-03-04, 2024年3月4日 " * 50_000 + "</p>",
    "date lines": lambda: "<h1>News</h1>" + "<p>4 March 2024</p>" * 50_000,
    "metas, 100,000": lambda: "<meta name='date' content='x'><meta property='og:title' content='y'>" * 50_000 + PROSE,
    "data addresses": lambda: "<img src='data:image/png;base64," + "A" * 5_000_000 + "'>" + PROSE,
    "SVG and MathML": lambda: "<svg>" * 20_000 + "<math><mi>x</mi>" * 20_000 + PROSE,
    "foreign objects": lambda: "<svg><foreignObject><p>" * 10_000 + PROSE,
    "templates": lambda: "<template><div>" * 20_000 + PROSE,
    "forms and options": lambda: "<select>" + "<option>one" * 200_000 + PROSE,
    "frames": lambda: "<frameset><frame src=x>" * 50_000,
    "one paragraph a thousand times": lambda: PROSE * 1_000,
    "menus": lambda: "<ul>" + "<li><a href=/x>Menu entry</a></li>" * 100_000 + "</ul>" + PROSE,
    "short lines": lambda: "<p>Read more</p><p>Contact: a@b.org</p><p>About Us</p>" * 20_000 + PROSE,
    "headings only": lambda: "<h2>About the company</h2><h3>Contacts</h3>" * 20_000 + PROSE,
    "contacts": lambda: PROSE + "<h2>Contact</h2>" + "<p>Tel: +1 234 567 8901</p>" * 30_000,
}


def _deflated_pdf(size: int) -> bytes:
    stream = zlib.compress(b"\0" * 1_000_000)
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()
    content = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream"
    return _pdf(b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 600 800] >>", content)


def _pdf(page: bytes, *others: bytes, pages: bytes = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>") -> bytes:
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, *others]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, len(body))
    return body + head + table + tail


def _text_pdf(operators: bytes, font: bytes = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>") -> bytes:
    page = (
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F 5 0 R >> >> >>"
    )
    return _pdf(page, b"<< /Length %d >>\nstream\n" % len(operators) + operators + b"\nendstream", font)


def _zip_of(size: int, name: str = "word/document.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, b"<w>" + b" " * size)
    return target.getvalue()


LAUGHS = "".join(f'<!ENTITY l{place} "{f"&l{place - 1};" * 10}">' for place in range(1, 10))
PAGE_OF_PDF = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>"
WORDS = b"BT /F 12 Tf 50 700 Td (The agency launched a satellite.) Tj ET "
BODIES: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "entities that multiply": (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{LAUGHS}]><html><p>&l9;</p></html>'.encode,
        "application/xhtml+xml",
    ),
    "an outer entity": (
        lambda: b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hosts">]><html><p>&x;</p></html>',
        "application/xhtml+xml",
    ),
    "lone surrogates": (lambda: b"\xff\xfe" + ("<html><p>".encode("utf-16-le") + b"\x00\xd8" * 50_000), "text/html"),
    "half of UTF-16": (lambda: "<html><p>words</p>".encode("utf-16")[:-1], "text/html"),
    "UTF-7": (lambda: b"<html><p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-</p></html>", "text/html; charset=utf-7"),
    "no charset": (lambda: b"<html><p>\xe9t\xe9 word</p></html>", "text/html; charset=base64"),
    "random bytes": (lambda: bytes(range(256)) * 20_000, "text/html"),
    "high bytes": (lambda: b"<html><p>" + bytes(range(128, 256)) * 20_000, "text/html"),
    "escapes of Japanese": (lambda: b"<html><p>" + b"\x1b$B" * 200_000, "text/html"),
    "empty": (lambda: b"", None),
    "spaces": (lambda: b" " * 5_000_000, "text/html"),
    "plain text": (lambda: b"word " * 2_000_000, "text/plain"),
    "plain lines": (lambda: b"\n \n" * 1_000_000, "text/plain"),
    "plain text without a space": (lambda: b"x" * 5_000_000, "text/plain"),
    "gzip bomb": (lambda: gzip.compress(b"\0" * 100_000_000, 9), "application/gzip"),
    "zip bomb": (lambda: _zip_of(200_000_000), None),
    "zip with slides": (lambda: _zip_of(50_000_000, "ppt/slides/slide1.xml"), None),
    "half a zip": (lambda: _zip_of(1_000_000)[:400], None),
    "old office file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 10_000, "application/msword"),
    "a PDF's name only": (lambda: b"%PDF-1.4", "application/pdf"),
    "PDF of a gigabyte of zeros": (lambda: _deflated_pdf(1_000_000_000), "application/pdf"),
    "PDF with a cycle of pages": (
        lambda: _pdf(PAGE_OF_PDF, pages=b"<< /Type /Pages /Kids [2 0 R 2 0 R 3 0 R] /Count 3 >>"),
        "application/pdf",
    ),
    "PDF with a million pages": (
        lambda: _pdf(PAGE_OF_PDF, pages=b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>"),
        "application/pdf",
    ),
    "PDF with fewer than no pages": (
        lambda: _pdf(PAGE_OF_PDF, pages=b"<< /Type /Pages /Kids [3 0 R] /Count -5 >>"),
        "application/pdf",
    ),
    "PDF with one page many times": (
        lambda: _pdf(PAGE_OF_PDF, pages=b"<< /Type /Pages /Kids [" + b"3 0 R " * 50_000 + b"] /Count 50000 >>"),
        "application/pdf",
    ),
    "PDF with a wrong table": (lambda: _text_pdf(WORDS).replace(b"0000", b"9999"), "application/pdf"),
    "PDF without a table": (lambda: _text_pdf(WORDS).partition(b"xref")[0], "application/pdf"),
    "PDF with a bad font": (
        lambda: _text_pdf(WORDS, b"<< /Type /Font /FontFile 4 0 R /Widths 9 >>"),
        "application/pdf",
    ),
    "PDF of 200,000 words on a page": (lambda: _text_pdf(WORDS * 40_000), "application/pdf"),
    "PDF of single letters": (
        lambda: _text_pdf(b"BT /F 1 Tf " + b"0 1 Td (a) Tj " * 100_000 + b"ET"),
        "application/pdf",
    ),
    "PDF of unbalanced states": (lambda: _text_pdf(b"q " * 500_000 + WORDS), "application/pdf"),
    "PDF that says it is encrypted": (
        lambda: _text_pdf(WORDS).replace(b"/Root", b"/Encrypt << /Filter /Standard /V 9 >> /Root"),
        "application/pdf",
    ),
}
