"""All services over one log whose clock the test moves, each turned when the test says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import orjson

from services.monitors import SERVICES
from services.rules import DECIDER, MONITORS
from shared.events.canonical import canonical
from shared.instants import NEVER, SECOND, Instant, parse_instant
from shared.log.base import fact_of
from shared.log.sqlite import SqliteLog
from shared.replay import in_order, replay
from shared.runner import Runner
from shared.runner.deciding import Undecided
from shared.topics import ALERTS, INPUTS, SWAPS
from tests import fresh
from tests.integration.runner.world import draft, told

Line = dict[str, Any]
DECIDES = DECIDER().name
WATCHING = (*MONITORS, DECIDES)


class Watch:
    """The folder, and whoever watches over it."""

    def __init__(self, folder: Path) -> None:
        self.now: Instant = 0
        self.monotonic = 0
        self.log = SqliteLog(folder / "log.sqlite3", always_open=True, clock=lambda: self.now)
        self.engine = fresh.views(folder)
        self._undecided = Undecided()
        self.runners: dict[str, Runner] = {}
        for name in WATCHING:
            self.begin(name)

    def begin(self, name: str) -> None:
        """A new runner takes over, and knows nothing but the rows."""
        self.runners[name] = Runner(
            self.log, self.engine, SERVICES[name], clock=lambda: self.now, monotonic=lambda: self.monotonic,
            undecided=self._undecided,
        )  # fmt: skip
        self.runners[name].start()

    def turn(self, *names: str) -> None:
        """Each of these (all, if none is named), one after the other, until nothing moves any more."""
        for name in names or WATCHING:
            while self.runners[name].turn():
                pass

    def settle(self, at: Instant) -> None:
        """The clock there, all services; what they told is read, and decided about up to there."""
        self.now = at
        self.turn(*MONITORS)
        for _ in range(3):
            self.now += SECOND
            self.turn(DECIDES)

    def tell(self, lines: list[Line], rnd: Random) -> None:
        """Append these as one step each instant; in between whoever is lucky has a turn."""
        for instant, step in groupby(lines, key=lambda line: line["appended_at"]):
            until = parse_instant(instant)
            while self.now and self.now < until and rnd.random() < 0.3:
                self.now = rnd.randint(self.now, until)
                self._lucky(rnd)
            self.now = until
            self.log.append([draft(line) for line in step])
            self._lucky(rnd)

    def _lucky(self, rnd: Random) -> None:
        for name in WATCHING:
            if rnd.random() < 0.3:
                self.runners[name].turn()
            if rnd.random() < 0.02:
                self.begin(name)

    def events(self, topic: str = ALERTS) -> list[dict[str, Any]]:
        """What a derived topic holds."""
        return [orjson.loads(record.body) for record in self.log.read(0, [topic], {}, NEVER, 1_000_000)[0]]

    def heard(self, before: Instant) -> list[bytes]:
        """The alerts of before that instant, as the replay contract orders them."""
        return told(event for event in self.events() if parse_instant(event["time"]) < before)

    def replayed(self, until: Instant) -> list[bytes]:
        """What a replay tells of before that instant."""
        records, _ = self.log.read(0, INPUTS, {}, until, 1_000_000)
        whole = replay(in_order(map(fact_of, records)), MONITORS.values(), until, DECIDER)
        return [canonical(effect.event) for effect in whole.effects if effect.at < until]

    def recorded(self) -> list[dict[str, Any]]:
        """What is on record of having decided without waiting."""
        return [event["data"] for event in self.events(SWAPS) if "without" in event["data"]]

    def close(self) -> None:
        self.log.close()
        self.engine.dispose()


@contextmanager
def watch(folder: Path) -> Iterator[Watch]:
    """A watch, closed in the end."""
    built = Watch(folder)
    try:
        yield built
    finally:
        built.close()
