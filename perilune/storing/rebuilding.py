"""Making everything derived anew from the pages: each stage's work is taken for that of other rules, and done again.

Articles, stories and facts keep their keys and what people said of them, since the stages find them by what they are.
"""

from __future__ import annotations

import sqlalchemy as sa

from models.base import changed_count
from models.fate import ENDED, Fate
from models.index_rules import IndexRules
from perilune.archive import Archive
from perilune.processing import OF_THE_CRAWLER

TO_BE_MADE_ANEW = "rebuild"
"""Stands for the version of the code that decided; no runner's, so that all of them do it again."""


def forget_what_is_derived(archive: Archive) -> int:
    """Have the next `process` make everything anew that pages tell, and return how many items that are."""
    with archive.sessions.begin() as session:
        session.execute(sa.delete(IndexRules))
        marked = session.execute(
            sa.update(Fate)
            .where(Fate.stage.not_in(OF_THE_CRAWLER), Fate.state.in_(ENDED), Fate.version.is_not(None))
            .values(version=TO_BE_MADE_ANEW)
            .execution_options(synchronize_session=False)
        )
        return changed_count(marked)
