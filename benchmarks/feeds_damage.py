"""Damages real feeds as servers and programs do, to see how many of their items each reader still finds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Damage = Callable[[bytes, random.Random], bytes]
WARNING = b"<br />\n<b>Warning</b>: Cannot modify header information in feed.php on line <b>3</b><br />\n"


def _without_a_closing_tag(body: bytes, chance: random.Random) -> bytes:
    tags = [*re.finditer(rb"</(title|description|link|item|entry|guid|summary|content|p)>", body)]
    tag = chance.choice(tags)
    return body[: tag.start()] + body[tag.end() :]


def _with_stray_closing_tags(body: bytes, chance: random.Random) -> bytes:
    tag = chance.choice([*re.finditer(rb"</(title|link|guid|pubDate|updated)>", body)])
    return body[: tag.end()] + b"</b></div>" + body[tag.end() :]


def _with_raw_html(body: bytes, chance: random.Random) -> bytes:
    tags = [*re.finditer(rb"<(description|summary|content)[^>/]*>", body)]
    end = chance.choice(tags).end() if tags else len(body)
    return body[:end] + b"<p>Unclosed <br> text <img src=x> & more" + body[end:]


def _with_an_open_section(body: bytes, chance: random.Random) -> bytes:
    ends = [*re.finditer(rb"\]\]>", body)]
    end = chance.choice(ends) if ends else None
    return body[: end.start()] + body[end.end() :] if end else body


def _with_stray_bytes(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(200, len(body))
    return body[:place] + b"\xff\xfe\x00\x01\x0b" + body[place:]


DAMAGES: dict[str, Damage] = {
    "a closing tag lost": _without_a_closing_tag,
    "stray closing tags": _with_stray_closing_tags,
    "HTML not escaped": _with_raw_html,
    "a section never closed": _with_an_open_section,
    "stray bytes": _with_stray_bytes,
    "two declarations": lambda body, _: b'<?xml version="1.0"?>' + body,
    "a warning in front": lambda body, _: WARNING + body,
    "stray & and < and HTML entities": lambda body, _: body.replace(b"</title>", b" R&D &nbsp;&copy <3 </title>"),
    "attributes without quotes": lambda body, _: re.sub(rb"<(item|entry)>", rb"<\1 about=foo bar>", body),
    "namespaces not declared": lambda body, _: re.sub(rb'xmlns:\w+="[^"]*"', b"", body),
    "an encoding that does not exist": lambda body, _: re.sub(rb'encoding="[^"]*"', b'encoding="x-8"', body, count=1),
    "a script behind": lambda body, _: body + b"<script>alert(1)</script>",
}
