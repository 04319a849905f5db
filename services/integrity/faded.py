"""Checks that are kept whole no more: when each child was seen, and by which check. Pure.

What an incident, an absence or a correction that is told late has to be held against: sixteen bytes a check.
"""

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Any, Final

from shared.instants import HOUR, NEVER, Duration, Instant

FADED_FOR: Final[Duration] = 14 * HOUR
"""For so long, by when the child was seen: an incident of the night is told by the end of the morning."""
_RECORD: Final = Struct("<q6sH")
_VALID: Final = 1
LONG_AGO: Final[Instant] = -NEVER


class Faded:
    """The faded checks of one home, and how far back each child's valid ones are known without a gap."""

    __slots__ = ("_records", "_whole_after")

    def __init__(self) -> None:
        self._records = b""
        self._whole_after: dict[int, Instant] = {}
        """The latest valid check of each child that is kept whole no more."""

    def take(self, fading: Iterable[tuple[Instant, bytes, int, bool]], clock: Instant) -> None:
        """These fade (when, mark, child, valid); what is past its time is forgotten."""
        since = clock - FADED_FOR
        kept = [each for each in _RECORD.iter_unpack(self._records) if each[0] >= since]
        for at, mark, child, is_valid in fading:
            if is_valid:
                self._whole_after[child] = max(at, self.whole_after(child))
            if at >= since:
                kept.append((at, mark, child << 1 | is_valid))
        self._records = b"".join(_RECORD.pack(*each) for each in kept)

    def whole_after(self, child: int) -> Instant:
        """All valid checks of the child that were observed after this, and are known, are kept whole."""
        return self._whole_after.get(child, LONG_AGO)

    def _of(self, child: int) -> Iterator[tuple[Instant, bytes, bool]]:
        for at, mark, whose in _RECORD.iter_unpack(self._records):
            if whose >> 1 == child:
                yield at, mark, bool(whose & _VALID)

    def seen_at(self, child: int, mark: bytes) -> Instant | None:
        """When the child was seen by that check; None: it is not known."""
        return next((at for at, each, _ in self._of(child) if each == mark), None)

    def between(self, child: int, start: Instant, end: Instant) -> Iterator[tuple[Instant, bytes]]:
        """The child's checks from `start` on and before `end`."""
        return ((at, mark) for at, mark, _ in self._of(child) if start <= at < end)

    def valid(self, child: int) -> Iterator[tuple[Instant, bytes]]:
        """The child's valid checks."""
        return ((at, mark) for at, mark, is_valid in self._of(child) if is_valid)

    def withdraw(self, child: int, mark: bytes) -> None:
        """The child's check was not so."""
        whose = child << 1
        records = bytearray(self._records)
        for place, record in enumerate(_RECORD.iter_unpack(self._records)):
            if record[1:] == (mark, whose | _VALID):
                _RECORD.pack_into(records, place * _RECORD.size, record[0], mark, whose)
        self._records = bytes(records)

    def state(self) -> list[Any]:
        """Its form at rest."""
        return [self._records.hex(), list(self._whole_after.items())]

    def restore(self, state: list[Any]) -> None:
        """As in this state."""
        self._records = bytes.fromhex(state[0])
        self._whole_after = dict(state[1])
