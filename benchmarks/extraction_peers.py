"""The libraries that ours is measured beside, in an environment of their own and in one process that reads with all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.extraction_reader import Reading
from benchmarks.peer_process import PeerProcess
from perilune.problems import Problem

READERS_NEED = Path(__file__).parents[1] / "requirements" / "peers.txt"
FUNDUS_NEEDS = READERS_NEED.with_name("peers-fundus.txt")
READER = Path(__file__).with_name("extraction_reader.py")


class PeersProblem(Problem):
    """The peers' environment cannot be made; the message says how to make it by hand."""


@dataclass(frozen=True)
class Asked:
    """A page as the peers are given it: decoded already, which spares them what ours has to do."""

    html: str
    url: str


def python_with(requirements: Path) -> Path:
    """Make an environment of its own where it is missing, and give its interpreter; PeersProblem when it cannot."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    parent = Path(os.environ.get("BENCH_PEERS") or Path(tempfile.gettempdir()) / "perilune-bench-peers")
    folder = parent / f"{requirements.stem}-{digest}-py{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    print(f"environment of the peers (BENCH_PEERS): {folder}", flush=True)
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        # Python's own pip may be too old to resolve what these need of each other.
        for needed in (["--upgrade", "pip"], ["-r", str(requirements)]):
            _install(python, needed, folder)
        (folder / "complete").touch()
    return python


def _install(python: Path, needed: Sequence[str], folder: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needed]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        reason = next((line for line in made.stderr.splitlines() if "ERROR" in line), "pip gave no message")
        raise PeersProblem(f"{' '.join(needed)} cannot be installed into {folder}: {reason}")


class Peers(PeerProcess):
    """One process that reads pages with every peer, one page after the other."""

    def __init__(self, python: Path) -> None:
        super().__init__(python, READER)

    def read(self, page: Asked, readers: Sequence[str] = ()) -> dict[str, Reading]:
        """Read a page with the named libraries, all of them by default."""
        answer = self.asked({"html": page.html, "url": page.url, "readers": readers})
        return {name: Reading(**values) for name, values in answer.items()}  # type: ignore[arg-type]
