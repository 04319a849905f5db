"""`wakeful rebuild`: throw a service's read model away and read the log again. Offline: the log has one process.

The service comes to where it had been, and what differs is reconciled there (`shared.runner.rebuild`); what is later in
the log, `wakeful up` reads when it starts. The clock is never put further than it had been: nobody was at the door.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wakeful.cli.errors import Failure
from wakeful.cli.folder import settings_of
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.log.sqlite import SqliteLog
    from shared.runner import Runner

_LONG: Final = 365 * 24 * 3_600_000
"""Longer than any rebuild, in milliseconds."""


class Service(StrEnum):
    """What can be rebuilt."""

    CHECKS = "checks"
    ALERTS = "alerts"


def rebuild(
    service: Annotated[Service, typer.Argument(metavar="SERVICE", help="checks or alerts.")],
    home: Annotated[
        str | None, typer.Option(metavar="HOME", help="Only this home, which was set aside.")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Make a service's read model again from the log, with `wakeful up` stopped."""
    folder = settings_of(data).data
    if not (folder / "log.sqlite3").exists():
        raise Failure(f"there is no log in {folder}; say where it is with --data or WAKEFUL_DATA")
    with _opened(folder) as (log, views):
        if home is None:
            read = _whole(log, _runner(service, log, views))
        else:
            _one_home(service, log, views, home)
            read = None
    if json:
        write_json({"service": service.value, "home_id": home, "read": read})
    else:
        about = f"{service}, {read} records read" if home is None else f"home {home} of {service}"
        write_line(f"{about}: rebuilt")


@contextmanager
def _opened(folder: Path) -> Iterator[tuple["SqliteLog", "Engine"]]:
    from services.alerts import running as alerts
    from services.checks import running as checks
    from shared.log.sqlite import SqliteLog
    from shared.store.engine import make_engine
    from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of

    log = SqliteLog(folder / "log.sqlite3")
    try:
        views = make_engine(folder / "views.sqlite3")
        upgrade(views, STORE_MIGRATIONS, version_table_of("store"))
        for migrate in (checks.migrate, alerts.migrate):
            migrate(views)
        yield log, views
        views.dispose()
    finally:
        log.close()


def _runner(service: Service, log: "SqliteLog", views: "Engine") -> "Runner":
    from services.alerts import running as alerts
    from services.checks import running as checks
    from shared.web.live import Notifier

    if service is Service.CHECKS:
        return checks.make_runner(log, views)
    return alerts.make_runner(log, views, Notifier())


def _whole(log: "SqliteLog", runner: "Runner") -> int:
    """Rebuild a service; how many positions of the log are behind it."""
    runner.rebuild()
    with progress("rebuilding", log.end()) as reached:
        if (
            runner.entry.rebuilding_until is None
        ):  # it had never come anywhere: to the last instant of the log
            while runner.turn():
                reached(_behind(runner))
            return _behind(runner)
        log.door_open(_LONG)  # the runner itself stops at where it had been
        while runner.entry.rebuilding_until is not None:
            if not runner.turn() and runner.entry.rebuilding_until is not None:
                raise Failure("the machine's clock is behind the log; set it right, then rebuild again")
            reached(_behind(runner))
    return _behind(runner)


def _behind(runner: "Runner") -> int:
    return max(runner.entry.positions.values(), default=0)


def _one_home(service: Service, log: "SqliteLog", views: "Engine", home_id: str) -> None:
    from services.alerts import reading
    from services.alerts import tables as alerts_tables
    from services.alerts.model import AlertsMonitor
    from services.checks import tables as checks_tables
    from services.checks.model import ChecksMonitor
    from shared.runner import rebuild

    try:
        if service is Service.CHECKS:
            rebuild.home(log, views, ChecksMonitor(), home_id, tables=checks_tables.METADATA)
        else:
            tables = alerts_tables.METADATA
            rebuild.home(log, views, AlertsMonitor(), home_id, tables=tables, decode=reading.decode)
    except ValueError as error:
        raise Failure(str(error)) from error


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful rebuild checks")(rebuild)
