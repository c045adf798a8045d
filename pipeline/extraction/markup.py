"""What an HTML page says about itself outside its text: meta elements, JSON-LD, links in its head."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from urllib.parse import urljoin

from lxml.html import HtmlElement

from perilune.urls import canonical_url, is_same_site, is_web_address
from pipeline.extraction.runs import line_of

MAX_JSON_OBJECTS = 50
MAX_NAME_CHARS = 60
MAX_KEYWORDS = 30
NO_PICTURE = re.compile(r"logo|favicon|placeholder|default[-_.]|blank\.|spacer|\.svg(?:\?|$)", re.IGNORECASE)


class Markup:
    """What a page says about itself outside its text, each part read once."""

    def __init__(self, tree: HtmlElement, url: str) -> None:
        self.tree = tree
        self.url = url

    @cached_property
    def metas(self) -> dict[str, str]:
        """Map lower-case names of meta elements to their first content."""
        return {name: content for name, content in reversed(self._stated) if content}

    @cached_property
    def _stated(self) -> list[tuple[str, str]]:
        nodes = self.tree.iter("meta")
        named = ((node.get("property") or node.get("name") or node.get("itemprop"), node) for node in nodes)
        return [(name.strip().lower(), (node.get("content") or "").strip()) for name, node in named if name]

    @cached_property
    def objects(self) -> list[dict[str, object]]:
        """List the JSON-LD objects that describe the page itself, articles first."""
        return sorted(
            self._all_objects,
            key=lambda item: not any("Article" in kind or "Posting" in kind for kind in types_of(item)),
        )

    @cached_property
    def _all_objects(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for script in self.tree.xpath("//script[@type='application/ld+json']/text()")[:MAX_JSON_OBJECTS]:
            try:
                found.extend(islice(_page_objects(json.loads(script, strict=False)), MAX_JSON_OBJECTS))
            except (ValueError, RecursionError):
                continue
        return found

    def values_of(self, *names: str) -> list[str]:
        """List what all meta elements of some lower-case names say, in the order of the page."""
        return [content for name, content in self._stated if name in names and content]

    @property
    def sections(self) -> list[str]:
        """The section that the page says it stands in, then those of its breadcrumbs, the nearest first."""
        stated = [self.metas.get("article:section", ""), self.metas.get("section", "")]
        stated += [name for item in self.objects for name in names_in(item.get("articleSection"))]
        trails = (item.get("itemListElement") for item in self._breadcrumbs)
        stated += [name for trail in trails if isinstance(trail, list) for name in _trail_names(trail)]
        return [name for name in dict.fromkeys(map(line_of, stated)) if name and len(name) <= MAX_NAME_CHARS]

    @property
    def types(self) -> tuple[str, ...]:
        """The schema.org types that its JSON-LD gives the page."""
        return tuple(kind for item in self.objects for kind in types_of(item))

    @cached_property
    def _breadcrumbs(self) -> list[dict[str, object]]:
        return [item for item in self._all_objects if "BreadcrumbList" in types_of(item)]

    @property
    def keywords(self) -> tuple[str, ...]:
        """The words that the page files itself under; none where there are so many that they tell nothing."""
        stated = self.values_of("news_keywords", "keywords", "article:tag", "parsely-tags")
        stated += [name for item in self.objects for name in names_in(item.get("keywords"))]
        words = dict.fromkeys(line_of(word) for text in stated for word in re.split(r"[,;，；、|]", text))
        kept = tuple(word for word in words if word and len(word) <= MAX_NAME_CHARS and "http" not in word)
        return kept if len(kept) <= MAX_KEYWORDS else ()

    @property
    def image_url(self) -> str | None:
        """The address of the picture that the page shows for itself elsewhere."""
        stated = self.values_of("og:image", "og:image:url", "twitter:image", "twitter:image:src")
        stated += [address for item in self.objects for address in _image_addresses(item.get("image"))]
        addresses = (urljoin(self.url, address.strip()) for address in stated if address.strip())
        return next((each for each in addresses if is_web_address(each) and not NO_PICTURE.search(each)), None)

    @property
    def stated_update(self) -> str | None:
        """When the page says that it was last updated, as its markup words it."""
        stated = [str(item["dateModified"]) for item in self.objects if item.get("dateModified")]
        stated += self.values_of("article:modified_time", "og:updated_time", "last-modified", "dcterms.modified")
        return next((text[:MAX_NAME_CHARS] for text in stated if re.search(r"\d", text)), None)

    @property
    def language(self) -> str | None:
        """The language that the page declares, as an ISO 639-1 code."""
        declared = (self.tree.get("lang") or self.metas.get("og:locale") or "")[:2].lower()
        return declared if re.fullmatch("[a-z]{2}", declared) else None

    @property
    def site_name(self) -> str | None:
        """The site's own name for itself."""
        return self.metas.get("og:site_name") or self.metas.get("application-name") or self.metas.get("sitename")

    @property
    def canonical_url(self) -> str | None:
        """The address that the page calls its own, when it is on the same site."""
        links = (node.get("href") for node in self.tree.iter("link") if node.get("rel") == "canonical")
        stated = next((link for link in links if link is not None), self.metas.get("og:url", "")).strip()
        address = urljoin(self.url, stated) if stated else ""
        if not is_web_address(address) or (self.url and not is_same_site(address, self.url)):
            return None
        return canonical_url(address)

    @property
    def descriptions(self) -> list[str]:
        """The summaries that the page gives of itself."""
        stated = [self.metas.get(name, "") for name in ("description", "og:description", "twitter:description")]
        stated += [str(item.get("description") or "") for item in self.objects[:3]]
        return [text for text in dict.fromkeys(stated) if text.strip()]


def types_of(item: Mapping[str, object]) -> list[str]:
    """List the schema.org types of a JSON-LD object."""
    kinds = item.get("@type")
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else [str(kinds)] if kinds else []


def _page_objects(value: object) -> Iterator[dict[str, object]]:
    """Walk lists, `@graph` and `mainEntity` only: lists of related articles are not about this page."""
    if isinstance(value, list):
        for part in value:
            yield from _page_objects(part)
    elif isinstance(value, dict) and "ItemList" not in types_of(value):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "breadcrumb"):
            yield from _page_objects(value.get(key))


def names_in(value: object) -> Iterator[str]:
    """Yield the names in a JSON-LD value: texts, and the names of its objects; an organisation is no person."""
    if isinstance(value, list):
        for part in value:
            yield from names_in(part)
    elif isinstance(value, dict) and "Organization" not in types_of(value):
        yield from names_in(value.get("name"))
    elif isinstance(value, str):
        yield value


def _trail_names(trail: list[object]) -> list[str]:
    """Name a breadcrumb trail's steps, the last first, without the page itself and the site's front page."""
    items = [each for each in trail if isinstance(each, dict)]
    names = [[*names_in(each.get("name")), *names_in(each.get("item"))][:1] for each in items]
    return [name for step in names[1:-1][::-1] for name in step]


def _image_addresses(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _image_addresses(part)
    elif isinstance(value, dict):
        yield str(value.get("url") or value.get("contentUrl") or "")
    elif isinstance(value, str):
        yield value
