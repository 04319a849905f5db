"""The feed: alerts as they stand, the steps of their lives, and what a reader must know of homes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alerts_alerts",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("placement_id", sa.String),
        sa.Column("room", sa.String),
        sa.Column("point_id", sa.String),
        sa.Column("staff_id", sa.String),
        sa.Column("device", sa.String),
        sa.Column("provider_id", sa.String),
        sa.Column("commissioner_id", sa.String),
        sa.Column("zone", sa.String),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("deadline", sa.BigInteger),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("acknowledged_by", sa.String),
        sa.Column("action", sa.JSON(none_as_null=True)),
        sa.Column("until", sa.BigInteger),
        sa.Column("resolved_at", sa.BigInteger),
        sa.Column("how", sa.String),
        sa.Column("resolved_by", sa.String),
        sa.Column("reason", sa.JSON(none_as_null=True)),
        sa.Column("fact_id", sa.String),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_index("alerts_by_time", "alerts_alerts", ["raised_at", "alert_id"])
    op.create_index("alerts_of_home", "alerts_alerts", ["home_id", "raised_at"])
    op.create_index("alerts_of_placement", "alerts_alerts", ["placement_id", "raised_at"])
    op.create_index("alerts_by_state", "alerts_alerts", ["state", "raised_at"])
    op.create_index("alerts_by_change", "alerts_alerts", ["changed_at"])
    op.create_table(
        "alerts_life",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("by", sa.String),
        sa.Column("action", sa.JSON(none_as_null=True)),
        sa.Column("until", sa.BigInteger),
        sa.Column("how", sa.String),
        sa.Column("reason", sa.JSON(none_as_null=True)),
        sa.Column("fact_id", sa.String),
        sa.Column("facts", sa.JSON(none_as_null=True)),
    )
    op.create_index("life_of_alert", "alerts_life", ["alert_id", "position"])
    op.create_table(
        "alerts_homes",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("provider_id", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
    )
    op.create_table(
        "alerts_commissioners",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("commissioner_id", sa.String, primary_key=True),
    )
    op.create_index("homes_of_commissioner", "alerts_commissioners", ["commissioner_id", "home_id"])
    op.create_table(
        "alerts_home_state",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("state", sa.JSON, nullable=False),
    )
    op.create_table(
        "alerts_placement_state",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("placement_id", sa.String, primary_key=True),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("earlier", sa.JSON, nullable=False),
    )
