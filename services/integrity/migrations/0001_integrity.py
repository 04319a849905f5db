"""What was raised of records, what was decided, and the monitor's memory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = ("homes", "placements", "tails", "anomalies", "decisions")


def _partition() -> "sa.Column[int]":
    return sa.Column("partition", sa.Integer, nullable=False, server_default="0")


def upgrade() -> None:
    op.create_table(
        "integrity_homes",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("provider_id", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("journal", sa.LargeBinary, nullable=False),
        _partition(),
    )
    op.create_table(
        "integrity_placements",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("placement_id", sa.String, primary_key=True),
        sa.Column("state", sa.LargeBinary, nullable=False),
        _partition(),
    )
    op.create_table(
        "integrity_tails",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("records", sa.LargeBinary, nullable=False),
        _partition(),
    )
    op.create_table(
        "integrity_anomalies",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("pattern", sa.String, nullable=False),
        sa.Column("placement_id", sa.String),
        sa.Column("staff_id", sa.String),
        sa.Column("device", sa.String),
        sa.Column("commissioner_id", sa.String),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("entries", sa.JSON, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        _partition(),
    )
    op.create_index("integrity_anomalies_by_time", "integrity_anomalies", ["raised_at", "alert_id"])
    op.create_index("integrity_anomalies_of_home", "integrity_anomalies", ["home_id"])
    op.create_table(
        "integrity_decisions",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("response_id", sa.String, primary_key=True),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        _partition(),
    )
    op.create_index("integrity_decisions_of_alert", "integrity_decisions", ["alert_id"])
    if op.get_bind().dialect.name == "postgresql":  # a file has one partition, and finds nothing by it
        for table in TABLES:
            op.create_index(f"integrity_{table}_of_partition", f"integrity_{table}", ["partition"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(f"integrity_{table}")
