"""Where the engine's loop came round last, by home-partition: for whoever looks at it from another process."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "pager_turns",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("turned", sa.BigInteger, nullable=False),
    )
