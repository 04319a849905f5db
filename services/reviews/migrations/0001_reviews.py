"""What falls due, how plans stand, anchor points, and the monitor's memory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_OF_A_HOME = ("reviews_homes", "reviews_placements", "reviews_due", "reviews_points")


def _partition() -> sa.Column[int]:
    return sa.Column("partition", sa.Integer, nullable=False, server_default="0")


def upgrade() -> None:
    op.create_table(
        "reviews_homes",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("provider_id", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        _partition(),
    )
    op.create_table(
        "reviews_placements",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("placement_id", sa.String, primary_key=True),
        sa.Column("commissioner_id", sa.String, nullable=False),
        sa.Column("in_force", sa.Boolean, nullable=False),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("plan_version", sa.Integer),
        sa.Column("plan_due_at", sa.BigInteger),
        sa.Column("plan_missing_since", sa.BigInteger),
        sa.Column("plan_lacks", sa.JSON(none_as_null=True)),
        sa.Column("state", sa.LargeBinary, nullable=False),
        _partition(),
    )
    op.create_table(
        "reviews_due",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("placement_id", sa.String),
        sa.Column("room", sa.String),
        sa.Column("watched", sa.Boolean, nullable=False),
        sa.Column("date", sa.String),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("because", sa.String),
        sa.Column("overdue_since", sa.BigInteger),
        sa.Column("due_soon", sa.Boolean, nullable=False),
        sa.Column("last", sa.String),
        _partition(),
    )
    op.create_index("reviews_due_of_placement", "reviews_due", ["placement_id"])
    op.create_table(
        "reviews_points",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("point_id", sa.String, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("location", sa.Text),
        sa.Column("rating", sa.String),
        sa.Column("control", sa.Text),
        sa.Column("action", sa.Text),
        sa.Column("owner", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("action_due", sa.String, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("overdue_since", sa.BigInteger),
        sa.Column("state", sa.LargeBinary, nullable=False),
        _partition(),
    )
    if op.get_bind().dialect.name == "postgresql":  # a file has one partition, and finds nothing by it
        for table in _OF_A_HOME:
            op.create_index(f"{table}_of_partition", table, ["partition"])


def downgrade() -> None:
    for table in reversed(_OF_A_HOME):
        op.drop_table(table)
