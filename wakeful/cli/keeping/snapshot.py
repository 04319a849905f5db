"""`wakeful snapshot`: how a service stands now, in a dated file, for `wakeful rebuild --from`. The log and the read
models are only read, also while `wakeful up` runs.
"""

from pathlib import Path
from typing import Annotated

import typer

from wakeful.cli.installation import folder_alone
from wakeful.cli.keeping.rebuild import NOT_YET, ServiceName
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line


def snapshot(
    service: ServiceName,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write here (default: snapshots/ in the data folder)."
        ),
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Write how a service stands now to a dated file, which a rebuild can begin at.

    It serves only the version that made it, and only this log.
    """
    from shared.instants import show_instant
    from shared.runner.snapshot import take

    here = folder_alone(data, NOT_YET)
    made = service.service
    with (
        here.reading_log() as log,
        here.reading_views(service.value) as views,
        progress("rows written", None) as reached,
    ):
        path = output or _dated(here.path, made.name, made.make().version)
        standing = take(log, views, made, path, reached=reached)
    clock = show_instant(standing.clock)
    if json:
        write_json({"service": made.name, "version": standing.version, "clock": clock, "file": str(path)})
    else:
        write_line(f"{path}: {made.name} as it stood at {clock}")


def _dated(folder: Path, service: str, version: int) -> Path:
    from shared.clock import now
    from shared.instants import show_instant

    snapshots = folder / "snapshots"
    snapshots.mkdir(mode=0o700, exist_ok=True)
    date = show_instant(now())[:19].replace("-", "").replace(":", "")
    return snapshots / f"{service}-{version}-{date}Z.sqlite3"


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful snapshot checks")(snapshot)
