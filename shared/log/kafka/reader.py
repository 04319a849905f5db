"""One consumer without a group that reads several home-partitions, each from where its own reader stands.

What comes is kept by lane, one topic of one home-partition (`shared.log.kafka.merge`), until it is taken in order. The
broker is asked by long poll: an idle reader waits for it and does not ask again and again. What is kept is bounded: a
lane that is far ahead of the others of its home-partition, or whose records wait to be taken, is paused; the one that
the others wait for never is.

A topic that no longer holds what is to be read next is an error of its home-partition (LogTruncated), for as long as
that is open; the others go on. Not thread-safe.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from time import sleep
from typing import Any, Final

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka import errors as broker_errors

from shared import clock
from shared.instants import NEVER, SECOND, Duration, Instant
from shared.log.base import Positions, Record, Unavailable
from shared.log.kafka import records
from shared.log.kafka.connection import REQUEST_MS, Broker, BrokerWrong, LogTruncated
from shared.log.kafka.diagnosis import connecting, said
from shared.log.kafka.merge import Lane, bound, take

FETCH_BYTES: Final = 1 << 21
"""Of one topic-partition at once (more, where one message is larger)."""
ANSWER_BYTES: Final = 16 << 20
"""Of one answer: about 16,000 facts."""
FULL: Final = 50_000
"""Records that one lane keeps before it is paused."""
ENOUGH: Final = FULL // 2
"""What it keeps at the most when it is resumed."""
LONG_POLL_MS: Final[Duration] = 250
"""How long the broker keeps a fetch that finds nothing. What was opened or resumed meanwhile waits for it."""
ASK_MS: Final[Duration] = 5 * SECOND
"""How long to wait for the ends of topics."""

_PAUSE_S: Final = 0.05

_log = structlog.get_logger("log")


class Reader:
    """See the module. Close it."""

    def __init__(self, broker: Broker) -> None:
        """Raises BrokerUnreachable, BrokerWrong."""
        self._broker = broker
        self._open: dict[int, dict[str, Lane]] = {}
        self._lost: dict[int, LogTruncated] = {}
        self._paused: set[TopicPartition] = set()
        self.steps_back = 0
        """How often what a broker stamped had to be raised."""
        self.came = 0
        """How many records and ticks have come."""
        with connecting(broker):
            self._consumer = KafkaConsumer(
                **broker.client(),
                # A position that the log does not hold is told, never mended by a jump.
                auto_offset_reset="none",
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                max_partition_fetch_bytes=FETCH_BYTES,
                fetch_max_bytes=ANSWER_BYTES,
                fetch_max_wait_ms=LONG_POLL_MS,
                # All that an answer holds is taken at once: what is left over would keep its topic out of the next.
                max_poll_records=1 << 30,
                request_timeout_ms=REQUEST_MS,
                metrics_enabled=False,
            )

    # -- opening and closing ---------------------------------------------------------------------------------

    def open(self, partition: int, topics: Sequence[str], after: Positions) -> None:
        """Read `topics` of a home-partition from `after`; where it is open already, from there anew. Raises
        BrokerUnreachable, BrokerWrong."""
        if not 0 <= partition < self._broker.partitions:
            raise ValueError(f"partition {partition}: there are {self._broker.partitions}, from 0")
        ends = self._ends(partition, topics)
        self.close(partition)
        self._open[partition] = {
            topic: Lane(topic, after.get(topic, 0), after.get(records.mark_of(topic), 0), ends[topic])
            for topic in topics
        }
        self._assign()
        for topic, lane in self._open[partition].items():
            self._consumer.seek(self._at(partition, topic), lane.position)
        # The broker says so only when it is asked for more, and who reads may be content with what there is.
        if beyond := [topic for topic, lane in self._open[partition].items() if lane.position > lane.end]:
            self._lose([self._at(partition, topic) for topic in beyond])

    def close(self, partition: int) -> None:
        """Stop reading a home-partition; what was kept of it is forgotten."""
        self._lost.pop(partition, None)
        if self._open.pop(partition, None) is not None:
            self._assign()

    def shut(self) -> None:
        """Let go of the broker."""
        self._consumer.close()

    def stands_at(self, partition: int, topics: Sequence[str], after: Positions) -> bool:
        """Whether it reads exactly these topics of this home-partition, and stands exactly there."""
        lanes = self._open.get(partition)
        return (
            lanes is not None
            and lanes.keys() == set(topics)
            and all(
                lane.position == after.get(topic, 0) and lane.mark == after.get(records.mark_of(topic), 0)
                for topic, lane in lanes.items()
            )
        )

    @property
    def reads_any(self) -> bool:
        """Whether any home-partition is open, and can be read."""
        return self._open.keys() > self._lost.keys()

    # -- reading ---------------------------------------------------------------------------------------------

    def poll(self, timeout_s: float) -> bool:
        """Take in what has come, or wait for it; True if something came. A broker that is away is waited for. Raises
        BrokerWrong."""
        self._throttle()
        if not self._consumer.assignment():
            return False
        try:
            came = self._consumer.poll(max(0, int(timeout_s * SECOND)))
        except (broker_errors.OffsetOutOfRangeError, broker_errors.LogTruncationError) as error:
            self._lose(
                error.args[0] if error.args and isinstance(error.args[0], dict) else error.divergent_offsets
            )
            return True
        except broker_errors.CorruptRecordError as error:
            raise BrokerWrong(
                f"the broker's disk gives back something else than was written: {error}"
            ) from error
        except broker_errors.KafkaError as error:
            raise said(self._broker, error) from error
        for at, batch in came.items():
            self._feed(at, batch)
        return bool(came)

    def bound(self, partition: int) -> Instant:
        """Up to where, exclusive, all that was asked for has come; 0 while the home-partition is not open. Raises
        LogTruncated."""
        return bound(self._lanes(partition).values())

    def take(self, partition: int, before: Instant, limit: int) -> tuple[list[Record], Positions]:
        """At least `limit` of what has come and has a stamp before `before`, if there is so much, in order and in whole
        instants; and the positions behind it. Complete only up to the bound. Raises LogTruncated."""
        lanes = self._lanes(partition)
        taken = take(list(lanes.values()), before, limit)
        return taken, self.positions(partition)

    def positions(self, partition: int) -> Positions:
        """Behind what was taken last."""
        found: dict[str, int] = {}
        for topic, lane in self._lanes(partition).items():
            found[topic] = lane.position
            found[records.mark_of(topic)] = lane.mark
        return found

    def ends(self, partition: int) -> dict[str, int]:
        """Where its topics end now. Raises BrokerUnreachable, BrokerWrong."""
        return self._ends(partition, list(self._lanes(partition)))

    def bound_to(self, partition: int, ends: Mapping[str, int]) -> Instant:
        """Up to where, exclusive, all has come that lay before these ends; NEVER, if all of it has."""
        return min(
            (
                lane.reached
                for topic, lane in self._lanes(partition).items()
                if not self._at_end(partition, lane, ends[topic])
            ),
            default=NEVER,
        )

    def waiting(self, partition: int, before: Instant) -> int:
        """How much has come, and has a stamp before `before`."""
        return sum(lane.before(before) for lane in self._lanes(partition).values())

    # -- inside ----------------------------------------------------------------------------------------------

    def _lanes(self, partition: int) -> Mapping[str, Lane]:
        if partition in self._lost:
            raise self._lost[partition]
        return self._open.get(partition, {})

    def _at(self, partition: int, topic: str) -> TopicPartition:
        return TopicPartition(self._broker.topic(topic), partition)

    def _feed(self, at: TopicPartition, batch: Sequence[Any]) -> None:
        topic = self._broker.plain(at.topic)
        lane = self._open[at.partition][topic]
        reads, raised = records.read(topic, at.partition, batch, lane.reached)
        lane.feed(reads)
        self.steps_back += raised
        self.came += len(reads)

    def _at_end(self, partition: int, lane: Lane, end: int) -> bool:
        # The consumer's own position also passes what is no record (markers of transactions, which are not ours).
        return (
            lane.read >= end or self._consumer.position(self._at(partition, lane.topic), timeout_ms=0) >= end
        )

    def _assign(self) -> None:
        wanted = [
            self._at(partition, topic)
            for partition, lanes in self._open.items()
            if partition not in self._lost
            for topic in lanes
        ]
        if wanted:
            self._consumer.assign(wanted)
        elif self._consumer.assignment():
            self._consumer.unsubscribe()
        self._paused &= set(wanted)

    def _throttle(self) -> None:
        """Pause lanes that keep too much, and resume those that do no longer."""
        for partition, lanes in self._open.items():
            if partition in self._lost:
                continue
            upto = bound(lanes.values())
            for topic, lane in lanes.items():
                at = self._at(partition, topic)
                if at in self._paused and len(lane) <= ENOUGH:
                    self._paused.discard(at)
                    self._consumer.resume(at)
                elif (
                    at not in self._paused
                    and len(lane) >= FULL
                    and (lane.reached > upto or lane.first < upto)
                ):
                    self._paused.add(at)
                    self._consumer.pause(at)
            self._never_all(partition, lanes, upto)

    def _never_all(self, partition: int, lanes: Mapping[str, Lane], upto: Instant) -> None:
        """The lane that the others wait for reads on, whatever it keeps, unless something can be taken."""
        if any(lane.first < upto for lane in lanes.values()):
            return
        for topic, lane in lanes.items():
            at = self._at(partition, topic)
            if at in self._paused and lane.reached <= upto:
                self._paused.discard(at)
                self._consumer.resume(at)

    def ends_of(self, partition: int, topics: Iterable[str]) -> dict[str, int]:
        """Where these topics end now, whether they are read here or not. Raises Unavailable."""
        return self._ends(partition, topics)

    def _ends(self, partition: int, topics: Iterable[str]) -> dict[str, int]:
        at = {topic: self._at(partition, topic) for topic in topics}
        try:
            with connecting(self._broker):
                ends = self._asked(list(at.values()))
                return {topic: ends[each] for topic, each in at.items()}
        except Unavailable as error:
            raise self._missing(at, error) from error

    def _asked(self, at: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        """kafka-python leaves out topics that it has not heard of yet, and trips over that; they are asked for."""
        until = clock.monotonic() + ASK_MS
        while clock.monotonic() < until:
            with suppress(KeyError):
                ends: Mapping[TopicPartition, int] = self._consumer.end_offsets(at, timeout_ms=ASK_MS)
                return ends
            sleep(_PAUSE_S)
        raise broker_errors.KafkaTimeoutError(f"nothing is known of {', '.join(each.topic for each in at)}")

    def _missing(self, at: Mapping[str, TopicPartition], error: Unavailable) -> Unavailable:
        """A topic that is not there looks like a broker that does not answer."""
        from shared.log.kafka import topics

        if isinstance(error, BrokerWrong):
            return error
        try:
            wrong = [
                each for each in topics.check(self._broker) if each.setting in ("the topic", "partitions")
            ]
        except Unavailable:
            return error
        ours = [each for each in wrong if each.topic in {one.topic for one in at.values()}]
        return BrokerWrong(str(ours[0])) if ours else error

    def _lose(self, lost: Iterable[TopicPartition]) -> None:
        for at in lost:
            lane = self._open[at.partition][self._broker.plain(at.topic)]
            first, end = self._held(at)
            message = (
                f"{at.topic} of home-partition {at.partition} is to be read from offset {lane.read} on, and the broker "
                f"holds {first} to {end}: what was acknowledged is gone. Do not go on from here: look at the broker's "
                "disks and replicas, and restore the topic, or import an export into new topics "
                "(docs/running-on-kafka.md)"
            )
            _log.critical(
                "the log has lost records", topic=at.topic, partition=at.partition, offset=lane.read
            )
            self._lost.setdefault(at.partition, LogTruncated(message))
        self._assign()

    def _held(self, at: TopicPartition) -> tuple[object, object]:
        try:
            return (
                self._consumer.beginning_offsets([at], timeout_ms=ASK_MS)[at],
                self._consumer.end_offsets([at], timeout_ms=ASK_MS)[at],
            )
        except (broker_errors.KafkaError, KeyError):
            return "?", "?"
