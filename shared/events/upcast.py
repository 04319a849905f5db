"""Old versions of a type, raised to the one we know, one version at a time, when they are read.

The log is never edited, so a version once written must be readable for ever. An upcaster is a pure function
from the `data` of version N to the `data` of version N + 1; it is registered when version N + 1 becomes a
type of `shared.events.registry`, whose golden file of version N stays.
"""

import re
from collections.abc import Callable, Container
from typing import Any, Final, TypeAlias

from shared.events.errors import Unreadable

Data: TypeAlias = dict[str, Any]
Upcaster: TypeAlias = Callable[[Data], Data]

_VERSIONED = re.compile(r"(.+)\.v(\d{1,4})\Z", re.ASCII)


class Upcasters:
    """Upcasters by the type name and version that they read.

    >>> upcasters = Upcasters()
    >>> @upcasters.reads("check.recorded.v0")
    ... def _room_was_called_place(data):
    ...     return {**{k: v for k, v in data.items() if k != "place"}, "room": data["place"]}
    >>> upcasters.raise_to({"check.recorded.v1"}, "check.recorded.v0", {"place": "R1"})
    ('check.recorded.v1', {'room': 'R1'})
    """

    def __init__(self) -> None:
        self._by_type: dict[str, Upcaster] = {}

    def reads(self, type_name: str) -> Callable[[Upcaster], Upcaster]:
        """Register a function that raises this type to its next version. Raises ValueError for a name without
        a version, or one that has an upcaster."""
        if _VERSIONED.match(type_name) is None:
            raise ValueError(f"{type_name!r} has no version; name it like check.recorded.v1")
        if type_name in self._by_type:
            raise ValueError(f"{type_name} has an upcaster; a version is raised in one way only")

        def register(upcaster: Upcaster) -> Upcaster:
            self._by_type[type_name] = upcaster
            return upcaster

        return register

    def raise_to(self, known: Container[str], type_name: object, data: Any) -> tuple[str, Data]:
        """The known type and its data that an old one means; a known one is given back as it is.

        Raises Unreadable where no upcasters lead to a known type.
        """
        name = type_name if isinstance(type_name, str) else ""
        while name not in known:
            upcaster = self._by_type.get(name)
            if upcaster is None or not isinstance(data, dict):
                raise Unreadable(f"type {type_name!r} is not known here; a newer Wakeful may read it")
            try:
                data = upcaster(data)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise Unreadable(f"{name} cannot be raised to {_next(name)}: {error!r}") from error
            name = _next(name)
        return name, data


def _next(type_name: str) -> str:
    match = _VERSIONED.match(type_name)
    assert match is not None  # noqa: S101 - only versioned names are registered
    return f"{match[1]}.v{int(match[2]) + 1}"


UPCASTERS: Final = Upcasters()
"""Those in force. Every type is at its first version, so there are none."""
