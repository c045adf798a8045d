"""Bytes to text when the declaration is missing or wrong; apart because crawler and pipeline must read a page alike."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

MAX_SAMPLE_BYTES = 120_000
MIN_PLAUSIBILITY = 0.5
DECLARED_BONUS = 0.15
MAX_FAULTY_SHARE = 0.02
COMMON = ("gb18030", "cp1251", "koi8-r", "big5hkscs", "cp1252")

NON_ASCII = re.compile(r"[^\x00-\x7f]")
FAULT = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff─-▟｡-ﾟ]")
CYRILLIC = re.compile(r"[Ѐ-ӿ]")
COMMON_CYRILLIC = re.compile(r"[А-яЁёІіЇїЄєҐґЎў]")
CYRILLIC_BESIDE_ASCII = re.compile(r"[A-Za-z][Ѐ-ӿ]|[Ѐ-ӿ][A-Za-z]")
CAPITALS_AFTER_SMALL_INITIAL = re.compile(r"(?<![А-Яа-яЁё])[а-яё][А-ЯЁ]{2}")
CAPITAL_INSIDE_WORD = re.compile(r"[а-яё][А-ЯЁ]")
LATIN = re.compile(r"[À-ɏ]")
LATIN_BESIDE_LATIN = re.compile(r"[À-ɏ](?=[À-ɏ])")
HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
KANA_OR_HANGUL = re.compile(r"[ぁ-ヿ가-힯]")
TYPOGRAPHY = re.compile(r"[\u00a0«»‐-…‹›©®™°·№€£×−　-】！-～§½•■●]")


@dataclass(frozen=True)
class Decoded:
    """A text and the encoding (Python's name for it) that its bytes were read with."""

    text: str
    encoding: str


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Read `body` as text: byte order mark, then valid UTF-8, then the most plausible of declared and usual charsets.

    GB2312 and GBK are read as GB18030. A declared charset wins unless its reading is clearly worse than another's.
    Never fails: what cannot be read becomes U+FFFD.
    """
    bom_encoding, bom = read_bom(body)
    if bom_encoding and bom:
        return Decoded(body[len(bom) :].decode(bom_encoding, "replace"), bom_encoding)
    wide = _utf_16_of(body)
    if wide:
        return Decoded(body.decode(wide, "replace"), wide)
    declared = _declared_encodings(body, content_type)
    if "iso2022_jp" in declared:
        return Decoded(body.decode("iso2022_jp", "replace"), "iso2022_jp")
    if _is_utf_8(body):
        return Decoded(body.decode("utf-8", "replace"), "utf-8")
    encoding = _most_plausible(body, declared)
    return Decoded(body.decode(encoding, "replace"), encoding)


def _declared_encodings(body: bytes, content_type: str | None) -> list[str]:
    """List what HTTP and the document's head declare, HTTP first."""
    in_head = html_body_declared_encoding(body[:4096])
    in_http = http_content_type_encoding(content_type) if content_type else None
    return [name for name in dict.fromkeys((in_http, in_head)) if name]


def _utf_16_of(body: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero bytes of its ASCII letters."""
    sample = body[:4000]
    zeros = sample.count(0)
    if zeros < len(sample) / 5 or not zeros:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"


def _is_utf_8(body: bytes) -> bool:
    """Tell UTF-8, forgiving a few broken bytes such as a cut at the end or a foreign snippet."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        return text.count("\ufffd") <= MAX_FAULTY_SHARE * len(NON_ASCII.findall(text))
    return True


def _most_plausible(body: bytes, declared: list[str]) -> str:
    sample = _sample_of(body)
    scores = {
        name: _plausibility(sample.decode(name, "replace"), name) + DECLARED_BONUS * (name in declared)
        for name in dict.fromkeys((*declared, *COMMON))
    }
    best = max(scores, key=scores.__getitem__)
    if scores[best] >= MIN_PLAUSIBILITY:
        return best
    return _detected_encoding(sample) or (declared[0] if declared else best)


def _sample_of(body: bytes) -> bytes:
    """Keep the parts of `body` around its first non-ASCII bytes, where the evidence is."""
    first = re.search(rb"[\x80-\xff]", body)
    # Even offsets do not matter: an ASCII byte before the first lead byte never belongs to a pair.
    start = first.start() - 1 if first and first.start() else 0
    return body[start : start + MAX_SAMPLE_BYTES]


def _detected_encoding(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    match = from_bytes(sample[:20_000]).best()
    return resolve_encoding(match.encoding) if match else None


def _plausibility(text: str, encoding: str) -> float:
    """Score from below 0 (rubbish) to 1 how far the non-ASCII characters of `text` look like written language."""
    total = len(NON_ASCII.findall(text))
    if not total:
        return 0.0
    return (sum(score(text, encoding) for score in SCORES) - 3 * len(FAULT.findall(text))) / total


def _cyrillic_score(text: str, _encoding: str) -> float:
    # KOI8-R read as Windows-1251, and the reverse, turns the case of every letter round; French read as
    # Windows-1251 puts single Cyrillic letters into Latin words.
    usual = len(COMMON_CYRILLIC.findall(text))
    odd = len(CYRILLIC.findall(text)) - usual
    turned = 4 * len(CAPITAL_INSIDE_WORD.findall(text)) + 8 * len(CAPITALS_AFTER_SMALL_INITIAL.findall(text))
    return usual - 2 * odd - turned - 3 * len(CYRILLIC_BESIDE_ASCII.findall(text))


def _latin_score(text: str, _encoding: str) -> float:
    return len(LATIN.findall(text)) - 2.5 * len(LATIN_BESIDE_LATIN.findall(text))


def _han_score(text: str, encoding: str) -> float:
    """Count ideographs of the first level of the national standard, which make up nearly all running text."""
    ideographs = HAN.findall(text)
    common = _common_ideographs(encoding)
    if not common:
        return float(len(ideographs))
    usual = sum(character in common for character in ideographs)
    return usual - 2.0 * (len(ideographs) - usual)


def _neutral_score(text: str, _encoding: str) -> float:
    return len(KANA_OR_HANGUL.findall(text)) + 0.6 * len(TYPOGRAPHY.findall(text))


SCORES: tuple[Callable[[str, str], float], ...] = (_cyrillic_score, _latin_score, _han_score, _neutral_score)


@lru_cache(maxsize=4)
def _common_ideographs(encoding: str) -> frozenset[str]:
    """Read the first level of GB 2312 or Big5 out of the codec itself; empty for other encodings."""
    first_levels = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5hkscs": ("big5", 0xA4, 0xC6)}
    if encoding not in first_levels:
        return frozenset()
    codec, low, high = first_levels[encoding]
    return frozenset("".join(_characters(codec, low, high)))


def _characters(codec: str, low: int, high: int) -> Iterator[str]:
    for lead in range(low, high + 1):
        for trail in range(0x40, 0xFF):
            yield bytes((lead, trail)).decode(codec, "ignore")
