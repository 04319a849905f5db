"""Logs: one JSON line an event on standard error, with ids and never a name, a secret or what somebody wrote.

Whatever writes by the standard library's logging (uvicorn, httpx) comes out the same way. What is worth a line, and at
which level, is decided where it happens.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from shared.clock import now
from shared.instants import show_instant

WITHHELD: Final = "(withheld)"
_SECRET: Final = ("authorization", "token", "secret", "pin", "cookie", "note", "body", "name_of")
"""Keys whose values never come out, whoever logs them."""
_QUIET: Final = ("httpx", "httpcore", "uvicorn.access", "asyncio", "alembic")
"""Libraries that say every step they take: their warnings are enough."""


def set_up(level: str) -> None:
    """From here on everything that is logged is one line of JSON. May be called again."""
    shared: list[Any] = [structlog.stdlib.add_log_level, _name, _at, _withhold]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.processors.format_exc_info],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _name(logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = event.get("_record")
    name = record.name if record is not None else getattr(logger, "name", None)
    if name:
        event["logger"] = name
    return event


def _at(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["at"] = show_instant(now())
    return event


def _withhold(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if any(word in key.lower() for word in _SECRET):
            event[key] = WITHHELD
    return event
