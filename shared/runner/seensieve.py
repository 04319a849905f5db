"""The sieve of a log that may hold an id more than once, and records where they do not belong.

    1. A record outside its key's home-partition, or whose key is not its event's home, is turned away.
    2. An id that is known in its home with the same content is the same fact: it is passed over. So whatever is sent
       twice, or lands days after it was answered 503, changes nothing.
    3. An id that is known with other content: the first one stands. An input is turned away, and a derived event told
       to the observer.
    4. What is new becomes known with the rows that come of it, in one transaction; and the places of what was passed
       over, so that a second reading need not know every id again.

How ids are kept is `shared.store.seen`.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, Engine

from shared.acceptance import Refusal
from shared.course import CONFLICT
from shared.facts import Fact
from shared.instants import DAY, Duration
from shared.log.base import Named, Record
from shared.log.kafka.partition import partition_of
from shared.runner.rejection import Read
from shared.runner.sieve import Sifted
from shared.store import seen
from shared.store.outbox import Owner
from shared.store.seen import Known, Repeat
from shared.topics import CHECK_INS, INPUTS, REJECTED

CHECKS_KNOWN_FOR: Final[Duration] = 28 * DAY
"""By the log's clock; everything else is known for ever."""
MISPLACED: Final = Refusal(
    "misplaced",
    "homeid",
    "",
    "send it by the door, which files each fact under its home",
    "it lies under another home",
)
_INPUTS: Final = frozenset(INPUTS)


class SeenSieve:
    """For a log that may hold an id more than once: asks the ids that the service has seen."""

    def __init__(self, engine: Engine, owner: Owner, partitions: int) -> None:
        self._engine = engine
        self._owner = owner
        self._partitions = partitions
        self._new: dict[tuple[str, str], Known] = {}
        self._repeats: list[Repeat] = []

    def sift(self, read: Sequence[Read]) -> Sifted:
        sifted = Sifted()
        mine = [each for each in read if self._in_its_place(each, sifted)]
        with self._engine.connect() as connection:
            keys = [(fact.home_id, fact.id) for _, fact in mine]
            known = seen.find(connection, *self._owner, keys) if keys else {}
        self._new, self._repeats = {}, []
        for record, fact in mine:
            self._take(record, fact, known, sifted)
        return sifted

    def save(self, connection: Connection) -> None:
        seen.put(connection, *self._owner, list(self._new.values()))
        seen.put_repeats(connection, *self._owner, self._repeats)

    def named(self, home_id: str, event_id: str) -> Named | None:
        key = (home_id, event_id)
        with self._engine.connect() as connection:
            found = seen.find(connection, *self._owner, [key]).get(key)
        return None if found is None else Named(event_id, found.type, found.subject, found.appended_at)

    def _in_its_place(self, read: Read, sifted: Sifted) -> bool:
        record, fact = read
        if in_its_place(record, fact, self._owner.partition, self._partitions):
            return True
        sifted.turned_away.append((record, MISPLACED))
        return False

    def _take(self, record: Record, fact: Fact, known: dict[tuple[str, str], Known], sifted: Sifted) -> None:
        key = (fact.home_id, fact.id)
        before = self._new.get(key) or known.get(key)
        if before is not None and (before.topic, before.position) == (record.topic, record.position):
            sifted.facts.append(fact)  # the very same record: whoever read it last could not say that he had
        elif before is None or forgotten(before, record):
            self._new[key] = known_of(record, fact)
            sifted.facts.append(fact)
        else:
            self._pass_over(record, before, sifted)

    def _pass_over(self, record: Record, before: Known, sifted: Sifted) -> None:
        same = before.contenthash == record.contenthash
        self._repeats.append(Repeat(record.topic, record.position, "same" if same else "conflict"))
        tell(record, same, sifted)


class RepeatsSieve:
    """For a second reading of such a log: what was passed over the first time is passed over again, by its place. Of a
    topic that is read for the first time every id is kept in mind. What a fact names was seen the first time: to look
    for it in the log would be to read the whole home-partition for each."""

    def __init__(
        self,
        engine: Engine,
        owner: Owner,
        partitions: int,
        repeats: Iterable[Repeat],
        read_before: Iterable[str],
    ) -> None:
        """`read_before`: the topics that the service has read already."""
        self._engine = engine
        self._same = {(each.topic, each.position): each.verdict == "same" for each in repeats}
        self._read_before = frozenset(read_before)
        self._owner = owner
        self._partitions = partitions
        self._known: dict[tuple[str, str], Known] = {}
        self._repeats: list[Repeat] = []

    def sift(self, read: Sequence[Read]) -> Sifted:
        sifted = Sifted()
        same, facts, before = self._same, sifted.facts, self._read_before
        for record, fact in read:
            if not in_its_place(record, fact, self._owner.partition, self._partitions):
                sifted.turned_away.append((record, MISPLACED))
            elif record.topic not in before:
                self._take_new(record, fact, sifted)
            elif same and (place := (record.topic, record.position)) in same:
                tell(record, same[place], sifted)
            else:
                facts.append(fact)
        return sifted

    def save(self, connection: Connection) -> None:
        """What was learned of topics that are read for the first time."""
        seen.put(connection, *self._owner, list(self._known.values()))
        seen.put_repeats(connection, *self._owner, self._repeats)

    def named(self, home_id: str, event_id: str) -> Named | None:
        key = (home_id, event_id)
        found = self._known.get(key)
        if found is None:
            with self._engine.connect() as connection:
                found = seen.find(connection, *self._owner, [key]).get(key)
        return None if found is None else Named(event_id, found.type, found.subject, found.appended_at)

    def _take_new(self, record: Record, fact: Fact, sifted: Sifted) -> None:
        before = self._known.setdefault((fact.home_id, fact.id), known_of(record, fact))
        if (before.topic, before.position) == (record.topic, record.position):
            sifted.facts.append(fact)
        elif forgotten(before, record):
            self._known[fact.home_id, fact.id] = known_of(record, fact)
            sifted.facts.append(fact)
        else:
            same = before.contenthash == record.contenthash
            self._repeats.append(Repeat(record.topic, record.position, "same" if same else "conflict"))
            tell(record, same, sifted)


def in_its_place(record: Record, fact: Fact, partition: int, partitions: int) -> bool:
    """Whether a record lies where its home's records lie, under its home's key."""
    if (
        record.topic == REJECTED
    ):  # of a record that had no key it lies anywhere; to reject it again would never end
        return True
    return record.home_id == fact.home_id and partition_of(record.home_id, partitions) == partition


def forgotten(before: Known, record: Record) -> bool:
    """Whether an id was last seen so long ago that it may come anew: a check's, after 28 days."""
    return before.topic == CHECK_INS and record.appended_at - before.appended_at > CHECKS_KNOWN_FOR


def known_of(record: Record, fact: Fact) -> Known:
    """A fact as it is to be known."""
    return Known(
        fact.home_id, fact.id, record.contenthash, record.topic, record.position, record.appended_at, fact.type,
        fact.subject,
    )  # fmt: skip


def tell(record: Record, same: bool, sifted: Sifted) -> None:
    """What is told of a record that is passed over: of the same fact, nothing. What was turned away is told once,
    however often it comes again and wherever that lies: its id names the event and the reason."""
    if not same:
        if record.topic in _INPUTS:
            sifted.turned_away.append((record, CONFLICT))
        elif record.topic != REJECTED:
            sifted.differed.append(record.id)
