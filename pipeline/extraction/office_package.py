"""The ZIP package of an office file: its kind and its XML parts, with bounds on what unpacking may cost.

Apart from the readers because both rest on it, and because the libraries that they use bound nothing.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml.etree import LxmlError, XMLParser, XMLSyntaxError, _Element, fromstring, tostring

from pipeline.extraction.problems import ExtractionProblem

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
MAX_PARTS = 10_000
MAX_PART_BYTES = 32_000_000
MAX_XML_BYTES = 80_000_000
MAX_RATIO = 250
MIN_SUSPECT_BYTES = 4_000_000
IS_ENCRYPTED = 0x1
CONTENT_TYPES = "[Content_Types].xml"
XML_ENDINGS = (".xml", ".rels", ".psmdcp")
STRICT_NAMESPACE = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
PACKAGE_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# What the libraries raise on parts that do not fit together: they check little, so it may be almost anything.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    LxmlError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class PackageKind(StrEnum):
    """What a ZIP file is, in the words of the archive."""

    SLIDES = "a slide deck"
    WORD = "a text document"
    SPREADSHEET = "a spreadsheet"
    DRAWING = "a drawing"
    OPEN_TEXT = "an OpenDocument text"
    OPEN_SLIDES = "an OpenDocument presentation"
    OPEN_SPREADSHEET = "an OpenDocument spreadsheet"
    OPEN_OTHER = "an OpenDocument file"
    BOOK = "an e-book"
    ZIP = "a ZIP file"


MAIN_TYPES = {
    PackageKind.SLIDES: re.compile(
        rb"application/vnd\.(?:openxmlformats-officedocument\.presentationml\.(?:presentation|slideshow|template)"
        rb"|ms-powerpoint\.(?:presentation|slideshow|template)\.macroEnabled)\.main\+xml"
    ),
    PackageKind.WORD: re.compile(
        rb"application/vnd\.(?:openxmlformats-officedocument\.wordprocessingml\.(?:document|template)"
        rb"|ms-word\.(?:document\.macroEnabled|template\.macroEnabledTemplate))\.main\+xml"
    ),
    PackageKind.SPREADSHEET: re.compile(rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.[\w.]+\.main"),
    PackageKind.DRAWING: re.compile(rb"ms-visio\.[\w.]+\.main"),
}
# The libraries open plain documents only: a show, a template and a document with macros have the same parts.
PLAIN_TYPES = {
    PackageKind.SLIDES: b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    PackageKind.WORD: b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
}
MIME_TYPES = {
    "application/vnd.oasis.opendocument.text": PackageKind.OPEN_TEXT,
    "application/vnd.oasis.opendocument.presentation": PackageKind.OPEN_SLIDES,
    "application/vnd.oasis.opendocument.spreadsheet": PackageKind.OPEN_SPREADSHEET,
    "application/vnd.oasis.opendocument": PackageKind.OPEN_OTHER,
    "application/epub": PackageKind.BOOK,
}


@dataclass(frozen=True)
class Package:
    """The XML parts of an office file by name; all else in it (pictures, films, fonts) is left empty."""

    kind: PackageKind
    parts: dict[str, bytes]

    def stream(self) -> io.BytesIO:
        """Pack the parts again, as the libraries read them."""
        target = io.BytesIO()
        with ZipFile(target, "w", ZIP_STORED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        target.seek(0)
        return target


@contextmanager
def honest_about_damage(*libraries: type[Exception]) -> Iterator[None]:
    """Turn what a damaged document makes the libraries raise into an ExtractionProblem."""
    try:
        yield
    except DAMAGE + libraries as error:
        raise ExtractionProblem(f"the document is damaged: {_words_of(error)}") from error


def is_encrypted_office_file(body: bytes) -> bool:
    """Tell an office file behind a password: an OLE container around the encrypted package."""
    return body.startswith(OLE_MAGIC) and ENCRYPTED_STREAM in body


def kind_of_package(body: bytes) -> PackageKind:
    """Tell what a ZIP file is by what it says of its content; ExtractionProblem when it cannot be opened."""
    with honest_about_damage(), ZipFile(io.BytesIO(body)) as archive:
        return _kind_of(archive)


def package_of(body: bytes) -> Package:
    """Unpack the XML parts of an office file; ExtractionProblem when it is damaged, encrypted or too large."""
    with honest_about_damage(), ZipFile(io.BytesIO(body)) as archive:
        kind = _kind_of(archive)
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _check_sizes(infos)
        parts: dict[str, bytes] = {}
        left = MAX_XML_BYTES
        for info in infos:
            name = info.filename.replace("\\", "/").lstrip("/")
            parts[name] = _xml_of(archive, info, left) if name.endswith(XML_ENDINGS) else b""
            left -= len(parts[name])
        if kind in PLAIN_TYPES:
            parts[CONTENT_TYPES] = MAIN_TYPES[kind].sub(PLAIN_TYPES[kind], parts[CONTENT_TYPES])
        return Package(kind, _without_dead_relationships(parts))


def xml_of(content: bytes) -> _Element:
    """Parse a part: nothing is expanded, nothing fetched, and libxml2's own bounds hold."""
    return fromstring(content, XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))


def settle_alternatives(root: _Element) -> None:
    """Put in the place of every choice between renderings the first that is offered, so that its text counts once."""
    for node in list(root.iter(f"{ALTERNATIVES}AlternateContent")):
        parent = node.getparent()
        chosen = next((child for child in node if len(child)), None)
        if parent is not None:
            place = parent.index(node)
            parent[place : place + 1] = list(chosen) if chosen is not None else []


def _kind_of(archive: ZipFile) -> PackageKind:
    names = {info.filename for info in archive.infolist()}
    if CONTENT_TYPES in names:
        types = _xml_of(archive, archive.getinfo(CONTENT_TYPES), MAX_PART_BYTES).replace(b"\0", b"")
        return next((kind for kind, form in MAIN_TYPES.items() if form.search(types)), PackageKind.ZIP)
    if "mimetype" in names:
        with archive.open("mimetype") as member:
            stated = member.read(100).decode("latin-1").strip()
        return next((kind for mime, kind in MIME_TYPES.items() if stated.startswith(mime)), PackageKind.ZIP)
    return PackageKind.ZIP


def _check_sizes(infos: list[ZipInfo]) -> None:
    """Refuse by what the directory states, before anything is unpacked."""
    if any(info.flag_bits & IS_ENCRYPTED for info in infos):
        raise ExtractionProblem("the document is encrypted")
    parts = [info for info in infos if info.filename.endswith(XML_ENDINGS)]
    unpacked, packed = (sum(sizes) for sizes in zip(*((i.file_size, i.compress_size) for i in parts), strict=True))
    is_bomb = unpacked > MIN_SUSPECT_BYTES and unpacked > MAX_RATIO * packed
    if len(infos) > MAX_PARTS or unpacked > MAX_XML_BYTES or is_bomb:
        raise ExtractionProblem("the document is too large: it unpacks to far more than it is")


def _xml_of(archive: ZipFile, info: ZipInfo, left: int) -> bytes:
    """Read a part within bounds, whatever the directory states of its size."""
    if info.flag_bits & IS_ENCRYPTED:
        raise ExtractionProblem("the document is encrypted")
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise ExtractionProblem("the document is damaged: it is packed as no office file is")
    limit = min(MAX_PART_BYTES, left)
    with archive.open(info) as member:
        content = member.read(limit + 1)
    if len(content) > limit:
        raise ExtractionProblem("the document is too large: it unpacks to far more than it is")
    if b"<!DOCTYPE" in content or b"<\0!\0D\0O\0C\0T\0Y\0P\0E" in content:
        raise ExtractionProblem("the document is damaged: it declares entities, which no office file has")
    # The strict form of the standard differs from the usual one in its names only.
    content = STRICT_NAMESPACE.sub(rb"http://schemas.openxmlformats.org/\1/2006/", content)
    return content.replace(b"/2006/extendedProperties", b"/2006/extended-properties")


def _without_dead_relationships(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Drop relationships to parts that are not there: office programs pass over them, the libraries fail on them."""
    kept = dict(parts)
    for name in (name for name in parts if name.endswith(".rels")):
        folder = posixpath.dirname(posixpath.dirname(name))
        root = xml_of(parts[name])
        dead = [node for node in root.iter(PACKAGE_RELATIONSHIP) if _is_dead(node, folder, parts)]
        for node in dead:
            root.remove(node)
        if dead:
            kept[name] = tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return kept


def _is_dead(relationship: _Element, folder: str, parts: dict[str, bytes]) -> bool:
    target = relationship.get("Target") or ""
    path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return relationship.get("TargetMode") != "External" and path not in parts


def _words_of(error: BaseException) -> str:
    if isinstance(error, XMLSyntaxError):
        return "a part is no well-formed XML"
    if isinstance(error, (BadZipFile, EOFError, zlib.error, struct.error)):
        return "its ZIP container cannot be unpacked"
    return "its parts do not fit together"
