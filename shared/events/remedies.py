"""What to do about a field that is wrong, in plain words, and which values may be shown back.

A child's story must not leak into an error: the value of a free text, of an unknown field (a misspelt `note`
is a note) or of a whole object is never repeated. Nothing is decided here about what is wrong.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import JsonValue
from pydantic_core import ErrorDetails

from shared.events import fields
from shared.events.errors import WITHHELD, FieldError
from shared.events.registry import EventType, FieldPath

_SHOWN_LENGTH: Final = 200
_NAME_LENGTH: Final = 80
_PATTERNS: Final = {
    fields.ID_PATTERN: "write an id: not blank, no space at its ends, no control characters",
    fields.TEXT_PATTERN: "leave out the NUL character",
    fields.BASE64_PATTERN: "write base64",
    fields.LOCAL_TIME_PATTERN: "write a local time from 00:00 to 23:59, like 22:00",
}
_REMEDIES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "remedy": lambda ctx: str(ctx["remedy"]),
    "missing": lambda ctx: "state it; an event of this type needs it",
    "literal_error": lambda ctx: "write " + str(ctx["expected"]).replace("'", ""),
    "string_type": lambda ctx: "write it as text, in double quotes",
    "string_unicode": lambda ctx: "write text that is valid Unicode",
    "string_too_long": lambda ctx: f"write at most {ctx['max_length']} characters",
    "string_pattern_mismatch": lambda ctx: _PATTERNS.get(ctx["pattern"], "write 64 characters 0-9, a-f"),
    "int_type": lambda ctx: "write a whole number, without quotes",
    "int_from_float": lambda ctx: "write a whole number, without a fraction",
    "int_parsing_size": lambda ctx: f"write a number of at most {fields.WHOLE}",
    "bool_type": lambda ctx: "write true or false, without quotes",
    "greater_than_equal": lambda ctx: f"write a number of at least {ctx['ge']}",
    "less_than_equal": lambda ctx: f"write a number of at most {ctx['le']}",
    "list_type": lambda ctx: "write a list, in [ ]",
    "too_short": lambda ctx: f"list at least {ctx['min_length']}",
    "too_long": lambda ctx: f"list at most {ctx['max_length']}",
    "dict_type": lambda ctx: "write an object, in { }",
    "model_type": lambda ctx: "write an object, in { }",
    "model_attributes_type": lambda ctx: "write an object, in { }",
    "union_tag_not_found": lambda ctx: 'write text, in double quotes, or {"sealed": …, "key": …}',
}


def explain(error: ErrorDetails, kind: EventType) -> FieldError:
    """One of pydantic's findings about an event of a type, as its sender reads it."""
    # Branches of a union are tagged with ~: they are no part of the path that a sender knows.
    path = tuple(part for part in error["loc"] if not str(part).startswith("~"))
    what = error["type"]
    given = error["input"]
    if error.get("ctx", {}).get("at"):
        at = error["ctx"]["at"]
        path, given = (*path, at), given.get(at) if isinstance(given, Mapping) else WITHHELD
    remedy = _REMEDIES[what](error.get("ctx", {})) if what in _REMEDIES else error["msg"]
    if what == "extra_forbidden":
        remedy = _unknown_field(str(path[-1]), path[:-1], kind)
    secret = what == "extra_forbidden" or _may_hold_a_story(path, kind)
    value = None if what == "missing" else WITHHELD if secret else shown(given)
    return FieldError(".".join(str(part)[:_NAME_LENGTH] for part in path), value, remedy)


def shown(value: object) -> JsonValue:
    """A value as an error may repeat it: scalars, long ones cut short; never an object or a list."""
    if isinstance(value, str):
        return value if len(value) <= _SHOWN_LENGTH else value[:_SHOWN_LENGTH] + "…"
    if value is None or isinstance(value, bool | int | float):
        return value
    return WITHHELD


def _may_hold_a_story(path: tuple[str | int, ...], kind: EventType) -> bool:
    """Whether free text about people belongs at this path of an event, above it, or under it."""
    place = _place(path)
    return place is not None and any(all(map(str.__eq__, place, sealed)) for sealed in kind.sealed)


def _place(path: tuple[str | int, ...]) -> FieldPath | None:
    """The path within `data`, with `*` for every item of a list; None for a path outside it."""
    if path[:1] != ("data",):
        return None
    return tuple("*" if isinstance(part, int) else part for part in path[1:])


def _unknown_field(name: str, parent: tuple[str | int, ...], kind: EventType) -> str:
    place = _place(parent)
    known = tuple(kind.envelope.model_fields) if place is None else kind.fields.get(place, ())
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return "there is no such field here; " + (f"did you mean {near[0]}?" if near else "leave it out")
