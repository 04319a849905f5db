"""What comes into the topics straight, not by the door: facts by the thousand, facts a second time, and records that
may not stand. As another gateway's sends would, each is sent again until the broker has acknowledged it.
"""

import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition

from shared.clock import now
from shared.events.canonical import canonical
from shared.events.registry import TYPES
from shared.log.base import Draft, Unavailable
from shared.log.kafka.connection import Broker
from shared.log.kafka.producer import Outgoing, Producer, outgoing
from shared.log.kafka.records import is_tick
from shared.topics import ALERTS, CHECK_INS, INPUTS, PLAN_CHANGES
from tests.chaos.homes import RULE, children_of, looked_in_on
from tests.chaos.shifts import Shift
from tests.integration.house.posting import Acknowledged, check, home_registered, placement_started
from tests.servers.process import until

PORTION: Final = 500
HANDS: Final = 300
"""Workers: so many that each of them goes from child to child no faster than people do."""
_AGAIN_S: Final = 0.2
_READ_WITHIN: Final = 120.0


class Volume(threading.Thread):
    """Posts so many facts a second, of homes of its own, until it is stopped."""

    def __init__(
        self,
        broker: Broker,
        homes: Sequence[str],
        duties: Sequence[str],
        acknowledged: Acknowledged,
        seed: int,
        per_s: int,
    ) -> None:
        """`duties`: more homes, in which people are on duty (`shifts`)."""
        super().__init__(name="volume", daemon=True)
        self._broker = broker
        self._homes = list(homes)
        self._acknowledged = acknowledged
        self._random = Random(seed)
        self._shifts = [Shift(duty, self._random) for duty in duties]
        self._per_s = per_s
        self._stopping = threading.Event()
        self._producer = Producer(broker)
        self._recent: deque[Draft] = deque(maxlen=20_000)
        self.conflicts = 0
        """Ids that were sent a second time with another content."""
        self.misplaced = 0
        """Records in a home-partition that is not their home's."""

    def run(self) -> None:
        self.sent([draft(PLAN_CHANGES, home_registered(home, RULE)) for home in self._homes])
        stays = [(home, child) for home in self._homes for child in children_of(home)]
        self.sent([draft(PLAN_CHANGES, placement_started(*stay)) for stay in stays])
        for shift in self._shifts:
            self.sent([drafted(body) for body in shift.settled()])
        while not self._stopping.is_set():
            begun = time.monotonic()
            some = min(self._per_s, PORTION)
            self.sent([draft(CHECK_INS, self._check()) for _ in range(some)])
            self.sent([drafted(body) for shift in self._shifts for body in shift.next()])
            self._stopping.wait(max(0.0, begun + some / self._per_s - time.monotonic()))

    def stop(self) -> None:
        """What is under way is sent to its end."""
        self._stopping.set()
        if self.ident is not None:
            self.join()

    def close(self) -> None:
        self.stop()
        self._producer.close()

    def sent(self, drafts: Sequence[Draft]) -> None:
        """Until the broker has acknowledged all of it: what it did not answer for is sent again, and may lie there
        twice."""
        self._put([outgoing(each, self._broker.partitions) for each in drafts])
        for each in drafts:
            self._acknowledged.add(each.id)
        self._recent.extend(each for each in drafts if each.topic == CHECK_INS)

    def disturb(self, some: int) -> None:
        """So many records each of what may not stand: another content under a known id, and a home's in another
        home-partition. Each is told once, and changes nothing."""
        partitions = self._broker.partitions
        known = self._random.sample(list(self._recent), min(some, len(self._recent)))
        others = [draft(CHECK_INS, {**self._check(), "id": each.id}, each.home_id) for each in known]
        self._put([outgoing(each, partitions) for each in others])
        strays = [outgoing(draft(CHECK_INS, self._check()), partitions) for _ in range(some)]
        if partitions > 1:
            self._put([each._replace(partition=(each.partition + 1) % partitions) for each in strays])
            self.misplaced += some
        self.conflicts += len(others)

    def deliver_again(self) -> int:
        """Every fact that is in the topics now, a second time, where it lies; how many that were."""
        again = _facts(self._broker)
        for first in range(0, len(again), PORTION):
            self._put(again[first : first + PORTION])
        return len(again)

    def _put(self, records: Sequence[Outgoing]) -> None:
        while records:
            try:
                self._producer.put(records)
            except Unavailable:
                time.sleep(_AGAIN_S)
            else:
                return

    def _check(self) -> dict[str, Any]:
        while True:
            home = self._random.choice(self._homes)
            seen = looked_in_on(now(), children_of(home))
            if seen:
                by = f"sample-hand-{self._random.randrange(HANDS)}"
                return {**check(home, self._random.choice(seen)), "actor": by}


def draft(topic: str, body: dict[str, Any], home_id: str | None = None) -> Draft:
    """A fact as another gateway would send it. `home_id`: if not the body's own."""
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "system/sample-volume",
        "datacontenttype": "application/json",
        **body,
    }
    if home_id is not None:
        event["homeid"] = home_id
    return Draft(topic, event["homeid"], event["id"], "", canonical(event))


def drafted(body: dict[str, Any]) -> Draft:
    """The same, in the topic of its type."""
    return draft(TYPES[body["type"]].topic, body)


def _facts(broker: Broker) -> list[Outgoing]:
    """What the input topics hold now but ticks, as it came."""
    consumer = KafkaConsumer(**broker.client(), enable_auto_commit=False, auto_offset_reset="earliest")
    found: list[Outgoing] = []
    try:
        at = [TopicPartition(broker.topic(t), p) for t in INPUTS for p in range(broker.partitions)]
        consumer.assign(at)
        ends = consumer.end_offsets(at)
        consumer.seek_to_beginning(*at)

        def read() -> bool:
            for place, batch in consumer.poll(500).items():
                topic = broker.plain(place.topic)
                found.extend(
                    Outgoing(topic, place.partition, record.key, record.value)
                    for record in batch
                    if record.offset < ends[place] and not is_tick(record.key, record.value, record.headers)
                )
            return all(consumer.position(each) >= ends[each] for each in at)

        until(read, _READ_WITHIN, lambda: AssertionError("the topics could not be read to their ends"))
    finally:
        consumer.close()
    return found


def alerts_told(broker: Broker) -> int:
    """How many records the topic of alerts holds."""
    consumer = KafkaConsumer(**broker.client(), enable_auto_commit=False)
    try:
        at = [TopicPartition(broker.topic(ALERTS), partition) for partition in range(broker.partitions)]
        consumer.assign(at)
        return sum(consumer.end_offsets(at).values())
    finally:
        consumer.close()
