"""The table of takedowns: articles that an administrator withdrew from sight; their tombstones say so and why."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

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
