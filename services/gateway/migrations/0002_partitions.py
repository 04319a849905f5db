"""Whose home-partition a row is: where the log is a broker's, each of its partitions has positions of its own.

What stood in the tables whose key has changed is not taken along: the door's snapshot is made anew from the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_table("gateway_standing")
    op.drop_table("gateway_rejected")
    op.create_table(
        "gateway_standing",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False, server_default="0"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.String, nullable=False),
    )
    op.add_column("gateway_homes", sa.Column("partition", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "gateway_rejected",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False, server_default="0"),
        sa.Column("home_id", sa.String, nullable=False),
        sa.Column("appended_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
