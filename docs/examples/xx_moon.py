"""The Moon Office's notices: its page asks an interface that answers in JSON, and so do we."""

import json
from collections.abc import Iterator

from crawler.found import FoundLink
from crawler.kept import Fetched
from crawler.spiders.own import OwnSpider
from perilune.dates import PartialDate, WitnessKind


class MoonOffice(OwnSpider):
    """Reads the notices that are public."""

    def links_in_index(self, fetched: Fetched) -> Iterator[FoundLink]:
        """Give a link for each notice; a missing key is recorded as an index that cannot be read."""
        for notice in json.loads(fetched.body)["notices"]:
            if notice["is_public"]:
                url = f"https://moon.example/notices/{notice['id']}"
                yield FoundLink(url, notice["title"], PartialDate.parse(notice["date"]), WitnessKind.LISTING)
