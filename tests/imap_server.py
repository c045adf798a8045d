"""A real IMAP server on loopback, in a process of its own."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.fault_certificates import trusted_pair

USER, PASSWORD = "bounces", "secret"


@contextlib.contextmanager
def imap_server(letters: Path, folder: Path) -> Iterator[tuple[dict[str, int], ssl.SSLContext]]:
    """Serve the letters of a folder; yields the ports of `imap` and `imaps`, and the TLS settings that trust it."""
    trusted = trusted_pair("localhost", folder)[1]
    program = [sys.executable, "-m", "tests.imap_program", str(letters), str(folder / "host.pem"), USER, PASSWORD]
    with subprocess.Popen(program, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent) as server:
        try:
            assert server.stdout is not None
            plain, safe = map(int, server.stdout.readline().split())
            yield {"imap": plain, "imaps": safe}, trusted
        finally:
            server.kill()
