"""What goes to one person now: the last questions, asked of durable rows in the transaction that claims him.

    1. The home-partitions are still owned, and nobody else sends to him (`claims`).
    2. Each alert as it stands now: what may not be told any more is skipped, and recorded (`chain.verdict`).
    3. Of the rest: what goes now as one (`chain.gathering`), first pages, then updates, then what was tried before.
    4. Its key and the try are written down. What was tried as one goes again as one, for a receiver takes a key once:
       what lies in home-partitions that another worker owns by now is told with it (and told again by that worker); and
       what may not be told now leaves it, to go under a key of its own.

Run in the store's thread, perhaps twice: nothing in memory changes here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog
from sqlalchemy import Connection, select

from services.pager import desk_rows
from services.pager.chain.gathering import Gathered, Told, Waiting, gather, rank_of
from services.pager.chain.verdict import Ready, Verdict, judge
from services.pager.desk import DeskAlert, DeskHome
from services.pager.engine import claims, keys, outcomes, rows
from services.pager.engine.rows import Sending
from services.pager.engine.store import guard
from services.pager.engine.tables import MESSAGES
from shared.instants import NEVER, SECOND, Duration, Instant

BUSY: Final[Duration] = SECOND // 2
"""How soon a person is asked for again whom another worker has."""
UNKNOWN: Final[Duration] = 2 * SECOND
"""How soon an alert is asked for again that is not on the desk: its rows are being made anew."""

_log = structlog.get_logger("pager")


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom, by whom, when."""

    person: str
    me: str
    messages: Sequence[Sending]
    """What waits for him and may be tried now."""
    epochs: Mapping[int, int]
    now: Instant
    """Pager time."""
    wall: Instant
    lease: Duration


@dataclass(frozen=True, slots=True)
class Turn:
    """What goes, under which key, and when to ask again of what does not (pager time)."""

    key: str = ""
    going: Sequence[Sending] = ()
    alerts: Mapping[str, DeskAlert] = field(default_factory=dict)
    homes: Mapping[str, DeskHome] = field(default_factory=dict)
    beside: Sequence[Sending] = ()
    """What is told with it under the same key, and is not marked here."""
    skipped: Sequence[Sending] = ()
    held: Mapping[str, Instant] = field(default_factory=dict)
    """By key: what is held back, until when."""
    look_again: Instant = NEVER
    receiver: claims.Receiver | None = None
    """What the person has been told, this included; None: somebody else has him."""


def gathers(receiver: claims.Receiver, messages: Sequence[Sending], now: Instant) -> Instant | None:
    """Until when all of these only gather, by what is known of the receiver; None: something may go."""
    if any(message.bundle is not None for message in messages):
        return None
    pages = [Waiting(m.key, rank_of(m.kind), 0, m.queued_at) for m in messages if m.purpose != "update"]
    updates = [Waiting(m.key, 0, 0, m.queued_at) for m in messages if m.purpose == "update"]
    made, later = gather(receiver.pages, pages, now), gather(receiver.updates, updates, now)
    return None if made.keys or later.keys else min(made.look_again, later.look_again)


def turn(connection: Connection, asked: Asked) -> Turn:
    """The turn. Raises LostOwnership."""
    guard(connection, asked.epochs, {message.partition for message in asked.messages})
    receiver = claims.claim(connection, asked.person, asked.me, asked.wall, asked.wall + asked.lease)
    if receiver is None:
        return Turn(look_again=asked.now + BUSY)
    judged = judge_all(connection, rows.as_bundled(connection, asked.messages), asked.now)
    outcomes.skip(connection, judged.skipped, asked.now)
    made = Turn(
        alerts=judged.alerts,
        homes=judged.homes,
        skipped=[message for message, _ in judged.skipped],
        held=judged.held,
        look_again=min(judged.held.values(), default=NEVER),
    )
    going, receiver, look_again = _going(judged, receiver, asked.now)
    made = replace(made, look_again=min(made.look_again, look_again), receiver=receiver)
    if not going:
        claims.release(connection, asked.person, asked.me)
        return made
    key = going[0].bundle or keys.bundle_of([message.key for message in going])
    for message in going:
        rows.change(connection, [message.key], bundle=key, attempts=message.attempts + 1, trying=True)
    claims.put(connection, asked.person, asked.me, receiver)
    made = replace(made, key=key, going=[replace(m, bundle=key, attempts=m.attempts + 1) for m in going])
    return made if going[0].bundle is None else _whole(connection, made, asked.now)


def still(connection: Connection, asked: Asked) -> Turn:
    """Before the next way is tried: the lease is longer, and what of `messages` may still be told."""
    guard(connection, asked.epochs, {message.partition for message in asked.messages})
    claims.keep(connection, asked.person, asked.me, asked.wall + asked.lease)
    judged = judge_all(connection, asked.messages, asked.now)
    left = {message.key for message in asked.messages} - {message.key for message in judged.ready}
    rows.change(connection, left, trying=False)  # the ways that were tried have failed
    made = Turn(going=judged.ready, alerts=judged.alerts, homes=judged.homes)
    return (
        _whole(connection, replace(made, key=made.going[0].bundle or ""), asked.now) if made.going else made
    )


def _whole(connection: Connection, made: Turn, now: Instant) -> Turn:
    """With all that was tried under its key and may still be told; the rest leaves it."""
    mine = [message.key for message in made.going]
    others = [] if mine == [made.key] else rows.of_bundle(connection, made.key, mine)
    if not others:
        return made
    judged = judge_all(connection, others, now)
    rows.leave(connection, made.key, [*mine, *(message.key for message in judged.ready)])
    alerts, homes = {**judged.alerts, **made.alerts}, {**judged.homes, **made.homes}
    return replace(made, beside=judged.ready, alerts=alerts, homes=homes)


@dataclass(frozen=True, slots=True)
class Judged:
    """Messages by what may become of them."""

    alerts: Mapping[str, DeskAlert]
    homes: Mapping[str, DeskHome]
    ready: list[Sending]
    skipped: list[tuple[Sending, Verdict]]
    held: dict[str, Instant]


def judge_all(connection: Connection, messages: Sequence[Sending], now: Instant) -> Judged:
    """The verdict on each, by the desk as it stands."""
    alerts = desk_rows.read_all(connection, {message.alert_id for message in messages})
    homes = desk_rows.homes_of(connection, {alert.home_id for alert in alerts.values()})
    later = _latest(connection, messages)
    judged = Judged(alerts, homes, [], [], {})
    for message in messages:
        alert = alerts.get(message.alert_id)
        if alert is None:
            judged.held[message.key] = now + UNKNOWN
            continue
        overtaken = later.get(message.alert_id, (-1, -1)) > (message.round, message.step)
        ready = Ready(message.purpose, message.why, overtaken, shown=message.why)
        verdict, until = _verdict(alert, homes[alert.home_id], ready, now)
        if verdict is Verdict.SEND:
            judged.ready.append(message)
        elif verdict is Verdict.HOLD:
            judged.held[message.key] = until
        else:
            judged.skipped.append((message, verdict))
    return judged


def _verdict(alert: DeskAlert, home: DeskHome, ready: Ready, now: Instant) -> tuple[Verdict, Instant]:
    """A home whose on-call cannot be read keeps no message back, nor what else falls to its people."""
    try:
        return judge(alert, home, ready, now)
    except Exception:
        _log.exception("it cannot be asked whether a message may go; it goes", alert_id=alert.alert_id)
        return Verdict.SEND, now


def _latest(connection: Connection, messages: Sequence[Sending]) -> dict[str, tuple[int, int]]:
    """By alert: the last (round, step) that this person is told of, or was."""
    person, ids = messages[0].person, {message.alert_id for message in messages}
    query = select(MESSAGES.c.alert_id, MESSAGES.c.round, MESSAGES.c.step).where(
        MESSAGES.c.alert_id.in_(ids),
        MESSAGES.c.person == person,
        MESSAGES.c.purpose.in_(("page", "notify")),
        MESSAGES.c.state != "skipped",
    )
    latest: dict[str, tuple[int, int]] = {}
    for row in connection.execute(query):
        latest[row.alert_id] = max(latest.get(row.alert_id, (-1, -1)), (row.round, row.step))
    return latest


def _going(
    judged: Judged, receiver: claims.Receiver, now: Instant
) -> tuple[list[Sending], claims.Receiver, Instant]:
    """What goes now, the receiver after it, and when to ask again where nothing does."""
    new = [message for message in judged.ready if message.bundle is None]
    pages = [message for message in new if message.purpose != "update"]
    updates = [message for message in new if message.purpose == "update"]
    made = gather(receiver.pages, [_waiting(message, judged) for message in pages], now)
    if made.keys:
        return _by_key(pages, made), replace(receiver, pages=made.told), now
    later = gather(receiver.updates, [Waiting(m.key, 0, 0, m.queued_at) for m in updates], now)
    if later.keys:
        told = Told(later.told.window, 0)
        return _by_key(updates, later), replace(receiver, updates=told), made.look_again
    tried = [message for message in judged.ready if message.bundle is not None]
    again = [message for message in tried if message.bundle == tried[0].bundle] if tried else []
    return again, receiver, min(made.look_again, later.look_again)


def _waiting(message: Sending, judged: Judged) -> Waiting:
    return Waiting(
        message.key, rank_of(message.kind), judged.alerts[message.alert_id].level, message.queued_at
    )


def _by_key(messages: Sequence[Sending], made: Gathered) -> list[Sending]:
    by_key = {message.key: message for message in messages}
    return [by_key[key] for key in made.keys]
