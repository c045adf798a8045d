"""Logging set up once per process: structured events on standard error, terminal escapes made harmless."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

import structlog

from perilune.secrets import without_secrets

FIRST = ("timestamp", "level", "event", "process", "pid")
"""Keys that every event has, and begins with."""
EXCEPTION = "exception"
PLAIN = (int, float, bool, type(None))


def harmless(text: str) -> str:
    """Write out control characters, which could steer a terminal or begin a line of their own."""
    return "".join(c if c.isprintable() else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - what two digits hold


def _made_harmless(value: object) -> object:
    if isinstance(value, Mapping):
        return {harmless(str(name)): _made_harmless(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_made_harmless(each) for each in value]
    return value if isinstance(value, PLAIN) else harmless(without_secrets(str(value)))


def _make_harmless(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Keep secrets out of the log, and text from the web from steering the terminal: control characters are shown.

    A traceback keeps its lines, which only the format for people prints as such; no other line begins like an event.
    """
    found = {key: value if key.startswith("_") else _made_harmless(value) for key, value in event.items()}
    if isinstance(said := event.get(EXCEPTION), str):
        found[EXCEPTION] = "\n  ".join(map(harmless, without_secrets(said).split("\n")))
    return found


def _named(process: str) -> structlog.typing.Processor:
    """Make what says which process an event is of: the command that it runs, and its number."""

    def name(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {"process": process, "pid": os.getpid(), **event}

    return name


def _logfmt() -> structlog.typing.Processor:
    return structlog.processors.LogfmtRenderer(key_order=FIRST, bool_as_flag=False)


def _json() -> structlog.typing.Processor:
    return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)


def _console() -> structlog.typing.Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )


RENDERERS: Mapping[str, Callable[[], structlog.typing.Processor]] = {
    "logfmt": _logfmt,
    "json": _json,
    "console": _console,
}


class _OnStandardError(logging.StreamHandler[TextIO]):
    """Writes what libraries log to what standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self.stream = sys.stderr
        super().emit(record)


def configure_logging(level: str = "info", log_format: str = "logfmt", *, process: str = "perilune") -> None:
    """Send structlog events from `level` upwards, and the errors of libraries, to standard error, one a line.

    What is bound by `structlog.contextvars` (source, stage, item, run, request) stands in each event within.
    """
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
        structlog.processors.format_exc_info,
        _in_order,
        _make_harmless,
    ]
    renderer = RENDERERS[log_format]()
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # Asked at each event: who borrowed standard error for a while has given it back.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    of_libraries = _OnStandardError()
    of_libraries.setLevel(logging.ERROR)
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[of_libraries], level=logging.ERROR, force=True)


def _in_order(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put what every event has first, for the formats that write keys as they come."""
    return {**{key: event[key] for key in FIRST if key in event}, **event}
