"""The door's snapshot: its fold of the homes at rest, as of one position of the log. Disposable: the log makes it anew.

Nobody but the door reads it (docs/decisions/0013). What the rows mean is `services.gateway.snapshot`. `partition`: of
which home-partition of the log (the embedded one has only 0).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, String, Table, Text

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

STANDING: Final = Table(
    "gateway_standing",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("partition", Integer, primary_key=True, autoincrement=False, server_default="0"),
    Column("version", Integer, nullable=False),  # of the fold's form at rest
    Column("position", BigInteger, nullable=False),  # up to which the log is folded in, whole
    Column("mark", String, nullable=False),  # of the log's record there: another log is not this one
)
"""One row: how far in the log the other two tables are."""

HOMES: Final = Table(
    "gateway_homes",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("provider_id", String),  # None: nobody has registered it
    Column(
        "commissioners", Text, nullable=False
    ),  # JSON: whose each placement is that was ever started there
    Column("unsettled", Boolean, nullable=False),  # somebody is away, or something is promised: checks matter
    Column("state", LargeBinary),  # None: its fold raised; it is folded anew from the log
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a home that a fact of plan-changes has named."""

REJECTED: Final = Table(
    "gateway_rejected",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("partition", Integer, primary_key=True, autoincrement=False, server_default="0"),
    Column("home_id", String, nullable=False),
    Column("appended_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""The latest facts that changed nothing."""
