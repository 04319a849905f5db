"""The checks of a home as they were recorded, packed: what the patterns are looked for in. Pure; no pattern lives here.

Recent ones are kept whole, in the order of the log. Of older ones is kept what an incident that is told late has to be
held against: when a child was seen, and by which check. Three children's checks of a night are some 5,000 bytes so; as
objects they would be 60,000.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Any, Final, NamedTuple
from zlib import crc32

from shared.instants import HOUR, MINUTE, Duration, Instant

WHOLE_FOR: Final[Duration] = 2 * HOUR
"""A check is kept whole for so long after it was appended: what a phone sends in one batch always is."""
FADED_FOR: Final[Duration] = 14 * HOUR
"""When a child was seen is known for so long: an incident of the night is told by the end of the morning."""
WHOLE_AT_MOST: Final = 4096
"""However much a phone sends at once."""
VALID_KEPT: Final = 14
"""Of each child so many valid checks are kept whole, however old: a pattern is made of 7 at the most, and one may be
withdrawn, or come late."""
SPARE: Final = 48
"""It is tidied when it has grown by so many."""

RUN: Final = 50
PROVED_AT_MOST: Final = 10
"""What `unproved` may yet have to name: a worker's last 50 checks, of which 10 at the most carry a proof."""

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
_pack: Final = RECORD.pack
_FLAGS: Final = SIZE - 17
_FADED: Final = Struct("<q6sH")
_AT, _APPENDED, _CHILD, _OF_FLAGS, _RAW = 0, 2, 4, 6, 7
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


@lru_cache(maxsize=4096)
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


def mark_of(id_: str) -> bytes:
    """Six bytes that stand for an id where only this one is asked for: the last ones of a UUID, which are random."""
    how, raw = packed(id_)
    return raw[10:] if how == 0 else blake2b(id_.encode(), digest_size=6).digest()


class Journal:
    """The checks of one home."""

    __slots__ = ("_faded", "_odd", "is_odder", "limit", "recent")

    def __init__(self) -> None:
        self.recent = bytearray()
        self._faded = b""
        self._odd: dict[int, str] | None = None
        """Ids that do not go into a record, by a number that does."""
        self.limit = SPARE * SIZE
        """It is time to tidy it when `recent` is longer."""
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
        appended = appended_at // MINUTE
        self.recent += _pack(
            at, entered_at, appended if appended > 0 else 0, worker, child, room, flags | how, raw
        )

    def _put_elsewhere(self, id_: str) -> bytes:
        self._odd = odd = self._odd or {}
        number = max(odd, default=0) + 1
        odd[number] = id_
        self.is_odder = True
        return number.to_bytes(8, "little")

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
            return (self._odd or {})[_number(raw)]
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
        mark = mark_of(id_)
        found = (at for at, each, whose in _FADED.iter_unpack(self._faded) if each == mark and whose == child)
        return next(found, None)

    def seen_between(self, child: int, start: Instant, end: Instant) -> Iterator[tuple[Instant, bytes]]:
        """When the child's checks from `start` on and before `end` were, and the mark of each (`mark_of`)."""
        for at, mark, whose in _FADED.iter_unpack(self._faded):
            if whose == child and start <= at < end:
                yield at, mark
        for entry in self.entries():
            if entry.child == child and start <= entry.at < end:
                yield entry.at, mark_of(self.id_of(entry))

    # -- what is forgotten

    def tidy(self, clock: Instant, gone: Collection[int]) -> None:
        """Forget what is past its time. Kept whole are recent checks, the last valid ones of each child, and of each
        worker (but for those who are gone) what `unproved` may yet have to name."""
        records: list[tuple[Any, ...]] = list(RECORD.iter_unpack(self.recent))
        since = (clock - WHOLE_FOR) // MINUTE
        first = bisect_left(records, since, key=lambda record: record[_APPENDED])
        first = max(first, len(records) - WHOLE_AT_MOST)
        faded_from = clock - FADED_FOR
        kept = _still_needed(records, first, gone)
        recent, faded = bytearray(), bytearray(self._faded_since(faded_from))
        for place in range(first):
            record = records[place]
            if place in kept:
                recent += self.recent[place * SIZE : (place + 1) * SIZE]
            elif record[_CHILD] != NO_CHILD and record[_AT] >= faded_from:
                faded += _FADED.pack(record[_AT], self._mark(record), record[_CHILD])
        recent += self.recent[first * SIZE :]
        self.recent, self._faded = recent, bytes(faded)
        self.limit = len(recent) + SPARE * SIZE
        if self._odd:
            self._forget_elsewhere()

    def _mark(self, record: tuple[Any, ...]) -> bytes:
        if not record[_OF_FLAGS] & (INLINE | ELSEWHERE):
            return bytes(record[_RAW][10:])
        return mark_of(self.id_of(Entry._make((*record, 0))))

    def _faded_since(self, since: Instant) -> bytes:
        kept = [each for each in _FADED.iter_unpack(self._faded) if each[0] >= since]
        return b"".join(_FADED.pack(*each) for each in kept)

    def _forget_elsewhere(self) -> None:
        still = {_number(entry.raw) for entry in self.entries() if entry.flags & ELSEWHERE}
        self._odd = {number: id_ for number, id_ in (self._odd or {}).items() if number in still} or None

    # -- at rest

    def state(self) -> list[Any]:
        """What is not in `recent`, as JSON."""
        self.is_odder = False
        return [self._faded.hex(), list((self._odd or {}).items()), self.limit]

    def restore(self, recent: bytes, state: list[Any]) -> None:
        """The journal of this state."""
        self.recent = bytearray(recent)
        self._faded = bytes.fromhex(state[0])
        self._odd = dict(state[1]) or None
        self.limit = state[2]


def _number(raw: bytes) -> int:
    return int.from_bytes(raw[:8], "little")


def _still_needed(records: Sequence[tuple[Any, ...]], end: int, gone: Collection[int]) -> set[int]:
    """The places before `end` of the last valid checks of each child, by `observed_at`, and of each worker's last
    checks, as far back as a run of 50 can reach that holds no more than 10 that carry a proof."""
    seen: dict[int, list[Instant]] = {}
    number: dict[int, int] = {}
    proved: dict[int, int] = dict.fromkeys(gone, RUN)
    kept: set[int] = set()
    for place in range(len(records) - 1, -1, -1):
        at, _, _, worker, child, _, flags, _ = records[place]
        if flags & VALID:
            if child in seen:
                seen[child].append(at)
            else:
                seen[child] = [at]
        if worker in number:
            number[worker] += 1
        else:
            number[worker] = 1
            proved.setdefault(worker, 0)
        if not flags & MANUAL:
            proved[worker] += 1
        if place < end and proved[worker] <= PROVED_AT_MOST and number[worker] <= RUN:
            kept.add(place)
    oldest = {child: sorted(each)[-VALID_KEPT:][0] for child, each in seen.items()}
    for place in range(end):
        record = records[place]
        if record[_OF_FLAGS] & VALID and record[_AT] >= oldest[record[_CHILD]]:
            kept.add(place)
    return kept
