"""Logging set up once per process: structured events on standard error, terminal escapes made harmless."""

from __future__ import annotations

import logging
import sys

import structlog


def _escape_controls(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Keep text from the web from steering the terminal: control characters are shown, not sent."""
    return {
        key: "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in value)
        if isinstance(value, str) and key != "exception"
        else value
        for key, value in event.items()
    }


def configure_logging(level: str = "info") -> None:
    """Send structlog events from `level` upwards, and the errors of libraries, as key=value lines to standard error."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _escape_controls,
    ]
    renderer = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # Asked at each event: who borrowed standard error for a while has given it back.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    of_libraries = logging.StreamHandler(sys.stderr)
    of_libraries.setLevel(logging.ERROR)
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[of_libraries], level=logging.ERROR, force=True)
