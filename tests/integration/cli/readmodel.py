"""The read model of a service as whoever reads it sees it, whichever service it is."""

from typing import Any

from sqlalchemy import Engine

from services.monitors import SERVICES
from shared.store import rows
from shared.store.engine import writing
from tests.simulation.logs import shown

Seen = dict[tuple[object, ...], dict[str, Any]]


def rows_of(views: Engine, service: str, *, forget: bool = False) -> Seen:
    """Its rows by table and key, without what is the monitor's own. `forget`: afterwards they are gone."""
    tables = SERVICES[service].tables
    names = SERVICES[service].make().tables
    with writing(views) as connection:
        found = {(row.table, *row.key.values()): shown(row) for row in rows.load(connection, tables, names)}
        if forget:
            rows.clear(connection, tables, names)
    assert found, f"{service} has no rows"
    return found


def of_home(seen: Seen, home_id: str) -> Seen:
    """Those of one home."""
    return {key: row for key, row in seen.items() if home_id in (*key, row.get("home_id"))}
