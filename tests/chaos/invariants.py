"""What must hold whatever happened: some of it at every moment, all of it once a run has ended undisturbed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.database import revision_of
from models.edition import Delivery, Reader
from models.fate import Fate
from models.page_store import PageStoreProblem
from models.pruned import is_pruned
from models.saved_queries import query_of
from models.saved_search import SavedSearch, SearchHit
from models.search import index_is_outdated, rebuild_index
from models.search.matching import matching_ids
from models.source import Link, Page
from models.story import Story
from models.vocabulary import DeliveryState, FateState, Relevance, Stage
from models.watch import Notice
from perilune.archive import Archive
from perilune.searching import compare, index_is_due
from tests.chaos.ground import Ground
from tests.chaos.texts import SOURCES
from tests.chaos.world import MAILED, SERVED

OF_VERSIONS = (Stage.IDENTIFY, Stage.EMBED, Stage.UNDERSTAND, Stage.PASSAGES)
OF_ARTICLES = (Stage.GROUP, Stage.MATCH)
UNSETTLED = (DeliveryState.WAITING, DeliveryState.SENDING)
FEW = 3


def broken_at_any_moment(archive: Archive) -> Iterator[str]:
    """Say what is broken of what holds even while work lies half done."""
    with archive.sessions() as session:
        yield from _damage(session)
        kept = sa.select(Page.content_hash).where(~is_pruned())
        for content_hash in session.scalars(kept.distinct()):
            try:
                archive.pages.read(content_hash)
            except PageStoreProblem as problem:
                yield f"page lost: {problem}"
        yield from _repeated(session)
        yield from _dangling_fates(session)


def damage_of_database(ground: Ground, revisions: Collection[str | None]) -> Iterator[str]:
    """Say what is broken of a database whose tables are being made: it is whole, and of one of some revisions."""
    if ground.cluster is None and not (ground.home / "perilune.db").exists():
        return  # opening it would make one
    engine = sa.create_engine(ground.database_url, poolclass=sa.NullPool)
    if (found := revision_of(engine)) not in revisions:
        yield f"the schema is of revision {found}"
    with Session(engine) as session:
        yield from _damage(session)


def _damage(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL holds its foreign keys itself
    for name in ("integrity_check", "foreign_key_check"):
        for row in session.execute(sa.text(f"PRAGMA {name}")).all():
            if row[0] != "ok":
                yield f"database damaged: {name} says {tuple(row)}"


def _repeated(session: Session) -> Iterator[str]:
    """Say what is there twice that no constraint forbids: a text of an article, a page by its bytes at its link."""
    twice: dict[str, sa.Select[*tuple[object, ...]]] = {
        "version twice": sa.select(Version.article_id, Version.text_hash).group_by(
            Version.article_id, Version.text_hash
        ),
        "page twice": sa.select(Page.link_id, Page.content_hash).group_by(Page.link_id, Page.content_hash),
    }
    for what, grouped in twice.items():
        yield from (f"{what}: {tuple(row)}" for row in session.execute(grouped.having(sa.func.count() > 1)))


def _dangling_fates(session: Session) -> Iterator[str]:
    """Say which fates are of nothing; a story that is gone may leave its own behind."""
    for stages, rows in (
        ((Stage.FETCH,), Link),
        ((Stage.EXTRACT,), Page),
        (OF_VERSIONS, Version),
        (OF_ARTICLES, Article),
    ):
        is_there = sa.exists().where(rows.id == Fate.item_id)
        lost = sa.select(Fate.stage, Fate.item_id).where(Fate.stage.in_(stages), ~is_there)
        yield from (f"fate of nothing: {tuple(row)}" for row in session.execute(lost))


def broken_at_the_end(archive: Archive, settles: Sequence[Stage]) -> Iterator[str]:
    """Say what is broken of what holds once a run has ended undisturbed."""
    with archive.sessions() as session:
        yield from _unsettled(session, settles)
        if Stage.FETCH in settles:
            yield from _links_without_page(session)
        yield from _without_fate(session, settles)
        if Stage.GROUP in settles:
            yield from _unrecognised_copies(session)
        yield from _index_differs(session)
        yield from _finds_differ(session)
    if archive.search_folder is not None and not index_is_due(archive):
        yield from (f"derived index: {sentence}" for sentence in compare(archive))


def _unsettled(session: Session, settles: Sequence[Stage]) -> Iterator[str]:
    claimed = sa.select(Fate.stage, Fate.item_id, Fate.claimed_by).where(Fate.state == FateState.CLAIMED)
    yield from (f"still claimed: {tuple(row)}" for row in session.execute(claimed))
    left = sa.select(Fate.stage, Fate.item_id, Fate.state, Fate.reason).where(
        Fate.stage.in_(settles), Fate.state.in_((FateState.WAITING, FateState.FAILED))
    )
    yield from (f"not worked off: {tuple(row)}" for row in session.execute(left))


def put_off_beyond(archive: Archive, until: dt.datetime) -> Iterator[str]:
    """Say which sources, and what else waits, nobody will look at before long after a moment."""
    waits = (Fate.stage == Stage.CRAWL) | (Fate.state == FateState.WAITING)
    with archive.sessions() as session:
        rows = session.execute(sa.select(Fate.stage, Fate.item_id, Fate.due_at).where(waits, Fate.due_at > until))
        yield from (f"it stands still: {tuple(map(str, row))}" for row in rows)


def _links_without_page(session: Session) -> Iterator[str]:
    done = (Fate.stage == Stage.FETCH) & (Fate.state == FateState.DONE)
    is_kept = sa.exists().where(Page.link_id == Link.id)
    lost = sa.select(Link.url).join(Fate, Fate.item_id == Link.id).where(done, ~is_kept)
    yield from (f"page lost: {url} was fetched and is not there" for url in session.scalars(lost))


def _without_fate(session: Session, settles: Sequence[Stage]) -> Iterator[str]:
    """Say what has no fate at a stage that it must have come to."""
    stood = Version.withdrawn.is_(None)
    current = sa.select(Article.id).join(Version, Version.id == Article.current_version_id)
    is_on_topic = Version.relevance != Relevance.OFF
    wanted: dict[Stage, sa.Select[int]] = {
        Stage.FETCH: sa.select(Link.id).where(~Link.is_index),
        Stage.EXTRACT: sa.select(Page.id),
        Stage.IDENTIFY: sa.select(Version.id).where(stood),
        Stage.EMBED: sa.select(Version.id).where(stood),
        Stage.UNDERSTAND: sa.select(Version.id).where(stood),
        Stage.PASSAGES: sa.select(Version.id).where(stood, is_on_topic),
        Stage.GROUP: current.where(is_on_topic),
        Stage.MATCH: current,
        Stage.SUMMARISE: sa.select(Story.id),
    }
    for stage in settles:
        if stage in wanted:
            fates = sa.select(Fate.item_id).where(Fate.stage == stage)
            items = wanted[stage].subquery()
            lost = session.scalars(sa.select(items.c.id).where(items.c.id.not_in(fates))).all()
            if lost:
                yield f"no fate at {stage}: items {lost[:FEW]}"


def _unrecognised_copies(session: Session) -> Iterator[str]:
    """Say which articles have the same text at different addresses, and none of them is said to be a copy."""
    current = sa.select(Version.text_hash).join(Article, Article.current_version_id == Version.id)
    originals = current.where(Article.copy_of_id.is_(None)).group_by(Version.text_hash)
    twice = session.scalars(originals.having(sa.func.count() > 1))
    yield from (f"article twice: the text {text_hash} is no copy at two addresses" for text_hash in twice)


def _index_differs(session: Session) -> Iterator[str]:
    """Make the index of words anew, in a transaction that is undone, and compare it with what stood there."""
    if index_is_outdated(session):
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    table = "search_text" if is_sqlite else "search_document"
    columns = "rowid, title, body, forms" if is_sqlite else "article_id, part, terms::text"
    read = sa.text(f"SELECT {columns} FROM {table}")
    narrow = sa.text("SELECT search_article::text, 0, 0 FROM search_article")
    before = Counter(tuple(row) for row in session.execute(read))
    narrow_before = Counter() if is_sqlite else Counter(tuple(row) for row in session.execute(narrow))
    if is_sqlite:
        session.execute(sa.text("INSERT INTO search_text(search_text) VALUES('integrity-check')"))
    else:
        session.execute(sa.text("DELETE FROM search_article"))
        session.execute(sa.text("SELECT renew_search_article(array_agg(id)) FROM article"))
    narrow_after = Counter() if is_sqlite else Counter(tuple(row) for row in session.execute(narrow))
    indexed = {row[0] for row in before}
    understood = set(session.scalars(sa.select(Fate.item_id).where(Fate.stage == Stage.GROUP)))
    current = set(session.scalars(sa.select(Article.id).where(Article.current_version_id.is_not(None))))
    rebuild_index(session)
    after = Counter({row: n for row, n in _counted(session, read).items() if row[0] in indexed})
    session.rollback()
    if before != after:
        yield f"the index of words differs from the tables in {len((before - after) + (after - before))} rows"
    if narrow_before != narrow_after:
        yield "the rows that searches filter by differ from the tables"
    if lost := (understood & current) - indexed:
        yield f"the index of words lacks the articles {sorted(lost)[:FEW]}"


def _counted(session: Session, read: sa.TextClause) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row) for row in session.execute(read))


def _finds_differ(session: Session) -> Iterator[str]:
    """Say which saved searches have other finds than they match now, of what was matched."""
    matched = sa.select(Fate.item_id).where(Fate.stage == Stage.MATCH, Fate.state == FateState.DONE)
    for saved in session.scalars(sa.select(SavedSearch)):
        found = set(session.scalars(sa.select(SearchHit.article_key).where(SearchHit.saved_search_id == saved.id)))
        matching = matching_ids(session, query_of(session, saved.query))
        keys = set(session.scalars(sa.select(Article.key).where(Article.id.in_(matching), Article.id.in_(matched))))
        if found != keys:
            yield f"the search {saved.name!r} found {sorted(found)[:FEW]}, and matches {sorted(keys)[:FEW]}"


def broken_with_the_world(
    archive: Archive, said: Iterable[Sequence[str]], *, settles: Sequence[Stage], is_mailing: bool
) -> Iterator[str]:
    """Hold the archive against what the world handed out and took."""
    told = list(said)
    with archive.sessions() as session:
        if Stage.FETCH in settles:
            yield from _lost_pages(session, {words[1] for words in told if words[0] == SERVED})
        if is_mailing:
            yield from _wrong_mails(session, [words[1:] for words in told if words[0] == MAILED])


def _lost_pages(session: Session, served: set[str]) -> Iterator[str]:
    lists = {path for _, path in SOURCES.values()} | {"/robots.txt"}
    kept = {urlsplit(url).path for url in session.scalars(sa.select(Link.url).join(Page, Page.link_id == Link.id))}
    yield from (f"page lost: {path} was handed out" for path in sorted(served - lists - kept))


def _wrong_mails(session: Session, taken: Sequence[Sequence[str]]) -> Iterator[str]:
    """Hold the mails that were taken, by address, key and content, against what is said to have been sent."""
    for words in ([*each[:2]] for each in taken), ([each[0], each[2]] for each in taken):
        yield from (f"mail twice: {mail}" for mail, count in Counter(map(tuple, words)).items() if count > 1)
    keys = {(address, message_id.strip("<>").partition("@")[0]) for address, message_id, _ in taken}
    for address, key, state in _mails(session):
        if state in UNSETTLED:
            yield f"mail never settled: {address} {state}"
        if state == DeliveryState.SENT and (address, key) not in keys:
            yield f"mail lost: {address} is said to have got {key}"
        if state == DeliveryState.FAILED:
            yield f"mail failed wrongly: {address}"


def _mails(session: Session) -> Iterator[tuple[str, str, DeliveryState]]:
    deliveries = sa.select(Reader.address, Delivery.message_id, Delivery.state).join(Delivery)
    notices = sa.select(Notice.address, Notice.message_id, Notice.state)
    for wanted in (deliveries, notices):
        yield from ((address, key, DeliveryState(state)) for address, key, state in session.execute(wanted))
