"""The kinds of field that types are built from: ids, texts, free text, instants, durations, local times,
dates.

Each says how it is written, how long it may be, and, where the pattern cannot, what to write instead. Nothing
here knows any type of event.
"""

import re
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag
from pydantic_core import PydanticCustomError

from shared.events.quick import canonical_instant
from shared.instants import DAY, parse_duration

ID_LENGTH: Final = 200
TEXT_LENGTH: Final = 20_000
SEALED_LENGTH: Final = 120_000
"""A full text in UTF-8 with nonce and tag, in base64."""
LIST_LENGTH: Final = 10_000
WHOLE: Final = 2**53 - 1
"""The largest whole number that every reader of JSON holds exactly."""

ID_PATTERN: Final = r"^[^\x00-\x20\x7f-\xa0](?:[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0])?$"
TEXT_PATTERN: Final = r"^[^\x00]*$"
BASE64_PATTERN: Final = r"^[A-Za-z0-9+/]*={0,2}$"
LOCAL_TIME_PATTERN: Final = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_LONGEST = 366 * DAY
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Part(BaseModel):
    """An object in an event. Strict and frozen; what it does not know it keeps, for newer writers (EVENTS.md:
    unknown fields are refused at the door, and kept and ignored by readers)."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="allow", serialize_by_alias=True, use_attribute_docstrings=True
    )


def wrong(remedy: str, at: str = "") -> PydanticCustomError:
    """An error of our own, in plain words: they are the remedy that the sender reads. A model that compares
    its fields says `at` which of them it lies."""
    return PydanticCustomError("remedy", "{remedy}", {"remedy": remedy, "at": at})


def instant_text(text: str) -> str:
    """Cut to milliseconds and written with `.000Z`."""
    try:
        return canonical_instant(text)
    except ValueError:
        remedy = "write an instant of the years 1900 to 2999 in UTC, like 2026-03-28T02:10:00.000Z"
        raise wrong(remedy) from None


def _duration(text: str) -> str:
    try:
        if parse_duration(text) <= _LONGEST:
            return text
    except ValueError:
        pass
    raise wrong("write an ISO 8601 duration of at most 366 days, like PT15M, PT1H30M or P1D")


def _some_duration(text: str) -> str:
    if parse_duration(_duration(text)) > 0:
        return text
    raise wrong("write a duration longer than nothing, like PT15M")


def _date(text: str) -> str:
    try:
        if _DATE.match(text) and _FIRST_YEAR <= date.fromisoformat(text).year <= _LAST_YEAR:
            return text
    except ValueError:
        pass
    raise wrong("write a date of the years 1900 to 2999, like 2026-03-28")


def _tag(value: Any) -> str | None:
    return "~plain" if isinstance(value, str) else "~sealed" if isinstance(value, dict | Sealed) else None


class _Free:
    """Marks free text about people: the * of EVENTS.md. `shared.events.registry` finds it by this."""


FREE: Final = _Free()

Id: TypeAlias = Annotated[str, StringConstraints(max_length=ID_LENGTH, pattern=ID_PATTERN)]
"""An identifier, or a word of an open list: not blank, no control characters, no space at its ends."""
Text: TypeAlias = Annotated[str, StringConstraints(max_length=TEXT_LENGTH, pattern=TEXT_PATTERN)]
"""Text that is not about people. May be blank."""
InstantText: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(instant_text),
    Field(json_schema_extra={"format": "date-time"}),
]
DurationText: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_duration),
    Field(json_schema_extra={"format": "duration"}),
]
SomeDuration: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_some_duration),
    Field(json_schema_extra={"format": "duration"}),
]
"""A duration longer than nothing."""
DateText: TypeAlias = Annotated[str, AfterValidator(_date), Field(json_schema_extra={"format": "date"})]
"""A local date of the home."""
LocalTime: TypeAlias = Annotated[str, StringConstraints(pattern=LOCAL_TIME_PATTERN)]
"""A local time of day, `22:00`. There is no `24:00`."""
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Count: TypeAlias = Annotated[int, Field(ge=0, le=10_000)]
Whole: TypeAlias = Annotated[int, Field(ge=-WHOLE, le=WHOLE)]


class Sealed(Part):
    """A free text that only the holder of its key can read (EVENTS.md, Sealed text)."""

    sealed: Annotated[str, StringConstraints(max_length=SEALED_LENGTH, pattern=BASE64_PATTERN)]
    """Base64 of nonce, AES-256-GCM ciphertext, tag; empty where the key had been destroyed before it came."""
    key: Id


FreeText: TypeAlias = Annotated[
    Annotated[Text, Tag("~plain")] | Annotated[Sealed, Tag("~sealed")], Discriminator(_tag), FREE
]
"""Free text about people: a plain string or a sealed one."""
FreeTexts: TypeAlias = Annotated[list[FreeText], Field(max_length=LIST_LENGTH)]
