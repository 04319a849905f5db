"""A pager's worker over a broker that ends itself at a write or a send, over Postgres, and its kill points.

    python -m tests.integration.house.kill.apart '{"settings": {…}, "prefix": …, "folder": …, "armed": …, "nth": …}'

It is `wakeful worker pager`; what it passes by and what it testifies to stands in `folder`, as a whole house's does.
"""

import re
import sys
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from services import worker
from services.monitors import SERVICES
from shared.settings import Settings
from tests.chaos.hurried import hurry, hurry_the_pager
from tests.integration.house.kill import sends, witness
from tests.integration.house.kill.points import ENGINES, Points, who_asked

PAGER: Final = "pager"
_WRITES: Final = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
_WRITTEN: Final = "points: tables written"


def install(points: Points) -> None:
    """From here on every write to a database, and its commit, passes by `points`."""

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


def _name(statement: str) -> str:
    found = _WRITES.match(statement)
    return f"{found[1].split()[0].upper()} {found[2]}" if found else ""


def _class_of(written: set[str]) -> str:
    engines = next((each for each in ENGINES if written >= set(each)), None)
    return "+".join(engines or sorted(written))


def main(settings: dict[str, Any], prefix: str, folder: str, armed: str = "", nth: int = 1) -> None:
    """Be the process."""
    for name in ("data", "master_key_file"):
        settings[name] = Path(settings[name])
    points = Points(Path(folder) / "points", Path(folder) / "killed", armed, nth)
    install(points)
    sends.install(points)
    witness.install(Path(folder) / "testimony")
    hurry()
    hurry_the_pager()
    worker.serve(Settings(**settings), [SERVICES[PAGER]], prefix=prefix)


if __name__ == "__main__":
    main(**orjson.loads(sys.argv[1]))
