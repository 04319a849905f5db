"""What can be wrong with an event, said so that whoever sent it can put it right.

`Invalid`: it was read, and breaks its type's shape. `Unreadable`: nobody can say what it is. Whether a fact
may stand in its home is another question (`shared.acceptance`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

WITHHELD: Final = "(not shown)"
"""Stands for a value that may hold a child's story: free text, an unknown field, an object."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: its path (`data.checks.0.ceiling`), its value, and what to write instead.

    `value` is None where the field is missing, and WITHHELD where it could hold text about people.
    """

    field: str
    value: JsonValue
    remedy: str

    def __str__(self) -> str:
        found = "" if self.value is None else f" {self.value!r}"
        return f"{self.field}{found}: {self.remedy}"


class Invalid(ValueError):  # noqa: N818 - a verdict on an event, not an error of the program
    """The event breaks the shape of its type. `errors` lists every field that does."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = list(errors)


class Unreadable(ValueError):  # noqa: N818
    """Broken JSON, an unknown type or version, a field of the envelope missing. The message says which."""
