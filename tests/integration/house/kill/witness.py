"""What only the process itself can say of why it sent: when it last looked at an alert before each request, and when it
had the alert's end on its desk, durably. It writes lines into a file, by its own hand, as they happen:

    begins    WALL                  a life begins
    look      AT KEY ALERT,…        a transaction began in which it was decided that these are told under that key
    resolved  AT ALERT              a transaction is committed that says so of an alert (`AT`: after the commit)

`AT`: seconds of the machine's one monotonic clock, by which a receiver in another process says when it was called. All
lines are before the kill that follows them, and none is written by the kill's victims later. No rule lives here.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from services.pager.engine import lanes
from services.pager.engine.turns import Asked, Turn
from shared import clock
from tests.integration.house.kill.points import append

BEGINS: Final = "begins"
LOOK: Final = "look"
RESOLVED: Final = "resolved"

_PUT: Final = re.compile(r"\s*INSERT INTO pager_alerts \(([^)]*)\)")


def install(into: Path) -> None:
    """From here on this process testifies."""

    def say(*words: object) -> None:
        append(into, "\t".join(map(str, words)) + "\n")

    say(BEGINS, clock.now())
    for name in ("turn", "still"):
        setattr(lanes, name, _looking(getattr(lanes, name), say))
    event.listen(Engine, "after_cursor_execute", _put)
    event.listen(Engine, "rollback", _forget)
    event.listen(Pool, "checkin", lambda _driver, record: _committed(record.info, say))


def _looking(look: Callable[[Connection, Asked], Turn], say: Callable[..., None]) -> Any:
    def looked(connection: Connection, asked: Asked) -> Turn:
        at = clock.precise()
        made = look(connection, asked)
        if made.going:
            say(LOOK, at, made.going[0].bundle, ",".join(each.alert_id for each in made.going))
        return made

    return looked


def _put(
    connection: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
) -> None:
    found = _PUT.match(statement)
    if found is None:
        return
    names = [name.strip() for name in found[1].split(",")]
    for row in parameters if many else [parameters]:
        values = row if isinstance(row, dict) else dict(zip(names, row, strict=False))
        if values.get("state") == "resolved":
            connection.info.setdefault(RESOLVED, []).append(values["alert_id"])


def _forget(connection: Connection) -> None:
    connection.info.pop(RESOLVED, None)


def _committed(info: Any, say: Callable[..., None]) -> None:
    """The connection is given back: what it wrote is committed (what was rolled back is forgotten)."""
    for alert_id in info.pop(RESOLVED, ()):
        say(RESOLVED, clock.precise(), alert_id)
