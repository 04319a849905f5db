"""What all services share in the views: ledger, outbox, homes set aside, operations, swaps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("service", sa.String, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("positions", sa.Text, nullable=False),
        sa.Column("clock", sa.BigInteger, nullable=False),
        sa.Column("published", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rebuilding_until", sa.BigInteger),
        sa.Column("rebuilding_from", sa.Integer),
    )
    op.create_table(
        "outbox",
        sa.Column("number", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("service", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("alert_id", sa.String),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("outbox_in_order", "outbox", ["service", "partition", "held", "number"])
    op.create_table(
        "asides",
        sa.Column("service", sa.String, primary_key=True),
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("fact_id", sa.String),
    )
    op.create_table(
        "operations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("home_id", sa.String),
        sa.Column("service", sa.String),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("told", sa.BigInteger),
        sa.Column("resolved", sa.BigInteger),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("operations_open", "operations", ["resolved", "since"])
    op.create_table(
        "swaps",
        sa.Column("number", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("service", sa.String, nullable=False),
        sa.Column("home_id", sa.String),
        sa.Column("from_version", sa.Integer, nullable=False),
        sa.Column("to_version", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
