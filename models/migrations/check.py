"""Checks that the migrations make exactly the tables of the models, on an empty SQLite database."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util import CommandError

from models.database import alembic_config, migrate, open_engine


def main() -> int:
    """Run `alembic check` on a fresh database; 1 when a migration is missing."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.db'}"
        migrate(open_engine(url))
        try:
            command.check(alembic_config(url))
        except CommandError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
