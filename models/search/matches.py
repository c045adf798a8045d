"""What a query matches, asked of some articles or of all: by whichever index answers searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.search.derived.reading import derived_index_of
from models.search.filters import Sort
from models.search.matching import matching_ids, those_matching
from models.search.query import Query

FEW = 50_000
"""So many are listed in a few milliseconds by the derived index, and compared in some more."""
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Matches:
    """The articles that a query matches by its words and filters, in one session."""

    session: Session
    query: Query

    def statement(self) -> sa.Select[int]:
        """Write the statement that selects their ids from the tables."""
        return matching_ids(self.session, self.query)

    def among(self, ids: Sequence[int]) -> Sequence[int]:
        """Return those of some articles that match."""
        derived = derived_index_of(self.session)
        found = derived.among(self.session, self.query, ids) if derived else None
        return those_matching(self.session, self.statement(), ids) if found is None else found

    def if_few(self) -> Ids | None:
        """Return all of them where an index says quickly that they are few, at most 50,000; else None."""
        return self._listed(most=FEW)

    def every(self) -> Ids:
        """Return all of them, however many they are."""
        listed = self._listed(most=None)
        return np.fromiter(self.session.scalars(self.statement()), np.int64) if listed is None else listed

    def _listed(self, most: int | None) -> Ids | None:
        """List them by the derived index, where it answers and they are no more than wanted."""
        derived = derived_index_of(self.session)
        by_date = replace(self.query, sort=Sort.NEWEST)
        counted = derived.ranked(self.session, by_date, limit=1, offset=0) if derived else None
        if derived is None or counted is None or (most is not None and counted.total > most):
            return None
        found = derived.ranked(self.session, by_date, limit=max(1, counted.total), offset=0)
        return None if found is None else np.array(found.ids, np.int64)
