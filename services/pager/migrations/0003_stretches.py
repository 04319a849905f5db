"""How the log's present has moved (`services.pager.stretches`)."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pager_stretches",
        sa.Column("home_id", sa.String, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False, server_default="0"),
        sa.Column("present", sa.BigInteger),
        sa.Column("before", sa.BigInteger),
        sa.Column("after", sa.BigInteger),
    )
