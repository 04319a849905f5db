"""Logs: one JSON line an event on standard error, with ids and never a name, a secret or what somebody wrote.

Whatever writes by the standard library's logging (uvicorn, httpx) comes out the same way. What is worth a line, and at
which level, is decided where it happens.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Final

import structlog

from shared.clock import now
from shared.instants import show_instant

WITHHELD: Final = "(withheld)"
_SECRET: Final = frozenset(
    {"authorization", "body", "bodies", "cookie", "cookies", "headers", "password"}
    | {"name", "names", "note", "notes", "pin", "pins", "secret", "secrets", "token", "tokens"}
)
"""A key with one of these words in it never comes out with its value, at any depth and whoever logs it: `pin` and
`worker_pin`, not `pinned`."""
_ID: Final = frozenset({"id", "ids"})
"""The last word of a key whose value is an id: of a token, that says which one and opens nothing."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_QUIET: Final = ("httpx", "httpcore", "uvicorn.access", "asyncio", "alembic", "urllib3", "apprise")
"""Libraries that say every step they take: their warnings are enough."""
_QUIETER: Final = ("kafka",)
"""Those that warn of what they mend themselves: what goes wrong for long is said by us."""


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
    for name in _QUIETER:
        logging.getLogger(name).setLevel(logging.ERROR)


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
    for key, value in event.items():
        event[key] = _shown(key, value)
    return event


def _shown(key: Any, value: Any) -> Any:
    if not _may_be_shown(str(key)):
        return WITHHELD
    if isinstance(value, Mapping):
        return {inner: _shown(inner, each) for inner, each in value.items()}
    if isinstance(value, list):
        return [_shown("", each) for each in value]
    if isinstance(value, tuple):  # stays one: `exc_info` is a tuple, and is known by that
        return tuple(_shown("", each) for each in value)
    return value


@lru_cache(1024)
def _may_be_shown(key: str) -> bool:
    words = [word.lower() for word in _WORD.findall(key)]
    return _SECRET.isdisjoint(words) or words[-1] in _ID
