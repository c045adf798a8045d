"""Runs extraction: pages from the store through worker processes with a deadline, into articles and versions."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Version
from models.article import Passage as PassageRow
from models.base import key_of
from models.edition import LedgerRow
from models.fate import Outcome, await_stage
from models.history import note_event
from models.page_store import PageStore, PageStoreProblem
from models.pruned import PRUNED
from models.source import Link, Page, next_look_at
from models.takedown import carry_takedown
from models.vocabulary import HistoryKind, Stage
from perilune.changes import Rewording, Told, real_rewordings
from perilune.config import Settings
from perilune.dates import PartialDate, Witness, WitnessKind
from perilune.urls import canonical_url, is_same_site
from pipeline.extraction.extract import FetchedPage
from pipeline.extraction.ocr import find_ocr
from pipeline.extraction.pool import Extraction, Unreadable, extract_all
from pipeline.runners.places import show_latest_version
from pipeline.runners.runner import done, given_up, skipped
from pipeline.values import Extracted, Rejected

UNCHANGED = "no change in the text"
Result = Extraction | PageStoreProblem


class ExtractRunner:
    """Turns pages into versions of articles."""

    stage = Stage.EXTRACT
    version = "5"
    batch_size = 200

    def __init__(self, settings: Settings) -> None:
        self._pages = PageStore(settings.pages_url)
        self._settings = settings

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, Result]]:
        """Read pages in worker processes; those whose bytes cannot be had come last."""
        lost: list[tuple[int, PageStoreProblem]] = []
        with sessions() as session:
            pages = session.scalars(sa.select(Page).where(Page.id.in_(item_ids)).order_by(Page.id))
            yield from extract_all(
                self._with_bytes(pages, lost),
                worker_count=self._settings.extract_workers,
                deadline=self._settings.extract_timeout,
                memory_mb=self._settings.extract_memory_mb,
                ocr=find_ocr(self._settings),
            )
        yield from lost

    def _with_bytes(
        self, pages: Iterable[Page], lost: list[tuple[int, PageStoreProblem]]
    ) -> Iterator[tuple[int, FetchedPage]]:
        for page in pages:
            try:
                yield page.id, self._fetched(page)
            except PageStoreProblem as problem:
                lost.append((page.id, problem))

    def _fetched(self, page: Page) -> FetchedPage:
        return FetchedPage(
            body=self._pages.read(page.content_hash),
            url=page.url,
            content_type=page.content_type,
            title_hint=page.link.title,
            date_hints=_date_hints(page.link),
            fetched_on=page.fetched_at.date(),
            last_modified=_last_modified(page),
            selectors={key: str(css) for key, css in page.link.source.selectors.items()},
            is_standing=page.link.is_standing,
        )

    def store(self, session: Session, item_id: int, result: Result, *, now: dt.datetime) -> Outcome:
        """Store the article and its version; a page that changed in nothing but what rotates is no new version.

        A page that is refused now, or has another address, takes its version out of where it was.
        """
        page = session.get_one(Page, item_id)
        if isinstance(result, PageStoreProblem):
            raise result
        if isinstance(result, Unreadable):
            return given_up(result.reason)
        if isinstance(result, Rejected):
            return _refuse(session, page, result, now=now)
        article, former = _article_of(session, page, result), None
        version = session.scalar(sa.select(Version).where(Version.page_id == page.id))
        before = _version_before(session, article, page)
        changes = real_rewordings(_told(before), _told_by(result, page)) if before else ()
        if version is None and before is not None and not changes:
            return skipped(UNCHANGED)
        if version is None and (rule := _rule_that_gave_up(session, article)) is not None:
            return skipped(f"its article was given up ({rule})")
        is_edit = version is None and before is not None
        version = version or Version(article_id=None, page_id=page.id, fetched_at=page.fetched_at)
        if version.article_id != article.id:
            former = version.article
            version.article_id, version.number = article.id, _next_number(session, article)
        _fill(version, result, changes)
        session.add(version)
        session.flush()
        if is_edit and before is not None:
            note_event(session, article.id, _kind_of_edit(before, version), at=page.fetched_at, version_id=version.id)
        if former is not None:
            carry_takedown(session, former.key, article.key, url=article.url)
        show_latest_version(session, article, now=now)
        if former is not None:
            _leave(session, former, version, now=now)
        await_stage(session, Stage.IDENTIFY, [version.id], due_at=now)
        return replace(done(), reason=result.remark)


def _refuse(session: Session, page: Page, rejected: Rejected, *, now: dt.datetime) -> Outcome:
    version = session.scalar(sa.select(Version).where(Version.page_id == page.id))
    if version is not None:
        version.withdrawn = rejected.reason
        show_latest_version(session, version.article, now=now)
    if rejected.may_change:
        _look_again(session, page, now=now)
    return skipped(rejected.reason)


def _look_again(session: Session, page: Page, *, now: dt.datetime) -> None:
    """Have a page that shows no article fetched again: its site may have been unwell."""
    due_at = next_look_at(page.link, now=now)
    if due_at is not None:
        await_stage(session, Stage.FETCH, [page.link_id], due_at=due_at)


def _rule_that_gave_up(session: Session, article: Article) -> str | None:
    """Name the rule of a policy that gave an article up with all its versions: no other page brings it back."""
    reasons = session.scalars(sa.select(Version.withdrawn).where(Version.article_id == article.id)).all()
    rules = [reason.removeprefix(PRUNED) for reason in reasons if reason is not None and reason.startswith(PRUNED)]
    return rules[-1] if rules and len(rules) == len(reasons) else None


def _version_before(session: Session, article: Article, page: Page) -> Version | None:
    """Read the version that the article showed when the page was fetched."""
    return session.scalar(
        sa.select(Version)
        .where(Version.article_id == article.id, Version.withdrawn.is_(None))
        .where(Version.fetched_at <= page.fetched_at, Version.page_id != page.id)
        .order_by(Version.fetched_at.desc(), Version.id.desc())
        .limit(1)
    )


def _told(version: Version) -> Told:
    return Told(version.title, tuple(passage.text for passage in version.passages), version.fetched_at.date())


def _told_by(result: Extracted, page: Page) -> Told:
    return Told(result.title, tuple(passage.text for passage in result.passages), page.fetched_at.date())


def _kind_of_edit(before: Version, after: Version) -> HistoryKind:
    """Tell whether a page says that it was updated; a standing page is there to be rewritten."""
    is_stated = after.stated_update is not None and after.stated_update != before.stated_update
    return HistoryKind.UPDATED if is_stated or after.article.is_standing else HistoryKind.SILENTLY_EDITED


def _next_number(session: Session, article: Article) -> int:
    last = session.scalar(sa.select(sa.func.max(Version.number)).where(Version.article_id == article.id))
    return (last or 0) + 1


def _leave(session: Session, former: Article, version: Version, *, now: dt.datetime) -> None:
    """Settle the article that a version has left for another, and take what digests said of it along."""
    session.execute(
        sa.update(LedgerRow).where(LedgerRow.version_id == version.id).values(article_id=version.article_id)
    )
    show_latest_version(session, former, now=now)
    if session.scalar(sa.select(Version.id).where(Version.article_id == former.id).limit(1)) is None:
        former.moved_to_id = version.article_id


def _last_modified(page: Page) -> dt.date | None:
    """Read the day that the answer's Last-Modified names; None for none or one that is no date."""
    try:
        return parsedate_to_datetime(str(page.headers.get("last-modified", ""))).date()
    except ValueError:
        return None


def _date_hints(link: Link) -> tuple[Witness, ...]:
    if not link.published or not link.witness:
        return ()
    return (Witness(WitnessKind(link.witness), PartialDate.parse(link.published), link.published),)


def _article_of(session: Session, page: Page, extracted: Extracted) -> Article:
    url = _address_of(page, extracted)
    article = session.scalar(sa.select(Article).where(Article.url == url))
    if article is None:
        article = Article(
            key=key_of(url),
            url=url,
            source_id=page.link.source_id,
            first_seen_at=page.fetched_at,
            is_backfill=page.link.is_backfill,
            is_standing=page.link.is_standing,
        )
        session.add(article)
        session.flush()
    article.moved_to_id = None
    return article


def _address_of(page: Page, extracted: Extracted) -> str:
    """Trust a declared canonical address only on the page's own site, and never one that is the site's front page."""
    url = canonical_url(page.url)
    if extracted.canonical_url:
        declared = canonical_url(extracted.canonical_url)
        if is_same_site(declared, url) and declared.rstrip("/").count("/") > 2:  # noqa: PLR2004 - scheme's two
            return declared
    return url


def _fill(version: Version, extracted: Extracted, changes: Sequence[Rewording]) -> None:
    published = extracted.published
    version.title = extracted.title
    version.text = extracted.text
    version.text_hash = hashlib.sha256(f"{extracted.title}\n{extracted.text}".encode()).hexdigest()
    version.language = extracted.language
    version.authors = list(extracted.authors)
    version.site_name = extracted.site_name
    version.issuer = extracted.issuer
    version.section = extracted.section
    version.keywords = list(extracted.keywords)
    version.image_url = extracted.image_url
    version.stated_update = extracted.stated_update
    version.changes = [rewording.to_json() for rewording in changes]
    version.published = published.date
    version.published_first_on = published.date.first if published.date else None
    version.published_last_on = published.date.last if published.date else None
    version.published_by = published.decided_by
    version.published_confidence = published.confidence
    version.date_witnesses = [
        {"kind": str(witness.kind), "date": str(witness.date), "quote": witness.quote}
        for witness in published.witnesses
    ]
    version.withdrawn = None
    version.stated_doc_type = extracted.doc_type
    version.passages = [
        PassageRow(
            ordinal=ordinal,
            kind=passage.kind,
            start=passage.start,
            end=passage.end,
            page_number=passage.page,
            page_label=passage.label,
            language=passage.language,
            text=passage.text,
        )
        for ordinal, passage in enumerate(extracted.passages)
    ]
