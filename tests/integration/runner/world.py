"""A world for the runner's tests: a log whose clock the test moves, views in a file, and nights that are fed to them.

The nights are the random ones that the second reading of the rules is compared with; what should come out is what
`wakeful replay` says of the same facts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine

from services.checks.model import ChecksMonitor
from services.checks.running import SERVICE
from services.checks.tables import METADATA
from services.house import database
from shared.events.canonical import canonical
from shared.events.contenthash import contenthash
from shared.instants import NEVER, Instant, parse_instant
from shared.log.base import Draft, Record, fact_of
from shared.log.sqlite import SqliteLog
from shared.monitor import Monitor
from shared.replay import as_told, in_order, replay
from shared.runner import Runner
from shared.runner.observer import Silence
from shared.runner.service import Service
from shared.store import rows
from shared.store.engine import writing
from shared.store.schema import STORE_MIGRATIONS, upgrade
from shared.topics import ALERTS, INPUTS, REJECTED
from tests import fresh
from tests.servers.plugin import Postgres

Line = dict[str, Any]
Make = Callable[[], Monitor]

TABLES = METADATA


class World:
    """One folder: a log and views, and the hand on the clock."""

    def __init__(self, folder: Path, make: Make = ChecksMonitor, views: Engine | None = None) -> None:
        """`views`: a migrated database; none: a file in the folder."""
        self.now: Instant = 0
        self.make = make
        self.observer = Heard()
        self.log = SqliteLog(folder / "log.sqlite3", always_open=True, clock=lambda: self.now)
        self.engine = views or views_in_file(folder)

    def runner(self, make: Make | None = None) -> Runner:
        """A new runner, not yet started."""
        service = self.service(make)
        return Runner(self.log, self.engine, service, observer=self.observer, clock=lambda: self.now)

    def service(self, make: Make | None = None) -> Service:
        """The checks service, with the rules of `make`."""
        rules = make or self.make
        return replace(SERVICE, name=rules().name, make=rules)

    def started(self, make: Make | None = None) -> Runner:
        runner = self.runner(make)
        runner.start()
        return runner

    def feed(self, lines: Iterable[Line]) -> Instant:
        """Append `lines` (of one instant or several) as one step each instant; the clock is put to the last."""
        for instant, step in groupby(lines, key=lambda line: line["appended_at"]):
            self.now = parse_instant(instant)
            self.log.append([draft(line) for line in step])
        return self.now

    def settle(self, runner: Runner, at: Instant) -> None:
        """Put the clock to `at`, and turn until nothing moves any more."""
        self.now = at
        while runner.turn():
            pass

    def events(self, topic: str = ALERTS) -> list[dict[str, Any]]:
        """What is in a derived topic, in log order."""
        return [orjson.loads(record.body) for record in self.records(topic)]

    def records(self, *topics: str) -> list[Record]:
        return self.log.read(0, topics, {}, NEVER, 1_000_000)[0]

    def alerts(self) -> list[bytes]:
        """The alerts in the log, in the order of the replay contract, as bytes."""
        return told(self.events(ALERTS))

    def replayed(
        self, until: Instant, make: Make | None = None, homes: Sequence[str] | None = None
    ) -> list[bytes]:
        """What replay says of the facts in the log, clock at `until` (of some homes only)."""
        facts = [
            fact_of(record) for record in self.records(*INPUTS) if homes is None or record.home_id in homes
        ]
        done = replay(in_order(facts), [make or self.make], until)
        assert done.set_aside == []
        return [canonical(effect.event) for effect in done.effects]

    def rejected(self) -> list[dict[str, Any]]:
        return [event["data"] for event in self.events(REJECTED)]

    def forget_rows(self) -> None:
        """The read model is gone."""
        with writing(self.engine) as connection:
            rows.clear(connection, TABLES, ChecksMonitor.tables)

    def close(self) -> None:
        self.log.close()
        self.engine.dispose()


def views_in_file(folder: Path) -> Engine:
    """Views in a file, migrated."""
    return fresh.views(folder, _migrate)


def _migrate(engine: Engine) -> None:
    upgrade(engine, STORE_MIGRATIONS)
    SERVICE.migrate(engine)


def views_in_postgres(server: Postgres) -> Engine:
    """Views in a database of their own, migrated."""
    return database.views(fresh.postgres_database(server), SERVICE.name)


class Heard(Silence):
    """An observer that remembers what matters here."""

    def __init__(self) -> None:
        self.aside: list[str] = []
        self.reasons: list[str] = []
        self.differing: list[str] = []
        self.lags: list[int] = []
        self.errors: list[Exception] = []
        self.facts = 0

    def applied(self, service: str, facts: int) -> None:
        self.facts += facts

    def set_aside(self, service: str, home_id: str, reason: str) -> None:
        self.aside.append(home_id)

    def rejected(self, service: str, reason: str) -> None:
        self.reasons.append(reason)

    def differed(self, service: str, event_id: str) -> None:
        self.differing.append(event_id)

    def detected(self, service: str, kind: str, lag: int) -> None:
        self.lags.append(lag)

    def unavailable(self, service: str, error: Exception) -> None:
        self.errors.append(error)


def draft(line: Line) -> Draft:
    """One line of a facts file, on its way into the log."""
    event = line["event"]
    return Draft(line["topic"], event["homeid"], event["id"], contenthash(event, None), canonical(event))


def told(events: Iterable[dict[str, Any]]) -> list[bytes]:
    """Events in the order of the replay contract, as bytes."""
    from shared.monitor import Effect

    effects = [Effect(ALERTS, e["homeid"], e["id"], parse_instant(e["time"]), e) for e in events]
    assert len({effect.id for effect in effects}) == len(effects), "an alert's event stands twice"
    return [canonical(effect.event) for effect in as_told(effects)]


def end_of(lines: Sequence[Line]) -> Instant:
    """Half an hour after the last fact."""
    return parse_instant(lines[-1]["appended_at"]) + 1_800_000
