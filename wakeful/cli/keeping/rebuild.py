"""`wakeful rebuild`: make a service's read model again from the log, whether or not anybody runs the service.

Fresh tables are filled beside the live ones, and take their place in one step; what had been told is reconciled with
what is so by the new reading (`shared.runner.rebuild`). A running service takes over the new rows by itself. Over a
broker each home-partition is made again by itself, one after the other.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wakeful.cli.errors import UNREADABLE, Failure
from wakeful.cli.folder import Folder
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.log.base import Log
    from shared.runner.service import Service

NOT_YET: Final = (
    "WAKEFUL_KAFKA is set, and there are no snapshots over a broker yet: each home-partition is made again from the "
    "start of its topics (wakeful rebuild SERVICE)"
)
_WHOLE: Final = 100
"""What one home-partition counts in the progress."""


class Name(StrEnum):
    """What can be rebuilt: `services.monitors.SERVICES`, known here without loading them."""

    CHECKS = "checks"
    COVER = "cover"
    REVIEWS = "reviews"
    INTEGRITY = "integrity"
    ALERTS = "alerts"
    PAGER = "pager"

    @property
    def service(self) -> "Service":
        """The service of this name."""
        from services.monitors import SERVICES

        return SERVICES[self.value]


ServiceName = Annotated[
    Name, typer.Argument(metavar="SERVICE", help="checks, cover, reviews, integrity, alerts or pager.")
]


def rebuild(
    service: ServiceName,
    home: Annotated[
        str | None, typer.Option(metavar="HOME", help="Only this home, which was set aside.")
    ] = None,
    partition: Annotated[
        int | None, typer.Option(metavar="N", help="Over a broker: only this home-partition (default: all).")
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Begin at this snapshot, not at the log's start."),
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Make a service's read model again from the log, also while the service runs."""
    if home is not None and (snapshot is not None or partition is not None):
        raise Failure(
            "one home is read from its own facts: give --home, or --from or --partition", UNREADABLE
        )
    here = installation(data)
    if snapshot is not None and not isinstance(here, Folder):
        raise Failure(NOT_YET)
    with here.reading_log() as log, here.writing_views(service.value) as views:
        read = None
        if home is not None:
            _one_home(service.service, log, views, home)
        else:
            partitions = _partitions(log, partition)
            _refuse_where_it_never_ran(service.service, log, views, partitions)
            read = _whole(service.service, log, views, partitions, snapshot)
    if json:
        write_json({"service": service.value, "home_id": home, "partition": partition, "read": read})
    elif home is not None:
        write_line(f"home {home} of {service.value}: rebuilt")
    else:
        of = "" if partition is None else f" of home-partition {partition}"
        write_line(f"{service.value}{of}, {read} records behind it: rebuilt")


def _partitions(log: "Log", partition: int | None) -> Sequence[int]:
    if partition is None:
        return range(log.partitions)
    if not 0 <= partition < log.partitions:
        raise Failure(
            f"there is no home-partition {partition}; they go from 0 to {log.partitions - 1}", UNREADABLE
        )
    return [partition]


def _refuse_where_it_never_ran(
    service: "Service", log: "Log", views: "Engine", partitions: Sequence[int]
) -> None:
    """Before anything is begun: over a broker several are made again, one after the other."""
    from shared.store import ledger

    if log.once:
        return  # it says so itself
    with views.connect() as connection:
        never = [str(each) for each in partitions if ledger.find(connection, service.name, each) is None]
    if never:
        raise Failure(
            f"{service.name} has never run in home-partition {', '.join(never)}: there is nothing to make again; start "
            f"it (wakeful worker {service.name}), or name those that it has run in with --partition"
        )


def _whole(
    service: "Service", log: "Log", views: "Engine", partitions: Sequence[int], path: Path | None
) -> int:
    """Rebuild all of these; how many positions of the log are behind them."""
    from shared.log.base import BESIDE
    from shared.runner import rebuild
    from shared.runner.snapshot import Snapshot

    read = 0
    with ExitStack() as stack:
        snapshot = None if path is None else Snapshot(path, service)
        if snapshot is not None:
            stack.callback(snapshot.close)
        bar = stack.enter_context(progress(f"rebuilding {service.name}", _WHOLE * len(partitions)))
        for done, partition in enumerate(partitions):
            entry = rebuild.whole(
                log, views, service, partition=partition, snapshot=snapshot, reached=_part(bar, done)
            )
            places = [place for topic, place in entry.positions.items() if not topic.endswith(BESIDE)]
            read += max(places, default=0) if log.once else sum(places)
    return read


def _part(bar: Callable[[int], None], done: int) -> Callable[[int, int], None]:
    """How far one of them is, on the bar of all."""
    return lambda position, goal: bar(_WHOLE * done + (_WHOLE * position // goal if goal else _WHOLE))


def _one_home(service: "Service", log: "Log", views: "Engine", home_id: str) -> None:
    from shared.runner import homecoming

    if log.once:
        homecoming.home(log, views, service, home_id)
        return
    from shared.log.kafka.partition import partition_of

    partition = partition_of(home_id, log.partitions)
    _refuse_where_it_never_ran(service, log, views, [partition])
    homecoming.home(log, views, service, home_id, partition=partition)


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful rebuild checks")(rebuild)
