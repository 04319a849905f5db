"""The past with which `wakeful up --sample` begins: 30 days, imported into an empty log as any history is.

What happened is `services.sample.past`'s.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from wakeful.cli.folder import Folder

if TYPE_CHECKING:
    from shared.instants import Instant
    from shared.settings import Settings

_LEAD: Final = 2_000
"""The past ends so many ms before now: what is appended next is later."""


def begin_with_a_past(settings: "Settings", now: "Instant | None" = None) -> bool:
    """Import the sample's past where the log of the folder is empty; whether it was. Raises as `importing.run`."""
    from shared import clock
    from shared.log.importing import NotEmpty
    from wakeful.cli.moving.importing import run

    at = clock.now() if now is None else now
    folder = Folder(settings)
    if _holds_anything(folder):
        return False
    try:
        run(folder, BytesIO(_lines(at - _LEAD)), keep_going=False)
    except NotEmpty:
        return False
    return True


def _holds_anything(folder: Folder) -> bool:
    if not folder.has_log:
        return False
    with folder.reading_log() as log:
        return log.end() > 0


def _lines(now: "Instant") -> bytes:
    import orjson

    from services.sample.past import past
    from shared.instants import show_instant

    return b"".join(
        orjson.dumps(
            {"topic": line.topic, "appended_at": show_instant(line.appended_at), "event": line.event},
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for line in past(now)
    )
