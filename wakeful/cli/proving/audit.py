"""`wakeful audit`: were the alerts raised that had to be raised, and no others? The inputs of the log are replayed, and
what comes out is compared, byte by byte, with what each service published.

How that is found out is `auditing`'s. The log and the read models are only read, also while they are written.
"""

from typing import TYPE_CHECKING, Any, Final

import typer

from wakeful.cli.errors import WRONG, say
from wakeful.cli.installation import Installation, installation
from wakeful.cli.proving.auditing import Audited, audited
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line

if TYPE_CHECKING:
    from shared.log.base import Log


ANY: Final = "checks"
"""A service; what an audit asks of the read models is of all of them."""


def audit(json: Json = False, data: Data = None) -> None:
    """Replay the log and compare with the alerts that were published.

    Lists every difference (exit 1); where there is none, tells how many were compared. Exit 1 also where homes are not
    watched, or a service has still to tell of much that lies in the log.
    """
    here: Installation = installation(data)
    with (
        here.reading_log() as log,
        here.reading_views(ANY) as views,
        progress("replaying", _size(log)) as reached,
    ):
        found = audited(log, views, reached)
    if json:
        write_json(_json(found))
    else:
        _tell(found)
    if found.differences or found.set_aside or found.trailing:
        raise typer.Exit(WRONG)


def _size(log: "Log") -> int | None:
    """How many records there are, where that is known."""
    return log.end() if log.once else None


def _json(found: Audited) -> dict[str, Any]:
    return {
        "until": found.until,
        "compared": found.compared,
        "differences": [each.shown() for each in found.differences],
        "explained": [each.shown() for each in found.explained],
        "set_aside": found.set_aside,
        "trailing": [each.shown() for each in found.trailing],
    }


def _tell(found: Audited) -> None:
    for each in found.differences:
        write_line(str(each))
    for each in found.explained:
        write_line(f"explained by {each.because}: {each}")
    for home_id in found.set_aside:
        say(f"home {home_id} is set aside, nobody watches it; see `wakeful doctor`")
    for trails in found.trailing:
        say(f"{trails}: nothing of that is compared; is it running? See `wakeful doctor`")
    verdict = f"{len(found.differences)} differ" if found.differences else "no difference"
    write_line(f"{found.compared} events of alerts compared, up to {found.until}: {verdict}")


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful audit --json")(audit)
