"""The checks of a home as they were recorded, packed: what the patterns are looked for in. Pure; no pattern lives here.

Recent ones are kept whole, in the order of the log; of older ones is kept what `faded` says. Three children's checks of
a night are some 5,000 bytes so; as objects they would be 60,000.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from struct import Struct
from typing import Any, Final, NamedTuple
from zlib import crc32

from services.integrity.faded import Faded
from services.integrity.ids import ELSEWHERE, INLINE, mark_of, packed, unpacked
from shared.instants import HOUR, MINUTE, Duration, Instant

WHOLE_FOR: Final[Duration] = 2 * HOUR
"""A check is kept whole for so long after it was appended: what a phone sends in one batch always is."""
WHOLE_AT_MOST: Final = 4096
"""However much a phone sends at once."""
VALID_KEPT: Final = 10
"""Of each child so many valid checks, those told last, are kept whole, however old: a pattern is made of 7 at the most,
and one may be withdrawn, or come late."""
SPARE: Final = 32
"""It is tidied when it has grown by so many."""

RUN: Final = 50
PROVED_AT_MOST: Final = 10
"""What `unproved` may yet have to name: a worker's last 50 checks, of which 10 at the most carry a proof."""

VALID: Final = 1
"""Valid (§3) in this stay, and not withdrawn."""
FUTURE: Final = 2
"""Its `observed_at` was not believed: `at` is when it was appended."""
MANUAL: Final = 4
EARLIER: Final = 32
"""Valid in an earlier stay, and not withdrawn."""

RECORD: Final = Struct("<qqIHHIB16s")
SIZE: Final = RECORD.size
_pack: Final = RECORD.pack
_FLAGS: Final = SIZE - 17
_APPENDED: Final = itemgetter(2)
NO_ROOM: Final = 0


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


class Journal:
    """The checks of one home."""

    __slots__ = ("_odd", "faded", "is_odder", "limit", "recent")

    def __init__(self) -> None:
        self.recent = bytearray()
        self.faded = Faded()
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

    def withdraw(self, child: int, id_: str) -> None:
        """The child's check was not so."""
        entry = self.find(id_)
        if entry is None:
            self.faded.withdraw(child, mark_of(id_))
        elif entry.child == child:
            self.recent[entry.place * SIZE + _FLAGS] &= ~(VALID | EARLIER)

    def begin_again(self, child: int) -> None:
        """The child's checks so far are of an earlier stay."""
        for entry in self.entries():
            if entry.child == child and entry.flags & VALID:
                self.recent[entry.place * SIZE + _FLAGS] ^= VALID | EARLIER

    # -- what is read

    def __len__(self) -> int:
        return len(self.recent) // SIZE

    def entries(self) -> list[Entry]:
        """What is kept whole, in the order of the log."""
        return [Entry._make((*each, place)) for place, each in enumerate(RECORD.iter_unpack(self.recent))]

    def valid(self, child: int) -> list[Entry]:
        """The child's valid entries of this stay, in order of `observed_at`: as far back as none between them has been
        forgotten, so that two are neighbours here only if they are."""
        after = self.faded.whole_after(child)
        found = [
            each for each in self.entries() if each.child == child and each.flags & VALID and each.at > after
        ]
        return sorted(found, key=lambda entry: entry.at)

    def ever_valid(self, child: int) -> list[tuple[Instant, bytes]]:
        """When the child was seen by valid checks, of earlier stays too, in order, and their marks (`mark_of`)."""
        found = [
            (entry.at, mark_of(self.id_of(entry)))
            for entry in self.entries()
            if entry.child == child and entry.flags & (VALID | EARLIER)
        ]
        return sorted((*self.faded.valid(child), *found))

    def id_of(self, entry: Entry) -> str:
        """The id of the entry's check."""
        if entry.flags & ELSEWHERE:
            return (self._odd or {})[_number(entry.raw)]
        return unpacked(entry.flags & INLINE, entry.raw)

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
        return self.faded.seen_at(child, mark_of(id_))

    def seen_between(self, child: int, start: Instant, end: Instant) -> Iterator[tuple[Instant, bytes]]:
        """When the child's checks from `start` on and before `end` were, and the mark of each (`mark_of`)."""
        yield from self.faded.between(child, start, end)
        for entry in self.entries():
            if entry.child == child and start <= entry.at < end:
                yield entry.at, mark_of(self.id_of(entry))

    # -- what is forgotten

    def tidy(self, clock: Instant, gone: Collection[int]) -> None:
        """Forget what is past its time. Kept whole are recent checks, the last valid ones of each child, and of each
        worker (but for those who are gone) what `unproved` may yet have to name."""
        records = list(RECORD.iter_unpack(self.recent))
        since = (clock - WHOLE_FOR) // MINUTE
        first = bisect_left(records, since, key=_APPENDED)
        first = max(first, len(records) - WHOLE_AT_MOST)
        kept = _still_needed(records, first, gone)
        old, size = self.recent, SIZE
        recent = bytearray().join([old[place * size : (place + 1) * size] for place in kept])
        recent += old[first * size :]
        self.faded.take([self._fading(records[place]) for place in range(first) if place not in kept], clock)
        self.recent = recent
        self.limit = len(recent) + SPARE * size
        if self._odd:
            self._forget_elsewhere()

    def _fading(self, record: tuple[Any, ...]) -> tuple[Instant, bytes, int, bool]:
        at, _, _, _, child, _, flags, raw = record
        is_uuid = not flags & (INLINE | ELSEWHERE)
        mark = raw[10:] if is_uuid else mark_of(self.id_of(Entry._make((*record, 0))))
        return at, mark, child, flags & (VALID | EARLIER) != 0

    def _forget_elsewhere(self) -> None:
        still = {_number(entry.raw) for entry in self.entries() if entry.flags & ELSEWHERE}
        self._odd = {number: id_ for number, id_ in (self._odd or {}).items() if number in still} or None

    # -- at rest

    def state(self) -> list[Any]:
        """What is not in `recent`, as JSON."""
        self.is_odder = False
        return [self.faded.state(), list((self._odd or {}).items()), self.limit]

    def restore(self, recent: bytes, state: list[Any]) -> None:
        """The journal of this state."""
        self.recent = bytearray(recent)
        self.faded.restore(state[0])
        self._odd = dict(state[1]) or None
        self.limit = state[2]


def _number(raw: bytes) -> int:
    return int.from_bytes(raw[:8], "little")


def _still_needed(records: Sequence[tuple[Any, ...]], end: int, gone: Collection[int]) -> dict[int, None]:
    """The places before `end`, in order, of the last valid checks of each child, and of each worker's last checks, as
    far back as a run of 50 can reach that holds no more than 10 that carry a proof."""
    valid: defaultdict[int, int] = defaultdict(int)
    number: defaultdict[int, int] = defaultdict(int)
    proved: defaultdict[int, int] = defaultdict(int)
    for _, _, _, worker, child, _, flags, _ in islice(records, end, None):
        number[worker] += 1
        if flags & VALID:
            valid[child] += 1
        if not flags & MANUAL:
            proved[worker] += 1
    for worker in gone:
        number[worker] = RUN
    kept: list[int] = []
    for place in range(end - 1, -1, -1):
        _, _, _, worker, child, _, flags, _ = records[place]
        number[worker] += 1
        if not flags & MANUAL:
            proved[worker] += 1
        needed = proved[worker] <= PROVED_AT_MOST and number[worker] <= RUN
        if flags & VALID:
            valid[child] += 1
            needed = needed or valid[child] <= VALID_KEPT
        if needed:
            kept.append(place)
    return dict.fromkeys(reversed(kept))
