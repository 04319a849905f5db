"""What a caution is."""

from typing import NamedTuple


class Caution(NamedTuple):
    """A field of a fact that was taken, what it says, and what to look at. Free text is never repeated."""

    field: str
    value: str | int | bool | None
    remedy: str
