"""Sources whose index needs a program of its own: a Python file beside the source file, with one class in it."""

from __future__ import annotations

from collections.abc import Iterable

from structlog import get_logger

from crawler.found import FoundLink
from crawler.health.answers import IndexRead, problem_of_answer, read_of
from crawler.health.observations import ProblemCode
from crawler.kept import Fetched
from crawler.spiders.source import SourceSpider

log = get_logger()


class OwnSpider(SourceSpider):
    """Reads an index in a way of its own; all the rest is as with any source."""

    can_be_surveyed = False  # what a survey finds, it could not read

    def links_in_index(self, fetched: Fetched) -> Iterable[FoundLink]:
        """Find the links to articles; whatever this raises is recorded, as an index that cannot be read."""
        raise NotImplementedError

    def read(self, fetched: Fetched) -> IndexRead:
        """Refuse what is no index, such as a challenge page, and read the rest."""
        problem = problem_of_answer(fetched)
        if problem is not None:
            return IndexRead(problem)
        try:
            return read_of(self.links_in_index(fetched), self.way)
        except Exception as error:
            log.exception("own spider failed", source=self.name, url=fetched.url)
            return IndexRead(ProblemCode.MALFORMED, detail=f"its own spider cannot read it ({error!r})")
