"""The tables that all services share in the views' database: ledger, rebuilds, outbox, homes set aside,
operations, ids seen.

Read models of services are beside their services. What the tables mean is told in `ledger`, `rebuilds`,
`outbox`, `asides`, `operations` and `seen`; how they came to be, in `migrations`.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA: Final = MetaData()

_SERIAL = BigInteger().with_variant(Integer, "sqlite")

LEDGER: Final = Table(
    "ledger",
    METADATA,
    Column("service", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("positions", Text, nullable=False),  # JSON with sorted keys: it is compared as text
    Column("clock", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)

REBUILDS: Final = Table(
    "rebuilds",
    METADATA,
    Column("service", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("token", String, nullable=False),  # whose the fresh tables are
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("goal", BigInteger, nullable=False),
)

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("number", _SERIAL, primary_key=True, autoincrement=True),
    Column("service", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("topic", String, nullable=False),
    Column("home_id", String, nullable=False),
    Column("event_id", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("outbox_in_order", "service", "partition", "number"),
)

ASIDES: Final = Table(
    "asides",
    METADATA,
    Column("service", String, primary_key=True),
    Column("home_id", String, primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fact_id", String),
)

OPERATIONS: Final = Table(
    "operations",
    METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),  # monitor_blind | rota_gap | page_undelivered
    Column("home_id", String),
    Column("service", String),
    Column("since", BigInteger, nullable=False),
    Column("told", BigInteger),  # when somebody was told; None: nobody yet
    Column("resolved", BigInteger),
    Column("detail", Text, nullable=False),
    Column("acknowledged_by", String),
    Column("action", Text),  # what he will do, sealed
    Column("until", BigInteger),  # until when nobody is told of it again
    Index("operations_open", "resolved", "since"),
)

OPERATIONS_TOLD: Final = Table(
    "operations_told",
    METADATA,
    Column("entry_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    Column("thread", String, nullable=False),  # of the message that told it first
    Column("told", BigInteger, nullable=False),  # last
    Column("over", BigInteger),  # when he was told that it is over
    Index("operations_told_owed", "over"),
)
"""Who was told of which entry of operations."""

SEEN: Final = Table(
    "seen",
    METADATA,
    Column("service", Text, primary_key=True),
    Column("home_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    # Last in the key, though a home is in one partition only: all of a home is found without it.
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("contenthash", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("appended_at", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
)

REPEATS: Final = Table(
    "repeats",
    METADATA,
    Column("service", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("verdict", Text, nullable=False),  # same | conflict
)
