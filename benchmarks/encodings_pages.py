"""Pages for the encodings benchmark: forms of a page, ways to declare its charset rightly or wrongly, and damage.

Apart because these are the cases, and `encodings.py` only counts.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.encodings_texts import UNICODE_CHARSETS, Sample

# What is on the web under these names is Windows' superset of them.
CODECS = {
    "shift_jis": "cp932",
    "gb2312": "gbk",
    "utf-8 with mark": "utf-8-sig",
    "utf-16 with mark": "utf-16",
    "ibm866": "cp866",
}
MENU = "".join(
    f'<li class="item-{place}"><a href="/en/section{place}/">Section {place}</a></li>' for place in range(60)
)
ASIDE = "".join(f"<p>Read more about the programme and its {place} partners.</p>" for place in range(80))
STYLES = "/* Основные цвета сайта и отступы */ body{margin:0} /* 页脚样式 */ .foot{color:#000}"
FOREIGN_WORDS = {
    "ru": "中国国家航天局",
    "zh": "Société française Thalès à Évry",
    "fr": "Роскосмос",
    "ko": "東京",
    "ja": "한국",
}
OTHER_SCRIPTS = re.compile(r"[Ѐ-ӿぁ-ヿ]")
MIN_CARRIED = 0.98


@dataclass(frozen=True)
class Case:
    """A page in bytes with what HTTP says, and the sentences that must be read; whole pages must be equal."""

    language: str
    charset: str
    form: str
    claim: str
    body: bytes
    content_type: str | None
    expected: str
    sentences: tuple[str, ...] = ()

    def is_right(self, text: str) -> bool:
        """Tell whether `text` is the page: all of it, or of a damaged one each sentence that is whole."""
        if self.sentences:
            bare = text.replace("\0", "")
            return all(sentence in bare for sentence in self.sentences)
        return text.removeprefix("\ufeff").replace("\r\n", "\n") == self.expected


def _whole(sample: Sample) -> str:
    paragraphs = "".join(f"<p>{html.escape(sentence)}</p>\n" for sentence in sample.sentences)
    return f"<ul>{MENU}</ul><h1>{html.escape(sample.title)}</h1>\n{paragraphs}"


def _short(sample: Sample) -> str:
    return f"<h1>{html.escape(sample.title)}</h1><p>{html.escape(' '.join(sample.sentences[:2]))}</p>"


def _mostly_ascii(sample: Sample) -> str:
    return f"<ul>{MENU * 3}</ul>{ASIDE}<p>{html.escape(sample.sentences[0])}</p>{ASIDE}"


def _with_entities(sample: Sample) -> str:
    halves = "".join(f"<p>{_named(sentence)} {html.escape(sentence)}</p>" for sentence in sample.sentences[:4])
    return f"<h1>{html.escape(sample.title)}</h1>{halves}"


def _named(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _with_foreign_comments(sample: Sample) -> str:
    return f"<style>{STYLES}</style>{_short(sample)}"


def _mixed(sample: Sample) -> str:
    foreign = FOREIGN_WORDS.get(sample.language, "Луна, 月球")
    return f"{_short(sample)}<p>{html.escape(sample.sentences[-1])} ({foreign})</p>"


FORMS: dict[str, Callable[[Sample], str]] = {
    "whole": _whole,
    "short": _short,
    "mostly ASCII": _mostly_ascii,
    "entities": _with_entities,
    "foreign comments": _with_foreign_comments,
    "mixed languages": _mixed,
}


def cases_of(sample: Sample) -> Iterator[Case]:
    """Make all pages of a text: each form in each charset that carries it, under each claim, and damaged."""
    for charset in (*UNICODE_CHARSETS, *sample.charsets):
        for form, make in FORMS.items():
            yield from _claimed(sample, charset, form, make(sample))
        yield from _damaged(sample, charset)


def _claimed(sample: Sample, charset: str, form: str, inner: str) -> Iterator[Case]:
    codec, label = CODECS.get(charset, charset), charset.split(maxsplit=1)[0]
    if not _carries(codec, inner, form):
        return
    wrong = wrong_label(sample.language, label)
    claims: list[tuple[str, str | None, str | None]] = [
        ("right, HTTP", label, None),
        ("right, meta", None, label),
        ("right, both", label, label),
        ("missing", None, None),
        ("wrong, HTTP", wrong, None),
        ("wrong, meta", None, wrong),
        ("HTTP right, meta wrong", label, wrong),
        ("HTTP wrong, meta right", wrong, label),
    ]
    for claim, in_http, in_meta in claims:
        page = _page(inner, in_meta)
        body = _encoded(page, codec)
        expected = body.decode(codec).removeprefix("\ufeff")
        yield Case(sample.language, charset, form, claim, body, _header(in_http), expected)
    xml = f'<?xml version="1.0" encoding="{label}"?>\n<html><body>{inner}</body></html>'
    body = _encoded(xml, codec)
    yield Case(sample.language, charset, form, "right, XML", body, None, body.decode(codec).removeprefix("\ufeff"))


def _encoded(page: str, codec: str) -> bytes:
    # Codecs disagree on where Big5 has letters of other scripts: on the web they are entities there.
    text = OTHER_SCRIPTS.sub(lambda match: _named(match[0]), page) if codec == "big5" else page
    return text.encode(codec, "xmlcharrefreplace")


def wrong_label(language: str, label: str) -> str:
    """Choose what such a page is most often called in error."""
    if label != "utf-8":
        return "iso-8859-1" if label in ("windows-1251", "koi8-r", "euc-kr", "windows-1250") else "utf-8"
    return {"zh": "gb2312", "zh-Hant": "big5", "ru": "windows-1251", "ja": "shift_jis", "ko": "euc-kr"}.get(
        language, "iso-8859-1"
    )


def _carries(codec: str, inner: str, form: str) -> bool:
    """Tell whether a charset has nearly all letters of a page; foreign ones become entities, as editors write them."""
    letters = [character for character in inner if not character.isascii()]
    known = sum(len(letter.encode(codec, "ignore")) > 0 for letter in letters)
    return form in ("foreign comments", "mixed languages") or known >= MIN_CARRIED * len(letters)


def _page(inner: str, in_meta: str | None) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={in_meta}">' if in_meta else ""
    return f"<!DOCTYPE html>\n<html><head>{meta}<title>News</title></head><body>{inner}</body></html>"


def _header(in_http: str | None) -> str:
    return f"text/html; charset={in_http}" if in_http else "text/html"


def _damaged(sample: Sample, charset: str) -> Iterator[Case]:
    codec, label = CODECS.get(charset, charset), charset.split(maxsplit=1)[0]
    sentences = [text for text in sample.sentences if _is_carried(codec, text)][:10]
    if len(sentences) < 4 or "utf-16" in charset or charset == "iso-2022-jp":
        return
    for claim, in_http in (("right, HTTP", label), ("missing", None)):
        for name, damage in DAMAGES.items():
            parts = [f"<p>{text}</p>\n".encode(codec.removesuffix("-sig")) for text in sentences]
            place = len(parts) - 1 if name == "cut" else len(parts) // 2
            parts[place] = damage(parts[place], sentences[place])
            body = b"<html><body>" + b"".join(parts)
            whole = tuple(text for other, text in enumerate(sentences) if other != place)
            if codec.endswith("-sig"):
                body = b"\xef\xbb\xbf" + body
            yield Case(sample.language, charset, f"damaged: {name}", claim, body, _header(in_http), "", whole)


def _is_carried(codec: str, text: str) -> bool:
    try:
        return text.encode(codec).decode(codec).removeprefix("\ufeff") == text and not text.isascii()
    except UnicodeError:
        return False


def _broken(part: bytes, _text: str) -> bytes:
    chance = random.Random(part)
    broken = bytearray(part)
    for place in chance.sample(range(4, len(part) - 6), min(3, len(part) - 12)):
        broken[place] = 0xFF
    return bytes(broken)


def _cut(part: bytes, _text: str) -> bytes:
    high = [place for place, value in enumerate(part) if value > 0x7F]
    return part[: high[-1]] if high else part


def _with_snippet(part: bytes, _text: str) -> bytes:
    return part[:4] + "Луна".encode("cp1251") + b" and " + "月球".encode("gbk") + part[-5:]


def _with_mojibake(_part: bytes, text: str) -> bytes:
    return b"<p>" + text.encode().decode("latin-1").encode() + b"</p>\n"


def _with_zeros(part: bytes, _text: str) -> bytes:
    return part[:-5] + b"\0\0\0" + part[-5:]


DAMAGES: dict[str, Callable[[bytes, str], bytes]] = {
    "broken bytes": _broken,
    "cut": _cut,
    "foreign snippet": _with_snippet,
    "mojibake in UTF-8": _with_mojibake,
    "zero bytes": _with_zeros,
}


def held_out(samples: Sequence[Sample]) -> list[Sample]:
    """Keep every second text, of each language alike."""
    return list(samples[1::2])
