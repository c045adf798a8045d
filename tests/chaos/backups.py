"""What must hold of backups: all are whole, earlier ones as they were, and the last says what the archive says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.backup_made import BackupMade
from models.copying import copied_tables
from perilune.archive import Archive
from perilune.storing.manifest import DATABASE, MANIFEST, generations_in
from perilune.storing.restoring import verify
from tests.chaos.ground import Ground
from tests.chaos.portrait import differences, portrait_of, rows_of
from tests.chaos.works import KEPT, in_silence


def manifests_in(folder: Path) -> Mapping[str, str]:
    """Read what the backups of a folder say of themselves, by their names."""
    return {each.name: each.read(MANIFEST).decode() for each in generations_in(folder)}


def broken_backups(folder: Path, earlier: Mapping[str, str]) -> Iterator[str]:
    """Say what is wrong with the backups that count as such, and which earlier ones are not as they were."""
    for made in generations_in(folder):
        yield from (f"backup broken: {each}" for each in verify(made, progress=in_silence))
    there = manifests_in(folder)
    if len(there) < min(KEPT, len(earlier)):
        yield f"of the backups {sorted(earlier)} only {sorted(there)} are left"
    yield from (f"backup changed: {name}" for name in there.keys() & earlier.keys() if there[name] != earlier[name])


def last_backup_differs(archive: Archive, ground: Ground) -> Iterator[str]:
    """Say in what the last backup, if there is one, is not the archive that it was made of or that was made of it."""
    made = generations_in(ground.backups)
    if not made:
        return
    # A backup is noted in the archive after it was made.
    tables = [table for table in copied_tables() if table is not BackupMade.__table__]
    engine = sa.create_engine(f"sqlite:///file:{made[-1].path / DATABASE}?mode=ro&uri=true", poolclass=sa.NullPool)
    with archive.sessions() as session, Session(engine) as backed_up:
        for draw in (portrait_of, lambda each: rows_of(each, tables)):
            yield from (f"in the last backup {each}" for each in differences(draw(session), draw(backed_up)))
