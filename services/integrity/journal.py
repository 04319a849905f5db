"""The checks of a home as they were recorded, packed: what the patterns are looked for in. Pure; no pattern lives here.

Recent ones are kept whole, in the order of the log. Of older ones is kept what an incident that is told late has to be
held against: when a child was seen, and by which check. Three children's checks of a night are some 5,000 bytes so; as
objects they would be 60,000.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from struct import Struct
from typing import Any, Final, NamedTuple
from zlib import crc32

from shared.instants import HOUR, MINUTE, Duration, Instant

WHOLE_FOR: Final[Duration] = 3 * HOUR
"""A check is kept whole for so long after it was appended: what a phone sends in one batch always is."""
FADED_FOR: Final[Duration] = 14 * HOUR
"""When a child was seen is known for so long: an incident of the night is told by the end of the morning."""
WHOLE_AT_MOST: Final = 4096
"""However much a phone sends at once."""
VALID_KEPT: Final = 14
"""Of each child so many valid checks are kept whole, however old: a pattern is made of 7 at the most, and one may be
withdrawn, or come late."""
SPARE: Final = 32
"""It is tidied when it has grown by so many."""

VALID: Final = 1
"""Valid in this stay (§3), and not withdrawn."""
FUTURE: Final = 2
"""Its `observed_at` was not believed: `at` is when it was appended."""
MANUAL: Final = 4
INLINE: Final = 8
"""Its id is short, and stands in its place."""
ELSEWHERE: Final = 16
"""Its id is long, and no UUID."""

RECORD: Final = Struct("<qqIHHIB16s")
SIZE: Final = RECORD.size
_FLAGS: Final = SIZE - 17
_FADED: Final = Struct("<qQIH")
NO_ROOM: Final = 0
NO_CHILD: Final = 0


class Entry(NamedTuple):
    """A check in the journal."""

    at: Instant
    """`observed_at`, as read (§3)."""
    entered_at: Instant
    appended: int
    """In whole minutes: for how long to keep it."""
    worker: int
    child: int
    """NO_CHILD: of no placement that is known here."""
    room: int
    """Stands for its name; NO_ROOM: none was recorded."""
    flags: int
    raw: bytes
    place: int
    """Its place in the journal: of two entries the one that was told first has the smaller."""


def room_mark(room: str | None) -> int:
    """The number that stands for a room."""
    return NO_ROOM if room is None else crc32(room.encode()) or 1


def packed(id_: str) -> tuple[int, bytes]:
    """An id in 16 bytes, and the flag that says how; of one that does not go in, b""."""
    if len(id_) == 36 and id_[8] == id_[13] == id_[18] == id_[23] == "-" and id_.islower():
        try:
            raw = bytes.fromhex(id_.replace("-", ""))
        except ValueError:
            return ELSEWHERE, b""
        return (0, raw) if len(raw) == 16 else (ELSEWHERE, b"")
    if len(id_) < 16 and id_.isascii():
        return INLINE, bytes((len(id_),)) + id_.encode()
    return ELSEWHERE, b""


def _mark(id_: str) -> int:
    """A number that stands for an id where only this one is asked for."""
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest(), "little")


class Journal:
    """The checks of one home."""

    __slots__ = ("_faded", "_limit", "_odd", "is_odder", "recent")

    def __init__(self) -> None:
        self.recent = bytearray()
        self._faded = b""
        self._odd: dict[int, str] | None = None
        """Ids that do not go into a record, by a number that does."""
        self._limit = SPARE * SIZE
        self.is_odder = False
        """There is an id in it that its state did not hold when it was last asked for."""

    # -- what is written

    def add(
        self,
        at: Instant,
        entered_at: Instant,
        appended_at: Instant,
        worker: int,
        child: int,
        room: int,
        flags: int,
        id_: str,
    ) -> None:
        """One more check, told last."""
        how, raw = packed(id_)
        if how == ELSEWHERE:
            raw = self._put_elsewhere(id_)
        self.recent += RECORD.pack(
            at, entered_at, max(appended_at // MINUTE, 0), worker, child, room, flags | how, raw
        )

    def _put_elsewhere(self, id_: str) -> bytes:
        self._odd = odd = self._odd or {}
        number = max(odd, default=0) + 1
        odd[number] = id_
        self.is_odder = True
        return number.to_bytes(8, "little")

    @property
    def is_full(self) -> bool:
        """Whether it is time to tidy it."""
        return len(self.recent) > self._limit

    def unmark(self, place: int) -> None:
        """The entry is not valid: it was withdrawn, or belongs to an earlier stay."""
        self.recent[place * SIZE + _FLAGS] &= ~VALID

    # -- what is read

    def __len__(self) -> int:
        return len(self.recent) // SIZE

    def entries(self) -> list[Entry]:
        """What is kept whole, in the order of the log."""
        return [Entry._make((*each, place)) for place, each in enumerate(RECORD.iter_unpack(self.recent))]

    def valid(self, child: int) -> list[Entry]:
        """The child's valid entries, in order of `observed_at`."""
        found = [entry for entry in self.entries() if entry.child == child and entry.flags & VALID]
        return sorted(found, key=lambda entry: entry.at)

    def id_of(self, entry: Entry) -> str:
        """The id of the entry's check."""
        raw = entry.raw
        if entry.flags & INLINE:
            return raw[1 : raw[0] + 1].decode()
        if entry.flags & ELSEWHERE:
            return (self._odd or {})[int.from_bytes(raw[:8], "little")]
        text = raw.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def find(self, id_: str) -> Entry | None:
        """The entry of that check, where it is kept whole."""
        how, raw = packed(id_)
        raw = raw.ljust(16, b"\0")
        for entry in self.entries():
            if entry.flags & (INLINE | ELSEWHERE) != how:
                continue
            if entry.raw == raw if how != ELSEWHERE else self.id_of(entry) == id_:
                return entry
        return None

    def seen_at(self, child: int, id_: str) -> Instant | None:
        """When the child was seen by that check; None: it is not known any more."""
        entry = self.find(id_)
        if entry is not None:
            return entry.at if entry.child == child else None
        mark = _mark(id_)
        for at, each, _, whose in _FADED.iter_unpack(self._faded):
            if each == mark and whose == child:
                return int(at)
        return None

    def seen_between(self, child: int, start: Instant, end: Instant) -> Iterator[tuple[Instant, int]]:
        """When the child's checks from `start` on and before `end` were, and the mark of each (`mark_of`)."""
        for at, mark, _, whose in _FADED.iter_unpack(self._faded):
            if whose == child and start <= at < end:
                yield at, mark
        for entry in self.entries():
            if entry.child == child and start <= entry.at < end:
                yield entry.at, _mark(self.id_of(entry))

    # -- what is forgotten

    def tidy(self, clock: Instant, keep: Iterable[int]) -> None:
        """Forget what is past its time, but the entries at the places of `keep`, and each child's last valid ones."""
        entries = self.entries()
        kept = set(keep) | _last_valid(entries)
        whole_from = (clock - WHOLE_FOR) // MINUTE
        faded_from = (clock - FADED_FOR) // MINUTE
        recent, faded = bytearray(), bytearray(self._faded_since(faded_from))
        first = len(entries) - WHOLE_AT_MOST
        odd: dict[int, str] = {}
        for entry in entries:
            place = entry.place
            if (entry.appended >= whole_from and place >= first) or place in kept:
                recent += self.recent[place * SIZE : (place + 1) * SIZE]
                if entry.flags & ELSEWHERE:
                    odd[int.from_bytes(entry.raw[:8], "little")] = self.id_of(entry)
            elif entry.child != NO_CHILD and entry.appended >= faded_from:
                faded += _FADED.pack(entry.at, _mark(self.id_of(entry)), entry.appended, entry.child)
        self.recent, self._faded, self._odd = recent, bytes(faded), odd or None
        self._limit = len(recent) + SPARE * SIZE

    def _faded_since(self, since: int) -> bytes:
        kept = [each for each in _FADED.iter_unpack(self._faded) if each[2] >= since]
        return b"".join(_FADED.pack(*each) for each in kept)

    # -- at rest

    def state(self) -> list[Any]:
        """What is not in `recent`, as JSON."""
        self.is_odder = False
        return [self._faded.hex(), list((self._odd or {}).items()), self._limit]

    def restore(self, recent: bytes, state: list[Any]) -> None:
        """The journal of this state."""
        self.recent = bytearray(recent)
        self._faded = bytes.fromhex(state[0])
        self._odd = dict(state[1]) or None
        self._limit = state[2]


def mark_of(id_: str) -> int:
    """What stands for a check's id in `seen_between`."""
    return _mark(id_)


def _last_valid(entries: Iterable[Entry]) -> set[int]:
    """The places of the last valid entries of each child, by `observed_at`."""
    of_child: dict[int, list[tuple[Instant, int]]] = {}
    for entry in entries:
        if entry.flags & VALID:
            of_child.setdefault(entry.child, []).append((entry.at, entry.place))
    return {place for each in of_child.values() for _, place in sorted(each)[-VALID_KEPT:]}
