"""Crawls one site with fundus and a parser written by hand for it: run by the interpreter of fundus' own environment.

Prints one line of JSON: the articles, the characters of their texts, and the moment when the last was in hand.
"""

# fundus is not installed where types are checked.
# mypy: disable-error-code="misc, untyped-decorator, no-any-return"

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import time

from fundus import Crawler, Sitemap
from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute
from fundus.parser.utility import extract_article_body_with_selector, generic_date_parsing
from fundus.publishers.base_objects import Publisher, PublisherGroup
from lxml.cssselect import CSSSelector


class SiteParser(ParserProxy):
    """Reads the pages of `extraction_site`."""

    class V1(BaseParser):
        """The only form that they have."""

        _paragraph_selector = CSSSelector("article div.article-body > p, article div.article-body li")
        _subheadline_selector = CSSSelector("article div.article-body > h2")

        @attribute
        def body(self) -> ArticleBody | None:
            """Read the paragraphs and their headings."""
            return extract_article_body_with_selector(
                self.precomputed.doc,
                paragraph_selector=self._paragraph_selector,
                subheadline_selector=self._subheadline_selector,
            )

        @attribute
        def title(self) -> str | None:
            """Read the title."""
            return self.precomputed.meta.get("og:title")

        @attribute
        def publishing_date(self) -> dt.datetime | None:
            """Read the date."""
            return generic_date_parsing(self.precomputed.meta.get("article:published_time"))


def main(home: str) -> None:
    """Crawl the site and print what was in hand when."""
    logging.disable(logging.CRITICAL)
    site = Publisher(
        name="Site", domain=f"{home}/", parser=SiteParser, sources=[Sitemap(f"{home}/sitemap.xml", languages={"en"})]
    )
    group = PublisherGroup("Group", (), {"default_language": "en", "Site": site})
    texts = [str(article.body) for article in Crawler(group, delay=0.0).crawl()]
    print(json.dumps({"count": len(texts), "chars": sum(map(len, texts)), "ended_at": time.time()}))


if __name__ == "__main__":
    main(sys.argv[1])
