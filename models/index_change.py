"""The outbox of the search index: articles whose rows changed, in the order of the changes, for what is derived."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class IndexChange(Base):
    """That an article must be indexed anew, or leave a derived index; numbers rise and are never given twice."""

    __tablename__ = "index_change"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own declaration form

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.Integer)
    """No foreign key: an article that is gone leaves its change behind."""
