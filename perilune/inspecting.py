"""Looking at sources on request, in a child process that crawls as politely as any visit and stores nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter

from crawler.inspection import Checked, Failure, Frozen
from perilune.problems import Problem

COPIES: TypeAdapter[Frozen | Failure] = TypeAdapter(Frozen | Failure)


def check_sources(slugs: Sequence[str]) -> Iterator[Checked]:
    """Ask each source's index for its links now; yields each result as it comes, one for each source."""
    missing = dict.fromkeys(slugs)
    for line in _lines_of("check", slugs):
        result = Checked.model_validate_json(line)
        missing.pop(result.source, None)
        yield result
    for slug in missing:
        yield Checked(source=slug, is_good=False, words="it could not be checked; the log says why")


def copy_of_source(slug: str) -> Frozen:
    """Fetch a source's index and one page that it leads to; Problem says why that cannot be had."""
    lines = list(_lines_of("freeze", [slug]))
    if not lines:
        raise Problem(f"{slug} could not be looked at; the log says why.")
    copy = COPIES.validate_json(lines[0])
    if isinstance(copy, Failure):
        raise Problem(f"{slug} cannot be frozen: {copy.problem}.")
    return copy


def _lines_of(work: str, slugs: Sequence[str]) -> Iterator[str]:
    command = [sys.executable, "-m", "crawler.inspect_sources", "--parent", str(os.getpid()), work, *slugs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own module
        assert child.stdout is not None
        yield from child.stdout
    if child.returncode != 0:
        raise Problem("looking at the sources ended badly; the messages stand above.")
