"""From what a broker holds to what the log's port gives: ids and content hashes out of the body, stamps, and ticks.

**Stamps.** A fact's is the broker's append time; a derived event's is its own `time`, which is the log's clock where it
was decided, so that an alert is merged where its `at` stands. Both are raised to the greatest before them in their
topic-partition: in one topic-partition stamps never step back, whatever the broker's clock does.

**Positions** count from 1, as in the embedded log: the record at offset 0 has position 1, and 0 is the start.

What cannot be read, or is not where its key belongs, is given all the same, as it came: nothing is dropped here, and
who reads turns it away (`shared.runner.sieve`). No network.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from shared.events import contenthash
from shared.events.quick import instant_of
from shared.instants import SECOND, Duration, Instant
from shared.log.base import BESIDE, Record
from shared.topics import DERIVED

TICK: Final = ("wakeful-tick", b"1")
"""The header of a tick; it has no key and no value."""
AHEAD: Final[Duration] = 30 * SECOND
"""How far the `time` of a derived event may lie after its append and still be believed: it is the log's clock, which
runs behind. One from the far future would hold back all that follows it."""

_DERIVED: Final = frozenset(DERIVED)
_SAID: Final = ("type", "time", "enteredat", "data")


class Read(NamedTuple):
    """One record or tick as a lane holds it; a tick has no record."""

    stamp: Instant
    position: int
    record: Record | None


def mark_of(topic: str) -> str:
    """The name under which `Positions` carry how far the stamps of a topic have come, beside the position itself."""
    return topic + BESIDE


def is_tick(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> bool:
    """Whether it says how far time has come, and nothing else."""
    return not key and not value and TICK in headers


def read(topic: str, partition: int, batch: Iterable[Any], mark: Instant) -> tuple[list[Read], int]:
    """`batch`, the consumer's records of one topic-partition, as they come, and how many of the broker's stamps had to
    be raised; `mark` is the stamp of what came before."""
    found: list[Read] = []
    raised = 0
    derived = topic in _DERIVED
    for _, _, _, offset, timestamp, _, key, value, headers, *_ in batch:
        position = offset + 1
        body: bytes = value or b""
        ticks = bool(headers) and is_tick(key, value, headers)
        event = None if ticks else _event(body)
        stamp = _own_time(event, timestamp) if derived and event is not None else timestamp
        if stamp >= mark:
            mark = stamp
        elif not derived:
            raised += 1
        record = None if ticks else _record(topic, partition, position, mark, key, body, event)
        found.append(Read(mark, position, record))
    return found, raised


def _record(
    topic: str,
    partition: int,
    position: int,
    stamp: Instant,
    key: bytes | None,
    body: bytes,
    event: dict[str, Any] | None,
) -> Record:
    if event is None:
        id_ = f"{topic}/{partition}/{position - 1}"
        return Record(topic, position, stamp, _home(key), id_, _sha256(body), body)
    hashed = event.get("contenthash")
    if type(hashed) is not str:
        hashed = _content(topic, body, event)
    return Record(topic, position, stamp, _home(key), event["id"], hashed, body)


def _event(body: bytes) -> dict[str, Any] | None:
    """The body as a JSON object with an id; None if it is none."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return event if type(event) is dict and type(event.get("id")) is str else None


@lru_cache(maxsize=1 << 16)
def _home(key: bytes | None) -> str:
    """The home that a key names; none, for a key that names no home."""
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        return ""


def _own_time(event: dict[str, Any], appended_at: Instant) -> Instant:
    try:
        own = instant_of(event["time"])
    except (KeyError, TypeError, ValueError):
        return appended_at
    return own if own <= appended_at + AHEAD else appended_at


def _content(topic: str, body: bytes, event: dict[str, Any]) -> str:
    """The content hash of an event that carries none (`shared.store.outbox.draft`, `shared.events.contenthash`)."""
    if topic in _DERIVED or any(name not in event for name in _SAID):
        return _sha256(body)
    return contenthash.contenthash(event, None)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
