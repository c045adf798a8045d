"""A private PostgreSQL cluster for the tests: works as root (as the user postgres) and as anyone else."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

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


@contextlib.contextmanager
def private_cluster() -> Iterator[str]:
    """Start a cluster in a temporary folder, yield the address of its maintenance database, and remove it."""
    programs = server_programs()
    folder = Path(tempfile.mkdtemp(prefix="perilune-pg-"))
    identity: dict[str, int | list[int]] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments],
            check=True,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            **identity,  # type: ignore[call-overload]
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    try:
        run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(folder / "log"), "-o", f"-k {folder} {OPTIONS}", "start")
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
