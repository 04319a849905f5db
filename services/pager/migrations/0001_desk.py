"""The desk: alerts that somebody may have to be told of, each home's on-call, and the monitor's memory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TABLES = ("pager_alerts", "pager_homes", "pager_placements")


def _memory() -> tuple[sa.Column[bytes], sa.Column[int]]:
    return (sa.Column("state", sa.LargeBinary, nullable=False), _partition())


def _partition() -> sa.Column[int]:
    return sa.Column("partition", sa.Integer, nullable=False, server_default="0")


def upgrade() -> None:
    op.create_table(
        "pager_alerts",
        sa.Column("alert_id", sa.String, primary_key=True),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("placement_id", sa.String),
        sa.Column("commissioner_id", sa.String),
        sa.Column("about", sa.JSON, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("deadline", sa.BigInteger),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("how", sa.String),
        sa.Column("acknowledged_by", sa.String),
        sa.Column("until", sa.BigInteger),
        sa.Column("action", sa.JSON(none_as_null=True)),
        sa.Column("running", sa.Integer, nullable=False),
        sa.Column("declined", sa.Integer, nullable=False),
        sa.Column("declined_by", sa.JSON, nullable=False),
        sa.Column("joined", sa.String),
        sa.Column("hold_until", sa.BigInteger),
        sa.Column("policy", sa.JSON(none_as_null=True)),
        sa.Column("rotas", sa.JSON(none_as_null=True)),
        sa.Column("reached", sa.Integer, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("before", sa.String),
        _partition(),
    )
    op.create_index("pager_alerts_by_change", "pager_alerts", ["changed"])
    op.create_index("pager_alerts_by_state", "pager_alerts", ["state"])
    op.create_index("pager_alerts_of_home", "pager_alerts", ["home_id"])
    op.create_table(
        "pager_homes",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("provider_id", sa.String),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("policy", sa.JSON(none_as_null=True)),
        *(
            sa.Column(name, sa.JSON, nullable=False)
            for name in ("rotas", "overrides", "silences", "on_duty", "commissioners")
        ),
        sa.Column("changed", sa.BigInteger, nullable=False),
        *_memory(),
    )
    op.create_index("pager_homes_by_change", "pager_homes", ["changed"])
    op.create_table(
        "pager_placements",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("placement_id", sa.String, primary_key=True),
        sa.Column("commissioner_id", sa.String, nullable=False),
        sa.Column("in_force", sa.Boolean, nullable=False),
        *_memory(),
    )
    if op.get_bind().dialect.name == "postgresql":  # a file has one partition, and finds nothing by it
        for table in _TABLES:
            op.create_index(f"{table}_of_partition", table, ["partition"])


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
