"""What became of messages: send, then mark. Each mark and what the log is told of it are one transaction.

The events have ids of (message, type, try, channel): told twice they are told once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from services.pager.chain.verdict import Verdict
from services.pager.channels.base import Outcome, Result
from services.pager.engine import keys, rows
from services.pager.engine.rows import Sending
from shared.instants import Instant, show_instant
from shared.monitor import Effect
from shared.store import outbox

OWNER = "pager-engine"
"""Whose outbox the pages go through."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One way that was tried, and what came of it."""

    channel: str
    outcome: Outcome


def skip(connection: Connection, skipped: Sequence[tuple[Sending, Verdict]], at: Instant) -> None:
    """These are not told any more."""
    told = []
    for message, verdict in skipped:
        rows.change(connection, [message.key], state="skipped", skipped=verdict.value, ended_at=at)
        data = _data(message, "none", max(1, message.attempts)) | {"why": verdict.value}
        told.append((message.partition, keys.told(keys.SKIPPED, message.key, message.home_id, at, data)))
    put(connection, told)


def mark(
    connection: Connection,
    messages: Sequence[Sending],
    tried: Sequence[Tried],
    at: Instant,
    retry_at: Instant,
) -> None:
    """What the tries came to. `messages`: as they were at the last of them."""
    sent = next((each for each in tried if each.outcome.result is Result.SENT), None)
    listed = [message.key for message in messages]
    if sent is not None:
        rows.change(connection, listed, state="sent", ended_at=at, channel=sent.channel, trying=False)
    else:
        rows.change(connection, listed, failed=True, trying=False)
    put(connection, _told(messages, tried, at, retry_at, done=sent is not None))


def put(connection: Connection, told: Iterable[tuple[int, Effect]]) -> None:
    """Into the outbox, by home-partition."""
    by_partition: dict[int, list[Effect]] = {}
    for partition, effect in told:
        by_partition.setdefault(partition, []).append(effect)
    for partition in sorted(by_partition):
        outbox.put(connection, outbox.Owner(OWNER, partition), by_partition[partition])


def _told(
    messages: Sequence[Sending], tried: Sequence[Tried], at: Instant, retry_at: Instant, *, done: bool
) -> Iterable[tuple[int, Effect]]:
    for message in messages:
        for number, each in enumerate(tried):
            data = _data(message, each.channel, message.attempts)
            type_ = keys.SENT
            if each.outcome.result is not Result.SENT:
                type_ = keys.FAILED
                data["error"] = each.outcome.error or "it was not taken"
                if not done:
                    data["retry_at"] = show_instant(retry_at)
            about = (message.attempts, each.channel, number)
            yield message.partition, keys.told(type_, message.key, message.home_id, at, data, *about)


def _data(message: Sending, channel: str, attempt: int) -> dict[str, Any]:
    return {
        "alert_id": message.alert_id,
        "step": message.step,
        "to": message.person,
        "channel": channel,
        "attempt": min(attempt, 10_000),
    }
