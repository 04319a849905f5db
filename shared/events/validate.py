"""Whether an event has the shape of its type: asked once, at the door, and of every line of a foreign file.

What comes back is the normalised event: plain JSON, instants cut to milliseconds and written `.000Z`, what
was left out still left out. Whether the fact may stand in its home is asked in acceptance.
"""

import difflib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from shared.events.canonical import canonical
from shared.events.errors import WITHHELD, FieldError, Invalid, Unreadable
from shared.events.plaincheck import plain_check
from shared.events.registry import TYPES, EventType
from shared.events.remedies import explain, shown
from shared.events.upcast import UPCASTERS, Upcasters
from shared.topics import CHECK_INS


def validate(
    event: Any, *, unknown: Literal["refuse", "ignore"], upcasters: Upcasters = UPCASTERS
) -> dict[str, Any]:
    """The normalised event. Unknown fields are refused, or ignored and kept (EVENTS.md, Envelope).

    An old version is raised to the current one. The event given is not changed; it may be what is given back.
    Raises Invalid.
    """
    if plain_check(CHECK_INS, 0, event) is not None:
        return event  # type: ignore[no-any-return]
    if not isinstance(event, dict):
        raise Invalid([FieldError("event", shown(event), "send an object, in { }")])
    kind, event = _kind_of(event, upcasters)
    try:
        whole = kind.envelope.model_validate(event, extra="forbid" if unknown == "refuse" else "allow")
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise Invalid([explain(one, kind) for one in found]) from None
    normal = whole.model_dump(exclude_unset=True)
    problems = [*_writable(normal), *_home(normal), *_subject(normal, kind)]
    if problems:
        raise Invalid(problems)
    return normal


def _kind_of(event: dict[str, Any], upcasters: Upcasters) -> tuple[EventType, dict[str, Any]]:
    name = event.get("type")
    if isinstance(name, str) and name in TYPES:
        return TYPES[name], event
    try:
        name, data = upcasters.raise_to(TYPES, name, event.get("data"))
    except Unreadable:
        raise Invalid([FieldError("type", shown(name), _known_types(name))]) from None
    return TYPES[name], {**event, "type": name, "data": data}


def _known_types(name: object) -> str:
    near = difflib.get_close_matches(str(name), TYPES, n=1, cutoff=0.7)
    return f"did you mean {near[0]}?" if near else f"write one of {', '.join(TYPES)}"


def _writable(event: Mapping[str, Any]) -> list[FieldError]:
    """What nobody could write again, in a field that we do not know, is nothing to keep."""
    try:
        canonical(event)
    except TypeError:
        remedy = (
            "send plain JSON: text in Unicode, whole numbers of at most 64 bits, objects at most 250 deep"
        )
        return [FieldError("event", WITHHELD, remedy)]
    return []


def _home(event: Mapping[str, Any]) -> list[FieldError]:
    """Every fact belongs to one home (DOMAIN.md §2): data never speaks for another one."""
    said = event["data"].get("home_id", event["homeid"])
    if said == event["homeid"]:
        return []
    return [FieldError("data.home_id", said, f"write the home that the event is of: {event['homeid']}")]


def _subject(event: Mapping[str, Any], kind: EventType) -> list[FieldError]:
    """The subject is the placement that a fact is about, the alert, or else the home (EVENTS.md)."""
    home, placement = event["homeid"], event["data"].get("placement_id")
    wanted = {
        "home": (home,),
        "placement": (placement or home,),
        "subject": (event["subject"],),
        "cover": (home, placement),
        "alert": (event["data"].get("alert_id"),),
    }[kind.about]
    if event["subject"] in wanted:
        return []
    return [FieldError("subject", event["subject"], f"write whom the event is about: {wanted[0]}")]


__all__ = ["WITHHELD", "FieldError", "Invalid", "validate"]
