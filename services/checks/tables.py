"""The read model of the checks service: how each child stands now. Disposable: the log makes it again.

`state` is the monitor's own memory (`saved.py`); the other columns are for readers. A night's record is no table: it is
worked out from the home's facts whenever it is asked for (`record.py`), so that it can never differ from them.
`partition`: whose home-partition a row is (`shared.store.rows`).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, String, Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

HOMES: Final = Table(
    "checks_homes",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("provider_id", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home: its registration."""

PLACEMENTS: Final = Table(
    "checks_placements",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("placement_id", String, primary_key=True),
    Column("commissioner_id", String, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("room", String, nullable=False),
    Column("away", String),  # the reason of the open disposition
    Column("seen_at", BigInteger),  # the latest valid check, ms
    Column("due_at", BigInteger),  # the child's own deadline, ms; None: none
    Column("missed", Boolean, nullable=False),  # a check_missed is open
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a placement."""
