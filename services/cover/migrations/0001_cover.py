"""How each home is covered, and the monitor's memory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_OF_A_HOME = ("cover_homes", "cover_placements", "cover_proofs")


def _memory() -> tuple[sa.Column[bytes], sa.Column[int]]:
    return (
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False, server_default="0"),
    )


def upgrade() -> None:
    op.create_table(
        "cover_homes",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("provider_id", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("required", sa.Integer, nullable=False),
        sa.Column("evidenced", sa.Integer, nullable=False),
        sa.Column("short_since", sa.BigInteger),
        *_memory(),
    )
    op.create_table(
        "cover_placements",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("placement_id", sa.String, primary_key=True),
        sa.Column("commissioner_id", sa.String, nullable=False),
        sa.Column("in_force", sa.Boolean, nullable=False),
        sa.Column("short_since", sa.BigInteger),
        *_memory(),
    )
    op.create_table("cover_proofs", sa.Column("home_id", sa.String, primary_key=True), *_memory())
    if op.get_bind().dialect.name == "postgresql":  # a file has one partition, and finds nothing by it
        for table in _OF_A_HOME:
            op.create_index(f"{table}_of_partition", table, ["partition"])


def downgrade() -> None:
    for table in reversed(_OF_A_HOME):
        op.drop_table(table)
