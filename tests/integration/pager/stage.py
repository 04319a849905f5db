"""An engine on a stage: a desk that the test writes, a clock that it moves, receivers on this machine, a log.

The desk's rows are written as the monitor would write them; everything behind them is the real thing. Time is moved by
`go`: the log's present, the wall and the monotonic clock together; `stand` moves only the last two.
"""

import inspect
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
from sqlalchemy import Engine as Database
from sqlalchemy import select, update

from services.pager.channels.base import Address, Message, Outcome, Result
from services.pager.desk import DeskAlert, DeskHome
from services.pager.engine import tables
from services.pager.engine.loop import Engine
from services.pager.engine.ports import Held, Ports
from services.pager.engine.saying import plainly
from services.pager.engine.store import Store
from services.pager.tables import ALERTS, HOMES, METADATA, MIGRATIONS
from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Draft, Receipt, Unavailable
from shared.log.sqlite import SqliteLog
from shared.monitor import Row
from shared.store import rows
from shared.store.engine import make_engine, writing
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of
from shared.store.tables import LEDGER
from shared.topics import PAGES
from tests import fresh
from tests.integration.pager.receivers import Heard, Receiver
from tests.unit.pager.chained import NIGHT, THERE, home
from tests.waiting import until

SERVICES: Final = ("checks", "cover", "reviews", "integrity", "alerts", "pager")


class Post:
    """A channel that POSTs what a machine would want to know."""

    name = "post"

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        said = {
            "key": message.key,
            "title": message.title,
            "alerts": list(message.alert_ids),
            "purpose": message.purpose,
            "status": message.status,
        }
        try:
            async with httpx.AsyncClient(timeout=within / SECOND, verify=False) as client:
                answer = await client.post(address.to, json=said)
        except httpx.HTTPError as error:
            return Outcome(Result.LATER, type(error).__name__)
        if answer.status_code < 300:
            return Outcome(Result.SENT)
        asked = answer.headers.get("retry-after")
        return Outcome(Result.LATER, f"HTTP {answer.status_code}", int(asked) * SECOND if asked else None)

    def wrong(self, address: Address) -> str | None:
        return None


class Log:
    """A log that can stand still."""

    def __init__(self, folder: Path) -> None:
        self.inner = SqliteLog(folder / "log.sqlite3", always_open=True)
        self.stands = False

    def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        if self.stands:
            raise Unavailable("it stands still", 100)
        return self.inner.append(drafts)


def views(folder: Path | None, url: str | None = None) -> Database:
    """A migrated database: a file in the folder, or Postgres."""
    if folder is not None and url is None:
        return fresh.views(folder, _migrate)
    made = make_engine(url or "")
    _migrate(made)
    return made


def _migrate(engine: Database) -> None:
    upgrade(engine, STORE_MIGRATIONS, version_table_of("store"))
    upgrade(engine, MIGRATIONS, version_table_of("pager"))
    upgrade(engine, tables.MIGRATIONS, version_table_of("pager_engine"))


class Stage:
    """The desk, the clock, the receivers; engines are begun by `running`."""

    def __init__(self, folder: Path, database: Database, receiver: Receiver) -> None:
        self.database, self.receiver = database, receiver
        self.log = Log(folder)
        self.epoch = 0
        self.caught_up = True
        self.present: Instant = NIGHT
        self._ahead: Duration = 0
        self._began = clock.monotonic()
        self._changed = 0
        self.engines: list[Engine] = []
        self.faults: list[BaseException] = []
        self.ways: dict[str, list[str]] = {}
        self.change_home(home())
        self.own()

    def close(self) -> None:
        self.log.inner.close()
        self.database.dispose()

    # -- time ------------------------------------------------------------------------------------------------

    def monotonic(self) -> Duration:
        return clock.monotonic() + self._ahead

    def wall(self) -> Instant:
        return NIGHT + self.monotonic() - self._began

    def go(self, length: Duration) -> None:
        """Time goes on, and the log with it."""
        self.stand(length)
        self.tick()

    def stand(self, length: Duration) -> None:
        """Time goes on, and the log stands still."""
        self._ahead += length
        self._nudge()

    def tick(self) -> None:
        """The log has come to now."""
        self.present = max(self.present, self.wall())
        with writing(self.database) as connection:
            connection.execute(update(LEDGER).values(clock=self.present, published=self.present))
        self._nudge()

    def _nudge(self) -> None:
        for engine in self.engines:
            engine.wake(lanes=True)

    def until(self, holds: Callable[[], bool], *, each: Duration = 0) -> None:
        """Wait until it holds, while the log's present moves on as it does, by `each` more at every look. (Where the
        engine has ended, `running` tells of it.)"""
        until(
            lambda: self.faults or holds(),
            lambda: (inspect.getsource(holds).strip(), self.messages(), self.told()),
            meanwhile=lambda: self.go(each),
            pause_s=0.03,
        )

    def until_kept(self) -> None:
        """Wait until it is kept how long the log has stood still by now, or nearly."""
        pause, standing = threading.Event(), self.wall() - self.present - 10 * SECOND
        query = select(tables.TIMES.c.beyond)
        while not self.faults:
            with self.database.connect() as connection:
                if (connection.execute(query).scalar() or 0) >= standing:
                    return
            pause.wait(0.03)

    def until_watched(self) -> None:
        """Wait until each engine has come round once more."""
        pause = threading.Event()
        for engine in self.engines:
            before = engine.last_turn()
            while engine.last_turn() == before and not self.faults:
                engine.wake()
                pause.wait(0.03)

    # -- the desk --------------------------------------------------------------------------------------------

    def own(self) -> None:
        """Somebody takes over the home-partition."""
        self.epoch += 1
        with writing(self.database) as connection:
            for service in SERVICES:
                values = {
                    "epoch": self.epoch, "positions": "{}", "clock": self.present, "published": self.present,
                    "version": 1,
                }  # fmt: skip
                key = {"service": service, "partition": 0}
                connection.execute(LEDGER.delete().where(LEDGER.c.service == service))
                connection.execute(LEDGER.insert().values(key | values))

    def own_again(self) -> None:
        """Somebody takes over while the log stands still: nothing else has changed."""
        self.epoch += 1
        with writing(self.database) as connection:
            connection.execute(update(LEDGER).values(epoch=self.epoch))

    def put(self, *alerts: DeskAlert) -> None:
        """These stand so on the desk from now on."""
        made = []
        for alert in alerts:
            self._changed += 1
            values = asdict(replace(alert, changed=self._changed))
            made.append(Row(ALERTS.name, {"alert_id": values.pop("alert_id")}, values))
        with writing(self.database) as connection:
            rows.put(connection, METADATA, made, partition=0)
        for engine in self.engines:
            engine.wake()

    def change_home(self, house: DeskHome) -> None:
        """The home's on-call stands so from now on; who is there is `THERE`'s."""
        values = asdict(replace(house, on_duty=house.on_duty or ["night-1"]))
        values |= {"state": b"{}", "changed": 1}
        values["rotas"] = house.rotas or {"managers": _always("manager")}
        with writing(self.database) as connection:
            rows.put(
                connection,
                METADATA,
                [Row(HOMES.name, {"home_id": values.pop("home_id")}, values)],
                partition=0,
            )
        for engine in self.engines:
            engine.wake()

    # -- the engine --------------------------------------------------------------------------------------------

    def ports(self, **others: Any) -> Ports:
        given: dict[str, Any] = {
            "held": lambda: {0: Held(self.epoch, self.caught_up)},
            "channels": {"post": Post()},
            "reach": self._reach,
            "compose": plainly,
            "admins": lambda: ["admin"],
            "log": self.log,
            "ends": lambda _: 0,
            "wall": self.wall,
            "monotonic": self.monotonic,
        }
        return Ports(**(given | others))

    @contextmanager
    def running(
        self, me: str | None = "stage", store: Callable[[Database], Store] = Store, **others: Any
    ) -> Iterator[Engine]:
        """An engine that runs, and ends with the block."""
        engine = Engine(self.database, self.ports(**others), me=me, store=store)
        stop, self.faults = threading.Event(), []

        def run() -> None:
            try:
                engine.run(stop)
            except BaseException as error:
                self.faults.append(error)

        thread = threading.Thread(target=run, name="engine")
        self.engines.append(engine)
        thread.start()
        try:
            yield engine
        finally:
            stop.set()
            engine.wake()
            thread.join()
            self.engines.remove(engine)
        if self.faults:
            raise self.faults[0]

    def _reach(self, person: str) -> list[Address]:
        paths = self.ways.get(person, [f"/{person}"])
        return [Address("post", self.receiver.url + path) for path in paths]

    # -- what came of it ---------------------------------------------------------------------------------------

    def told(self, path: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """(person, what he was told), in the order in which it came."""
        heard = [each for each in self.receiver.heard if path is None or each.path == path]
        return [(each.path.removeprefix("/"), orjson.loads(each.body)) for each in heard]

    def persons(self) -> list[str]:
        return [person for person, _ in self.told()]

    def messages(self, **where: Any) -> list[Any]:
        query = select(tables.MESSAGES).order_by(tables.MESSAGES.c.queued_at, tables.MESSAGES.c.key)
        for name, value in where.items():
            query = query.where(tables.MESSAGES.c[name] == value)
        with self.database.connect() as connection:
            return list(connection.execute(query))

    def events(self) -> list[dict[str, Any]]:
        """What the log has of pages."""
        records, _ = self.log.inner.read(0, [PAGES], {}, 1 << 60)
        return [orjson.loads(record.body) for record in records]

    def events_of(self, type_: str, person: str) -> list[dict[str, Any]]:
        return [each for each in self.events() if each["type"] == type_ and each["data"]["to"] == person]


def _always(person: str) -> dict[str, Any]:
    entry = {"person_id": person, "from": "2020-01-01T00:00:00.000Z", "to": "2040-01-01T00:00:00.000Z"}
    return {"rota": "managers", "entries": [entry]}


__all__ = ["THERE", "Heard", "Stage", "views"]
