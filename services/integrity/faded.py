"""Checks that are kept whole no more: when each child was seen, and by which check. Pure.

What an incident, an absence or a correction that is told late has to be held against: sixteen bytes a check.
"""

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Any, Final

from shared.instants import HOUR, LONG_AGO, Duration, Instant

FADED_FOR: Final[Duration] = 14 * HOUR
"""For so long at least, by when the child was seen: an incident of the night is told by the end of the morning."""
_RECORD: Final = Struct("<q6sH")
_pack: Final = _RECORD.pack
_SPARE: Final = 64 * _RECORD.size
NO_CHILD: Final = 0
"""In place of a child's number: of no placement that is known here."""
_VALID: Final = 1
_WAS_VALID: Final = 2
"""It may have been withdrawn since."""
_FLAGS: Final = 2
"""Bits beside the child's number."""


class Faded:
    """The faded checks of one home; of each child the last valid one for ever: so far back are those that are kept
    whole known without a gap."""

    __slots__ = ("_limit", "_records")

    def __init__(self) -> None:
        self._records = b""
        self._limit = _SPARE
        """It is time to forget when there are more bytes."""

    def take(self, fading: Iterable[tuple[Instant, bytes, int, bool]], clock: Instant) -> None:
        """These fade (when, mark, child, valid)."""
        self._records += b"".join(
            _pack(at, mark, child << _FLAGS | (_VALID | _WAS_VALID if is_valid else 0))
            for at, mark, child, is_valid in fading
            if child != NO_CHILD
        )
        if len(self._records) > self._limit:
            self._forget(clock - FADED_FOR)

    def _forget(self, since: Instant) -> None:
        records = list(_RECORD.iter_unpack(self._records))
        last: dict[int, tuple[Instant, int]] = {}
        for place, (at, _, whose) in enumerate(records):
            if whose & _WAS_VALID:
                last[whose >> _FLAGS] = max(last.get(whose >> _FLAGS, (at, place)), (at, place))
        lasting = {place for _, place in last.values()}
        kept = [each for place, each in enumerate(records) if each[0] >= since or place in lasting]
        self._records = b"".join([_pack(*each) for each in kept])
        self._limit = len(self._records) + _SPARE

    def whole_after(self, child: int) -> Instant:
        """All valid checks of the child that were observed after this, and are known, are kept whole."""
        was_valid = (at for at, _, flags in self._of(child) if flags & _WAS_VALID)
        return max(was_valid, default=LONG_AGO)

    def _of(self, child: int) -> Iterator[tuple[Instant, bytes, int]]:
        for at, mark, whose in _RECORD.iter_unpack(self._records):
            if whose >> _FLAGS == child:
                yield at, mark, whose

    def seen_at(self, child: int, mark: bytes) -> Instant | None:
        """When the child was seen by that check; None: it is not known."""
        return next((at for at, each, _ in self._of(child) if each == mark), None)

    def between(self, child: int, start: Instant, end: Instant) -> Iterator[tuple[Instant, bytes]]:
        """The child's checks from `start` on and before `end`."""
        return ((at, mark) for at, mark, _ in self._of(child) if start <= at < end)

    def valid(self, child: int) -> Iterator[tuple[Instant, bytes]]:
        """The child's valid checks."""
        return ((at, mark) for at, mark, flags in self._of(child) if flags & _VALID)

    def withdraw(self, child: int, mark: bytes) -> None:
        """The child's check was not so."""
        self._records = b"".join(
            _pack(at, each, whose & ~_VALID if each == mark and whose >> _FLAGS == child else whose)
            for at, each, whose in _RECORD.iter_unpack(self._records)
        )

    def state(self) -> list[Any]:
        """Its form at rest."""
        return [self._records.hex(), self._limit]

    def restore(self, state: list[Any]) -> None:
        """As in this state."""
        self._records = bytes.fromhex(state[0])
        self._limit = state[1]
