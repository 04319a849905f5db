"""The broker's log keeps the contract of any log.

What only a log that decides can promise (`wakeful.contracts.log`) it does not: that a receipt says SAME or CONFLICT,
that one append is one instant, that `decide` is asked, and that nothing is stamped before a reader's durable clock.
"""

from collections.abc import Callable, Iterator

import pytest

from shared.log.base import Log
from shared.log.kafka.connection import Broker
from tests.integration.log.brokers import FollowingLog, new_broker
from tests.servers.plugin import Kafka
from wakeful.contracts.anylog import AnyLogContract


class TestKafkaLog(AnyLogContract):
    @pytest.fixture
    def opened(self) -> Iterator[list[tuple[Log, Broker]]]:
        opened: list[tuple[Log, Broker]] = []
        yield opened
        for log, _ in opened:
            log.close()

    @pytest.fixture
    def new_log(self, kafka: Kafka, opened: list[tuple[Log, Broker]]) -> Callable[[], Log]:
        def open_new() -> Log:
            broker = new_broker(kafka)
            opened.append((FollowingLog(broker), broker))
            return opened[-1][0]

        return open_new

    @pytest.fixture
    def reopen(self, opened: list[tuple[Log, Broker]]) -> Callable[[Log], Log]:
        def open_again(log: Log) -> Log:
            broker = next(broker for known, broker in opened if known is log)
            log.close()
            opened.append((FollowingLog(broker), broker))
            return opened[-1][0]

        return open_again
