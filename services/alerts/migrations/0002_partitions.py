"""Whose home-partition a row is: where the log is a broker's, several workers keep their rows in one database.

Each of them counts the steps of its alerts by itself, so a step is known by its position and its partition.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OTHERS = (
    "alerts_alerts",
    "alerts_homes",
    "alerts_commissioners",
    "alerts_home_state",
    "alerts_placement_state",
)


def upgrade() -> None:
    for table in _OTHERS:
        op.add_column(table, _partition())
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("alerts_life", _partition())
        op.drop_constraint("alerts_life_pkey", "alerts_life", type_="primary")
        op.create_primary_key("alerts_life_pkey", "alerts_life", ["position", "partition"])
        # A file has one partition, and finds nothing by it.
        for table in ("alerts_alerts", "alerts_placement_state"):
            op.create_index(f"{table}_of_partition", table, ["partition"])
    else:
        _life_anew()


def _partition() -> sa.Column[int]:
    return sa.Column("partition", sa.Integer, nullable=False, server_default="0")


def _life_anew() -> None:
    """SQLite changes no key of a table that is there."""
    op.drop_index("life_of_alert", "alerts_life")
    op.rename_table("alerts_life", "alerts_life_before")
    life = op.create_table(
        "alerts_life",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False, server_default="0"),
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
    kept = [column.name for column in life.columns if column.name != "partition"]
    before = sa.table("alerts_life_before", *(sa.column(name) for name in kept))
    op.execute(life.insert().from_select(kept, sa.select(before), include_defaults=False))
    op.drop_table("alerts_life_before")
    op.create_index("life_of_alert", "alerts_life", ["alert_id", "position"])
