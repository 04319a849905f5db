"""What is decided about alerts: the monitor's memory of it, a row a home, and how far that has come."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "alerts_decisions",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "alerts_decided",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("upto", sa.JSON, nullable=False),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False, server_default="0"),
    )
