"""How fast rows of a read model are put: `run()` answers figures by name, in rows per second."""

import tempfile
import time
from pathlib import Path

from services.checks.tables import METADATA, MIGRATIONS
from shared.monitor import Row
from shared.store import rows
from shared.store.engine import make_engine, writing
from shared.store.schema import upgrade, version_table_of

ROWS = 100_000
TURN = 1_000


def run() -> dict[str, float]:
    """`rows_put_per_s`: new rows and changed ones, a thousand a transaction, as a runner that catches up puts them."""
    made = [_placement(number, 0) for number in range(ROWS // 2)]
    made += [_placement(number, 1) for number in range(ROWS // 2)]
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(Path(folder) / "views.sqlite3")
        upgrade(engine, MIGRATIONS, version_table_of("checks"))
        began = time.perf_counter()
        for first in range(0, ROWS, TURN):
            with writing(engine) as connection:
                rows.put(connection, METADATA, made[first : first + TURN])
        took = time.perf_counter() - began
        engine.dispose()
    return {"rows_put_per_s": ROWS / took}


def _placement(number: int, seen_at: int) -> Row:
    key = {"home_id": f"home-{number // 3}", "placement_id": f"placement-{number}"}
    values = {"commissioner_id": "C1", "in_force": True, "room": "R1", "away": None, "seen_at": seen_at}
    return Row("checks_placements", key, {**values, "due_at": 1, "missed": False, "state": b"x" * 400})


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:24} {value:12,.0f}")
