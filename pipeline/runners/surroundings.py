"""What may be one story with an article: free articles of its day and settled stories, compared with each other.

Apart from grouping because it keeps a batch's articles and comparisons in memory, while grouping moves rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TermCount
from pipeline.runners.embed import ALL_DOCUMENTS
from pipeline.runners.neighbours import Grouping, Neighbours, Placed, days_of
from pipeline.runners.story_features import read_features
from pipeline.stories.decisions import StoryBonds
from pipeline.stories.evidence import WeighedArticle, weighed
from pipeline.stories.features import TermCounts
from pipeline.stories.linking import Links
from pipeline.stories.stories import MEMBERS_COMPARED, Group, Story, parts_of, place

MAX_FREE = 200
MAX_STORIES_NEAR = 24
_TERMS_AT_ONCE = 5_000


class Surroundings:
    """The articles that a batch may meet, each read once."""

    def __init__(self, session: Session, model: str, version: str, batch: Sequence[Article]) -> None:
        self._model = model
        self._neighbours = Neighbours(session, Grouping(model, version), batch)
        self._weighed: dict[int, WeighedArticle] = {}
        self._counts: dict[str, int] = {}
        self._by_key: dict[str, WeighedArticle] = {}
        self._links = Links(self._by_key)

    def groups_around(self, session: Session, article: Article, bonds: StoryBonds) -> list[Group] | None:
        """Group an article with what hangs together with it; None while it has no vector.

        Articles that were first seen on its day, and on whose story nobody decided, are free to move with it.
        """
        mine = _placed_of(article)
        if not self._read(session, [mine.version_id]):
            return None
        free, stories = self._hanging_together(session, mine, bonds)
        seen_at = {one.key: one.first_seen_at for one in chain(free, *stories.values())}

        def are_apart(one: str, other: str) -> bool:
            return not bonds.may_meet((one, seen_at[one]), (other, seen_at[other]))

        links = self._links.kept_apart_by(are_apart) if bonds.alone_since else self._links
        settled = [Story(str(story_id), tuple(self._articles(members))) for story_id, members in stories.items()]
        return place(self._articles(free), settled, links)

    def parts_around(self, session: Session, article: Article) -> list[list[str]]:
        """Return the parts, by the keys of their articles, into which the story of a placed article falls."""
        mine = _placed_of(article)
        placed = self._neighbours.members_of(session, [mine.story_id], mine.days)[mine.story_id]
        others = [one for one in placed if one.article_id != article.id]
        members = [mine, *others[-MEMBERS_COMPARED + 1 :]]
        self._read(session, [one.version_id for one in members])
        return parts_of(self._articles(members), self._links)

    def note(self, session: Session, article: Article) -> None:
        """Count an article that was placed among the neighbours of the next ones."""
        version_id = article.current_version_id or 0
        if self._read(session, [version_id]):
            self._neighbours.put(_placed_of(article), self._weighed[version_id].features)

    def _hanging_together(
        self, session: Session, mine: Placed, bonds: StoryBonds
    ) -> tuple[list[Placed], dict[int, list[Placed]]]:
        """Follow likeness from article to article until nothing new is like any: free articles, and settled stories."""
        free, stories = {mine.key: mine}, dict[int, list[Placed]]()
        waiting = [mine]
        while waiting:
            one = waiting.pop()
            near = self._near(session, one)
            movable = [each for each in near if _may_move(each, mine, bonds) and each.key not in free]
            settled = self._settled(session, near, mine, bonds)
            self._read(session, [each.version_id for each in chain(movable, *settled.values())])
            for each in movable:
                if len(free) < MAX_FREE and self._links.is_near([one.key], [each.key]):
                    free[each.key] = each
                    waiting.append(each)
            stories |= {
                story_id: members
                for story_id, members in settled.items()
                if self._links.is_near([one.key], [each.key for each in members])
            }
        return list(free.values()), stories

    def _near(self, session: Session, one: Placed) -> list[Placed]:
        """List the articles of the likeliest stories, the likeliest first."""
        near, story_ids = list[Placed](), set[int]()
        for each in self._neighbours.near(session, one, self._weighed[one.version_id].features):
            near.append(each)
            story_ids.add(each.story_id)
            if len(story_ids) == MAX_STORIES_NEAR:
                break
        return near

    def _settled(
        self, session: Session, near: Iterable[Placed], mine: Placed, bonds: StoryBonds
    ) -> dict[int, list[Placed]]:
        """List the newest settled articles of stories that have any."""
        story_ids = dict.fromkeys(each.story_id for each in near if not _may_move(each, mine, bonds))
        found = {}
        for story_id, placed in self._neighbours.members_of(session, story_ids, mine.days).items():
            members = [one for one in placed if not _may_move(one, mine, bonds) and one.key != mine.key]
            found[story_id] = members[-MEMBERS_COMPARED:]
        return {story_id: members for story_id, members in found.items() if members}

    def _articles(self, placed: Iterable[Placed]) -> list[WeighedArticle]:
        return [self._weighed[one.version_id] for one in placed if one.version_id in self._weighed]

    def _read(self, session: Session, version_ids: Collection[int]) -> bool:
        """Read versions that were not read before; tells whether all are there, with their vectors."""
        missing = sorted(set(version_ids) - self._weighed.keys())
        if missing:
            features = read_features(session, missing, self._model, self._neighbours.centred)
            self._count(session, {term for one in features.values() for term in (*one.terms, *one.names)})
            background = TermCounts(self._counts.get(ALL_DOCUMENTS, 1), self._counts)
            for version_id, one in features.items():
                self._weighed[version_id] = self._by_key[one.id] = weighed(one, background)
        return all(version_id in self._weighed for version_id in version_ids)

    def _count(self, session: Session, terms: Collection[str]) -> None:
        """Read in how many articles terms occur."""
        wanted = sorted({ALL_DOCUMENTS, *terms} - self._counts.keys())
        for start in range(0, len(wanted), _TERMS_AT_ONCE):
            some = wanted[start : start + _TERMS_AT_ONCE]
            rows = sa.select(TermCount.term, TermCount.document_count).where(TermCount.term.in_(some))
            self._counts |= dict.fromkeys(some, 0) | dict(session.execute(rows).all())


def _placed_of(article: Article) -> Placed:
    version_id, story_id = article.current_version_id or 0, article.story_id or 0
    return Placed(article.id, article.key, version_id, story_id, days_of(article), article.first_seen_at)


def _may_move(one: Placed, mine: Placed, bonds: StoryBonds) -> bool:
    """Tell whether an article was first seen on the same day, and nobody decided on its story."""
    return one.first_seen_at.date() == mine.first_seen_at.date() and one.key not in bonds.decided
