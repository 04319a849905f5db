"""A data folder made by the parts that `wakeful up` is made of: a log whose clock the test moves, the read models, a
runner a service.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import orjson
from sqlalchemy import Engine

from services.house import together
from shared.events.canonical import canonical
from shared.events.contenthash import contenthash
from shared.events.sealing import seal
from shared.instants import MINUTE, NEVER, Instant, parse_instant
from shared.log.base import Draft
from shared.log.sqlite import SqliteLog
from shared.monitor import Effect
from shared.replay import as_told
from shared.security.keys import KeyRing, load_master_key
from shared.topics import ALERTS
from shared.web.live import Notifier
from tests import fresh
from tests.unit.cli.story import Line

DECIDING = "alerts"
"""The service that decides from what all others have told."""


class House:
    """One folder. Whatever it opens is closed again before a command looks at it, unless `running` says otherwise."""

    def __init__(self, folder: Path, master_key: Path) -> None:
        self.folder = folder
        self.master_key = master_key
        self.now: Instant = 0

    @contextmanager
    def log(self) -> Iterator[SqliteLog]:
        """The log, open for writing, with the folder's lock."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        log = SqliteLog(self.folder / "log.sqlite3", always_open=True, clock=lambda: self.now)
        try:
            yield log
        finally:
            log.close()

    @contextmanager
    def views(self) -> Iterator[Engine]:
        """The read models, brought up to date."""
        engine = fresh.views(self.folder)
        try:
            yield engine
        finally:
            engine.dispose()

    def live(self, lines: Iterable[Line], until: Instant | None = None) -> None:
        """Append the lines, each instant as one step, with all services running; then let the clock go to `until`
        (default: half an hour after the last)."""
        with self.log() as log, self.views() as views:
            running = together.runners(log, views, Notifier())
            runners = list(running.values())
            for runner in runners:
                runner.start()
            for instant, step in groupby(lines, key=lambda line: line["appended_at"]):
                self.now = parse_instant(instant)
                log.append([draft(line) for line in step])
            self.now = until if until is not None else self.now + 30 * MINUTE
            while any(runner.turn() for runner in runners):
                pass
            self.now += 1  # what was told at this very instant is read once it is over
            while running[DECIDING].turn():
                pass
            log.probe()

    def append(self, *drafts: Draft) -> None:
        """Put into the log what no service has put there."""
        with self.log() as log:
            log.append(drafts)

    def alerts(self) -> bytes:
        """What the services published, as the replay contract orders it: JSON lines."""
        log = SqliteLog(self.folder / "log.sqlite3", read_only=True)
        try:
            events = [orjson.loads(record.body) for record in log.read(0, [ALERTS], {}, NEVER, 100_000)[0]]
        finally:
            log.close()
        effects = [Effect(ALERTS, e["homeid"], e["id"], parse_instant(e["time"]), e) for e in events]
        return b"".join(canonical(effect.event) + b"\n" for effect in as_told(effects))

    def sealed(self, line: Line) -> Line:
        """The line as the door logs it."""
        keys = KeyRing(
            self.folder / "keys.sqlite3", load_master_key(self.master_key, data_folder=self.folder)
        )
        try:
            return {**line, "event": seal(line["event"], keys)}
        finally:
            keys.close()


def draft(line: Line) -> Draft:
    """One line of a facts file, on its way into the log."""
    event = {**line["event"], "contenthash": contenthash(line["event"], b"k")}
    return Draft(line["topic"], event["homeid"], event["id"], event["contenthash"], canonical(event))
