"""An archive of each earlier schema, with rows in every table, is brought to the newest: nothing is lost, all opens."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from typer.testing import CliRunner

from models.database import MIGRATIONS, DatabaseProblem, alembic_config, migrate, open_engine
from models.tables import Base
from perilune.cli import app
from tests.filling import NOT_FILLED, fill

EARLIER = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*_*.py"))[:-1]
DERIVED = frozenset({"fact", "fate", "language_mean"})
"""What some upgrades empty or add to, since the next `perilune process` makes it again."""
COMMANDS = ("status", "sources list", "editions list", "accounts list", "corrections list", "backup {} --json")


def _rows(connection: sa.Connection, of: Collection[str]) -> dict[str, list[str]]:
    """Write the rows of tables, by those of their columns that are named, in an order that is always the same."""
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(NOT_FILLED) and name not in DERIVED)
    found = {}
    for table in metadata.tables.values():
        columns = [column for column in table.columns if not of or f"{table.name}.{column.name}" in of]
        named = sa.select(*columns).order_by(*table.primary_key)
        found[table.name] = [repr(row._asdict()) for row in connection.execute(named)] if columns else []
    return found


def _columns(connection: sa.Connection) -> set[str]:
    inspector = sa.inspect(connection)
    return {
        f"{name}.{column['name']}" for name in inspector.get_table_names() for column in inspector.get_columns(name)
    }


@pytest.mark.databases("sqlite", long=("postgresql",))
@pytest.mark.parametrize("revision", EARLIER)
def test_an_earlier_archive_is_upgraded(
    empty_database_url: str, revision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(empty_database_url)
    command.upgrade(alembic_config(empty_database_url), revision)
    with engine.begin() as connection:
        fill(connection)
        columns = _columns(connection)
    with engine.begin() as connection:
        before = _rows(connection, columns & _columns_of_today())
    migrate(engine)
    with engine.begin() as connection:
        after = _rows(connection, columns & _columns_of_today())
    assert {name: after[name] for name in before} == before
    engine.dispose()
    if revision not in {EARLIER[0], EARLIER[-1]}:
        return
    monkeypatch.setenv("PERILUNE_DATABASE", empty_database_url)
    monkeypatch.setenv("PERILUNE_HOME", str(tmp_path))
    for line in COMMANDS:
        result = CliRunner().invoke(app, line.format(tmp_path / "backups").split())
        assert result.exit_code == 0, (line, result.output, result.exception)


def _columns_of_today() -> set[str]:
    return {str(column) for table in Base.metadata.sorted_tables for column in table.columns}


def test_an_archive_of_a_newer_perilune_is_left_alone(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseProblem, match="is at revision 9999, and this Perilune knows 00"):
        migrate(engine)
    engine.dispose()
