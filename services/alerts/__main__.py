"""Run the alerts service alone over a folder: `python -m services.alerts [FOLDER]` (default `$WAKEFUL_DATA`, `./data`).

It reads the log to its end, keeps the feed's tables, and goes on until it is told to stop. The embedded log has one
process: this is refused while `wakeful up` runs on the same folder.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from services.alerts.running import make_runner, migrate
from shared.log.sqlite import SqliteLog
from shared.store.engine import make_engine
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of
from shared.web.live import Notifier


def main() -> None:
    """Run until SIGINT or SIGTERM."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("WAKEFUL_DATA", "data"))
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _signal, _frame: stop.set())
    log = SqliteLog(folder / "log.sqlite3", always_open=True)
    views = make_engine(folder / "views.sqlite3")
    try:
        upgrade(views, STORE_MIGRATIONS, version_table_of("store"))
        migrate(views)
        make_runner(log, views, Notifier()).run(stop)
    finally:
        log.close()
        views.dispose()


if __name__ == "__main__":
    main()
