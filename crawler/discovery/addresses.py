"""Patterns of addresses: what those of a list's articles have in common, as a regular expression to read and change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, parse_qsl, urlsplit

from perilune.urls import site_of

FILE = re.compile(r"(?P<stem>.*?)(?P<extension>\.[A-Za-z][A-Za-z0-9]{1,5})?")
MIN_SHARED_CHARS = 2
DOCUMENT = re.compile(r"\.(?:pdf|pp[st][xm]|potx|doc[xm]|dotx)$", re.IGNORECASE)


def is_document(url: str) -> bool:
    """Tell whether an address names a PDF or office file."""
    return bool(DOCUMENT.search(urlsplit(url).path))


def shape_of(url: str) -> tuple[object, ...]:
    """Reduce an address to its form: host, length of its path, kinds of its segments, names of its parameters."""
    parts = urlsplit(url)
    segments = parts.path.strip("/").split("/")
    kinds = tuple(_kind_of(segment) for segment in segments)
    return site_of(url), kinds, tuple(sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)))


def _kind_of(segment: str) -> str:
    match = FILE.fullmatch(segment)
    stem, extension = (match["stem"], match["extension"] or "") if match else (segment, "")
    if stem.isdigit():
        return f"number{extension}"
    if re.search(r"\d", stem):
        return f"mixed{extension}"
    return f"word{extension}"


def pattern_of(urls: Sequence[str]) -> str | None:
    """Generalise addresses into a pattern; None where they have no more in common than their host.

    Segments that all share stay as they are, numbers become digits, and everything else may be anything. Addresses
    with paths of different lengths are held together by the beginning that they share.
    """
    parts = [urlsplit(url) for url in urls]
    hosts = {part.netloc.rpartition("@")[2].removeprefix("www.") for part in parts}
    if not parts or len(hosts) != 1:
        return None
    segments = [part.path.split("/")[1:] for part in parts]
    path = _path_pattern(segments)
    query = _query_pattern(parts)
    if path is None or (not query and not re.search(r"[A-Za-z0-9]", re.sub(r"\\.|\[[^]]*\]", "", path))):
        return None
    return f"^https?://(?:www\\.)?{_literal(hosts.pop())}{path}{query}$"


def _path_pattern(paths: Sequence[Sequence[str]]) -> str | None:
    lengths = {len(path) for path in paths}
    if len(lengths) == 1:
        return "".join(f"/{_segment_pattern(column)}" for column in zip(*paths, strict=True))
    shared = _shared_segments(paths)
    return "".join(f"/{_literal(segment)}" for segment in shared) + "/.+" if shared else None


def _shared_segments(paths: Sequence[Sequence[str]]) -> list[str]:
    shared: list[str] = []
    for column in zip(*(path[:-1] for path in paths), strict=False):
        if len(set(column)) > 1 or column[0].isdigit():
            break
        shared.append(column[0])
    return shared


def _segment_pattern(column: Sequence[str]) -> str:
    if len(set(column)) == 1 and not re.search(r"\d", column[0]):
        return _literal(column[0])
    matches = [FILE.fullmatch(segment) for segment in column]
    extensions = {match["extension"] or "" for match in matches if match}
    stems = [match["stem"] for match in matches if match]
    extension = _literal(extensions.pop()) if len(extensions) == 1 else r"(?:\.\w+)?"
    return _stem_pattern(stems) + extension


def _stem_pattern(stems: Sequence[str]) -> str:
    digits = [re.sub(r"\d+", "0", stem) for stem in stems]
    if len(set(digits)) == 1:  # alike but for their numbers: t20260310_4711
        return _with_digits(stems)
    prefix = _shared_prefix(stems)
    return (_literal(prefix) if len(prefix) > MIN_SHARED_CHARS and prefix[-1] in "-_" else "") + "[^/?#]+"


def _with_digits(stems: Sequence[str]) -> str:
    pieces = re.split(r"\d+", stems[0])
    runs = list(zip(*(re.findall(r"\d+", stem) for stem in stems), strict=True))
    written = [_literal(pieces[0])]
    for run, piece in zip(runs, pieces[1:], strict=True):
        lengths = {len(number) for number in run}
        is_date = lengths <= {4, 6, 8} and len(lengths) == 1
        written.append((rf"\d{{{lengths.pop()}}}" if is_date else r"\d+") + _literal(piece))
    return "".join(written)


def _shared_prefix(stems: Sequence[str]) -> str:
    shortest, longest = min(stems), max(stems)
    for place, sign in enumerate(shortest):
        if sign != longest[place]:
            return re.sub(r"\d.*$", "", shortest[:place])
    return re.sub(r"\d.*$", "", shortest)


def _query_pattern(parts: Iterable[SplitResult]) -> str:
    # As they are written: decoded, `%5B` would no longer match.
    queries = [dict(pair.partition("=")[::2] for pair in part.query.split("&") if pair) for part in parts]
    names = {tuple(sorted(query)) for query in queries}
    if names == {()}:
        return ""
    if len(names) > 1:
        return r"(?:\?.*)?" if () in names else r"\?.+"
    written = []
    for name in names.pop():
        values = [query[name] for query in queries]
        is_fixed = len(set(values)) == 1 and not values[0].isdigit()
        number = r"\d+" if all(value.isdigit() for value in values) else "[^&]+"
        written.append(f"{_literal(name)}={_literal(values[0]) if is_fixed else number}")
    return r"\?" + "&".join(written)


def _literal(text: str) -> str:
    return re.sub(r"([.?*+^$()\[\]{}|\\])", r"\\\1", text)
