"""Lines of a file of facts, `{"topic": …, "appended_at": …, "event": {…}}` (EVENTS.md, The replay contract).

A file comes from anywhere, so every line is validated whole; unknown fields are ignored, as by any reader.
"""

from collections.abc import Callable
from typing import Any

import orjson

from shared.events.decode import fact_of_event
from shared.events.errors import FieldError, Invalid, Unreadable
from shared.events.fields import instant_text
from shared.events.plaincheck import plain_check
from shared.events.quick import MINUTES, SECONDS, THOUSANDTHS, instant_of
from shared.events.registry import TYPES
from shared.events.remedies import shown
from shared.events.upcast import UPCASTERS
from shared.events.validate import validate
from shared.facts import Fact


def read_line(line: bytes) -> Fact:
    """The fact of one line. Raises Unreadable or Invalid, saying what is wrong with it."""
    return read_event(line)[0]


def read_line_of(line: bytes, is_mine: Callable[[str], bool]) -> Fact | None:
    """The fact of one line, if it is of one of these homes; None of a line of another's, which is not looked at any
    further. Raises as `read_line` does; a line that names no home is nobody's but a home's without a name."""
    record = _loaded(line)
    try:
        home_id = record["event"]["homeid"]
    except (TypeError, KeyError):
        home_id = ""
    return _of(record)[0] if is_mine(home_id if isinstance(home_id, str) else "") else None


def read_event(line: bytes) -> tuple[Fact, dict[str, Any]]:
    """The fact of one line, and its normalised event (of an old version: raised to the current one). Raises as
    `read_line` does."""
    return _of(_loaded(line))


def _loaded(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"the line is not JSON: {error}") from error


def _of(record: Any) -> tuple[Fact, dict[str, Any]]:
    try:
        at, event = record["appended_at"], record["event"]
        appended_at = MINUTES[at[:17]] + SECONDS[at[17:19]] + THOUSANDTHS[at[19:]]
        fact = plain_check(record["topic"], appended_at, event)
    except (TypeError, KeyError):
        fact = None
    return _carefully(record) if fact is None else (fact, event)


def _carefully(record: Any) -> tuple[Fact, dict[str, Any]]:
    if not isinstance(record, dict):
        raise Unreadable("the line is not an object, in { }")
    missing = [name for name in ("topic", "appended_at", "event") if name not in record]
    if missing:
        raise Unreadable(f"the line has no {', '.join(missing)}")
    topic, event = record["topic"], record["event"]
    if isinstance(event, dict):
        _known(topic, event)
    event = validate(event, unknown="ignore")
    return fact_of_event(topic, _appended_at(record["appended_at"]), event), event


def _known(topic: Any, event: dict[str, Any]) -> None:
    """Raises Unreadable for a type that nobody here knows, Invalid for one that stands in the wrong topic."""
    name, _ = UPCASTERS.raise_to(TYPES, event.get("type"), event.get("data"))
    if topic != TYPES[name].topic:
        raise Invalid([FieldError("topic", shown(topic), f"write {TYPES[name].topic}, where {name} belongs")])


def _appended_at(text: Any) -> int:
    try:
        return instant_of(instant_text(text if isinstance(text, str) else ""))
    except ValueError:
        raise Invalid(
            [FieldError("appended_at", shown(text), "write an instant in UTC, like 2026-03-28T02:10:00.000Z")]
        ) from None
