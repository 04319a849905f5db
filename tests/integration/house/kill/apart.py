"""A pager's worker over a broker and Postgres that ends itself at a write or a send, and its kill points.

It is what `wakeful worker pager` consists of; what it passes by and what it testifies to stands in `folder`, as a whole
house's does. Run as a module it waits for orders as the launcher of a whole house does (`launcher`):

    {"armed": name of a point or "", "nth": n} → `up PID`, then `open` when it has begun, then `gone STATUS`

`python -m tests.integration.house.kill.apart '{"settings": {…}, "prefix": …, "folder": …, "group": …}'`. With `group`
it is decided at the broker who owns what, where a dead member is waited for ten seconds; else this worker owns
everything at once, as the only one there is. Who may write is the ledger's to say in both cases.
"""

import re
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson
from kafka import KafkaProducer
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from services.house import paging
from services.monitors import SERVICES
from services.pager.engine.ports import Ports
from services.worker import Worker
from shared import logs
from shared.instants import SECOND, Duration
from shared.log.kafka.log import KafkaLog
from shared.settings import Settings
from tests.chaos.hurried import hurry, hurry_the_pager
from tests.integration.house.kill import sends, witness
from tests.integration.house.kill.launcher import orders
from tests.integration.house.kill.points import ENGINES, Points, who_asked

PAGER: Final = "pager"
SEND_WITHIN: Final[Duration] = SECOND
"""How long a try may take here: the lease by which a dead worker still has somebody is longer than that."""
_WRITES: Final = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
_WRITTEN: Final = "points: tables written"


def install(points: Points) -> None:
    """From here on every write to a database, and its commit, and what goes to the broker passes by `points`."""

    def before(
        connection: Connection, _cursor: object, statement: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        name = _name(statement)
        if name:
            connection.info.setdefault(_WRITTEN, set()).add(name.split()[-1])
            points.pass_by(f"before {name} {who_asked(sys._getframe(1))}")

    def after(
        _connection: Connection, _cursor: object, statement: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        name = _name(statement)
        if name:
            points.pass_by(f"after {name} {who_asked(sys._getframe(1))}")

    def commits(connection: Connection) -> None:
        written = connection.info.get(_WRITTEN)
        if written:
            points.pass_by(f"before COMMIT {_class_of(written)} {who_asked(sys._getframe(1))}")

    def committed(_driver: object, record: Any) -> None:
        """Given back after it."""
        written = record.info.pop(_WRITTEN, None)
        if written:
            points.pass_by(f"after COMMIT {_class_of(written)} {who_asked(sys._getframe(1))}")

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    event.listen(Engine, "commit", commits)
    event.listen(Engine, "rollback", lambda connection: connection.info.pop(_WRITTEN, None))
    event.listen(Pool, "checkin", committed)
    for owner, method, what in ((KafkaLog, "append", "APPEND"), (KafkaProducer, "send", "PRODUCE")):
        setattr(owner, method, _around(points, what, getattr(owner, method)))


def _around(points: Points, what: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        who = who_asked(sys._getframe(1))
        points.pass_by(f"before {what} {who}")
        result = call(*args, **kwargs)
        points.pass_by(f"after {what} {who}")
        return result

    return watched


def _name(statement: str) -> str:
    found = _WRITES.match(statement)
    return f"{found[1].split()[0].upper()} {found[2]}" if found else ""


def _class_of(written: set[str]) -> str:
    engines = next((each for each in ENGINES if written >= set(each)), None)
    return "+".join(engines or sorted(written))


def main(settings: dict[str, Any], prefix: str, folder: str, *, group: bool) -> None:
    """Serve orders until standard input ends."""
    for name in ("data", "master_key_file"):
        settings[name] = Path(settings[name])
    orders(partial(_be, Settings(**settings), prefix, Path(folder), group))


def _be(settings: Settings, prefix: str, folder: Path, group: bool, order: dict[str, Any]) -> None:
    points = Points(folder / "points", folder / "killed", order["armed"], order["nth"])
    install(points)
    sends.install(points)
    witness.install(folder / "testimony")
    hurry()
    hurry_the_pager()
    setattr(paging, "Ports", partial(Ports, send_within=SEND_WITHIN))  # noqa: B010 - of this process alone
    logs.set_up(settings.log_level)
    ends = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.set())
    worker = Worker(settings, [SERVICES[PAGER]], prefix)
    if group:
        worker.own()
    else:
        owns(worker, settings)
    worker.watch()
    print("open", flush=True)
    ends.wait()
    worker.stop()


def owns(worker: Worker, settings: Settings) -> None:
    """It owns everything from now on, as the only one of its services."""
    for crew in worker.crews.values():
        crew.own(range(settings.partitions))


if __name__ == "__main__":
    main(**orjson.loads(sys.argv[1]))
