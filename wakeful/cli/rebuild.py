"""`wakeful rebuild`: make a service's read model again from the log, whether or not `wakeful up` runs on the folder.

Fresh tables are filled beside the live ones, and take their place in one step; what had been told is reconciled with
what is so by the new reading (`shared.runner.rebuild`). A running service takes over the new rows by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wakeful.cli.errors import Failure
from wakeful.cli.folder import reading_log, settings_of
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.log.base import Log
    from shared.runner.service import Service


class Name(StrEnum):
    """What can be rebuilt."""

    CHECKS = "checks"
    ALERTS = "alerts"

    @property
    def service(self) -> "Service":
        """The service of this name."""
        from services.monitors import SERVICES

        return SERVICES[self.value]


ServiceName = Annotated[Name, typer.Argument(metavar="SERVICE", help="checks or alerts.")]


def rebuild(
    service: ServiceName,
    home: Annotated[
        str | None, typer.Option(metavar="HOME", help="Only this home, which was set aside.")
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Begin at this snapshot, not at the log's start."),
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Make a service's read model again from the log, also while `wakeful up` runs."""
    if home is not None and snapshot is not None:
        raise Failure("a snapshot is of all homes: give --home or --from, not both", 2)
    folder = settings_of(data).data
    with reading_log(folder) as log, _views(folder) as views:
        read = None
        if home is not None:
            _one_home(service.service, log, views, home)
        else:
            with progress(f"rebuilding {service.value}", log.end()) as reached:
                read = _whole(service.service, log, views, snapshot, reached)
    if json:
        write_json({"service": service.value, "home_id": home, "read": read})
    else:
        about = (
            f"{service.value}, {read} records behind it"
            if home is None
            else f"home {home} of {service.value}"
        )
        write_line(f"{about}: rebuilt")


@contextmanager
def _views(folder: Path) -> "Iterator[Engine]":
    """The read models, for writing beside a running `wakeful up`. Raises Failure where there are none."""
    from services import monitors
    from shared.store.engine import make_engine

    path = folder / "views.sqlite3"
    if not path.exists():
        raise Failure(
            f"there are no read models at {path}; start `wakeful up`, which makes them from the log"
        )
    views = make_engine(path)
    try:
        monitors.migrate(views)
        yield views
    finally:
        views.dispose()


def _whole(
    service: "Service", log: "Log", views: "Engine", path: Path | None, reached: Callable[[int], None]
) -> int:
    """Rebuild all of it; how many positions of the log are behind it."""
    from contextlib import ExitStack

    from shared.runner import rebuild
    from shared.runner.snapshot import Snapshot

    with ExitStack() as stack:
        snapshot = None if path is None else Snapshot(path, service)
        if snapshot is not None:
            stack.callback(snapshot.close)
        entry = rebuild.whole(
            log, views, service, snapshot=snapshot, reached=lambda position, _goal: reached(position)
        )
    return max(entry.positions.values(), default=0)


def _one_home(service: "Service", log: "Log", views: "Engine", home_id: str) -> None:
    from shared.runner import homecoming

    homecoming.home(log, views, service, home_id)


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful rebuild checks")(rebuild)
