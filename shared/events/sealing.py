"""Sealed text: free text about people leaves the door encrypted, one text at a time (EVENTS.md, Sealed text).

Which fields they are, the registry knows; keys and ciphers are the sealer's (`shared.security.keys`). Rules
ask `is_there` and nothing else about a text.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from shared.events.errors import WITHHELD, FieldError, Invalid
from shared.events.registry import TYPES, FieldPath

SealedText: TypeAlias = dict[str, str]
"""`{"sealed": <base64>, "key": <key id>}`."""


class Sealer(Protocol):
    """Whoever holds the keys for sealing."""

    def seal(self, text: str, home_id: str, placement_id: str | None) -> SealedText:
        """The text under the key of the placement, or, where it is None, of the home."""
        ...


class Opener(Protocol):
    """Whoever may read sealed texts."""

    def open(self, sealed: Mapping[str, str], home_id: str, placement_id: str | None) -> str | None:
        """The text; None where its key was destroyed. Refuses a key that is not of this home, or is of
        another placement than this one (None: any of the home's)."""
        ...


def is_there(value: Any) -> bool:
    """Whether a free text is there: plain and not blank, or sealed (one whose key was destroyed was there
    too)."""
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, Mapping) and "sealed" in value


def seal(event: dict[str, Any], sealer: Sealer, *, placement_id: str | None = None) -> dict[str, Any]:
    """The validated event with each free text that is not blank sealed. What is sealed already stays as it
    is, a list keeps its length, a blank stays blank; nothing else changes, and the event given not at all.

    The key is that of `placement_id` (for who knows whose alert an answer is about), else of the placement
    that the event is about, else of the home.
    """
    home_id, whose = event["homeid"], placement_id or placement_of(event)

    def one(value: Any, _place: str) -> Any:
        plain = isinstance(value, str) and is_there(value)
        return sealer.seal(value, home_id, whose) if plain else value

    return _each_text(event, one)


def refuse_sealed(event: dict[str, Any]) -> None:
    """Raises Invalid where a validated event brings texts that are sealed already. For the door: whoever got
    hold of another child's sealed text could otherwise have it opened as a note of their own.
    """
    found: list[FieldError] = []

    def one(value: Any, place: str) -> Any:
        if isinstance(value, Mapping):
            found.append(FieldError(place, WITHHELD, "send the text in plain; the door seals it"))
        return value

    _each_text(event, one)
    if found:
        raise Invalid(found)


def unseal(event: dict[str, Any], opener: Opener) -> dict[str, Any]:
    """The event with its sealed texts in plain. One whose key was destroyed stays sealed: it says that a text
    was there."""

    def one(value: Any, _place: str) -> Any:
        is_sealed = isinstance(value, Mapping) and is_there(value)
        text = opener.open(value, event["homeid"], placement_of(event)) if is_sealed else None
        return value if text is None else text

    return _each_text(event, one)


def placement_of(event: Mapping[str, Any]) -> str | None:
    """The placement whose key seals an event's texts; None where it is about the home."""
    data = event["data"]
    if TYPES[event["type"]].about == "subject":
        return str(event["subject"])
    placement = data.get("placement_id") or (data.get("covers") or {}).get("placement_id")
    return None if placement is None else str(placement)


_Change: TypeAlias = Callable[[Any, str], Any]
"""What becomes of a text, by its value and its place (`data.changes.note`)."""


def _each_text(event: dict[str, Any], change: _Change) -> dict[str, Any]:
    data = event["data"]
    paths = TYPES[event["type"]].sealed
    for path in paths:
        if data.get(path[0]) is not None:
            break
    else:
        return event  # the everyday check: nobody wrote anything
    for path in paths:
        data = _at(data, path, change, "data")
    return {**event, "data": data}


def _at(value: Any, path: FieldPath, change: _Change, place: str) -> Any:
    """A copy of `value` with what lies at `path` changed, wherever there is anything."""
    if not path:
        return change(value, place)
    name, rest = path[0], path[1:]
    if name == "*":
        return [_at(item, rest, change, f"{place}.{n}") for n, item in enumerate(value)]
    if value.get(name) is None:
        return value
    return {**value, name: _at(value[name], rest, change, f"{place}.{name}")}
