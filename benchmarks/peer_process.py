"""A process in a peer's environment that answers JSON lines, on one thread and off the network."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

NOWHERE = "http://127.0.0.1:9"

Answer = dict[str, dict[str, object]]


class PeerProcess:
    """Runs a script of ours with another Python until the block ends."""

    def __init__(self, python: Path, script: Path) -> None:
        quiet = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
        self._child = subprocess.Popen(
            [str(python), str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **quiet, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""},
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait()

    def asked(self, question: Mapping[str, object]) -> Answer:
        """Ask one thing, and wait for its answer."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(question) + "\n")
        self._child.stdin.flush()
        answer: Answer = json.loads(self._child.stdout.readline())
        return answer
