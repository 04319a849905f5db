"""Gateway and workers as processes of their own, and what they told: when the broker took each alert."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import sleep
from types import SimpleNamespace
from typing import NamedTuple

import httpx
import orjson
from kafka import KafkaConsumer, TopicPartition

from services.house import database
from shared.alerting import RAISED
from shared.instants import Instant, parse_instant
from shared.security.access import Access
from shared.settings import Settings
from shared.topics import ALERTS
from tests.integration.house.serving import token_for_tests
from tests.load.kafka.ground import PARTITIONS, environment

_WITHIN_S = 60


class Told(NamedTuple):
    """One alert that was raised."""

    partition: int
    raised_at: Instant
    taken_at: Instant
    """When the broker took it."""


@contextmanager
def running(settings: Settings, *arguments: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`wakeful` with these arguments, until the block ends."""
    command = [sys.executable, "-m", "wakeful", *arguments, "--port", str(port)]
    process = subprocess.Popen(command, env=environment(settings))
    try:
        yield process
    finally:
        process.terminate()
        process.wait(_WITHIN_S)


def token(settings: Settings) -> str:
    """Of the sample provider's system, which may say everything of its homes."""
    access = Access(database.access(database.address(settings)))
    try:
        return token_for_tests(SimpleNamespace(access=access))
    finally:
        access.close()


def ready(port: int) -> None:
    """Wait until all is watched."""
    for _ in range(_WITHIN_S * 10):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
    raise RuntimeError("nobody watches")


def told(bootstrap: str) -> Sequence[Told]:
    """Every alert that was raised, as the broker has it."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        partitions = [TopicPartition(ALERTS, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        found: list[Told] = []
        while any(consumer.position(each) < ends[each] for each in partitions):
            for at, records in consumer.poll(1_000).items():
                found += [
                    Told(at.partition, parse_instant(event["data"]["raised_at"]), record.timestamp)
                    for record in records
                    if (event := orjson.loads(record.value))["type"] == RAISED
                ]
        return found
    finally:
        consumer.close()
