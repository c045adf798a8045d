"""One page at several addresses, and pages whose addresses only look like one: what is told by address, what by text.

The addresses have the shapes of real sites; each edition shows the text in its own frame.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.duplicates_copies import wording
from benchmarks.duplicates_texts import Source
from perilune.urls import canonical_url
from pipeline.stories.duplicates import is_copy, signature_of
from pipeline.stories.parts import first_page_of

SHAPES = (
    "https://www.agency.example/{language}/news/2021/{slug}.html",
    "https://www.agency.example/{language}/press/{slug}/",
    "https://www.agency.example/{language}/n123/c456/content.html?id={number}",
    "https://www.agency.example/{language}/art/2021/5/3/art_{number}.html",
    "https://www.agency.example/{language}/{slug}/index.html",
)
HEX = "0123456789abcdef"


@dataclass(frozen=True)
class Visit:
    """An address and the text that it shows."""

    address: str
    text: str


Variant = Callable[[str, random.Random], str | None]


def _with(address: str, parameter: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{parameter}"


def _tracked(address: str, chance: random.Random) -> str:
    choices = (
        "utm_source=rss&utm_medium=feed",
        "fbclid=IwAR0x",
        "spm=a2c4e.11153940",
        "xtor=RSS-1",
        "mc_cid=9f2&mc_eid=1a",
    )
    return _with(address, chance.choice(choices))


def _with_session(address: str, chance: random.Random) -> str:
    number = "".join(chance.choices(HEX, k=32))
    path, mark, query = address.partition("?")
    written = (_with(address, f"PHPSESSID={number}"), _with(address, f"sid={number}"))
    return chance.choice((*written, f"{path};jsessionid={number.upper()}{mark}{query}"))


def _amp(address: str, chance: random.Random) -> str:
    bare = address.partition("://")[2]
    cached = f"https://www-agency-example.cdn.ampproject.org/c/s/{bare}"
    shapes = [_with(address, "amp=1"), _with(address, "outputType=amp"), cached]
    return chance.choice([*shapes, f"{address}amp/"] if address.endswith("/") else shapes)


def _printed(address: str, chance: random.Random) -> str:
    path = address.replace("/news/", "/print/news/") if "/news/" in address else _with(address, "print=1")
    return chance.choice((_with(address, "print=1"), _with(address, "view=print"), path))


def _mobile(address: str, chance: random.Random) -> str:
    return chance.choice((address.replace("//www.", "//m."), _with(address, "mobile=1")))


def _index(address: str, _: random.Random) -> str | None:
    if address.endswith("/index.html"):
        return address.removesuffix("index.html")
    return f"{address}index.html" if address.endswith("/") else None


VARIANTS: Mapping[str, Variant] = {
    "tracking": _tracked,
    "session": _with_session,
    "AMP": _amp,
    "print": _printed,
    "mobile": _mobile,
    "http for https": lambda address, _: address.replace("https:", "http:"),
    "without www": lambda address, _: address.replace("//www.", "//"),
    "index.html": _index,
    "path without language": lambda address, _: re.sub("(?<=example)/(?:en|zh|ru|fr)/", "/", address),
    "fragment, port, case": lambda address, _: address.replace("www.agency.example", "WWW.Agency.example:443") + "#top",
}


def variants_of(source: Source) -> Iterator[tuple[str, Visit, Visit]]:
    """Yield what a page shows at its address, and at each variant of it in that edition's frame."""
    address = address_of(source)
    for kind, vary in VARIANTS.items():
        chance = source.chance(f"address {kind}")
        varied = vary(address, chance)
        if varied is not None and varied != address:
            text = source.text
            if kind in {"print", "mobile"}:
                text = f"{wording(f'{kind}_edition', source, chance)}\n{source.title}\n{text}"
            yield kind, Visit(address, source.text), Visit(varied, text)


def address_of(source: Source) -> str:
    """Make an address as a site would."""
    chance = source.chance("address")
    slug = "-".join(re.findall(r"[a-z]{3,}", source.title.lower())[:6]) or f"t2021{chance.randrange(1000, 9999)}"
    number = chance.randrange(10_000, 99_999)
    return chance.choice(SHAPES).format(language=source.language, slug=f"{slug}-{number}", number=number)


def look_alikes_of(one: Source, other: Source) -> Iterator[tuple[str, Visit, Visit]]:
    """Yield two pages of a site whose addresses differ only in what names the page."""
    address = address_of(one)
    number = re.findall(r"\d{5}", address)[-1] if re.search(r"\d{5}", address) else None
    changed = {
        "another number": address.replace(number, str(int(number) + 1)) if number else None,
        "another parameter": _with(address, f"source={one.chance('parameter').randrange(99)}"),
        "another article of the day": re.sub(r"[^/]*(?=/?(?:index\.html)?$)", "another-text", address, count=1),
    }
    for kind, varied in changed.items():
        if varied is not None:
            yield kind, Visit(address, one.text), Visit(varied, other.text)


def told_by(one: Visit, other: Visit, title: str, other_title: str) -> str:
    """Say by what two visits are known for one page: their address, their text, or not at all."""
    first, second = canonical_url(one.address), canonical_url(other.address)
    if first == second or first in first_page_of(second)[0]:
        return "address"
    is_candidate = not set(signature_of(one.text).bands).isdisjoint(signature_of(other.text).bands)
    return "text" if is_candidate and is_copy(title, one.text, other_title, other.text) else "nothing"


def print_addresses(sources: Sequence[Source]) -> None:
    """Print by kind how many variants are known for one page, and how many look-alikes are kept apart."""
    for name, is_held_out in (("tuning", False), ("held out", True)):
        half = [source for source in sources if source.is_held_out is is_held_out]
        told: dict[str, Counter[str]] = defaultdict(Counter)
        for source in half:
            for kind, one, other in variants_of(source):
                told[kind][told_by(one, other, source.title, source.title)] += 1
        apart: dict[str, Counter[str]] = defaultdict(Counter)
        for source, another in pairwise(half):
            for kind, one, other in look_alikes_of(source, another):
                apart[kind][told_by(one, other, source.title, another.title)] += 1
        right, wrong = (sum((counts["address"] + counts["text"]) for counts in each.values()) for each in (told, apart))
        count = sum(counts.total() for counts in told.values())
        print(f"addresses, {name}: precision {right / (right + wrong):.4f}, recall {right / count:.4f}")
        for title, each in (("one page", told), ("two pages", apart)):
            for kind, counts in sorted(each.items()):
                print(f"  {title:10s}{kind:28s}{counts.total():5d}  {dict(sorted(counts.items()))}")
