"""Rebuilding: a read model is disposable, and the log makes it again (ARCHITECTURE.md, "Rebuild, replay, time
travel").

A service rebuilds by itself where its rows are of another version, or on request; one home, after it was set
aside. While the clock lies before where it had been, what comes out is *held*; then the swap reconciles, in
the transaction that ends the rebuild: an alert that is open by the new reading and was never published is
published now, with its own id and instants; one that was published and is not open is resolved `superseded`.
The swap is recorded. The loop itself is `shared.runner`; this never reads a fact by itself but for a home
that comes back.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import orjson
from sqlalchemy import Connection, Engine, MetaData, insert

from shared.alerting import RAISED, RESOLVED, Resolution, resolved
from shared.course import Course, TrustedSeen, Turn
from shared.facts import Fact
from shared.instants import NEVER, Instant
from shared.log.base import Log, Positions, Record, fact_of
from shared.monitor import Effect, Monitor
from shared.runner import rejection
from shared.runner.names import Names
from shared.store import asides, ledger, operations, outbox, rows
from shared.store.engine import writing
from shared.store.tables import SWAPS
from shared.topics import ALERTS


def begin(connection: Connection, entry: ledger.Entry, monitor: Monitor, tables: MetaData) -> ledger.Entry:
    """Wipe what the service had, and start at the beginning of the log; remembered: how far it had come, and
    by which version's rules."""
    name, partition = entry.service, entry.partition
    rows.clear(connection, tables, monitor.tables)
    outbox.clear_held(connection, outbox.Owner(name, partition))
    for aside in asides.of_service(connection, name, partition):
        operations.resolve(connection, operations.MONITOR_BLIND, name, aside.home_id, entry.clock)
    asides.forget(connection, name, partition)
    until = max(entry.clock, entry.rebuilding_until or 0)
    fresh = replace(
        entry,
        positions={},
        clock=0,
        published=0,
        version=monitor.version,
        rebuilding_until=until or None,
        rebuilding_from=entry.version if entry.rebuilding_until is None else entry.rebuilding_from,
    )
    return ledger.swap(connection, entry, fresh)


def go_on(
    connection: Connection, log: Log, entry: ledger.Entry, effects: Sequence[Effect], aside: Iterable[str]
) -> ledger.Entry:
    """One step of a rebuild: hold what comes out; where the clock has come to where the service had been,
    swap."""
    owner = outbox.Owner(entry.service, entry.partition)
    _hold(connection, owner, effects)
    if entry.rebuilding_until is not None and entry.clock >= entry.rebuilding_until:
        return _finish(connection, log, owner, entry, set(aside))
    return entry


def _hold(connection: Connection, owner: outbox.Owner, effects: Sequence[Effect]) -> None:
    """Only alerts that stay open are worth keeping back: of the others nothing has to be told."""
    closed = {effect.event["data"]["alert_id"] for effect in effects if effect.event["type"] == RESOLVED}
    opened = [effect for effect in effects if effect.event["data"].get("alert_id") not in closed]
    outbox.put(connection, owner, opened, held=True)
    outbox.drop_alerts(connection, owner, closed)


def _finish(
    connection: Connection, log: Log, owner: outbox.Owner, entry: ledger.Entry, unwatched: set[str]
) -> ledger.Entry:
    """The swap of a whole service: reconcile what is held with what was published, and record it."""
    still_open = outbox.held_alerts(connection, owner)
    published = open_alerts(entry.service, _all_alerts(log, entry.partition))
    # Of a home that is set aside by the new reading too nobody knows what is so: its alerts stay as they are.
    gone = {id_: home for id_, home in published.items() if id_ not in still_open and home not in unwatched}
    outbox.release(connection, owner)
    outbox.put(connection, owner, superseded(entry.service, gone, entry.clock))
    record(connection, entry, None, sorted(still_open - published.keys()), sorted(gone))
    return replace(entry, rebuilding_until=None, rebuilding_from=None)


def open_alerts(service: str, records: Iterable[Record]) -> dict[str, str]:
    """The home of each alert that `service` has raised in the log and nobody has resolved there, by alert
    id."""
    found: dict[str, str] = {}
    for each in records:
        event = orjson.loads(each.body)
        if event["type"] == RAISED and event["source"] == f"wakeful/{service}":
            found[event["data"]["alert_id"]] = each.home_id
        elif event["type"] == RESOLVED:
            found.pop(event["data"]["alert_id"], None)
    return found


def superseded(service: str, gone: dict[str, str], at: Instant) -> list[Effect]:
    """The events that close alerts which the new reading does not have open."""
    return [resolved(service, home, id_, at, Resolution.SUPERSEDED) for id_, home in sorted(gone.items())]


def record(
    connection: Connection,
    entry: ledger.Entry,
    home_id: str | None,
    raised: Sequence[str],
    closed: Sequence[str],
) -> None:
    """Write the swap down: `audit` explains differences by it."""
    before = entry.version if entry.rebuilding_from is None else entry.rebuilding_from
    values = {
        "service": entry.service,
        "home_id": home_id,
        "from_version": before,
        "to_version": entry.version,
        "at": entry.clock,
        "detail": {"raised": list(raised), "superseded": list(closed)},
    }
    connection.execute(insert(SWAPS).values(values))


class StillBroken(Exception):  # noqa: N818 - reads as what it says
    """The home cannot be brought back: what set it aside happens again. Nothing was changed."""


def home(
    log: Log,
    engine: Engine,
    monitor: Monitor,
    home_id: str,
    *,
    tables: MetaData,
    partition: int = 0,
    decode: Callable[[Record], Fact] = fact_of,
) -> None:
    """Bring one home back: read it alone, from its first fact up to where the service stands, into
    `monitor`, which is new and serves nothing else; swap its rows. Whoever ran the service before must start
    it again.

    Raises StillBroken, and ValueError where the whole service is to be rebuilt first.
    """
    with writing(engine) as connection:
        entry = ledger.take_over(connection, monitor.name, partition, monitor.version)
    if entry.version != monitor.version or entry.rebuilding_until is not None:
        raise ValueError(
            f"{monitor.name} has rows of version {entry.version}; rebuild all of it, not one home"
        )
    read = [r for r in log.home(home_id, monitor.topics) if r.position <= entry.positions.get(r.topic, 0)]
    facts, rejected = rejection.decoded(partition, read, decode)
    turn = _relive(log, monitor, facts, entry.clock)
    rejected += rejection.refused(partition, read, turn.refused)
    with writing(engine) as connection:
        rows.clear(connection, tables, monitor.tables, home_id)
        rows.put(connection, tables, monitor.changed())
        outbox.put(connection, outbox.Owner(entry.service, partition), rejected)
        _reconcile_home(connection, log, entry, home_id, turn.effects)
        asides.forget(connection, entry.service, partition, home_id)
        operations.resolve(connection, operations.MONITOR_BLIND, entry.service, home_id, entry.clock)
        ledger.swap(connection, entry, entry)


def _relive(log: Log, monitor: Monitor, facts: Sequence[Fact], until: Instant) -> Turn:
    names = Names(log.named, lambda: course.clock)
    course = Course(monitor, TrustedSeen(), names.named)
    names.look_up(facts)
    turn, rest = course.take(facts), course.reach(until)
    turn.effects += rest.effects
    if aside := [*turn.set_aside, *rest.set_aside]:
        raise StillBroken(f"home {aside[0].home_id} fails as before ({aside[0].reason}); it stays set aside")
    return turn


def _reconcile_home(
    connection: Connection, log: Log, entry: ledger.Entry, home_id: str, effects: Sequence[Effect]
) -> None:
    closed = {each.event["data"]["alert_id"] for each in effects if each.event["type"] == RESOLVED}
    opened = [each for each in effects if each.event["data"].get("alert_id") not in closed]
    still_open = {each.event["data"]["alert_id"] for each in opened}
    published = open_alerts(entry.service, log.home(home_id, [ALERTS]))
    gone = {id_: home_id for id_ in published if id_ not in still_open}
    owner = outbox.Owner(entry.service, entry.partition)
    outbox.put(connection, owner, [*opened, *superseded(entry.service, gone, entry.clock)])
    record(connection, entry, home_id, sorted(still_open - published.keys()), sorted(gone))


def _all_alerts(log: Log, partition: int) -> Iterable[Record]:
    positions: Positions = {}
    while True:
        records, positions = log.read(partition, [ALERTS], positions, NEVER)
        if not records:
            return
        yield from records
