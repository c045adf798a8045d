"""The table of takedowns: articles that an administrator withdrew from sight; their tombstones say so and why."""

import datetime as dt
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.redaction import Redacted, redacted

IS_STANDING = sa.text("lifted_at IS NULL")


class Takedown(Base):
    """That an article is withdrawn: no page, search, export, feed or later mail shows it until that is lifted."""

    __tablename__ = "takedown"
    __table_args__ = (
        sa.Index(
            "uq_takedown_standing",
            "article_key",
            unique=True,
            sqlite_where=IS_STANDING,
            postgresql_where=IS_STANDING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_key: Mapped[str] = mapped_column(sa.String(12), index=True)
    url: Mapped[str]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[dt.datetime | None]


def withdrawn_keys() -> sa.Select[str]:
    """Select the keys of the articles that are withdrawn now."""
    return sa.select(Takedown.article_key).where(Takedown.lifted_at.is_(None))


def is_withdrawn(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Make the condition that the article of a key is withdrawn now."""
    return withdrawn_keys().where(Takedown.article_key == key).exists()


def withdrawn_among(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Name those of some articles that are withdrawn now."""
    return frozenset(session.scalars(withdrawn_keys().where(Takedown.article_key.in_(keys)))) if keys else frozenset()


def takedown_of(session: Session, key: str) -> Takedown | None:
    """Find what withdraws an article now."""
    return session.scalar(sa.select(Takedown).where(Takedown.article_key == key, Takedown.lifted_at.is_(None)))


def takedowns_of(session: Session, *, with_lifted: bool = False) -> list[Takedown]:
    """Read what is withdrawn, the newest first; what was put back too, if wanted."""
    select = sa.select(Takedown).order_by(Takedown.made_at.desc(), Takedown.id.desc())
    return list(session.scalars(select if with_lifted else select.where(Takedown.lifted_at.is_(None))))


def carry_takedown(session: Session, key: str, to: str, *, url: str) -> None:
    """Let a takedown hold for the article that a withdrawn one became when its address turned out to be another's."""
    standing = takedown_of(session, key)
    if standing is not None and takedown_of(session, to) is None:
        session.add(
            Takedown(
                article_key=to, url=url, reason=standing.reason, made_by=standing.made_by, made_at=standing.made_at
            )
        )
        session.flush()


def shown_content(session: Session, content: Mapping[str, object]) -> Redacted:
    """Give the content of an issue as it may be shown: without the words of articles that are withdrawn now."""
    rows = session.execute(sa.select(Takedown.article_key, Takedown.made_at).where(Takedown.lifted_at.is_(None)))
    return redacted(content, {key: f"[withdrawn {at:%Y-%m-%d}]" for key, at in rows})


def shown_subject(subject: str, neutral: str, content: Redacted) -> str:
    """Give an issue's subject line as it may be shown: a neutral one where words of the issue were taken out."""
    return neutral if content.is_changed else subject
