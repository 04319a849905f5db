"""The read model of the cover service: how each home is covered now. Disposable: the log makes it again.

`state` is the monitor's own memory (`saved.py`); the other columns are for readers. A night's cover is no table: it is
worked out from the home's facts whenever it is asked for (`night.py`), so that it can never differ from them.
`partition`: whose home-partition a row is (`shared.store.rows`).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, String, Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

HOMES: Final = Table(
    "cover_homes",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("provider_id", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("required", Integer, nullable=False),  # waking staff for the house
    Column("evidenced", Integer, nullable=False),  # of those required; 0 where nobody is
    Column("short_since", BigInteger),  # ms; None: the house is not short
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home: the house."""

PLACEMENTS: Final = Table(
    "cover_placements",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("placement_id", String, primary_key=True),
    Column("commissioner_id", String, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("short_since", BigInteger),  # ms; None: nobody is lacking for this child
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a placement: one-to-one."""

PROOFS: Final = Table(
    "cover_proofs",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home: the last proof of wake of each worker, which changes with every check."""
