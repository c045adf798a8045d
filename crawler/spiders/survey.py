"""Sources that leave their kind to discovery: the first visit surveys the address and stores what it chose."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request

from crawler.discovery.choice import way_from
from crawler.discovery.survey import survey
from crawler.discovery.values import Discovery
from crawler.health.answers import index_unanswered
from crawler.health.observations import ProblemCode
from crawler.spiders.source import SourceSpider
from crawler.surveying import Rounds


class SurveySpider(SourceSpider):
    """Surveys a source's home page; the source is due again at once, under the spider of the kind that was chosen."""

    is_survey = True

    def first_requests(self) -> Iterator[Request]:
        """Ask what the survey wants to know."""
        yield from Rounds(survey(self.source.home), self._decide, wrap=self.awaited).begin()

    def _decide(self, discovery: Discovery) -> None:
        way = way_from(discovery, self.source.kind, links=self.source.links)
        if way is None:
            nothing = f"the page has no {self.source.kind} that a survey could find"
            self.notes.indexes.append(index_unanswered(self.source.home, discovery.code or ProblemCode.NO_LINKS))
            self.index_problem(self.source.home, discovery.problem or nothing)
        else:
            self.frontier.choose(self.source, way)
