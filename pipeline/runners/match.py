"""Runs matching: which saved searches an article answers, once for ever, and the calls of their webhooks.

A search finds what comes after it was made: an article that was matched before counts only where it has a new version
since, or where somebody has corrected it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.account import Account
from models.article import Article, Version
from models.base import insert_into
from models.corrections import keys_of, standing_corrections
from models.fate import Fate, Outcome
from models.saved_queries import SavedQueries, subjects_of
from models.saved_search import SavedSearch, SearchHit, Webhook
from models.source import Source
from models.takedown import withdrawn_keys
from models.vocabulary import Stage
from models.webhooks import Asked, Find, call_of, store_call
from pipeline.runners.runner import done, skipped


@dataclass(frozen=True)
class Answers:
    """The searches that an article answers, in the version that was looked at."""

    version_id: int | None
    search_ids: frozenset[int] = frozenset()


class MatchRunner:
    """Holds articles against all saved searches at once."""

    stage = Stage.MATCH
    version = "1"
    batch_size = 500

    def __init__(self, archive_url: str) -> None:
        self._archive_url = archive_url
        self._saved = SavedQueries()
        self._hooked: set[int] = set()

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, Answers]]:
        """Yield what each article answers; one that is not understood yet, or withdrawn, answers nothing."""
        with sessions() as session:
            is_shown = Version.relevance.is_not(None) & Article.key.not_in(withdrawn_keys())
            versions = dict(
                session.execute(
                    sa.select(Article.id, Version.id)
                    .join(Version, Version.id == Article.current_version_id)
                    .where(Article.id.in_(item_ids), is_shown)
                ).all()
            )
            answers = dict(self._saved.answered_by(session, subjects_of(session, versions)))
            self._hooked = set(session.scalars(sa.select(Webhook.saved_search_id).distinct()))
        self._note_problems(sessions)
        for item_id in item_ids:
            yield item_id, Answers(versions.get(item_id), frozenset(answers.get(item_id, ())))

    def _note_problems(self, sessions: sessionmaker[Session]) -> None:
        """Write down why searches cannot be asked, and that they can again."""
        problems = self._saved.problems
        with sessions() as session:
            known = dict(
                session.execute(
                    sa.select(SavedSearch.id, SavedSearch.problem).where(
                        SavedSearch.problem.is_not(None) | SavedSearch.id.in_(list(problems))
                    )
                ).all()
            )
        changed = {number: problems.get(number) for number, before in known.items() if before != problems.get(number)}
        if changed:
            with sessions.begin() as session:
                for number, problem in changed.items():
                    session.execute(sa.update(SavedSearch).where(SavedSearch.id == number).values(problem=problem))

    def store(self, session: Session, item_id: int, result: Answers, *, now: dt.datetime) -> Outcome:
        """Store what is found for the first time, and the calls that tell of it."""
        article, matched_at = _article_before(session, item_id)
        if result.version_id is None or article is None or article.current_version_id != result.version_id:
            return skipped("not understood yet" if result.version_id is None else "a newer version is there")
        if not result.search_ids:
            return done()
        news_since = None if matched_at is None else _came_at(session, article)
        found = _stored_hits(session, article, _asked_by(result.search_ids, news_since), now)
        hooked = self._hooked.intersection(found)
        if hooked and not article.is_backfill:
            self._call_webhooks(session, article, hooked, now)
        return done()

    def _call_webhooks(self, session: Session, article: Article, search_ids: set[int], now: dt.datetime) -> None:
        hooks = session.execute(
            sa.select(Webhook, SavedSearch.key, SavedSearch.name)
            .join(SavedSearch, SavedSearch.id == Webhook.saved_search_id)
            .join(Account, Account.id == SavedSearch.account_id)
            .where(SavedSearch.id.in_(search_ids), Webhook.stopped_because.is_(None), Account.is_active)
        ).all()
        for hook, key, name in hooks:
            asked = Asked(key, name, self._archive_url)
            store_call(session, call_of(hook, asked, _find_of(session, article), now=now))


def _article_before(session: Session, item_id: int) -> tuple[Article | None, dt.datetime | None]:
    """Read an article, and when it was matched before; None where this is its first time."""
    is_its = (Fate.stage == Stage.MATCH) & (Fate.item_id == Article.id)
    wanted = sa.select(Article, Fate.finished_at).outerjoin(Fate, is_its).where(Article.id == item_id)
    found = session.execute(wanted).one_or_none()
    return (None, None) if found is None else (found[0], found[1])


def _came_at(session: Session, article: Article) -> dt.datetime:
    """Say up to when a search must have been made to find an article that was matched before."""
    assert article.current_version is not None
    corrected = [each.made_at for each in standing_corrections(session, keys_of(session, article))]
    return max([article.current_version.fetched_at, *corrected])


def _asked_by(search_ids: Collection[int], moment: dt.datetime | None) -> sa.ColumnElement[bool]:
    is_one = SavedSearch.id.in_(search_ids)
    return is_one if moment is None else is_one & (SavedSearch.asked_at <= moment)


def _stored_hits(session: Session, article: Article, which: sa.ColumnElement[bool], now: dt.datetime) -> list[int]:
    """Store what was not found before, in one statement however many; returns the searches that it is new to."""
    of_article = {"article_key": article.key, "found_at": now, "is_backfill": article.is_backfill}
    columns = SearchHit.__table__.c
    values = (sa.literal(value, columns[name].type) for name, value in of_article.items())
    stored = insert_into(session, SearchHit).from_select(
        ["saved_search_id", *of_article], sa.select(SavedSearch.id, *values).where(which)
    )
    return list(session.scalars(stored.on_conflict_do_nothing().returning(SearchHit.saved_search_id)))


def _find_of(session: Session, article: Article) -> Find:
    version = article.current_version
    assert version is not None
    source = session.get_one(Source, article.source_id)
    return Find(
        key=article.key,
        title=version.title,
        url=article.url,
        source=source.name,
        language=version.language,
        published=str(version.published) if version.published else None,
        relevance=str(version.relevance) if version.relevance else None,
        topics=tuple(row.topic_slug for row in version.topics),
        countries=tuple(row.country for row in version.countries),
        text=version.text,
    )
