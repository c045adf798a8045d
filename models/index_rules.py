"""By which rules the words in the search index were cut, and how far an index of older rules was made anew."""

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class IndexRules(Base):
    """One row: the rules, and the last article that is certainly indexed by them; all are where that is empty."""

    __tablename__ = "index_rules"

    rules: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    through_id: Mapped[int | None]
