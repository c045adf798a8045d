"""The archived pages of records as WARC 1.1 (ISO 28500): their bytes as kept, with what their address answered."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from http import HTTPStatus

from perilune.exports.record import ArchivedPage, Export
from perilune.problems import Problem

SOFTWARE = "Perilune"
OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection"})
"""What was true of the bytes on their way: they are kept as they were after decoding."""


def warc_of(export: Export) -> Iterator[bytes]:
    """Write an export as gzipped records, one page after the other; a page that cannot be read leaves a note."""
    from warcio.warcwriter import WARCWriter

    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    about = {"software": SOFTWARE, "format": "WARC File Format 1.1", "description": export.title}
    writer.write_record(writer.create_warcinfo_record("perilune.warc.gz", about))
    yield _taken(buffer)
    for record in export.records:
        for page in record.pages:
            _write(writer, page, export)
            yield _taken(buffer)


def _taken(buffer: io.BytesIO) -> bytes:
    body = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return body


def _write(writer: object, page: ArchivedPage, export: Export) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    assert isinstance(writer, WARCWriter)
    dated = {"WARC-Date": _moment(page.fetched_at)}
    try:
        body = export.read_page(page.content_hash)
    except Problem as problem:
        said = f"note: {problem}\r\nsha256: {page.content_hash}\r\n".encode()
        note = writer.create_warc_record(
            page.url,
            "metadata",
            payload=io.BytesIO(said),
            warc_content_type="application/warc-fields",
            warc_headers_dict=dated,
        )
        writer.write_record(note)
        return
    headers = [(_plain(name), _plain(value)) for name, value in page.headers if name.lower() not in OF_THE_WIRE]
    if page.content_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", _plain(page.content_type)))
    http = StatusAndHeaders(_status(page.status), [*headers, ("content-length", str(len(body)))], protocol="HTTP/1.1")
    answer = writer.create_warc_record(
        page.url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=dated
    )
    writer.write_record(answer)


def _status(code: int) -> str:
    known = {each.value: each.phrase for each in HTTPStatus}
    return f"{code} {known.get(code, '')}".strip()


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _plain(text: str) -> str:
    return " ".join(text.split())
