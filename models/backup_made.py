"""Which backups were made, so that whoever looks at the archive sees how old the last one is."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class BackupMade(Base):
    """A backup that was finished; a row says nothing of whether it is still where it was put."""

    __tablename__ = "backup_made"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[dt.datetime]
    place: Mapped[str]
    page_count: Mapped[int]
    missing_count: Mapped[int]
    """Pages that rows name and that were not in the page store, or damaged there."""


def last_backup(session: Session) -> BackupMade | None:
    """Read which backup was finished last; None where there was none."""
    return session.scalar(sa.select(BackupMade).order_by(BackupMade.id.desc()).limit(1))
