"""The ground of one lane: a kind of database, a folder, a world, and the archives that work begins from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from perilune.archive import Archive, open_archive
from perilune.config import Settings, settings_from
from tests.chaos.texts import SOURCES
from tests.chaos.words import WORDS
from tests.chaos.world import World

UNDER_ATTACK = "attacked"


@dataclass(frozen=True)
class Ground:
    """Where one lane works."""

    folder: Path
    kind: str
    world: World
    cluster: str | None = None
    """The maintenance database of a private cluster, for PostgreSQL."""

    @property
    def home(self) -> Path:
        """The home folder of the archive under attack."""
        return self.folder / UNDER_ATTACK

    @property
    def backups(self) -> Path:
        """The folder that it is backed up into."""
        return self.home / "backups"

    @property
    def sources(self) -> Path:
        """The folder of source files."""
        return self.folder / "sources"

    @property
    def database_url(self) -> str:
        """The database of the archive under attack."""
        return self._url(UNDER_ATTACK)

    def _url(self, name: str) -> str:
        if self.cluster is None:
            return f"sqlite:///{self.folder}/{name}/perilune.db"
        return self.cluster.replace("/postgres?", f"/{name}?")

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the archive under attack."""
        return {
            "PERILUNE_HOME": str(self.home),
            "PERILUNE_DATABASE": self.database_url,
            "PERILUNE_SOURCES": str(self.sources),
            "PERILUNE_ENCODER": WORDS.model,
            "PERILUNE_EXTRACT_WORKERS": "1",
            "PERILUNE_DOWNLOAD_DELAY": "0",
            "PERILUNE_DOWNLOAD_TIMEOUT": "5",
            "PERILUNE_ALLOW_NETWORKS": f"127.0.0.1:{self.world.web_port}",
            "PERILUNE_SMTP": f"smtp://127.0.0.1:{self.world.mail_port}",
            "PERILUNE_PUBLIC_URL": "https://archive.example.org",
            "PERILUNE_MAIL_FROM": "Perilune <digest@perilune.example>",
            "PERILUNE_SEARCH": "tantivy" if self.cluster is None else "fts5",
            "PERILUNE_LOG_LEVEL": "error",
        }

    @property
    def settings(self) -> Settings:
        """The same, read."""
        return settings_from(self.environment)

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Open the archive under attack, and leave no connection behind."""
        archive = open_archive(self.settings)
        try:
            yield archive
        finally:
            archive.sessions.kw["bind"].dispose()

    def write_sources(self) -> None:
        """Write the source files of the site."""
        self.sources.mkdir()
        for slug, (kind, path) in SOURCES.items():
            lines = {"name": slug, "home": f"{self.world.home}/", "kind": kind}
            written = [f"{key} = {value!r}" for key, value in lines.items()]
            written.append(f'address = ["{self.world.home}{path}"]')
            (self.sources / f"{slug}.toml").write_text("\n".join(written), encoding="utf-8")

    def administer(self, statement: str) -> None:
        """Say something to the cluster that no transaction may hold."""
        assert self.cluster is not None
        admin = sa.create_engine(self.cluster, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as connection:
            connection.exec_driver_sql(statement)

    def disconnect(self) -> None:
        """End every connection to the database of the archive under attack."""
        self.administer(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{UNDER_ATTACK}'")

    def begin_empty(self) -> None:
        """Make the archive under attack one without database and pages."""
        self.clear()
        self.home.mkdir(exist_ok=True)
        if self.cluster:
            self.administer(f"create database {UNDER_ATTACK}")

    def clear(self) -> None:
        """Remove the archive under attack; its folder stays, since a disk may be mounted there."""
        if self.cluster:
            self.administer(f"drop database if exists {UNDER_ATTACK} with (force)")
        for path in self.home.iterdir() if self.home.exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def keep(self, name: str) -> None:
        """Keep the archive as it is now under a name."""
        shutil.copytree(self.home, self.folder / name)
        if self.cluster:
            self.disconnect()
            self.administer(f"create database {name} template {UNDER_ATTACK}")

    def restore(self, name: str) -> None:
        """Make the archive under attack a copy of one that was kept."""
        self.clear()
        shutil.copytree(self.folder / name, self.home, dirs_exist_ok=True)
        if self.cluster:
            self.administer(f"create database {UNDER_ATTACK} template {name}")
