"""From the log's bytes to a fact, on the hot path: trusting, because the door validated (decision 0003).

It takes apart, it raises old versions, and it does not ask again. What it cannot take apart is `Unreadable`.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from shared.events.errors import Unreadable
from shared.events.quick import instant_of
from shared.events.registry import TYPES
from shared.events.upcast import UPCASTERS, Upcasters
from shared.facts import Fact
from shared.instants import Instant

_TOPIC_OF: Final[Mapping[str, str]] = {name: kind.topic for name, kind in TYPES.items()}
_ENVELOPE: Final = ("type", "homeid", "id", "subject", "source", "actor", "time", "enteredat", "data")


def decode(topic: str, appended_at: Instant, body: bytes) -> Fact:
    """The fact of one record. Raises Unreadable."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"the record is not JSON: {error}") from error
    return fact_of_event(topic, appended_at, event)


def fact_of_event(
    topic: str, appended_at: Instant, event: dict[str, Any], upcasters: Upcasters = UPCASTERS
) -> Fact:
    """The fact of one event that was validated before. Its `data` is the event's own, not a copy.

    Raises Unreadable: an unknown type or version, a type in the wrong topic, a field of the envelope missing.
    """
    try:
        kind = event["type"]
        data = event["data"]
        if _TOPIC_OF.get(kind) != topic or type(data) is not dict:
            kind, data = _of_another_time(topic, kind, data, upcasters)
        return Fact(
            topic,
            appended_at,
            event["homeid"],
            event["id"],
            kind,
            event["subject"],
            event["source"],
            event["actor"],
            instant_of(event["time"]),
            instant_of(event["enteredat"]),
            data,
            event.get("contenthash"),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _unreadable(event, error) from error


def _of_another_time(
    topic: str, kind: str, data: dict[str, Any], upcasters: Upcasters
) -> tuple[str, dict[str, Any]]:
    if not isinstance(data, dict):
        raise Unreadable("the event's data is no JSON object")
    raised, data = upcasters.raise_to(_TOPIC_OF, kind, data)
    if _TOPIC_OF[raised] != topic:
        raise Unreadable(f"{kind} does not belong into {topic}, but into {_TOPIC_OF[raised]}")
    return raised, data


def _unreadable(event: object, error: Exception) -> Unreadable:
    if isinstance(error, Unreadable):
        return error
    if not isinstance(event, dict):
        return Unreadable("the record is not an event: it is no JSON object")
    missing = [name for name in _ENVELOPE if name not in event]
    if missing:
        return Unreadable(f"the event has no {', '.join(missing)}")
    return Unreadable(f"the event cannot be taken apart: {error}")
