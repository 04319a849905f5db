"""A history into a broker's empty topics, with the times at which it was appended (ARCHITECTURE.md, "Moving in").

    1. Every topic is as `wakeful topics make --import` made it, and holds nothing; else it is refused.
    2. Facts go in their order, portion by portion, each acknowledged before the next.
    3. At the end a tick one millisecond after the last of them, in every partition of the input topics: everything can
       be read. It is also the sign that the import is whole.

Nothing reads these topics before they are sealed, and what ended before 3 cannot be sealed: the topics are deleted, and
it is begun anew. What a fact means, and who may say so, is asked elsewhere.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition

from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.log.importing import NotEmpty, Past
from shared.log.kafka import topics
from shared.log.kafka.connection import REQUEST_MS, Broker, BrokerUnreachable, BrokerWrong
from shared.log.kafka.diagnosis import connecting
from shared.log.kafka.producer import Producer, outgoing, tick
from shared.log.kafka.records import is_tick
from shared.topics import ALL, INPUTS

_PATIENCE: Final[Duration] = 10 * SECOND
_POLL: Final[Duration] = SECOND // 2


class Imported(Enum):
    """What the topics hold that are not sealed yet."""

    NOTHING = "nothing"
    PART = "part"
    """An import that did not come to its end."""
    ALL = "all"


def anew(broker: Broker) -> str:
    """How one begins again."""
    names = broker.topic("wakeful").replace(".", "\\.") + "\\..*"
    return (
        f"delete the topics (kafka-topics.sh --bootstrap-server {broker.servers[0]} --delete --topic '{names}'), make "
        "them anew (wakeful topics make --import), and import again"
    )


def refuse_unfit(broker: Broker) -> None:
    """Raises NotEmpty, BrokerWrong where a history cannot be put into these topics; BrokerUnreachable."""
    wrong = topics.check(broker, importing=True)
    missing = [each for each in wrong if each.setting == "the topic"]
    sealed = [each for each in wrong if each.setting == topics.STAMPED_BY]
    if missing:
        raise BrokerWrong(f"{missing[0].topic} is not there; make the topics: wakeful topics make --import")
    if sealed:
        raise BrokerWrong(
            f"{sealed[0].topic} is sealed: the broker stamps what is written there with its own time, and a history "
            f"would lose the times it has; {anew(broker)}"
        )
    if wrong:
        raise BrokerWrong(str(wrong[0]))
    refuse_full(broker)


def refuse_full(broker: Broker) -> None:
    """Raises NotEmpty where the topics hold something."""
    found = imported(broker)
    if found is Imported.ALL:
        raise NotEmpty(
            "the topics hold a history already, whole: seal it (wakeful topics seal); or, for another, "
            + anew(broker)
        )
    if found is Imported.PART:
        raise NotEmpty(f"the topics hold part of an import that did not come to its end; {anew(broker)}")


def refuse_part(broker: Broker) -> None:
    """Raises BrokerWrong where topics that are still to be sealed hold an import that did not come to its end: what is
    missing would be missing for ever."""
    open_ = any(each.setting == topics.STAMPED_BY for each in topics.check(broker))
    if open_ and imported(broker) is Imported.PART:
        raise BrokerWrong(
            f"the topics hold part of an import that did not come to its end, and are not sealed; {anew(broker)}"
        )


def imported(broker: Broker) -> Imported:
    """What the topics hold. Raises BrokerUnreachable, BrokerWrong."""
    at = [TopicPartition(broker.topic(name), p) for name in ALL for p in range(broker.partitions)]
    inputs = {each for each in at if broker.plain(each.topic) in INPUTS}
    with connecting(broker):
        consumer: Any = KafkaConsumer(
            **broker.client(),
            auto_offset_reset="none",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            request_timeout_ms=REQUEST_MS,
            metrics_enabled=False,
        )
        try:
            consumer.assign(at)
            ends = consumer.end_offsets(at, timeout_ms=_PATIENCE)
            if not any(ends.values()):
                return Imported.NOTHING
            if not all(ends[each] for each in inputs):
                return Imported.PART
            whole = all(is_tick(last.key, last.value, last.headers) for last in _last(consumer, inputs, ends))
            return Imported.ALL if whole else Imported.PART
        finally:
            consumer.close()


def _last(consumer: Any, at: set[TopicPartition], ends: dict[TopicPartition, int]) -> list[Any]:
    """The last record of each."""
    consumer.assign(list(at))
    for each in at:
        consumer.seek(each, ends[each] - 1)
    found: dict[TopicPartition, Any] = {}
    until = clock.monotonic() + _PATIENCE
    while found.keys() < at:
        if clock.monotonic() > until:
            raise BrokerUnreachable("the broker does not give what its topics hold; see whether it runs")
        for each, records in consumer.poll(_POLL).items():
            found[each] = records[-1]
    return list(found.values())


class Importer:
    """Puts a history into topics that are fit for it (`refuse_unfit`). Close it."""

    def __init__(self, broker: Broker) -> None:
        """Raises BrokerUnreachable, BrokerWrong."""
        self._broker = broker
        self._producer = Producer(broker)
        self._last: Instant | None = None

    def put(self, past: Sequence[Past]) -> None:
        """The next of it, in order; durable on return. Raises Unavailable: then the import cannot be gone on with."""
        partitions = self._broker.partitions
        self._producer.put([outgoing(each.draft, partitions, each.appended_at) for each in past])
        if past:
            self._last = past[-1].appended_at

    def finish(self) -> None:
        """All of it is there. Raises Unavailable."""
        if self._last is None:
            return
        at = self._last + 1
        partitions = range(self._broker.partitions)
        self._producer.put([tick(topic, partition, at) for topic in INPUTS for partition in partitions])

    def close(self) -> None:
        """Let go of the broker."""
        self._producer.close()
