"""What several services in one process ask of `Ownership`, and what happens when Faust or its listener fails."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import faust
import pytest
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from shared.log.kafka.connection import Broker
from shared.worker.membership import Membership
from shared.worker.ownership import Ownership
from tests.integration.worker.workers import make_topic
from tests.servers.plugin import Kafka
from tests.waiting import until

ALL = frozenset(range(8))
T = TypeVar("T")


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    broker = Broker(kafka.bootstrap, prefix=kafka.new_prefix())
    make_topic(broker)
    return broker


@contextmanager
def owning(broker: Broker, group: str, on_change: Callable[[frozenset[int]], None]) -> Iterator[Ownership]:
    ownership = Ownership(broker, group, on_change)
    ownership.start()
    try:
        yield ownership
    finally:
        ownership.stop(within_s=10.0)


def living(kind: type[T]) -> list[T]:
    """All objects of this kind that somebody holds."""
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, kind)]


def test_two_services_of_one_process_own_each_for_itself(broker: Broker) -> None:
    checks: list[frozenset[int]] = []
    cover: list[frozenset[int]] = []
    with owning(broker, "wakeful-checks", checks.append):
        with owning(broker, "wakeful-cover", cover.append):
            until(lambda: checks[-1:] == [ALL] and cover[-1:] == [ALL], lambda: (checks, cover))
            before = list(checks)
        assert cover[-2:] == [ALL, frozenset()]
        assert checks == before, "the one that left was another service"


def test_a_stop_leaves_no_thread_and_nothing_owned(broker: Broker) -> None:
    before = set(threading.enumerate())
    told: list[frozenset[int]] = []
    with owning(broker, "wakeful-checks", told.append):
        until(lambda: told[-1:] == [ALL], lambda: told)
    assert told[-2:] == [ALL, frozenset()]
    until(lambda: set(threading.enumerate()) <= before)


def test_a_faust_that_crashes_owns_nothing_and_another_one_takes_its_place(broker: Broker) -> None:
    told: list[frozenset[int]] = []
    with owning(broker, "wakeful-checks", told.append) as ownership:
        until(lambda: told[-1:] == [ALL], lambda: told)
        [app] = living(faust.App)
        asyncio.run_coroutine_threadsafe(app.crash(RuntimeError("a fault of Faust's own")), app.loop)
        until(lambda: told[-3:] == [ALL, frozenset(), ALL], lambda: told)
        assert ownership.failed is None
        assert len(living(Membership)) == 1, "Faust still knows the listeners of the one that crashed"


def test_a_listener_that_fails_ends_it_and_frees_what_it_owned(broker: Broker) -> None:
    refused = RuntimeError("a runner that cannot begin")

    def refuse(owned: frozenset[int]) -> None:
        if owned:
            raise refused

    told: list[frozenset[int]] = []
    with owning(broker, "wakeful-checks", refuse) as failing:
        until(lambda: failing.failed is not None)
        assert failing.failed is refused
        with owning(broker, "wakeful-checks", told.append):
            until(lambda: told[-1:] == [ALL], lambda: told)


def test_a_faust_that_does_not_come_to_an_end_is_cut_off(broker: Broker) -> None:
    async def stubborn() -> None:
        asyncio.current_task()._log_destroy_pending = False  # type: ignore[union-attr]  # it is meant to be
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)

    before = set(threading.enumerate())
    told: list[frozenset[int]] = []
    with owning(broker, "wakeful-checks", told.append):
        until(lambda: told[-1:] == [ALL], lambda: told)
        [consumer] = living(AIOKafkaConsumerThread)
        asyncio.run_coroutine_threadsafe(stubborn(), consumer.thread_loop)
    assert told[-2:] == [ALL, frozenset()]
    until(lambda: set(threading.enumerate()) <= before)


def test_a_stop_before_anything_has_begun_is_no_error(broker: Broker) -> None:
    told: list[frozenset[int]] = []
    with owning(broker, "wakeful-checks", told.append):
        pass
    Ownership(broker, "wakeful-checks", told.append).stop(within_s=1.0)
    assert told == []
