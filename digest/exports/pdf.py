"""A printed issue as PDF, by WeasyPrint in a process of its own: it takes seconds and memory, and may be stopped.

`python -m digest.exports.pdf` reads HTML and writes PDF; nothing is fetched but what stands in the HTML itself.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import warnings

from perilune.lineage import command_within
from perilune.problems import Problem

TIME_LIMIT = 90
CPU_SECONDS = 60
AT_ONCE = 2
MISSING = 3
"""The exit status that says what is missing, in the last line of the errors."""
_turns = threading.BoundedSemaphore(AT_ONCE)


def pdf_of(html: bytes) -> bytes:
    """Make the PDF of a printed issue; Problem where that cannot be done here, or not now."""
    if not _turns.acquire(blocking=False):
        raise Problem("other PDF files are being made; ask again in a minute.")
    try:
        return _made(html)
    finally:
        _turns.release()


def _made(html: bytes) -> bytes:
    program = [sys.executable, "-P", "-m", "digest.exports.pdf"]
    command = command_within(program, seconds=CPU_SECONDS, parent=os.getpid())
    try:
        done = subprocess.run(command, input=html, capture_output=True, timeout=TIME_LIMIT, check=False)  # noqa: S603 - ours
    except subprocess.TimeoutExpired as error:
        raise Problem(f"the PDF was not ready within {TIME_LIMIT} seconds; take another form.") from error
    if done.returncode == MISSING:
        raise Problem(done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Problem(f"the PDF could not be made: {' '.join(last) or 'its process was ended'}.")
    return done.stdout


def written_pdf(html: bytes) -> bytes:
    """Write the PDF (PDF/UA, tagged) in this process; the same bytes of the same HTML and fonts."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise Problem(
            "no PDF without Pango: install it (Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
            "libharfbuzz-subset0)."
        ) from error
    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    document = HTML(string=html.decode(), url_fetcher=fetcher)
    written = document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=hashlib.sha256(html).digest()[:16]
    )
    assert isinstance(written, bytes)
    return written


def main() -> int:
    """Make a PDF of the HTML on standard input."""
    warnings.simplefilter("ignore")
    try:
        written = written_pdf(sys.stdin.buffer.read())
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return MISSING
    sys.stdout.buffer.write(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
