"""Runs migrations on the connection or address that `models.database` hands over."""

from typing import Literal

import sqlalchemy as sa
from alembic import context

from models.base import PartialDateText, PortableJson, UtcDateTime

config = context.config
SEARCH_TABLES = "search_"


def _is_ours(name: str | None, kind: str, parent: object) -> bool:
    """Leave search indexes out of comparisons: they are made by migrations, not by mappings."""
    del parent
    return not (kind == "table" and name is not None and name.startswith(SEARCH_TABLES))


def _portable_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our types in migrations as the plain ones they are, so that old migrations need no present code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, PartialDateText):
        return "sa.String(length=10)"
    if isinstance(item, PortableJson):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def _run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=config.attributes["metadata"],
        render_as_batch=connection.dialect.name == "sqlite",
        include_name=_is_ours,
        compare_type=False,
        render_item=_portable_type,
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := config.attributes.get("connection")) is not None:
    _run(given)
else:
    with sa.create_engine(config.attributes["url"]).connect() as opened:
        _run(opened)
