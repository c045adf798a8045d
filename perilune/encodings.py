"""Bytes to text when the declaration is missing or wrong; apart because crawler and pipeline must read a page alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

from perilune.languages import language_of
from perilune.plausible_text import NON_ASCII, fitness, plausibility

MAX_SAMPLE_BYTES = 6_000
MAX_HEAD_BYTES = 4_096
MIN_PLAUSIBILITY = 0.3
DECLARED_BONUS = 0.3
MIN_SOUND = 0.75
WEAKLY_DECLARED_BONUS = 0.25
LANGUAGE_BONUS = 0.4
UTF_8_BONUS = 1.0
FEW_BYTES = 16
MIN_ZEROS_SHARE = 0.03
MAX_ZEROS_BYTES = 400
MAX_SURROUNDINGS = 40
# In text of another charset, faults outnumber what happens to be UTF-8.
SOUND_PER_FAULT = 3
SOUND_PER_FAULT_DECLARED = 2
SOUND_PER_FAULT_DECLARED_OTHERWISE = 20

WEAK = ("cp1252", "iso8859-15")  # what servers declare when nobody has told them anything
USUAL = (
    "gb18030",
    "cp1251",
    "koi8-r",
    "big5hkscs",
    "cp1252",
    "koi8-u",
    "iso8859-5",
    "cp866",
    "cp932",
    "euc_jp",
    "cp949",
)
REGIONAL = ("cp1250", "iso8859-2", "cp1254", "cp1253", "iso8859-7", "cp1256", "cp1255", "iso8859-15")
LATIN = ("cp1252", "cp1250", "iso8859-2", "cp1254", "iso8859-15")
# The charsets of the web (encoding.spec.whatwg.org) by Python's names: of others, UTF-7 first of all, a declaration
# is not believed; some of them are no charsets at all to Python.
BELIEVED = frozenset(
    (
        *(*USUAL, *REGIONAL, "utf-8", "iso2022_jp", "iso8859-3", "iso8859-4", "iso8859-6", "iso8859-8", "iso8859-10"),
        *("iso8859-13", "iso8859-14", "iso8859-16", "mac-roman", "mac-cyrillic", "cp874", "cp1257", "cp1258", "hz"),
        *("cp437", "cp850", "cp852", "johab", "ptcp154"),
    )
)
OTHER_NAMES = {
    "utf-16": "utf-16-le",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "cp936": "gb18030",
    "cp950": "big5hkscs",
    "euc_jis_2004": "euc_jp",
    "iso2022_jp_1": "iso2022_jp",
    "iso2022_jp_2": "iso2022_jp",
    "utf_8_sig": "utf-8",
    "utf-8-sig": "utf-8",
}
HIGH_RUN = re.compile(rb"[\x20-\x7e]{0,3}(?:[\x80-\xff]+[\x20-\x7e]{0,3})+")
SURROUNDINGS = re.compile(rb"[^<>{}\x80-\xff]{0,60}[\x80-\xff][^<>{}]{0,120}")
FAULTY_RUN = re.compile("\ufffd+")
HIGH = re.compile(rb"[\x80-\xff]")
SHIFT_TO_KANJI = re.compile(rb"\x1b\$[@B]")
IN_LANGUAGE = re.compile(rb"<html\b[^<>]{0,300}\blang\s*=\s*[\"']?([a-z]{2})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Decoded:
    """A text and the encoding (Python's name for it) that its bytes were read with."""

    text: str
    encoding: str


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Read `body` as text: byte order mark, then valid UTF-8, then the most plausible of declared and usual charsets.

    GB2312 and GBK are read as GB18030. A declared charset wins unless its reading is clearly worse than another's.
    Never fails: what cannot be read becomes U+FFFD. UTF-7 is never believed.
    """
    named, mark = read_bom(body)
    if named and mark:
        return Decoded(body[len(mark) :].decode(named, "replace"), named)
    wide = _utf_16_of(body)
    if wide:
        return Decoded(body.decode(wide, "replace"), wide)
    declared = _declared_encodings(body, content_type)
    if SHIFT_TO_KANJI.search(body) and not HIGH.search(body):
        return Decoded(body.decode("iso2022_jp", "replace"), "iso2022_jp")
    text = _text_of_utf_8(body, declared)
    if text is not None and not (declared[:1] != ["utf-8"] and declared and _has_few(body)):
        return Decoded(text, "utf-8")
    encoding = _most_plausible(body, declared, is_utf_8=text is not None)
    return Decoded(body.decode(encoding, "replace"), encoding)


def _declared_encodings(body: bytes, content_type: str | None) -> list[str]:
    """List the believable of what HTTP and the document's head declare, HTTP first."""
    in_head = html_body_declared_encoding(body[:MAX_HEAD_BYTES])
    in_http = http_content_type_encoding(content_type) if content_type else None
    named = (OTHER_NAMES.get(name, name) for name in dict.fromkeys((in_http, in_head)) if name)
    # A document whose declaration could be read as ASCII is not in UTF-16, whatever it says.
    return [name for name in named if name in BELIEVED]


def _utf_16_of(body: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero bytes of its ASCII characters, which all stand on one side."""
    sample = body[:MAX_ZEROS_BYTES]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < MIN_ZEROS_SHARE * len(sample) or min(even, odd) * 8 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _text_of_utf_8(body: bytes, declared: list[str]) -> str | None:
    """Read UTF-8, forgiving a few broken bytes such as a cut at the end or a foreign snippet; None for all else."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    faults = len(FAULTY_RUN.findall(text))
    sound = len(NON_ASCII.findall(text)) - text.count("\ufffd")
    needed = SOUND_PER_FAULT_DECLARED if "utf-8" in declared else SOUND_PER_FAULT
    if declared and "utf-8" not in declared and declared[0] not in WEAK:
        needed = SOUND_PER_FAULT_DECLARED_OTHERWISE
    return text if sound >= needed * faults else None


def _has_few(body: bytes) -> bool:
    """Tell whether so few bytes are beyond ASCII that they may be UTF-8 by chance."""
    high = sum(1 for _ in islice(HIGH.finditer(body), FEW_BYTES + 1))
    return 0 < high <= FEW_BYTES


def _most_plausible(body: bytes, declared: list[str], *, is_utf_8: bool) -> str:
    sample = _sample_of(body)
    if not sample:
        return declared[0] if declared else "utf-8"
    candidates = dict.fromkeys((*(["utf-8"] if is_utf_8 or "utf-8" in declared else []), *declared, *USUAL, *REGIONAL))
    scores = {
        name: _score(sample, name, declared) + UTF_8_BONUS * (is_utf_8 and name == "utf-8") for name in candidates
    }
    sound = [name for name in declared if name not in WEAK and not is_utf_8 and scores[name] >= MIN_SOUND]
    best = sound[0] if sound else max(scores, key=scores.__getitem__)
    if best in LATIN and not sound:
        best = _latin_encoding(body, {name: scores[name] for name in LATIN})
    if scores[best] >= MIN_PLAUSIBILITY:
        return best
    believed = [name for name in declared if name != "utf-8"]
    return believed[0] if believed else _detected_encoding(sample) or best


def _score(sample: bytes, encoding: str, declared: list[str]) -> float:
    text = sample.decode(encoding, "replace")
    score = plausibility(text, encoding)
    if encoding not in declared:
        return score
    return score + (WEAKLY_DECLARED_BONUS if encoding in WEAK or "\ufffd" in text else DECLARED_BONUS)


def _latin_encoding(body: bytes, scores: dict[str, float]) -> str:
    """Choose among charsets of Latin letters by what they make of the letters, and by the language around these."""
    surroundings = b" ".join(match[0] for match in islice(SURROUNDINGS.finditer(body), MAX_SURROUNDINGS))
    stated = IN_LANGUAGE.search(body[:MAX_HEAD_BYTES])
    ranked = dict(scores)
    for name in scores:
        language = language_of(surroundings.decode(name, "replace"))
        named = {language or "", stated[1].decode("ascii").lower() if stated else ""}
        ranked[name] += LANGUAGE_BONUS * sum(fitness(surroundings.decode(name, "replace"), code) for code in named)
    return max(ranked, key=ranked.__getitem__)


def _sample_of(body: bytes) -> bytes:
    """Keep bytes beyond ASCII with their neighbours, where the evidence is, from the beginning on."""
    runs, length = [], 0
    for match in HIGH_RUN.finditer(body):
        runs.append(match[0][:MAX_SAMPLE_BYTES])
        length += len(match[0])
        if length >= MAX_SAMPLE_BYTES:
            break
    return b" ".join(runs)


def _detected_encoding(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    match = from_bytes(sample).best()
    name = resolve_encoding(match.encoding) if match else None
    name = OTHER_NAMES.get(name or "", name)
    return name if name in BELIEVED else None
