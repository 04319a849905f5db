"""The read model of the reviews service: what falls due, and how plans stand. Disposable: the log makes it again.

`state` is the monitor's own memory (`saved.py`); the other columns, and all of `reviews_due`, are for readers. The
history of reviews is no table: it is worked out from the home's facts whenever it is asked for (`history.py`), so that
it can never differ from them. `partition`: whose home-partition a row is (`shared.store.rows`).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

HOMES: Final = Table(
    "reviews_homes",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("provider_id", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home."""

PLACEMENTS: Final = Table(
    "reviews_placements",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("placement_id", String, primary_key=True),
    Column("commissioner_id", String, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("room", String, nullable=False),
    Column("plan_version", Integer),  # in force; 0: the home's default plan. None: nothing is asked
    Column("plan_due_at", BigInteger),  # when a first agreed plan is missing, ms; None: one is in force
    Column("plan_missing_since", BigInteger),
    Column("plan_lacks", JSON(none_as_null=True)),  # what the version in force lacks; None: nothing
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a placement."""

DUE: Final = Table(
    "reviews_due",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("what", String, primary_key=True),
    Column("subject", String, primary_key=True),  # the room, the placement or the home
    Column("placement_id", String),
    Column("room", String),
    Column("watched", Boolean, nullable=False),  # a child lives there, or the plan in force states it
    Column("date", String),  # the local date by which it is reviewed
    Column("due_at", BigInteger),  # ms; None: nothing is due
    Column("because", String),  # `date`, or the trigger that is earlier
    Column("overdue_since", BigInteger),
    Column("due_soon", Boolean, nullable=False),
    Column("last", String),  # the local date of the last review on record
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("reviews_due_of_placement", "placement_id"),
)
"""One row a thing that is reviewed."""

POINTS: Final = Table(
    "reviews_points",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("point_id", String, primary_key=True),
    Column("room", String, nullable=False),
    Column("location", Text),
    Column("rating", String),
    Column("control", Text),
    Column("action", Text),
    Column("owner", String),
    Column("status", String, nullable=False),
    Column("listed", Boolean, nullable=False),  # no longer: closed for good, and kept for what is told late
    Column("action_due", String, nullable=False),  # a local date
    Column("due_at", BigInteger),  # when the action is overdue, ms; None: nothing waits to be done
    Column("overdue_since", BigInteger),
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row an anchor point."""
