"""One service alone over a folder of the embedded form: what every `python -m services.<name> [FOLDER]` does.

It reads the log to its end, keeps its tables, and goes on until it is told to stop. The embedded log has one process:
this is refused while `wakeful up` runs on the same folder.
"""

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from shared.log.base import Log
from shared.log.lockfile import Locked
from shared.log.sqlite import SqliteLog
from shared.runner.loop import Runner
from shared.runner.service import Service
from shared.settings import Settings
from shared.store.engine import make_engine
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of


def run_alone(service: Service, make: Callable[[Log, Engine], Runner] | None = None) -> int:
    """Run until SIGINT or SIGTERM; the exit code. The folder is the first argument, else `$WAKEFUL_DATA`. `make`: its
    runner, where that is another than usual."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Settings.read().data
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _signal, _frame: stop.set())
    try:
        log = SqliteLog(folder / "log.sqlite3", always_open=True)
    except Locked as error:
        sys.stderr.write(f"{error}\n")
        return 1
    views = make_engine(folder / "views.sqlite3")
    try:
        upgrade(views, STORE_MIGRATIONS, version_table_of("store"))
        service.migrate(views)
        runner = Runner(log, views, service) if make is None else make(log, views)
        runner.run(stop, sole=True)
    finally:
        log.close()
        views.dispose()
    return 0
