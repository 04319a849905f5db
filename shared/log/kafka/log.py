"""`KafkaLog`: the log's port over a broker.

A broker does not decide: two appends of one id are two records, and every reader leaves out the second. So a receipt
says NEW and when the broker took it, whether an id is known or other content stands under it is for who reads; and the
drafts of one append lie in as many instants as they have topics and partitions.

One log has one cursor in each home-partition: what is read on from where it stands comes out of memory, and whoever
reads elsewhere moves it. Made for one thread that reads; a second reading (a rebuild, an export) has a log of its own,
by `another`. Appending, `home` and `named` are for any thread.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Final

from shared import clock as machine
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Decide, Draft, Named, Positions, Receipt, Record, Taken, Unavailable
from shared.log.kafka import cursor
from shared.log.kafka.belief import Belief
from shared.log.kafka.connection import Broker
from shared.log.kafka.lookup import Index, Lookup
from shared.log.kafka.producer import Landed, Producer, outgoing
from shared.log.kafka.reader import Reader

_SLICE_S: Final = 0.25
"""How long a waiting thread keeps the consumer at once."""


class KafkaLog:
    """The `Log` of a broker. Close it."""

    once = False

    def __init__(
        self,
        broker: Broker,
        *,
        index: Index | None = None,
        read_only: bool = False,
        producer: Producer | None = None,
        clock: Callable[[], Instant] = machine.now,
        monotonic: Callable[[], Duration] = machine.monotonic,
    ) -> None:
        """`index`: where a home's records lie; without it `home` and `named` read a whole home-partition. `producer`:
        of this process, if there is one; it is not closed with the log. Raises BrokerUnreachable, BrokerWrong."""
        self.on_rollback: Callable[[Sequence[Draft]], None] | None = None
        """Never called: nothing is decided here."""
        self.partitions = broker.partitions
        self._broker = broker
        self._index = index
        self._clocks = (clock, monotonic)
        self._belief = Belief(clock, monotonic)
        self._answered: dict[int, Instant] = {}
        self._lock = threading.RLock()  # of the reader
        self._closing = threading.Event()
        self._reader: Reader | None = None
        self._lookup: Lookup | None = None
        self._owned = None if producer is not None or read_only else Producer(broker)
        self._producer = producer or self._owned

    def another(self) -> "KafkaLog":
        """A second reading of the same log, with the same producer. Close it."""
        clock, monotonic = self._clocks
        return KafkaLog(
            self._broker,
            index=self._index,
            read_only=self._producer is None,
            producer=self._producer,
            clock=clock,
            monotonic=monotonic,
        )

    # -- appending -------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft], decide: Decide | None = None) -> list[Receipt]:
        """Append, topic by topic in the order of DOMAIN.md §2; durable on return. Raises Unavailable: some of it may
        have landed, which is harmless when all of it is sent again."""
        _undecided(decide)
        if not drafts:
            return []
        records = [outgoing(draft, self.partitions) for draft in drafts]
        return _receipts(self._sending().put(records))

    def append_future(self, drafts: Sequence[Draft], decide: Decide | None = None) -> Future[list[Receipt]]:
        """`append` without waiting. It is on its way when this returns, and cannot be cancelled any more."""
        _undecided(decide)
        answer: Future[list[Receipt]] = Future()
        answer.set_running_or_notify_cancel()
        try:
            sent = self._sending().put_future([outgoing(draft, self.partitions) for draft in drafts])
        except Unavailable as error:
            answer.set_exception(error)
            return answer
        sent.add_done_callback(lambda done: _answer(answer, done))
        return answer

    def _sending(self) -> Producer:
        if self._producer is None:
            raise Unavailable("the log is open for reading only; open it for writing")
        return self._producer

    # -- reading ---------------------------------------------------------------------------------------------

    def open(self, partition: int, topics: Sequence[str], after: Positions) -> None:
        """Begin to read a home-partition, so that its present is known before anything of it is read. Raises
        Unavailable."""
        with self._lock:
            self._reading().open(partition, topics, after)

    def release(self, partition: int) -> None:
        """Stop reading a home-partition, which somebody else reads now."""
        with self._lock:
            self._answered.pop(partition, None)
            if self._reader is not None:
                self._reader.close(partition)

    def read(
        self, partition: int, topics: Sequence[str], after: Positions, before: Instant, limit: int = 1000
    ) -> tuple[list[Record], Positions]:
        """See `Log.read`. Up to the present it does not ask the broker; beyond, it waits for all that is in the log
        now. `Positions` carry the marks of their topics too (`wakeful.alerts@`): hand them back as they came."""
        with self._lock:
            return cursor.read(self._reading(), partition, topics, after, before, limit)

    def ends(self, partition: int, topics: Sequence[str]) -> Positions:
        """Where these topics end now, without their marks: for whoever begins there and asks for no stamps. Raises
        Unavailable."""
        with self._lock:
            return self._reading().ends_of(partition, topics)

    def present(self, partition: int) -> Instant:
        """See `Log.present`: how far the input topics that are read here are complete; 0 until something is read. It
        stands still while it lies more than 30 s ahead of this machine's clock. Raises LogTruncated."""
        with self._lock:
            reader = self._reading()
            bound = reader.bound(partition)
            if not reader.waiting(partition, bound) and reader.poll(0):
                bound = reader.bound(partition)
            answered = self._answered.get(partition, 0)
            if bound > answered and self._belief.believes(bound):
                self._answered[partition] = answered = bound
            return answered

    def gathered(self, partition: int) -> int:
        """How much of a home-partition has come and lies before its bound, to be read without asking the broker."""
        with self._lock:
            reader = self._reading()
            return reader.waiting(partition, reader.bound(partition))

    def not_before(self, clock: Instant) -> None:
        """A broker stamps as it likes: what it stamps too early is raised where it is read."""

    def home(
        self, home_id: str, topics: Sequence[str], until: Instant | None = None, since: Instant = 0
    ) -> Iterator[Record]:
        """See `Log.home`: each id once."""
        return self._looking().home(home_id, topics, until, since)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """See `Log.named`."""
        return self._looking().named(home_id, event_id)

    def end(self) -> int:
        """How many records and ticks have come to this log."""
        return 0 if self._reader is None else self._reader.came

    def wait(self, seen: int, timeout_s: float) -> bool:
        """See `Log.wait`: asks the broker for what is new of the home-partitions that are read here."""
        until = machine.monotonic() + int(timeout_s * SECOND)
        while self.end() <= seen and not self._closing.is_set():
            left_s = (until - machine.monotonic()) / SECOND
            if left_s <= 0:
                return False
            with self._lock:
                idle = self.end() <= seen and not self._poll(min(left_s, _SLICE_S))
            if idle:
                self._closing.wait(min(left_s, _SLICE_S))
        return self.end() > seen

    @property
    def steps_back(self) -> int:
        """How often what a broker stamped had to be raised, because it lay before what it had stamped already."""
        return 0 if self._reader is None else self._reader.steps_back

    @property
    def clock_off(self) -> Duration:
        """How far the machine's clock is ahead of what is believed; 0 while it is believed."""
        return self._belief.clock_off

    def close(self) -> None:
        """Wait for what is being sent, then let go of the broker."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._owned is not None:
            self._owned.close()
        with self._lock:
            if self._reader is not None:
                self._reader.shut()
            if self._lookup is not None:
                self._lookup.close()

    def _poll(self, timeout_s: float) -> bool:
        """Ask the broker; False where there is nothing to wait for. What is wrong, who reads is told, not who waits."""
        if self._reader is None:
            return False
        try:
            return self._reader.poll(timeout_s) or self._reader.reads_any
        except Unavailable:
            return False

    def _reading(self) -> Reader:
        if self._closing.is_set():
            raise Unavailable("the log is closed: the process is stopping")
        if self._reader is None:
            self._reader = Reader(self._broker)
        return self._reader

    def _looking(self) -> Lookup:
        with self._lock:
            if self._lookup is None:
                self._lookup = Lookup(self._broker, self._index)
            return self._lookup


def _undecided(decide: Decide | None) -> None:
    if decide is not None:
        raise ValueError("a broker's log does not decide: whoever decides does it before he appends")


def _answer(answer: Future[list[Receipt]], done: Future[list[Landed]]) -> None:
    error = done.exception()
    if error is None:
        answer.set_result(_receipts(done.result()))
    else:
        answer.set_exception(error)


def _receipts(landed: list[Landed]) -> list[Receipt]:
    return [Receipt(Taken.NEW, each.appended_at) for each in landed]
