"""What commands print: tables for people, JSON for programs, progress for long work."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment

Row = Mapping[str, object]
KILO = 1000
STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal or turns a line's direction; marks and joiners of Arabic or Indian texts are none."""
PIPE_WIDTH = 160
"""Columns of a table that goes into a file or another program."""


class PlainConsole(Console):
    """Rich's console, which writes out what could steer a terminal in whatever text it prints."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Make segments of what is printed; the console's own steering stays."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(_written_out(segment.text), segment.style)


def _written_out(text: str) -> str:
    return UNPRINTABLE.sub(_escape_of, text)


def _escape_of(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"


def console() -> Console:
    """Give the console for people; colours only where it is a terminal."""
    is_terminal = sys.stdout.isatty()
    return PlainConsole(highlight=False, soft_wrap=not is_terminal, width=None if is_terminal else PIPE_WIDTH)


def print_json(value: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(_json(value, indent=2) + "\n")


def print_json_line(value: object) -> None:
    """Print one line of JSON Lines, at once."""
    sys.stdout.write(_json(value) + "\n")
    sys.stdout.flush()


def _json(value: object, indent: int | None = None) -> str:
    """Write letters of all scripts as they are, and signs that steer a terminal, which JSON allows, as escapes."""
    written = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return STEERING.sub(_escape_of, written)


def plain_line(text: str) -> str:
    """Write a text on one line, without any sign that could steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def print_rows(rows: Sequence[Row], *, as_json: bool, empty: str) -> None:
    """Print rows as a table, or as a JSON array; `empty` is what people read when there are none."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        console().print(empty)
        return
    from rich.table import Table

    cells = {column: [_cell(row[column]) for row in rows] for column in rows[0]}
    shown = {column: texts for column, texts in cells.items() if any(texts)}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in shown:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in zip(*shown.values(), strict=True):
        table.add_row(*map(escape, row))
    console().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return plain_line(text)


@contextlib.contextmanager
def stage_progress(*, is_shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar per stage while work goes on; yields what is called with stage, done and all."""
    if not is_shown:
        yield lambda _stage, _done, _all: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<11}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=PlainConsole(stderr=True)) as progress:
        tasks: dict[str, object] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(str(stage), total=total)
            progress.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield show


@contextlib.contextmanager
def waiting(what: str, *, is_shown: bool) -> Iterator[None]:
    """Show that something goes on, on standard error, while it does."""
    if not is_shown:
        yield
        return
    with PlainConsole(stderr=True).status(escape(what)):
        yield


def duration_in_words(lasting: dt.timedelta) -> str:
    """Write a duration by its largest unit: `45 s`, `12 min`, `5 h`, `3 d`."""
    seconds = max(lasting.total_seconds(), 0)
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"


def bytes_in_words(size: float) -> str:
    """Write a size by its largest unit, of a thousand each."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < KILO:
            return f"{size:.0f} {unit}" if unit in {"B", "kB"} else f"{size:.1f} {unit}"
        size /= KILO
    return f"{size:.1f} TB"
