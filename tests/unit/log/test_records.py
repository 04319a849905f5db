"""From what a broker holds to records: stamps that never step back, ids and hashes out of the body, ticks."""

import hashlib
from typing import Any

import pytest
from kafka.consumer.fetcher import ConsumerRecord

from shared.events.contenthash import contenthash
from shared.instants import DAY, SECOND, show_instant
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import tick
from shared.log.kafka.records import TICK, Read, read
from shared.log.kafka.sending import Outgoing
from shared.topics import ALERTS, CHECK_INS

NOON = 1_790_000_000_000


def raw(offset: int, at: int, value: bytes | None = b"", key: bytes | None = b"H1", headers: Any = ()) -> Any:
    """As kafka-python gives it."""
    return ConsumerRecord("t", 0, 0, offset, at, 1, key, value, list(headers), None, -1, -1, -1)


def one(topic: str, value: bytes, key: bytes | None = b"H1", at: int = NOON) -> Any:
    ((_, _, record),), _ = read(topic, 3, [raw(7, at, value, key)], 0)
    assert record is not None
    return record


def event(**more: object) -> bytes:
    import orjson

    return orjson.dumps({"id": "e1", "homeid": "H1", **more})


def test_positions_count_from_one() -> None:
    assert one(CHECK_INS, event()).position == 8


def test_stamps_that_step_back_are_raised_to_the_greatest_before_them_and_counted() -> None:
    batch = [
        raw(0, NOON, event()),
        raw(1, NOON - 5, event()),
        raw(2, NOON + 1, event()),
        raw(3, NOON, event()),
    ]
    found, raised = read(CHECK_INS, 0, batch, 0)
    assert [each.stamp for each in found] == [NOON, NOON, NOON + 1, NOON + 1]
    assert [each.record.appended_at for each in found if each.record] == [each.stamp for each in found]
    assert raised == 2


def test_what_came_before_is_remembered_by_its_mark() -> None:
    found, _ = read(CHECK_INS, 0, [raw(5, NOON, event())], NOON + 9)
    assert found[0].stamp == NOON + 9


def test_a_tick_has_no_record_and_moves_the_mark() -> None:
    ticked = raw(0, NOON, b"", None, [TICK])
    assert read(CHECK_INS, 0, [ticked, raw(1, NOON - 9, event())], 0)[0][0] == Read(NOON, 1, None)
    assert read(CHECK_INS, 0, [ticked, raw(1, NOON - 9, event())], 0)[0][1].stamp == NOON
    assert tick(CHECK_INS, 0) == Outgoing(CHECK_INS, 0, None, b"", (TICK,))


@pytest.mark.parametrize(("key", "value"), [(b"H1", b""), (None, b'{"id":"e1"}')])
def test_a_record_with_a_ticks_header_that_has_a_key_or_a_body_is_no_tick(
    key: bytes | None, value: bytes
) -> None:
    found, _ = read(CHECK_INS, 0, [raw(0, NOON, value, key, [TICK])], 0)
    assert found[0].record is not None


def test_a_derived_event_is_stamped_with_its_own_time() -> None:
    assert one(ALERTS, event(time=show_instant(NOON - DAY))).appended_at == NOON - DAY


def test_a_derived_event_of_the_far_future_does_not_hold_back_what_follows_it() -> None:
    assert one(ALERTS, event(time=show_instant(NOON + 31 * SECOND))).appended_at == NOON
    assert one(ALERTS, event(time=show_instant(NOON + 30 * SECOND))).appended_at == NOON + 30 * SECOND


@pytest.mark.parametrize("time", ["yesterday", 5, None])
def test_a_derived_event_without_a_time_is_stamped_by_the_broker(time: object) -> None:
    assert one(ALERTS, event(time=time)).appended_at == NOON


def test_the_id_and_the_hash_are_those_of_the_body() -> None:
    record = one(CHECK_INS, event(contenthash="abc"))
    assert (record.id, record.contenthash, record.home_id) == ("e1", "abc", "H1")


def test_a_fact_without_a_hash_has_that_of_its_content() -> None:
    said = {"type": "t", "time": "x", "enteredat": "y", "data": {"a": 1}}
    assert one(CHECK_INS, event(**said, actor="one")).contenthash == contenthash(said, None)
    assert one(CHECK_INS, event(**said, actor="other")).contenthash == contenthash(said, None)


def test_a_derived_event_has_the_hash_of_its_bytes() -> None:
    body = event(type="t", time=show_instant(NOON), enteredat="y", data={})
    assert one(ALERTS, body).contenthash == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"7", b"{}", b'{"id": 7}', b'{"id": "e1"'])
def test_what_is_no_event_is_given_as_it_came_and_known_by_its_place(body: bytes) -> None:
    record = one(CHECK_INS, body)
    assert (record.id, record.body, record.home_id) == (f"{CHECK_INS}/3/7", body, "H1")
    assert record.contenthash == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("key", [None, b"", b"\xff"])
def test_a_key_that_names_no_home_names_none(key: bytes | None) -> None:
    assert one(CHECK_INS, event(), key).home_id == ""


def test_a_home_lies_where_every_kafka_client_puts_its_key() -> None:
    """Java's own figures (`Utils.murmur2`, `toPositive`), from Kafka's tests."""
    assert partition_of("21", 1 << 31) == -973932308 & 0x7FFFFFFF
    assert partition_of("foobar", 1 << 31) == -790332482 & 0x7FFFFFFF
    assert partition_of("a-little-bit-long-string", 1 << 31) == -985981536 & 0x7FFFFFFF
    assert {partition_of(f"H{n}", 8) for n in range(100)} == set(range(8))
