"""The read model of the integrity service: what was raised of which records, and what was decided. Disposable: the log
makes it again.

`state`, `journal` and `records` are the monitor's own memory (`saved.py`); the other columns are for readers.
`partition`: whose home-partition a row is (`shared.store.rows`).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

HOMES: Final = Table(
    "integrity_homes",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("provider_id", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("journal", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home: its registration, who was on duty, its checks of late."""

PLACEMENTS: Final = Table(
    "integrity_placements",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("placement_id", String, primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a placement."""

TAILS: Final = Table(
    "integrity_tails",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("records", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home: the checks since its own row was written."""

ANOMALIES: Final = Table(
    "integrity_anomalies",
    METADATA,
    Column("alert_id", String, primary_key=True),
    Column("home_id", String, nullable=False),
    Column("pattern", String, nullable=False),
    Column("placement_id", String),
    Column("staff_id", String),
    Column("device", String),
    Column("commissioner_id", String),  # of the placement, where it is about one
    Column("since", BigInteger, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("level", Integer, nullable=False),
    Column("entries", JSON, nullable=False),
    Column("reason", String, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("integrity_anomalies_by_time", "raised_at", "alert_id"),
    Index("integrity_anomalies_of_home", "home_id"),
)
"""One row a pattern, subject and night, with what made its last instance."""

DECISIONS: Final = Table(
    "integrity_decisions",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("response_id", String, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("integrity_decisions_of_alert", "alert_id"),
)
"""One row a decision with a reason, whatever kind of alert it is about; what the reason says is in the log, sealed."""
